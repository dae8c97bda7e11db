import Foundation
import Raster
import TestSupport
import Testing

@testable import RasterIO

@Suite struct PNGTests {
    private let folder: TemporaryFolder

    init() throws { folder = try TemporaryFolder() }

    /// The same bytes on every machine.
    private static func noise(_ count: Int, seed: UInt64 = 1, below: UInt64 = 256) -> [UInt8] {
        var state = seed
        return (0..<count).map { _ in
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            return UInt8((state >> 33) % below)
        }
    }

    private static func write(
        _ bytes: [UInt8], size: RasterSize, colour: PNGWriter.Colour, texts: [PNGWriter.Text] = [],
        compression: PNGWriter.Compression = .fast, to path: String
    ) throws {
        let writer = try PNGWriter(path: path, size: size, colour: colour, texts: texts, compression: compression)
        let half = size.height / 2 * (bytes.count / size.height)
        try writer.write(rows: Array(bytes[..<half]))
        try writer.write(rows: Array(bytes[half...]))
        try writer.commit()
    }

    @Test(arguments: PNGWriter.Strategy.allCases, [false, true])
    func greyComesBackAsWritten(_ strategy: PNGWriter.Strategy, _ filtersDifferences: Bool) throws {
        for (width, height) in [(1, 1), (7, 3), (64, 65)] {
            let path = folder.file("grey-\(width).png")
            let bytes = Self.noise(width * height)
            try Self.write(
                bytes, size: RasterSize(width: width, height: height), colour: .grey,
                compression: .init(level: 1, strategy: strategy, filtersDifferences: filtersDifferences), to: path)
            let reader = try PNGReader(path: path, limits: .default)
            #expect(reader.info.colourInterpretation == [.grey])
            #expect(try reader.read(PixelWindow(reader.info.size), bands: [0], overview: nil).bytes == bytes)
        }
    }

