// Only for its link line: the shims call libgeotiff and PROJ.
import CGeoTIFF
import CRasterShims
import Raster

/// Where a TIFF's own tags place it. Source: OGC 19-008r4, GeoTIFF 1.1.
struct GeoTIFFPlace {
    /// Pixel corner convention; nil where the tags place no pixel (control points alone do not).
    var transform: GeoTransform?
    var crs: CoordinateSystem?

    init(_ handle: TIFFHandle) {
        let keys = GeoKeyDirectory(handle.shorts(34735) ?? [])
        let isPoint = keys.short(.rasterType) == 2
        transform = Self.transform(
            scale: handle.doubles(33550) ?? [], tiePoints: handle.doubles(33922) ?? [], matrix: handle.doubles(34264) ?? [],
            isPoint: isPoint)
        crs = keys.coordinateSystem(doubles: handle.doubles(34736), text: handle.text(34737, maxBytes: 1 << 16))
    }

    /// ModelPixelScale with ModelTiepoint, else ModelTransformation. Where a pixel stands for a point, the file's coordinates are those of
    /// its centre: half a pixel is taken off, as GDAL does.
    static func transform(scale: [Double], tiePoints: [Double], matrix: [Double], isPoint: Bool) -> GeoTransform? {
        var found: GeoTransform
        if scale.count >= 2, scale[0] != 0, scale[1] != 0, tiePoints.count >= 6 {
            // Some writers give a negative height for what is north up all the same.
            let width = scale[0]
            let height = abs(scale[1])
            found = GeoTransform(
                originX: tiePoints[3] - tiePoints[0] * width, originY: tiePoints[4] + tiePoints[1] * height, pixelWidth: width,
                pixelHeight: height)
        } else if matrix.count == 16 {
            found = GeoTransform(
                originX: matrix[3], xPerColumn: matrix[0], xPerRow: matrix[1], originY: matrix[7], yPerColumn: matrix[4], yPerRow: matrix[5]
            )
        } else {
            return nil
        }
        if isPoint { found = found.translated(column: -0.5, row: -0.5) }
        return found.isInvertible ? found : nil
    }
}

/// The GeoKeyDirectory tag: a head of four numbers, then key, place, count and value of each key.
struct GeoKeyDirectory {
    enum Key: UInt16 {
        case modelType = 1024
        case rasterType = 1025
        case geographicType = 2048
        case projectedType = 3072
        case projectedLinearUnits = 3076
    }

    let shorts: [UInt16]

    init(_ shorts: [UInt16]) {
        self.shorts = shorts
    }

    /// The value of a key that stands in the directory itself.
    func short(_ key: Key) -> Int? {
        guard shorts.count >= 4 else { return nil }
        for start in stride(from: 4, through: shorts.count - 4, by: 4).prefix(Int(shorts[3]))
        where shorts[start] == key.rawValue && shorts[start + 1] == 0 {
            return Int(shorts[start + 3])
        }
        return nil
    }

    /// The EPSG code where the keys give one, else what libgeotiff makes of them; vertical systems are left out.
    func coordinateSystem(doubles: [Double]?, text: String?) -> CoordinateSystem? {
        guard shorts.count >= 8 else { return nil }
        let registered = 1024..<32767
        let projected = short(.projectedType)
        let geographic = short(.geographicType)
        switch short(.modelType) {
        case 1, nil:
            if let projected, registered.contains(projected) {
                let unit = short(.projectedLinearUnits) ?? 9001
                // Keys may lay other units over a registered system.
                if unit == 9001 || unit == 32767 || rs_geokeys_has_unit(Int32(projected), Int32(unit)) != 0 { return .epsg(projected) }
                return definition(doubles, text) ?? .epsg(projected)
            }
            if short(.modelType) == nil, let geographic, registered.contains(geographic) { return .epsg(geographic) }
            return definition(doubles, text)
        case 2:
            if let geographic, registered.contains(geographic) { return .epsg(geographic) }
            return definition(doubles, text)
        default: return nil
        }
    }

    private func definition(_ doubles: [Double]?, _ text: String?) -> CoordinateSystem? {
        var buffer = [CChar](repeating: 0, count: 2048)
        let found = (doubles ?? []).withUnsafeBufferPointer { doubles in
            (text ?? "").withCString { text in
                rs_geokeys_definition(shorts, Int32(shorts.count), doubles.baseAddress, Int32(doubles.count), text, &buffer, buffer.count)
            }
        }
        guard found != 0 else { return nil }
        return .definition(String(decoding: buffer.prefix { $0 != 0 }.map(UInt8.init(bitPattern:)), as: UTF8.self))
    }
}
