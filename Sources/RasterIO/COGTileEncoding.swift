import CZlib
import Raster

/// Makes the compressed bytes of one tile: samples of a pixel together, predicted, deflated. Pixels beyond the raster repeat its edge.
///
/// Source: TIFF 6.0 section 14 (horizontal differencing), Adobe Photoshop TIFF Technical Note 3 (floating point predictor).
struct COGTileEncoding: Sendable {
    let tile: RasterSize
    let bandCount: Int
    let type: SampleType
    let predictor: Int
    let compressionLevel: Int

    private var rowSamples: Int { tile.width * bandCount }

    /// - Parameters:
    ///   - cell: samples of which the tile is a part.
    ///   - window: the tile's part of the raster, inside the cell's window.
    /// - Throws: `OutputError` without a path where zlib has no memory.
    func encode(_ cell: SampleBlock, _ window: PixelWindow) throws -> [UInt8] {
        let byteCount = rowSamples * tile.height * type.byteCount
        let raw = [UInt8](unsafeUninitializedCapacity: byteCount) { out, written in
            if let base = out.baseAddress {
                cell.bytes.withUnsafeBytes { samples in
                    if let samples = samples.baseAddress { interleaveAndPredict(samples, cell, window, UnsafeMutableRawPointer(base)) }
                }
            }
            written = byteCount
        }
        return try deflated(predictor == 3 ? floatPredicted(raw) : raw)
    }

    private func interleaveAndPredict(
        _ samples: UnsafeRawPointer, _ cell: SampleBlock, _ window: PixelWindow, _ out: UnsafeMutableRawPointer
    ) {
        switch type.byteCount {
        case 1: interleave(samples, cell, window, out, as: UInt8.self)
        case 2: interleave(samples, cell, window, out, as: UInt16.self)
        case 4: interleave(samples, cell, window, out, as: UInt32.self)
        default: interleave(samples, cell, window, out, as: UInt64.self)
        }
    }

    private func interleave<Sample: FixedWidthInteger>(
        _ samples: UnsafeRawPointer, _ cell: SampleBlock, _ window: PixelWindow, _ out: UnsafeMutableRawPointer, as: Sample.Type
    ) {
        let out = out.bindMemory(to: Sample.self, capacity: rowSamples * tile.height)
        let bandPixels = cell.window.pixelCount
        for y in 0..<tile.height {
            let row = out + y * rowSamples
            guard y < window.height else {
                row.update(from: row - rowSamples, count: rowSamples)
                continue
            }
            let start = (window.y + y - cell.window.y) * cell.window.width + window.x - cell.window.x
            for band in 0..<bandCount {
                let input = samples.assumingMemoryBound(to: Sample.self) + band * bandPixels + start
                for x in 0..<window.width { row[x * bandCount + band] = input[x] }
                let edge = input[window.width - 1]
                for x in window.width..<max(window.width, tile.width) { row[x * bandCount + band] = edge }
            }
        }
        guard predictor == 2 else { return }
        for y in 0..<tile.height {
            let row = out + y * rowSamples
            for i in stride(from: rowSamples - 1, through: bandCount, by: -1) { row[i] &-= row[i - bandCount] }
        }
    }

    /// Each row's bytes sorted by weight, the heaviest first, then differenced byte by byte.
    private func floatPredicted(_ raw: [UInt8]) -> [UInt8] {
        let size = type.byteCount
        let rowBytes = rowSamples * size
        return [UInt8](unsafeUninitializedCapacity: raw.count) { out, written in
            raw.withUnsafeBufferPointer { raw in
                guard let input = raw.baseAddress, let output = out.baseAddress else { return }
                for start in stride(from: 0, to: raw.count, by: rowBytes) {
                    let row = output + start
                    for byte in 0..<size {
                        let plane = row + (size - 1 - byte) * rowSamples
                        let source = input + start + byte
                        for i in 0..<rowSamples { plane[i] = source[i * size] }
                    }
                    for i in stride(from: rowBytes - 1, through: bandCount, by: -1) { row[i] &-= row[i - bandCount] }
                }
            }
            written = raw.count
        }
    }

    private func deflated(_ raw: [UInt8]) throws -> [UInt8] {
        var length = compressBound(uLong(raw.count))
        var status = Z_OK
        let bytes = [UInt8](unsafeUninitializedCapacity: Int(length)) { out, written in
            status = compress2(out.baseAddress, &length, raw, uLong(raw.count), Int32(compressionLevel))
            written = status == Z_OK ? Int(length) : 0
        }
        guard status == Z_OK else { throw OutputError(problem: "a tile cannot be compressed (zlib status \(status))") }
        return bytes
    }
}
