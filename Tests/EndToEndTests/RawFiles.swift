import CTIFF
import CZlib
import Foundation

@testable import RasterIO

/// Files byte by byte, that say what no writer would.
enum RawFiles {
    // MARK: Deflate

    /// A zlib stream that expands to that many mebibytes of zeros, from a thousandth of it.
    static func zeros(mebibytes: Int) throws -> [UInt8] {
        var stream = z_stream()
        guard deflateInit2_(&stream, 9, Z_DEFLATED, -15, 9, Z_DEFAULT_STRATEGY, ZLIB_VERSION, Int32(MemoryLayout<z_stream>.size)) == Z_OK
        else { throw CocoaError(.fileWriteUnknown) }
        defer { deflateEnd(&stream) }
        var plain = [UInt8](repeating: 0, count: 1 << 20)
        var packed = [UInt8](repeating: 0, count: 1 << 16)
        let count = plain.withUnsafeMutableBufferPointer { plain in
            packed.withUnsafeMutableBufferPointer { packed in
                stream.next_in = plain.baseAddress
                stream.avail_in = uInt(plain.count)
                stream.next_out = packed.baseAddress
                stream.avail_out = uInt(packed.count)
                // Flushed in full, the part stands for itself wherever it stands.
                deflate(&stream, Z_FULL_FLUSH)
                return packed.count - Int(stream.avail_out)
            }
        }
        let part = packed.prefix(count)
        // Adler-32 of zeros: the first sum stays 1, the second counts the bytes.
        let sum = UInt32((mebibytes << 20) % 65521) << 16 | 1
        return [0x78, 0xDA] + (0..<mebibytes).flatMap { _ in part } + [0x03, 0x00] + bigEndian(sum)
    }

    static func bigEndian(_ value: UInt32) -> [UInt8] { (0..<4).map { UInt8(truncatingIfNeeded: value >> (24 - 8 * $0)) } }

    // MARK: PNG

    /// A grey picture of 8 bits whose header says this size, with these pixel data.
    static func png(width: Int, height: Int, pixels: [UInt8], before: [(name: String, bytes: [UInt8])] = []) -> [UInt8] {
        let header = bigEndian(UInt32(width)) + bigEndian(UInt32(height)) + [8, 0, 0, 0, 0]
        let chunks = [("IHDR", header)] + before + [("IDAT", pixels), ("IEND", [])]
        return [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A]
            + chunks.flatMap { name, bytes in
                let named = Array(name.utf8) + bytes
                return bigEndian(UInt32(bytes.count)) + named + bigEndian(UInt32(crc32(0, named, uInt(named.count))))
            }
    }

    // MARK: TIFF

    /// A grey GeoTIFF of 8 bits in tiles, placed in UTM zone 33.
    struct TIFF {
        var width = 96
        var height = 80
        var tile = 128
        var bandCount = 1
        var compression = Int(COMPRESSION_ADOBE_DEFLATE)
        /// Where the next directory stands; `loops` makes it this one.
        var loops = false
        /// By tag: tile offsets and sizes that the file is to claim in place of its own.
        var offsets: [Int]?
        var sizes: [Int]?
        var pixelScale: [Double]? = [10, 10, 0]
        var tiePoint: [Double]? = [0, 0, 0, 640_000, 3_440_000, 0]
        var matrix: [Double]?
        /// Of every tile, which all stand at one place.
        var data: [UInt8] = []

        private var tileCount: Int { ((width + tile - 1) / tile) * ((height + tile - 1) / tile) }

        private func directory(at offset: Int) -> TIFFDirectoryBytes {
            var directory = TIFFDirectoryBytes(isBigTIFF: false)
            directory.set(TIFFTAG_IMAGEWIDTH, longs: [width])
            directory.set(TIFFTAG_IMAGELENGTH, longs: [height])
            directory.set(TIFFTAG_BITSPERSAMPLE, shorts: [8])
            directory.set(TIFFTAG_COMPRESSION, shorts: [compression])
            directory.set(TIFFTAG_PHOTOMETRIC, shorts: [1])
            directory.set(TIFFTAG_SAMPLESPERPIXEL, shorts: [bandCount])
            directory.set(TIFFTAG_TILEWIDTH, longs: [tile])
            directory.set(TIFFTAG_TILELENGTH, longs: [tile])
            directory.set(TIFFTAG_TILEOFFSETS, longs: offsets ?? [Int](repeating: offset, count: tileCount))
            directory.set(TIFFTAG_TILEBYTECOUNTS, longs: sizes ?? [Int](repeating: data.count, count: tileCount))
            if let pixelScale { directory.set(33550, doubles: pixelScale) }
            if let tiePoint { directory.set(33922, doubles: tiePoint) }
            if let matrix { directory.set(34264, doubles: matrix) }
            directory.set(34735, shorts: [1, 1, 0, 3, 1024, 0, 1, 1, 1025, 0, 1, 1, 3072, 0, 1, 32633])
            return directory
        }

        var bytes: [UInt8] {
            let start = 8 + directory(at: 0).byteCount
            return [0x49, 0x49, 42, 0, 8, 0, 0, 0] + directory(at: start).bytes(at: 8, next: loops ? 8 : 0) + data
        }
    }
}
