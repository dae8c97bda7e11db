import CRasterShims
import Raster

/// The tags that place a raster, as they are written. Pixel is area.
struct GeoTIFFTags {
    private let keys: rs_geokeys
    private let transform: GeoTransform

    /// - Throws: `OutputError` where the coordinate system is unknown, or GeoTIFF keys cannot say it.
    init(_ grid: RasterGrid, path: String) throws {
        var keys = rs_geokeys()
        switch grid.crs {
        case .epsg(let code):
            guard rs_geokeys_from_epsg(Int32(clamping: code), &keys) != 0 else {
                throw OutputError(
                    path: path, problem: "EPSG:\(code) is not a projected or geographic system that the PROJ database knows",
                    advice: "install proj-data, or name the system by a definition")
            }
        case .definition(let text):
            guard rs_geokeys_from_definition(text, &keys) != 0 else {
                throw OutputError(
                    path: path, problem: "the coordinate system '\(text)' cannot be written as GeoTIFF keys",
                    advice: "use one with an EPSG code")
            }
        }
        self.keys = keys
        transform = grid.transform
    }

    func add(to directory: inout TIFFDirectoryBytes) {
        let t = transform
        if t.isNorthUp {
            directory.set(33550, doubles: [t.xPerColumn, -t.yPerRow, 0])
            directory.set(33922, doubles: [0, 0, 0, t.originX, t.originY, 0])
        } else {
            directory.set(
                34264, doubles: [t.xPerColumn, t.xPerRow, 0, t.originX, t.yPerColumn, t.yPerRow, 0, t.originY, 0, 0, 0, 0, 0, 0, 0, 1])
        }
        let shorts = withUnsafeBytes(of: keys.directory) { Array($0.bindMemory(to: UInt16.self).prefix(Int(keys.directory_count))) }
        directory.set(34735, shorts: shorts.map(Int.init))
        if keys.double_count > 0 {
            directory.set(
                34736, doubles: withUnsafeBytes(of: keys.doubles) { Array($0.bindMemory(to: Double.self).prefix(Int(keys.double_count))) })
        }
        if keys.text_count > 0 {
            let text = withUnsafeBytes(of: keys.text) { String(decoding: $0.prefix(Int(keys.text_count)), as: UTF8.self) }
            directory.set(34737, text: text)
        }
    }
}
