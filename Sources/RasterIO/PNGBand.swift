import CZlib
import Raster

/// Some rows of a picture, filtered and compressed apart from the others.
public struct PNGBand: Sendable {
    public let rowCount: Int
    /// Blocks of deflate that end on a whole byte and refer to nothing before them.
    let bytes: [UInt8]
    /// Adler-32 of the filtered rows, and their bytes.
    let checksum: UInt32
    let byteCount: Int
}

/// Makes bands of rows; what a band's bytes are depends on its rows alone.
public struct PNGBandEncoder: Sendable {
    let width: Int
    let bytesPerPixel: Int
    let compression: PNGWriter.Compression

    private var bytesPerRow: Int { width * bytesPerPixel }

    /// - Parameter rows: whole rows, at least one.
    /// - Throws: `InputError` where no memory is left.
    public func encode(_ rows: UnsafeBufferPointer<UInt8>) throws -> PNGBand {
        let count = rows.count / bytesPerRow
        precondition(count > 0 && count * bytesPerRow == rows.count, "a part of a row cannot be written")
        let filtered = [UInt8](unsafeUninitializedCapacity: count * (bytesPerRow + 1)) { buffer, initialized in
            if let target = buffer.baseAddress, let source = rows.baseAddress {
                for row in 0..<count { filter(source + row * bytesPerRow, into: target + row * (bytesPerRow + 1)) }
            }
            initialized = buffer.count
        }
        let (bytes, checksum) = try filtered.withUnsafeBufferPointer { filtered in
            (
                compression.strategy == .runLength ? RunLengthDeflate.blocks(filtered) : try deflated(filtered),
                Adler32.checksum(of: filtered)
            )
        }
        return PNGBand(rowCount: count, bytes: bytes, checksum: checksum, byteCount: filtered.count)
    }

    /// The row's filter type and its bytes, or those less their left neighbours'.
    private func filter(_ row: UnsafePointer<UInt8>, into out: UnsafeMutablePointer<UInt8>) {
        out[0] = compression.filtersDifferences ? 1 : 0
        let first = compression.filtersDifferences ? bytesPerPixel : bytesPerRow
        (out + 1).update(from: row, count: first)
        for i in first..<bytesPerRow { out[1 &+ i] = row[i] &- row[i &- bytesPerPixel] }
    }

    private func deflated(_ bytes: UnsafeBufferPointer<UInt8>) throws -> [UInt8] {
        let strategy =
            switch compression.strategy {
            case .thorough: Z_DEFAULT_STRATEGY
            case .runLength: Z_RLE
            case .huffmanOnly: Z_HUFFMAN_ONLY
            }
        var stream = z_stream()
        // A negative window: blocks alone, without a header and checksum of their own.
        let status = deflateInit2_(
            &stream, Int32(min(max(compression.level, 1), 9)), Z_DEFLATED, -15, 9, strategy, ZLIB_VERSION,
            Int32(MemoryLayout<z_stream>.size))
        guard status == Z_OK else { throw InputError(problem: "no memory is left to compress a picture with") }
        defer { deflateEnd(&stream) }
        stream.next_in = UnsafeMutablePointer(mutating: bytes.baseAddress)
        stream.avail_in = uInt(bytes.count)
        // The bound is of a stream that ends; a flush adds an empty block of at most six bytes.
        let bound = Int(deflateBound(&stream, uLong(bytes.count))) + 6
        return [UInt8](unsafeUninitializedCapacity: bound) { buffer, initialized in
            stream.next_out = buffer.baseAddress
            stream.avail_out = uInt(buffer.count)
            let status = deflate(&stream, Z_SYNC_FLUSH)
            precondition(status == Z_OK && stream.avail_in == 0 && stream.avail_out > 0, "the bound of compressed bytes does not hold")
            initialized = buffer.count - Int(stream.avail_out)
        }
    }
}
