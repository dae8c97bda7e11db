import ChangeDetection
import Raster
import RasterIO

/// What is kept of one date of a tile, on the grid that all dates of the tile share: three bytes a pixel.
struct DatePlanes: Sendable {
    var size: RasterSize
    /// Change against the reference, 0.1 σ a step; −128 not observed. Empty for the reference itself.
    var signed: [Int8]
    /// Old structure, 1 σ a step. Empty for the reference itself.
    var structure: [Int8]
    /// The date's brightness, 1…255; 0 no data.
    var luminance: [UInt8]
}

/// Date planes as files: a TIFF of one byte a sample, so that they can be looked at too.
enum DatePlanesFile {
    private static let names = ["brightness", "signed change + 128", "structure + 128"]

    /// - Parameter jobs: worker threads; nothing in the file depends on it.
    /// - Throws: `OutputError`.
    static func write(_ planes: DatePlanes, grid: RasterGrid, isSimulated: Bool, jobs: Int, to path: String) throws {
        let bandCount = planes.signed.isEmpty ? 1 : 3
        var metadata = ["TITLE": "Saved state of TrenchWatch"]
        if isSimulated { metadata["SIMULATED"] = "YES" }
        let writer = try COGWriter(
            path: path,
            description: COGDescription(
                grid: grid, bandNames: Array(names.prefix(bandCount)), sampleType: .uint8, metadata: metadata, blockSize: 512,
                compressionLevel: 1, hasOverviews: false))
        let size = planes.size
        let blocks = PixelWindow(size).blocks(side: 512)
        try WorkerPool.forEach(count: blocks.count, jobs: jobs) { k in
            let block = blocks[k]
            var samples = SampleBlock(window: block, bandCount: bandCount, type: .uint8)
            samples.bytes.withUnsafeMutableBytes { raw in
                planes.luminance.withUnsafeBytes { copy($0, of: size, in: block, to: raw, flipping: 0) }
                guard bandCount == 3 else { return }
                for (band, plane) in [planes.signed, planes.structure].enumerated() {
                    let target = UnsafeMutableRawBufferPointer(rebasing: raw[((band + 1) * block.pixelCount)...])
                    plane.withUnsafeBytes { copy($0, of: size, in: block, to: target, flipping: 0x80) }
                }
            }
            try writer.write(samples)
        }
        try writer.finish()
    }

    /// A window of a plane row by row, each byte with some bits flipped.
    private static func copy(
        _ plane: UnsafeRawBufferPointer, of size: RasterSize, in window: PixelWindow, to target: UnsafeMutableRawBufferPointer,
        flipping bits: UInt8
    ) {
        for y in 0..<window.height {
            let row = plane[((window.y + y) * size.width + window.x)...].prefix(window.width)
            guard let source = UnsafeRawBufferPointer(rebasing: row).baseAddress, let out = target.baseAddress else { continue }
            for x in 0..<window.width {
                let byte = source.load(fromByteOffset: x, as: UInt8.self)
                out.storeBytes(of: byte ^ bits, toByteOffset: y * window.width + x, as: UInt8.self)
            }
        }
    }

    /// - Parameter part: what to read of it; the other planes are empty then.
    /// - Throws: `InputError` where the file is missing, damaged or of another size.
    static func read(_ path: String, size: RasterSize, part: Part) throws -> DatePlanes {
        let reader = try RasterReader(path: path)
        guard reader.info.size == size, reader.info.sampleType == .uint8, part.bands.allSatisfy({ $0 < reader.info.bandCount }) else {
            throw InputError(path: path, problem: "is not the saved state that the ledger speaks of")
        }
        var planes = DatePlanes(size: size, signed: [], structure: [], luminance: [])
        for band in part.bands {
            let block = try reader.read(PixelWindow(size), bands: [band])
            switch band {
            case 0: planes.luminance = block.bytes
            case 1: planes.signed = block.bytes.map { Int8(bitPattern: $0 ^ 0x80) }
            default: planes.structure = block.bytes.map { Int8(bitPattern: $0 ^ 0x80) }
            }
        }
        return planes
    }

    enum Part {
        case luminance, change, changeAndStructure, picture
        var bands: [Int] {
            switch self {
            case .luminance: [0]
            case .change: [1]
            case .changeAndStructure: [1, 2]
            case .picture: [0, 1]
            }
        }
    }
}
