import CZlib
import Raster
import TestSupport
import Testing

@testable import RasterIO

@Suite struct RunLengthDeflateTests {
    /// The same bytes on every machine.
    private static func noise(_ count: Int, seed: UInt64 = 1, below: UInt64 = 256) -> [UInt8] {
        var state = seed
        return (0..<count).map { _ in
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            return UInt8((state >> 33) % below)
        }
    }

    /// What zlib makes of blocks with an end after them.
    private func inflated(_ blocks: [UInt8], count: Int) -> [UInt8] {
        var stream = z_stream()
        #expect(inflateInit2_(&stream, -15, ZLIB_VERSION, Int32(MemoryLayout<z_stream>.size)) == Z_OK)
        defer { inflateEnd(&stream) }
        var input = blocks + [3, 0]
        var output = [UInt8](repeating: 0, count: count + 1)
        input.withUnsafeMutableBufferPointer { input in
            output.withUnsafeMutableBufferPointer { output in
                stream.next_in = input.baseAddress
                stream.avail_in = uInt(input.count)
                stream.next_out = output.baseAddress
                stream.avail_out = uInt(output.count)
                #expect(inflate(&stream, Z_FINISH) == Z_STREAM_END)
                #expect(stream.avail_in == 0)
            }
        }
        return Array(output.prefix(Int(stream.total_out)))
    }

    private func expectBack(_ bytes: [UInt8]) {
        let blocks = bytes.withUnsafeBufferPointer { RunLengthDeflate.blocks($0) }
        #expect(blocks.suffix(4) == [0, 0, 0xFF, 0xFF], "an empty stored block on a whole byte")
        #expect(inflated(blocks, count: bytes.count) == bytes)
    }

    @Test(arguments: [1, 7, 8, 9, 255, 1000, 131_072, 131_073, 300_000])
    func noiseComesBack(_ count: Int) {
        for below: UInt64 in [1, 2, 30, 256] { expectBack(Self.noise(count, below: below)) }
    }

    @Test func runsOfEveryLengthComeBack() {
        expectBack((1...600).flatMap { [UInt8](repeating: UInt8($0 % 7), count: $0) + Self.noise($0 % 13, seed: UInt64($0)) })
        expectBack([UInt8](repeating: 200, count: 400_000))
    }

    @Test func codesOfVeryUnequalCountsKeepTheirLimit() {
        // Fibonacci numbers make the deepest tree.
        var (count, next) = (1, 1)
        var bytes: [UInt8] = []
        for symbol in 0..<24 {
            for i in 0..<count { bytes += i % 2 == 0 ? [UInt8(symbol)] : [UInt8(symbol), UInt8(symbol) ^ 1] }
            (count, next) = (next, count + next)
        }
        expectBack(bytes)
        let code = HuffmanCode(counts: (0..<30).map { UInt32(1) << UInt32($0) }, longest: 12)
        #expect(code.lengths.max() == 12)
        #expect(code.lengths.reduce(0.0) { $0 + 1 / Double(1 << $1) } == 1, "no code is left unused")
    }

    @Test func aBandIsTheSameWhereverItIsMade() throws {
        let encoder = PNGBandEncoder(width: 300, bytesPerPixel: 1, compression: .fast)
        let rows = Self.noise(300 * 40, below: 20)
        let first = try rows.withUnsafeBufferPointer { try encoder.encode($0) }
        let second = try rows.withUnsafeBufferPointer { try encoder.encode($0) }
        #expect(first.bytes == second.bytes && first.checksum == second.checksum)
        #expect(first.rowCount == 40)
    }

    @Test(arguments: PNGWriter.Strategy.allCases, [1, 3])
    func bandsTogetherAreOnePicture(_ strategy: PNGWriter.Strategy, _ samples: Int) throws {
        let folder = try TemporaryFolder()
        let size = RasterSize(width: 120, height: 100)
        let bytes = Self.noise(size.pixelCount * samples, below: 40)
        let writer = try PNGWriter(
            path: folder.file("b.png"), size: size, colour: samples == 1 ? .grey : .rgb,
            compression: .init(level: 6, strategy: strategy, filtersDifferences: true))
        let bands = try [0..<1, 1..<64, 64..<100].map { rows in
            try bytes[(rows.lowerBound * 120 * samples)..<(rows.upperBound * 120 * samples)].withUnsafeBufferPointer {
                try writer.encoder.encode($0)
            }
        }
        for band in bands { try writer.append(band) }
        try writer.commit()
        let back = try PNGReader(path: folder.file("b.png"), limits: .default).read(
            PixelWindow(size), bands: Array(0..<samples), overview: nil)
        #expect(back.bytes == (0..<samples).flatMap { band in stride(from: band, to: bytes.count, by: samples).map { bytes[$0] } })
    }
}
