import Foundation
import Raster
import TestSupport
import Testing

@testable import RasterIO

@Suite(.enabled(if: SharedData.isPresent, "\(SharedData.whySkipped)"))
struct TIFFSharedFilesTests {
    static let hostile = SharedData.files(below: "hostile", extensions: ["tif", "tiff"])

    /// A file's upper left corner: all bands of it, as far as they are few.
    private func readCorner(_ reader: RasterReader) throws -> SampleBlock {
        let size = reader.info.size
        let window = PixelWindow(x: 0, y: 0, width: min(size.width, 8192), height: min(size.height, 8192))
        return try reader.read(window, bands: Array(0..<min(4, reader.info.bandCount)))
    }

    /// Any file is read or refused with a word; none crashes, hangs or takes much memory.
    @Test(arguments: hostile)
    func aHostileFileIsReadOrRefused(path: String) throws {
        let elapsed = try ContinuousClock().measure {
            do {
                let reader = try RasterReader(path: path)
                let block = try readCorner(reader)
                _ = try reader.readMask(block.window)
                for (index, size) in reader.info.overviews.enumerated() {
                    let window = PixelWindow(x: 0, y: 0, width: min(size.width, 1024), height: min(size.height, 1024))
                    _ = try reader.read(window, bands: [0], overview: index)
                }
            } catch let error as InputError {
                #expect(error.path != nil && !error.problem.isEmpty)
            }
        }
        #expect(elapsed < .seconds(10))
    }

    /// What GDAL reads whole of them, we read alike, or refuse for a feature that we do not have. GDAL turns CMYK into RGB, and its version 3.6
    /// takes signed bytes for unsigned ones.
    @Test(.enabled(if: OtherReader.has("gdalinfo"), "needs gdalinfo"))
    func hostileFilesAreReadAsGDALReadsThem() throws {
        for path in Self.hostile {
            guard let reader = try? RasterReader(path: path), reader.info.size.pixelCount <= 1 << 22, reader.info.sampleType != .int8,
                reader.info.colourInterpretation.first != .undefined, let block = try? reader.read(PixelWindow(reader.info.size)),
                let theirs = try gdalChecksums(path)
            else { continue }
            for (band, their) in theirs.prefix(block.bandCount).enumerated() where !their.type.hasPrefix("C") {
                #expect(gdalChecksum(block, band: band) == their.checksum, "\(path) band \(band + 1)")
            }
        }
    }

    /// Real and made imagery, pixel by pixel as GDAL reads it.
    @Test(.enabled(if: OtherReader.has("gdalinfo"), "needs gdalinfo"))
    func imageryIsReadAsGDALReadsIt() throws {
        for folder in ["cases", "imagery"] {
            for path in SharedData.files(below: folder, extensions: ["tif", "tiff"]) {
                let reader = try RasterReader(path: path)
                let theirs = try #require(try gdalChecksums(path))
                let block = try reader.read(PixelWindow(reader.info.size))
                #expect(theirs.map(\.checksum) == (0..<block.bandCount).map { gdalChecksum(block, band: $0) }, "\(path)")
            }
        }
    }
}
