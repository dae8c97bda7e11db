import Foundation
import Raster
import RasterIO
import TestSupport

/// Small rasters to find.
struct SceneFixture {
    let folder: TemporaryFolder
    var path: String { folder.path }

    static let fine = RasterGrid(
        size: RasterSize(width: 48, height: 32),
        transform: GeoTransform(originX: 640_000, originY: 3_440_000, pixelWidth: 10, pixelHeight: 10),
        crs: .epsg(32633))
    static let coarse = RasterGrid(
        size: RasterSize(width: 24, height: 16),
        transform: GeoTransform(originX: 640_000, originY: 3_440_000, pixelWidth: 20, pixelHeight: 20),
        crs: .epsg(32633))

    init() throws {
        folder = try TemporaryFolder()
    }

    /// A GeoTIFF of 16-bit samples (or `type`) below the folder; `value` by band, column and row.
    @discardableResult
    func tiff(
        _ name: String, grid: RasterGrid = fine, bands: [String] = [""], type: SampleType = .uint16, noData: Double? = nil,
        scale: Double? = nil,
        offset: Double? = nil, metadata: [String: String] = [:], dateTime: String? = nil,
        value: (Int, Int, Int) -> Double = { band, x, y in Double(1000 + 100 * band + x + y) }
    ) throws -> String {
        let path = folder.file(name)
        try FileManager.default.createDirectory(
            at: URL(fileURLWithPath: path).deletingLastPathComponent(), withIntermediateDirectories: true)
        let writer = try COGWriter(
            path: path,
            description: COGDescription(
                grid: grid, bandNames: bands, sampleType: type, noData: noData, scale: scale, offset: offset, metadata: metadata,
                dateTime: dateTime))
        var bytes: [UInt8] = []
        for band in bands.indices {
            for y in 0..<grid.size.height {
                for x in 0..<grid.size.width { append(value(band, x, y), as: type, to: &bytes) }
            }
        }
        try writer.write(SampleBlock(window: PixelWindow(grid.size), bandCount: bands.count, type: type, bytes: bytes))
        try writer.finish()
        return path
    }

    private func append(_ value: Double, as type: SampleType, to bytes: inout [UInt8]) {
        func put<Sample>(_ sample: Sample) { withUnsafeBytes(of: sample) { bytes.append(contentsOf: $0) } }
        switch type {
        case .uint8: put(UInt8(value))
        case .int8: put(Int8(value))
        case .uint16: put(UInt16(value))
        case .int16: put(Int16(value))
        case .uint32: put(UInt32(value))
        case .int32: put(Int32(value))
        case .float32: put(Float(value))
        case .float64: put(value)
        }
    }

    /// An RGB picture, with its place beside it if wanted.
    @discardableResult
    func png(_ name: String, hasPlace: Bool) throws -> String {
        let path = folder.file(name)
        let size = Self.fine.size
        let writer = try PNGWriter(path: path, size: size, colour: .rgb)
        try writer.write(rows: (0..<(size.pixelCount * 3)).map { UInt8(truncatingIfNeeded: $0) })
        try writer.commit()
        if hasPlace {
            _ = try WorldFile.write(transform: Self.fine.transform, for: path)
            _ = try PAMSidecar(crs: .epsg(32633)).write(for: path)
        }
        return path
    }

    func text(_ name: String, _ text: String) throws { try folder.write(text.utf8, to: name) }
}
