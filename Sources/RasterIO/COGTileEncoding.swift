import CZlib
import Raster

/// Makes the compressed bytes of one tile: samples of a pixel together, predicted, deflated. Pixels beyond the raster repeat its edge.
///
/// Source: TIFF 6.0 section 14 (horizontal differencing), Adobe Photoshop TIFF Technical Note 3 (floating point predictor).
struct COGTileEncoding: Sendable {
    let tile: RasterSize
    /// Bands of a block whose samples stand together.
    let bands: Range<Int>
    let type: SampleType
    let predictor: Int
    let compressionLevel: Int

    private var bandCount: Int { bands.count }
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
        let samples = samples + bands.lowerBound * bandPixels * MemoryLayout<Sample>.size
        for y in 0..<tile.height {
            let row = out + y * rowSamples
            guard y < window.height else {
                row.update(from: row - rowSamples, count: rowSamples)
                continue
            }
            let start = (window.y + y - cell.window.y) * cell.window.width + window.x - cell.window.x
            let input = samples.assumingMemoryBound(to: Sample.self) + start
            let count = min(window.width, tile.width)
            if bandCount == 2 {
                interleavePair(input, input + bandPixels, count, row)
            } else {
                for band in 0..<bandCount { spread(input + band * bandPixels, count, row + band) }
            }
        }
    }

    /// One band's samples of a row, or their differences, among those of the other bands.
    @inline(__always)
    private func spread<Sample: FixedWidthInteger>(_ input: UnsafePointer<Sample>, _ count: Int, _ out: UnsafeMutablePointer<Sample>) {
        let (bandCount, width) = (bandCount, tile.width)
        out[0] = input[0]
        if predictor == 2 {
            for x in 1..<max(1, count) { out[x &* bandCount] = input[x] &- input[x &- 1] }
        } else {
            for x in 1..<max(1, count) { out[x &* bandCount] = input[x] }
        }
        let edge = predictor == 2 ? 0 : input[count - 1]
        for x in count..<width { out[x &* bandCount] = edge }
    }

    /// As `spread`, of both bands at once: whole vectors of samples are then stored, not every other one.
    @inline(__always)
    private func interleavePair<Sample: FixedWidthInteger>(
        _ first: UnsafePointer<Sample>, _ second: UnsafePointer<Sample>, _ count: Int, _ out: UnsafeMutablePointer<Sample>
    ) {
        (out[0], out[1]) = (first[0], second[0])
        if predictor == 2 {
            for x in 1..<max(1, count) {
                out[2 &* x] = first[x] &- first[x &- 1]
                out[2 &* x &+ 1] = second[x] &- second[x &- 1]
            }
        } else {
            for x in 1..<max(1, count) {
                out[2 &* x] = first[x]
                out[2 &* x &+ 1] = second[x]
            }
        }
        let edge = predictor == 2 ? (0, 0) : (first[count - 1], second[count - 1])
        for x in count..<tile.width { (out[2 &* x], out[2 &* x &+ 1]) = edge }
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
        if compressionLevel == 1 { return runLengthDeflated(raw) }
        var length = compressBound(uLong(raw.count))
        var status = Z_OK
        let bytes = [UInt8](unsafeUninitializedCapacity: Int(length)) { out, written in
            status = compress2(out.baseAddress, &length, raw, uLong(raw.count), Int32(compressionLevel))
            written = status == Z_OK ? Int(length) : 0
        }
        guard status == Z_OK else { throw OutputError(problem: "a tile cannot be compressed (zlib status \(status))") }
        return bytes
    }

    /// A stream of literals and runs: RFC 1950, deflate with a window of 32 KiB, quick compression.
    private func runLengthDeflated(_ raw: [UInt8]) -> [UInt8] {
        raw.withUnsafeBufferPointer { raw in
            var bytes = RunLengthDeflate.blocks(raw, after: [0x78, 0x01])
            let checksum = Adler32.checksum(of: raw)
            // A last block of nothing in fixed codes, and the checksum of everything.
            bytes += [0x03, 0x00] + [24, 16, 8, 0].map { UInt8(truncatingIfNeeded: checksum >> $0) }
            return bytes
        }
    }
}
