import Foundation
import Glibc
import Raster
import TestSupport
import Testing

@testable import RasterIO

@Suite struct RasterReaderTests {
    @Test func theFormatIsToldByContent() throws {
        let folder = try TemporaryFolder()
        try TIFFFixture().write(to: folder.file("picture.png"))
        #expect(try RasterReader(path: folder.file("picture.png")).info.format == .tiff)
    }

    @Test func whatIsNoRasterIsRefusedInOneLine() throws {
        let folder = try TemporaryFolder()
        try folder.write([], to: "empty.tif")
        try folder.write("hello, world".utf8, to: "text.tif")
        try folder.write([0x49, 0x49, 42, 0], to: "short.tif")
        try folder.write([0x49, 0x49, 42, 0, 0xFF, 0xFF, 0, 0, 1], to: "beyond.tif")
        mkfifo(folder.file("pipe.tif"), 0o600)
        for name in ["empty.tif", "text.tif", "short.tif", "beyond.tif", "pipe.tif", "missing.tif", "."] {
            let error = try #require(throws: InputError.self) { try RasterReader(path: folder.file(name)) }
            #expect(error.path == folder.file(name) && !error.problem.isEmpty && !error.description.contains("\n"))
        }
    }

    /// Any prefix of a file, and any single damaged byte in its directory, is read or refused.
    @Test(arguments: [false, true])
    func damagedFilesAreReadOrRefused(isTiled: Bool) throws {
        let folder = try TemporaryFolder()
        let fixture = TIFFFixture(
            size: RasterSize(width: 20, height: 18), bandCount: 2, type: .uint16, tile: isTiled ? RasterSize(width: 16, height: 16) : nil,
            compression: 8, predictor: 2)
        try fixture.write(to: folder.file("a.tif"))
        let bytes = Array(try Data(contentsOf: URL(fileURLWithPath: folder.file("a.tif"))))
        var generator = SeededGenerator(state: 1)
        func attempt(_ damaged: some Sequence<UInt8>) throws {
            let path = try folder.write(damaged, to: "b.tif")
            do {
                let reader = try RasterReader(
                    path: path, limits: ReadLimits(maxSamples: 1 << 24, maxBlockBytes: 1 << 24, maxReadBytes: 1 << 26))
                _ = try reader.read(PixelWindow(reader.info.size))
            } catch let error as InputError {
                #expect(error.path == path)
            }
        }
        for length in stride(from: 0, to: bytes.count, by: 7) { try attempt(bytes.prefix(length)) }
        for _ in 0..<300 {
            var damaged = bytes
            damaged[Int.random(in: 0..<bytes.count, using: &generator)] = UInt8.random(in: 0...255, using: &generator)
            try attempt(damaged)
        }
    }
}
