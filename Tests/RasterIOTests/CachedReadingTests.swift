import CTIFF
import Foundation
import Raster
import TestSupport
import Testing

@testable import RasterIO

@Suite struct CachedReadingTests {
    /// Layouts of every way to keep blocks: tiles, strips, planes apart, strips by rows.
    static let layouts =
        TIFFWindowTests.layouts + [
            tall,
            TIFFFixture(
                size: tall.size, bandCount: 2, type: .int16, rowsPerStrip: tall.size.height, isPlanar: true, compression: COMPRESSION_LZW,
                predictor: 2),
            TIFFFixture(size: tall.size, bandCount: 3, type: .uint8, rowsPerStrip: 170, isBigEndian: true),
        ]
    /// One strip, which is decoded by rows where `limits` holds.
    static let tall = TIFFFixture(
        size: RasterSize(width: 131, height: 260), bandCount: 2, type: .uint16, rowsPerStrip: 260,
        compression: COMPRESSION_ADOBE_DEFLATE, predictor: 2)
    static let limits = ReadLimits(maxBlockBytes: 20_000)

    static func windows(_ size: RasterSize, side: Int, halo: Int) -> [PixelWindow] {
        PixelWindow(size).blocks(side: side).map { $0.expanded(by: halo).intersection(PixelWindow(size)) }
    }

    @Test(arguments: layouts.indices, [1 << 30, 40_000, 5_000, 0])
    func samplesAreTheSameAsWithout(layout: Int, budget: Int) throws {
        let folder = try TemporaryFolder()
        let fixture = Self.layouts[layout]
        try fixture.write(to: folder.file("a.tif"))
        let cache = DecodedBlockCache(budget: budget)
        let plain = try RasterReader(path: folder.file("a.tif"), limits: Self.limits)
        let cached = try RasterReader(path: folder.file("a.tif"), limits: Self.limits, cache: cache)
        var generator = SeededGenerator(state: UInt64(layout))
        for _ in 0..<25 {
            let window = generator.window(in: fixture.size)
            let bands = (0..<Int.random(in: 1...4, using: &generator)).map { _ in Int.random(in: 0..<fixture.bandCount, using: &generator) }
            #expect(firstDifference(try cached.read(window, bands: bands).bytes, try plain.read(window, bands: bands).bytes) == nil)
        }
        #expect(cache.statistics.keptBytes <= budget)
    }

    @Test(arguments: layouts.indices, [1, 4])
    func readsWithHaloDecodeEachBlockOnce(layout: Int, threads: Int) async throws {
        let folder = try TemporaryFolder()
        let fixture = Self.layouts[layout]
        let whole = try fixture.write(to: folder.file("a.tif"))
        let cache = DecodedBlockCache(budget: 1 << 30)
        // As several analyses of one date do, each thread opens the file for itself.
        let readers = try (0..<threads).map { _ in try RasterReader(path: folder.file("a.tif"), limits: Self.limits, cache: cache) }
        let bands = Array(0..<fixture.bandCount)
        let side = fixture.size.width / 4
        let differing = try await withThrowingTaskGroup { group in
            for reader in readers {
                group.addTask {
                    try Self.windows(fixture.size, side: side, halo: side / 4).count {
                        firstDifference(try reader.read($0).bytes, whole.part($0, bands: bands)) != nil
                    }
                }
            }
            return try await group.reduce(0, +)
        }
        #expect(differing == 0)
        let statistics = cache.statistics
        #expect(statistics.decodedBlocks == statistics.keptBlocks && statistics.droppedBlocks == 0)
        #expect(statistics.misses >= 1 && statistics.hits > statistics.misses)
        // Tiles at the lower edge are not decoded below the raster; those at the right edge are decoded over their whole width.
        let width = fixture.tile.map { (fixture.size.width + $0.width - 1) / $0.width * $0.width } ?? fixture.size.width
        let stored = width * fixture.size.height * fixture.bandCount * fixture.type.byteCount
        #expect(statistics.decodedBytes == stored)
    }

