import CZlib
import Foundation
import Raster
import TestSupport
import Testing

@testable import RasterIO

/// The suite of PNGs that libpng is tested with, held against other readers: palettes, shallow greys, transparency, 16 bits, interlace.
@Suite(.enabled(if: SharedData.isPresent, "\(SharedData.whySkipped)"))
struct PNGSharedFilesTests {
    static let files = SharedData.files(below: "hostile", extensions: ["png"])

    private func read(_ path: String) throws -> (info: RasterInfo, block: SampleBlock) {
        let reader = try PNGReader(path: path, limits: .default)
        return (reader.info, try reader.read(PixelWindow(reader.info.size), bands: Array(0..<reader.info.bandCount), overview: nil))
    }

    @Test func everyOddFileIsReadOrRefusedInWords() throws {
        #expect(Self.files.count > 100)
        for path in Self.files {
            do {
                let (info, block) = try read(path)
                #expect(block.bytes.count == info.size.pixelCount * info.bandCount * info.sampleType.byteCount)
            } catch let error as InputError {
                #expect(error.path == path)
            }
        }
    }

    /// Of a file: how many bands Pillow makes of it with its palette and transparency expanded, and the CRC-32 of them one after another.
    private static let pillow = """
        import sys, zlib
        from PIL import Image
        for path in sys.stdin.read().splitlines():
            try:
                image = Image.open(path)
                image.load()
                clear = "transparency" in image.info
                mode = {"P": "RGBA" if clear else "RGB", "1": "L", "L": "LA" if clear else "L", "RGB": "RGBA" if clear else "RGB"}
                image = image.convert("L") if image.mode == "1" else image
                image = image.convert(mode.get(image.mode, image.mode))
                bands = [image.getchannel(i).tobytes() for i in range(len(image.getbands()))]
                print(len(bands), zlib.crc32(b"".join(bands)), zlib.crc32(bands[0]), path, sep=" ")
            except Exception as error:
                print(0, 0, 0, path)
        """

    /// Pillow cuts 16 bits down to 8, and takes the transparent grey of shallow greys at its unexpanded value.
    @Test(.enabled(if: OtherReader.has("python3"), "needs python3 with Pillow"))
    func pixelsAgreeWithPillows() throws {
        let folder = try TemporaryFolder()
        try folder.write(Self.files.joined(separator: "\n").utf8, to: "list")
        let (status, output) = try OtherReader.run(
            "sh", ["-c", #"python3 -c "$0" < "$1""#, Self.pillow, folder.file("list")])
        guard status == 0 else { return }
        var compared = 0
        for line in output.split(separator: "\n") {
            let words = line.split(separator: " ", maxSplits: 3).map(String.init)
            guard words.count == 4, let bandCount = Int(words[0]), let sum = UInt(words[1]), let firstSum = UInt(words[2]) else { continue }
            // Pillow passes over some checksums; of those files no pixel is taken here.
            guard bandCount > 0, let (info, block) = try? read(words[3]) else { continue }
            guard info.sampleType == .uint8 else { continue }
            compared += 1
            #expect(info.bandCount == bandCount, "\(words[3])")
            let isGreyWithAlpha = bandCount == 2
            let bytes = isGreyWithAlpha ? block.bytes.prefix(info.size.pixelCount) : block.bytes[...]
            #expect(crc32(0, Array(bytes), uInt(bytes.count)) == (isGreyWithAlpha ? firstSum : sum), "\(words[3])")
        }
        #expect(compared > 100)
    }

    /// All bits of those of 16. Interlaced ones GDAL 3.6 reads wrongly; their pixels are those of the same picture without interlace.
    @Test(.enabled(if: OtherReader.has("gdalinfo"), "needs gdalinfo of Debian's gdal-bin"))
    func deepPixelsAgreeWithGDALs() throws {
        var compared = 0
        for path in Self.files {
            guard let (info, block) = try? read(path), info.sampleType == .uint16, !isInterlaced(path), let theirs = try gdalChecksums(path)
            else { continue }
            compared += 1
            for (band, their) in theirs.enumerated() {
                #expect(gdalChecksum(block, band: band) == their.checksum, "\(path) band \(band + 1)")
            }
        }
        #expect(compared >= 10)
    }

    @Test func interlacedPicturesAreTheSameAsOthers() throws {
        var compared = 0
        for path in Self.files where path.contains("/ibasn") {
            let twin = path.replacingOccurrences(of: "/ibasn", with: "/basn")
            guard FileManager.default.fileExists(atPath: twin) else { continue }
            compared += 1
            #expect(isInterlaced(path) && !isInterlaced(twin))
            #expect(firstDifference(try read(path).block.bytes, try read(twin).block.bytes) == nil, "\(path)")
        }
        #expect(compared >= 9)
    }

    /// The last byte of the header's 13.
    private func isInterlaced(_ path: String) -> Bool {
        guard let bytes = FileManager.default.contents(atPath: path), bytes.count > 28 else { return false }
        return bytes[28] == 1
    }
}
