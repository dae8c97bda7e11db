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

/// Date planes as files: a TIFF of one byte a sample, so that they can be looked at too, with one plane after the other, since a search reads one of the three.
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
                compressionLevel: 1, hasOverviews: false, isPlanar: true))
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
        guard let source = plane.assumingMemoryBound(to: UInt8.self).baseAddress,
            let out = target.assumingMemoryBound(to: UInt8.self).baseAddress
        else {
            return
        }
        precondition(plane.count == size.pixelCount && target.count >= window.pixelCount, "the planes do not fit their size")
        for y in 0..<window.height {
            let (row, copy) = (source + ((window.y + y) * size.width + window.x), out + y * window.width)
            for x in 0..<window.width { copy[x] = row[x] ^ bits }
        }
    }

    /// - Parameters:
    ///   - part: what to read of it; the other planes are empty then.
    ///   - jobs: worker threads.
    /// - Throws: `InputError` where the file is missing, damaged or of another size.
    static func read(_ path: String, size: RasterSize, part: Part, jobs: Int) throws -> DatePlanes {
        let reader = try RasterReader(path: path)
        guard reader.info.size == size, reader.info.sampleType == .uint8, part.bands.allSatisfy({ $0 < reader.info.bandCount }) else {
            throw InputError(path: path, problem: "is not the saved state that the ledger speaks of")
        }
        var planes = DatePlanes(size: size, signed: [], structure: [], luminance: [])
        for band in part.bands {
            switch band {
            case 0: planes.luminance = try plane(band, of: reader, flipping: 0, jobs: jobs)
            case 1: planes.signed = try plane(band, of: reader, flipping: 0x80, jobs: jobs)
            default: planes.structure = try plane(band, of: reader, flipping: 0x80, jobs: jobs)
            }
        }
        return planes
    }

    /// One plane, each byte with some bits flipped.
    private static func plane<Sample: FixedWidthInteger>(
        _ band: Int, of reader: RasterReader, flipping bits: UInt8, jobs: Int
    ) throws -> [Sample] {
        let size = reader.info.size
        return try [Sample](unsafeUninitializedCapacity: size.pixelCount) { samples, count in
            guard let target = samples.baseAddress.map(SharedMemory.init) else { return }
            try WorkerPool.forEach(count: (size.height + 511) / 512, jobs: jobs) { k in
                let rows = PixelWindow(x: 0, y: 512 * k, width: size.width, height: min(512, size.height - 512 * k))
                try reader.read(rows, bands: [band]).bytes.withUnsafeBufferPointer { bytes in
                    let out = target.pointer + rows.y * size.width
                    for i in bytes.indices { out[i] = Sample(truncatingIfNeeded: bytes[i] ^ bits) }
                }
            }
            count = size.pixelCount
        }
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