    @Test(arguments: layouts.indices)
    func whatIsReleasedIsDecodedAnewAndTheRestIsNot(layout: Int) throws {
        let folder = try TemporaryFolder()
        let fixture = Self.layouts[layout]
        let whole = try fixture.write(to: folder.file("a.tif"))
        let cache = DecodedBlockCache(budget: 1 << 30)
        let reader = try RasterReader(path: folder.file("a.tif"), limits: Self.limits, cache: cache)
        _ = try reader.read(PixelWindow(fixture.size))
        let before = cache.statistics
        // Beyond the raster on two sides; no block ends in the middle of its last row and column.
        let window = PixelWindow(x: -5, y: -5, width: fixture.size.width + 4, height: fixture.size.height + 4)
        reader.release(window)
        let released = cache.statistics
        #expect(released.keptBlocks == before.keptBlocks - released.droppedBlocks && released.keptBlocks > 0)
        #expect(firstDifference(try reader.read(PixelWindow(fixture.size)).bytes, whole.bytes) == nil)
        #expect(cache.statistics.decodedBlocks == before.decodedBlocks + released.droppedBlocks)
        #expect(cache.statistics.keptBytes == before.keptBytes)
        // Tiles that end before the last row and column are there in all tiled layouts.
        #expect(released.droppedBlocks > 0 || fixture.tile == nil)
    }

    /// Threads that go down a strip in any order share the one decoder, and nothing is decoded twice.
    @Test func aTallStripIsDecodedOnceByThreadsInTurn() async throws {
        let folder = try TemporaryFolder()
        let whole = try Self.tall.write(to: folder.file("a.tif"))
        let cache = DecodedBlockCache(budget: 1 << 30)
        let reader = try RasterReader(path: folder.file("a.tif"), limits: Self.limits, cache: cache)
        let windows = Self.windows(Self.tall.size, side: 30, halo: 7)
        let differing = try await withThrowingTaskGroup { group in
            for part in 0..<4 {
                group.addTask {
                    try windows.indices.count { index in
                        guard index % 4 == part else { return false }
                        let window = windows[windows.count - 1 - index]
                        return firstDifference(try reader.read(window).bytes, whole.part(window, bands: [0, 1])) != nil
                    }
                }
            }
            return try await group.reduce(0, +)
        }
        #expect(differing == 0)
        #expect(cache.statistics.decodedBytes == whole.bytes.count)
    }

    @Test func overviewsMasksAndImagesDoNotMeet() throws {
        let folder = try TemporaryFolder()
        let path = folder.file("a.tif")
        let fixture = TIFFFixture(size: RasterSize(width: 64, height: 64), tile: RasterSize(width: 32, height: 32))
        guard let tiff = TIFFOpen(path, "w") else { throw TIFFFixture.Failure(what: "open") }
        try fixture.writeDirectory(tiff, fixture.samples())
        var half = TIFFFixture(size: RasterSize(width: 32, height: 32), tile: RasterSize(width: 32, height: 32))
        half.more = { TIFFFixture.set($0, TIFFTAG_SUBFILETYPE, FILETYPE_REDUCEDIMAGE) }
        try half.writeDirectory(tiff, half.samples())
        var mask = TIFFFixture(size: fixture.size, tile: RasterSize(width: 32, height: 32))
        mask.more = { TIFFFixture.set($0, TIFFTAG_SUBFILETYPE, FILETYPE_MASK) }
        try mask.writeDirectory(tiff, mask.samples())
        TIFFClose(tiff)
        let cache = DecodedBlockCache(budget: 1 << 20)
        let plain = try RasterReader(path: path)
        let first = try RasterReader(path: path, cache: cache)
        let window = PixelWindow(x: 5, y: 3, width: 20, height: 29)
        for _ in 0..<2 {
            // The first reader's handles stand at the mask when the second is opened.
            let cached = try RasterReader(path: path, cache: cache)
            #expect(cached.info == first.info && first.info == plain.info)
            #expect(try cached.read(window).bytes == plain.read(window).bytes)
            #expect(try cached.read(window, overview: 0).bytes == plain.read(window, overview: 0).bytes)
            #expect(try cached.readMask(window) == plain.readMask(window))
        }
        #expect(cache.statistics.decodedBlocks == 3 && cache.statistics.hits == 3)
    }

