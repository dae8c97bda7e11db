import CTIFF
import Foundation
import Raster
import TestSupport
import Testing

@testable import RasterIO

@Suite struct TIFFWindowTests {
    static let layouts: [TIFFFixture] = [
        TIFFFixture(
            size: RasterSize(width: 131, height: 97), bandCount: 4, type: .uint16, tile: RasterSize(width: 32, height: 16),
            compression: COMPRESSION_ADOBE_DEFLATE, predictor: 2),
        TIFFFixture(
            size: RasterSize(width: 131, height: 97), bandCount: 3, type: .float32, tile: RasterSize(width: 16, height: 64), isPlanar: true,
            compression: COMPRESSION_LZW, predictor: 3),
        TIFFFixture(size: RasterSize(width: 131, height: 97), bandCount: 3, type: .uint8, rowsPerStrip: 13, compression: COMPRESSION_LERC),
        TIFFFixture(
            size: RasterSize(width: 131, height: 97), bandCount: 2, type: .int32, rowsPerStrip: 97, isPlanar: true,
            compression: COMPRESSION_ZSTD),
        TIFFFixture(size: RasterSize(width: 131, height: 97), bandCount: 2, type: .float64, rowsPerStrip: 5, isBigEndian: true),
    ]

    @Test(arguments: layouts.indices)
    func anyWindowIsTheCropOfTheWhole(layout: Int) throws {
        let folder = try TemporaryFolder()
        let fixture = Self.layouts[layout]
        let whole = try fixture.write(to: folder.file("a.tif"))
        let reader = try RasterReader(path: folder.file("a.tif"))
        var generator = SeededGenerator(state: UInt64(layout))
        for _ in 0..<200 {
            let window = generator.window(in: fixture.size)
            let bands = (0..<Int.random(in: 1...4, using: &generator)).map { _ in Int.random(in: 0..<fixture.bandCount, using: &generator) }
            let block = try reader.read(window, bands: bands)
            #expect(block.window == window && block.bandCount == bands.count && block.type == fixture.type)
            #expect(firstDifference(block.bytes, whole.part(window, bands: bands)) == nil, "\(window) bands \(bands)")
        }
    }

    @Test func eightThreadsReadTheSameBytes() async throws {
        let folder = try TemporaryFolder()
        let fixture = Self.layouts[0]
        let whole = try fixture.write(to: folder.file("a.tif"))
        let reader = try RasterReader(path: folder.file("a.tif"))
        // The descriptor stays: a file that replaces it under its name is not read.
        try FileManager.default.removeItem(atPath: folder.file("a.tif"))
        let differing = try await withThrowingTaskGroup { group in
            for task in 0..<8 {
                group.addTask {
                    var generator = SeededGenerator(state: UInt64(task))
                    return try (0..<50).count { _ in
                        let window = generator.window(in: fixture.size)
                        return try reader.read(window).bytes != whole.part(window, bands: [0, 1, 2, 3])
                    }
                }
            }
            return try await group.reduce(0, +)
        }
        #expect(differing == 0)
    }

    @Test func whatIsNotThereIsRefused() throws {
        let folder = try TemporaryFolder()
        try TIFFFixture().write(to: folder.file("a.tif"))
        let reader = try RasterReader(path: folder.file("a.tif"))
        let inside = PixelWindow(x: 0, y: 0, width: 2, height: 2)
        for window in [
            PixelWindow(x: -1, y: 0, width: 2, height: 2), PixelWindow(x: 36, y: 0, width: 2, height: 2),
            PixelWindow(x: 0, y: 0, width: 2, height: 30),
        ] {
            #expect(throws: InputError.self) { try reader.read(window) }
        }
        #expect(throws: InputError.self) { try reader.read(inside, bands: [1]) }
        #expect(throws: InputError.self) { try reader.read(inside, overview: 0) }
        #expect(try reader.read(PixelWindow(x: 3, y: 3, width: 0, height: 0)).bytes.isEmpty)
        #expect(try reader.readMask(inside) == nil)
        #expect(throws: InputError.self) { try RasterReader(path: folder.file("a.tif"), limits: ReadLimits(maxSamples: 100)) }
        let strict = try RasterReader(path: folder.file("a.tif"), limits: ReadLimits(maxReadBytes: 100))
        #expect(throws: InputError.self) { try strict.read(PixelWindow(x: 0, y: 0, width: 11, height: 10)) }
    }