    @Test func coloursComeBackBandByBand() throws {
        let size = RasterSize(width: 31, height: 17)
        let bytes = Self.noise(size.pixelCount * 3, seed: 5)
        try Self.write(bytes, size: size, colour: .rgb, to: folder.file("rgb.png"))
        let reader = try PNGReader(path: folder.file("rgb.png"), limits: .default)
        let block = try reader.read(PixelWindow(size), bands: [2, 0], overview: nil)
        #expect(
            block.bytes == stride(from: 2, to: bytes.count, by: 3).map { bytes[$0] }
                + stride(from: 0, to: bytes.count, by: 3).map { bytes[$0] })
    }

    @Test func paletteIsExpandedToItsColoursAndOpacities() throws {
        let colours = [PNGWriter.RGB(10, 20, 30), PNGWriter.RGB(200, 100, 50), PNGWriter.RGB(0, 0, 255)]
        try Self.write(
            [0, 1, 2, 1], size: RasterSize(width: 2, height: 2), colour: .palette(colours, opacity: [0, 128]), to: folder.file("p.png"))
        let reader = try PNGReader(path: folder.file("p.png"), limits: .default)
        #expect(reader.info.alphaBand == 3)
        let block = try reader.read(PixelWindow(reader.info.size), bands: [0, 1, 2, 3], overview: nil)
        #expect(block.bytes == [10, 200, 0, 200, 20, 100, 0, 100, 30, 50, 255, 50, 0, 128, 255, 128])
    }

    @Test func anyWindowIsAPartOfTheWhole() throws {
        let size = RasterSize(width: 40, height: 30)
        try Self.write(Self.noise(size.pixelCount * 3), size: size, colour: .rgb, to: folder.file("w.png"))
        let reader = try PNGReader(path: folder.file("w.png"), limits: .default)
        let whole = try reader.read(PixelWindow(size), bands: [1], overview: nil).bytes
        let corners = Self.noise(80, seed: 9)
        for i in stride(from: 0, to: corners.count, by: 4) {
            let (x, y) = (Int(corners[i]) % 40, Int(corners[i + 1]) % 30)
            let window = PixelWindow(x: x, y: y, width: 1 + Int(corners[i + 2]) % (40 - x), height: 1 + Int(corners[i + 3]) % (30 - y))
            let expected = (window.y..<window.maxY).flatMap { whole[($0 * 40 + window.x)..<($0 * 40 + window.maxX)] }
            #expect(try reader.read(window, bands: [1], overview: nil).bytes == expected, "\(window)")
        }
    }

    @Test func manyThreadsReadTheSame() async throws {
        let size = RasterSize(width: 100, height: 100)
        let bytes = Self.noise(size.pixelCount)
        try Self.write(bytes, size: size, colour: .grey, to: folder.file("t.png"))
        let reader = try PNGReader(path: folder.file("t.png"), limits: .default)
        try await withThrowingTaskGroup { group in
            for row in 0..<100 {
                group.addTask {
                    try reader.read(PixelWindow(x: 0, y: row, width: 100, height: 1), bands: [0], overview: nil).bytes
                        == Array(bytes[(row * 100)..<(row * 100 + 100)])
                }
            }
            for try await isEqual in group { #expect(isEqual) }
        }
    }

    @Test func textsOfEveryAlphabetComeBack() throws {
        let texts = [
            PNGWriter.Text("Title", "Änderung"), PNGWriter.Text("Source", "صورة"), PNGWriter.Text("Description", "two\nlines"),
            PNGWriter.Text("Comment", ""),
        ]
        try Self.write([1], size: RasterSize(width: 1, height: 1), colour: .grey, texts: texts, to: folder.file("x.png"))
        let info = try PNGReader(path: folder.file("x.png"), limits: .default).info
        #expect(info.metadata == ["Title": "Änderung", "Source": "صورة", "Description": "two\nlines", "Comment": ""])
        #expect(info.dateTime == nil)
    }

    @Test(arguments: ["", " Title", "日付", String(repeating: "k", count: 80)])
    func refusesKeywordsThatPNGForbids(_ keyword: String) {
        #expect(throws: OutputError.self) {
            try PNGWriter(path: folder.file("k.png"), size: RasterSize(width: 1, height: 1), colour: .grey, texts: [.init(keyword, "")])
        }
    }

    @Test(arguments: [RasterSize(width: 0, height: 1), RasterSize(width: 1, height: -1), RasterSize(width: 1 << 31, height: 1)])
    func refusesSizesThatPNGForbids(_ size: RasterSize) {
        #expect(throws: OutputError.self) { try PNGWriter(path: folder.file("s.png"), size: size, colour: .grey) }
    }

    @Test func unfinishedPictureLeavesNothing() throws {
        do {
            let writer = try PNGWriter(path: folder.file("u.png"), size: RasterSize(width: 10, height: 10), colour: .grey)
            try writer.write(rows: [UInt8](repeating: 0, count: 50))
        }
        #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path).isEmpty)
    }

    // MARK: Damage

    @Test(arguments: [8, 20, 33, 45, 200, 2000])
    func aFileCutShortIsRefused(_ length: Int) throws {
        try Self.write(Self.noise(10_000), size: RasterSize(width: 100, height: 100), colour: .grey, to: folder.file("whole.png"))
        let whole = [UInt8](try Data(contentsOf: URL(fileURLWithPath: folder.file("whole.png"))))
        let path = try folder.write(whole.prefix(length), to: "cut.png")
        let error = #expect(throws: InputError.self) {
            let reader = try PNGReader(path: path, limits: .default)
            _ = try reader.read(PixelWindow(reader.info.size), bands: [0], overview: nil)
        }
        #expect(error?.path == path)
        if length == 2000 { #expect(error?.problem.contains("of 100: the file ends too early") == true) }
    }

    @Test func aChangedByteIsRefusedByRowEachTime() throws {
        try Self.write(Self.noise(10_000), size: RasterSize(width: 100, height: 100), colour: .grey, to: folder.file("whole.png"))
        var bytes = [UInt8](try Data(contentsOf: URL(fileURLWithPath: folder.file("whole.png"))))
        bytes[5000] ^= 0x10
        let reader = try PNGReader(path: folder.write(bytes, to: "bad.png"), limits: .default)
        for _ in 0..<2 {
            let error = #expect(throws: InputError.self) {
                _ = try reader.read(PixelWindow(x: 0, y: 0, width: 1, height: 1), bands: [0], overview: nil)
            }
            #expect(error?.problem.contains("row ") == true)
        }
    }

    @Test func limitsAreKept() throws {
        try Self.write(Self.noise(10_000), size: RasterSize(width: 100, height: 100), colour: .grey, to: folder.file("l.png"))
        #expect(throws: InputError.self) { try PNGReader(path: folder.file("l.png"), limits: ReadLimits(maxSamples: 9_999)) }
        #expect(throws: InputError.self) { try PNGReader(path: folder.file("l.png"), limits: ReadLimits(maxReadBytes: 9_999)) }
        // A header may claim any size; a few bytes cannot back it.
        var bytes = [UInt8](try Data(contentsOf: URL(fileURLWithPath: folder.file("l.png"))))
        bytes.replaceSubrange(16..<24, with: [0, 1, 0, 0, 0, 1, 0, 0])
        bytes.replaceSubrange(29..<33, with: crc(bytes[12..<29]))
        let error = #expect(throws: InputError.self) { try PNGReader(path: folder.write(bytes, to: "huge.png"), limits: .default) }
        #expect(error?.problem.contains("cannot hold") == true || error?.problem.contains("memory") == true)
    }

    private func crc(_ bytes: ArraySlice<UInt8>) -> [UInt8] {
        var crc: UInt32 = 0xFFFF_FFFF
        for byte in bytes {
            crc ^= UInt32(byte)
            for _ in 0..<8 { crc = crc & 1 == 1 ? crc >> 1 ^ 0xEDB8_8320 : crc >> 1 }
        }
        return (0..<4).map { UInt8(truncatingIfNeeded: ~crc >> (24 - 8 * $0)) }
    }
}