    @Test func blocksLeftOutAreKeptAsSuch() throws {
        let folder = try TemporaryFolder()
        let fixture = TIFFFixture(size: RasterSize(width: 64, height: 32), tile: RasterSize(width: 32, height: 32), leftOut: [1])
        try fixture.write(to: folder.file("a.tif"))
        let cache = DecodedBlockCache(budget: 1 << 20)
        let cached = try RasterReader(path: folder.file("a.tif"), cache: cache)
        let plain = try RasterReader(path: folder.file("a.tif"))
        for _ in 0..<2 { #expect(try cached.read(PixelWindow(fixture.size)).bytes == plain.read(PixelWindow(fixture.size)).bytes) }
        #expect(cache.statistics.misses == 2 && cache.statistics.hits == 2 && cache.statistics.decodedBytes == 32 * 32)
    }

    @Test func aFileWrittenAnewIsReadAnew() throws {
        let folder = try TemporaryFolder()
        let path = folder.file("a.tif")
        var fixture = TIFFFixture(bandCount: 1, type: .uint8)
        try fixture.write(to: path)
        let cache = DecodedBlockCache(budget: 1 << 20)
        let window = PixelWindow(fixture.size)
        let old = try RasterReader(path: path, cache: cache)
        let oldBytes = try old.read(window).bytes
        try FileManager.default.removeItem(atPath: path)
        fixture.bandCount = 2
        let written = try fixture.write(to: path)
        #expect(try RasterReader(path: path, cache: cache).read(window).bytes == written.bytes)
        #expect(try old.read(window).bytes == oldBytes)
    }

    /// What is damaged is refused each time, with the same words as without a cache, and what stands before it can still be read.
    @Test(arguments: [false, true])
    func damageIsRefusedEachTime(readsRows: Bool) throws {
        let folder = try TemporaryFolder()
        var fixture = Self.tall
        fixture.compression = COMPRESSION_LZW
        if !readsRows { fixture.rowsPerStrip = 10 }
        try fixture.write(to: folder.file("whole.tif"))
        var bytes = [UInt8](try Data(contentsOf: URL(fileURLWithPath: folder.file("whole.tif"))))
        // libtiff writes the directory behind the samples; it stays.
        let middle = bytes.count / 2
        for index in middle..<(middle + 2_000) { bytes[index] = 0xFF }
        let path = try folder.write(bytes, to: "bad.tif")
        let cache = DecodedBlockCache(budget: 1 << 30)
        let reader = try RasterReader(path: path, limits: Self.limits, cache: cache)
        let plain = try RasterReader(path: path, limits: Self.limits)
        let expected = try #require(throws: InputError.self) { _ = try plain.read(PixelWindow(fixture.size)) }
        for _ in 0..<2 {
            let error = try #require(throws: InputError.self) { _ = try reader.read(PixelWindow(fixture.size)) }
            #expect(error.description == expected.description)
            let top = PixelWindow(x: 3, y: 0, width: 50, height: 40)
            #expect(try reader.read(top).bytes == plain.read(top).bytes)
        }
    }

    @Test func aPictureIsDecodedOnceForAllItsReaders() throws {
        let folder = try TemporaryFolder()
        let size = RasterSize(width: 50, height: 40)
        let writer = try PNGWriter(path: folder.file("a.png"), size: size, colour: .rgb)
        try writer.write(rows: (0..<(size.pixelCount * 3)).map { UInt8(truncatingIfNeeded: $0 * 7) })
        try writer.commit()
        let plain = try RasterReader(path: folder.file("a.png")).read(PixelWindow(size)).bytes
        let cache = DecodedBlockCache(budget: 1 << 20)
        for _ in 0..<3 {
            let reader = try RasterReader(path: folder.file("a.png"), cache: cache)
            for window in Self.windows(size, side: 16, halo: 4) { _ = try reader.read(window) }
            #expect(try reader.read(PixelWindow(size)).bytes == plain)
        }
        #expect(cache.statistics.decodedBlocks == 1 && cache.statistics.decodedBytes == size.pixelCount * 3)
        // A reader keeps its picture, however small the budget.
        let small = DecodedBlockCache(budget: 100)
        let reader = try RasterReader(path: folder.file("a.png"), cache: small)
        for window in Self.windows(size, side: 16, halo: 4) { _ = try reader.read(window) }
        #expect(small.statistics.decodedBlocks == 1 && small.statistics.keptBytes == 0)
    }

    @Test func aPictureReplacedBeforeItIsDecodedIsRefused() throws {
        let folder = try TemporaryFolder()
        for name in ["a.png", "b.png"] {
            let writer = try PNGWriter(path: folder.file(name), size: RasterSize(width: 2, height: 1), colour: .grey)
            try writer.write(rows: name == "a.png" ? [1, 2] : [3, 4])
            try writer.commit()
        }
        let reader = try RasterReader(path: folder.file("a.png"), cache: DecodedBlockCache(budget: 1 << 20))
        try FileManager.default.removeItem(atPath: folder.file("a.png"))
        try FileManager.default.moveItem(atPath: folder.file("b.png"), toPath: folder.file("a.png"))
        let error = #expect(throws: InputError.self) { _ = try reader.read(PixelWindow(reader.info.size)) }
        #expect(error?.problem.contains("changed") == true)
    }
}