    /// GDAL's way: nodata where it is declared, else zero.
    @Test(arguments: [nil, "-7"])
    func blocksLeftOutReadAsNodata(noData: String?) throws {
        let value = noData.flatMap { Double($0) }
        let folder = try TemporaryFolder()
        let source = COGWriterTests.description(64, 32, bands: 1, noData: value)
        let samples = COGWriterTests.samples(source)
        // Tile 1 of two is left out of the offsets by hand.
        var directory = TIFFDirectoryBytes(isBigTIFF: false)
        for (tag, value) in [
            (TIFFTAG_IMAGEWIDTH, 64), (TIFFTAG_IMAGELENGTH, 32), (TIFFTAG_BITSPERSAMPLE, 16), (TIFFTAG_COMPRESSION, 1),
            (TIFFTAG_PHOTOMETRIC, 1),
            (TIFFTAG_SAMPLESPERPIXEL, 1), (TIFFTAG_TILEWIDTH, 32), (TIFFTAG_TILELENGTH, 32), (TIFFTAG_SAMPLEFORMAT, 2),
        ] { directory.set(tag, shorts: [value]) }
        if let noData { directory.set(TIFFTAG_GDAL_NODATA, text: noData) }
        directory.set(TIFFTAG_TILEOFFSETS, longs: [1024, 0])
        directory.set(TIFFTAG_TILEBYTECOUNTS, longs: [2048, 0])
        let left = PixelWindow(x: 0, y: 0, width: 32, height: 32)
        var bytes: [UInt8] = [0x49, 0x49, 42, 0, 8, 0, 0, 0] + directory.bytes(at: 8, next: 0)
        bytes += [UInt8](repeating: 0, count: 1024 - bytes.count) + samples.part(left, bands: [0])
        let reader = try RasterReader(path: try folder.write(bytes, to: "a.tif"))
        #expect(firstDifference(try reader.read(left).bytes, samples.part(left, bands: [0])) == nil)
        #expect(Set(try reader.read(PixelWindow(x: 32, y: 0, width: 32, height: 32)).doubles(band: 0)) == [value ?? 0])
        // The same file without its last bytes is refused, by tile and place.
        let cut = try RasterReader(path: try folder.write(bytes.dropLast(10), to: "cut.tif"))
        let error = try #require(throws: InputError.self) { try cut.read(left) }
        #expect(error.problem.contains("tile 0") && error.path == folder.file("cut.tif"))
    }

    @Test func masksAndOverviewsAreFound() throws {
        let folder = try TemporaryFolder()
        let path = folder.file("a.tif")
        let fixture = TIFFFixture(size: RasterSize(width: 60, height: 40), bandCount: 2, type: .uint16)
        guard let tiff = TIFFOpen(path, "w") else { throw TIFFFixture.Failure(what: "open") }
        try fixture.writeDirectory(tiff, fixture.samples())
        var half = TIFFFixture(
            size: RasterSize(width: 30, height: 20), bandCount: 2, type: .uint16, tile: RasterSize(width: 16, height: 16),
            compression: COMPRESSION_LZW)
        half.more = { TIFFFixture.set($0, TIFFTAG_SUBFILETYPE, FILETYPE_REDUCEDIMAGE) }
        try half.writeDirectory(tiff, half.samples())
        for (tag, value) in [
            (TIFFTAG_IMAGEWIDTH, 60), (TIFFTAG_IMAGELENGTH, 40), (TIFFTAG_SUBFILETYPE, FILETYPE_MASK),
            (TIFFTAG_PHOTOMETRIC, PHOTOMETRIC_MASK),
            (TIFFTAG_BITSPERSAMPLE, 1), (TIFFTAG_ROWSPERSTRIP, 40),
        ] { TIFFFixture.set(tiff, tag, value) }
        var bits = (0..<320).map { UInt8(truncatingIfNeeded: $0 / 8 * 37 + $0 % 8 * 101) }
        _ = TIFFWriteEncodedStrip(tiff, 0, &bits, 320)
        TIFFClose(tiff)
        let reader = try RasterReader(path: path)
        #expect(reader.info.overviews == [RasterSize(width: 30, height: 20)] && reader.info.hasInternalMask)
        let window = PixelWindow(x: 7, y: 3, width: 20, height: 11)
        #expect(try reader.read(window, overview: 0).bytes == half.samples().part(window, bands: [0, 1]))
        #expect(try reader.read(window).bytes == fixture.samples().part(window, bands: [0, 1]))
        let mask = try #require(try reader.readMask(window))
        for y in 0..<11 {
            for x in 0..<20 {
                let byte = bits[(y + 3) * 8 + (x + 7) / 8]
                let isUsable = byte & (0x80 >> UInt8((x + 7) % 8)) != 0
                #expect(mask[x, y] == (isUsable ? 255 : 0))
            }
        }
    }
}
