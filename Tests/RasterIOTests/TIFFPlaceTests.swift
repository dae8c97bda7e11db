import CTIFF
import Raster
import TestSupport
import Testing

@testable import RasterIO

@Suite struct TIFFPlaceTests {
    /// A 1 × 1 file with these tags.
    private func info(_ folder: TemporaryFolder, _ change: (inout TIFFDirectoryBytes) -> Void) throws -> RasterInfo {
        var directory = TIFFDirectoryBytes(isBigTIFF: false)
        for (tag, value) in [
            (TIFFTAG_IMAGEWIDTH, 1), (TIFFTAG_IMAGELENGTH, 1), (TIFFTAG_BITSPERSAMPLE, 8), (TIFFTAG_COMPRESSION, 1),
            (TIFFTAG_PHOTOMETRIC, 1),
            (TIFFTAG_SAMPLESPERPIXEL, 1), (TIFFTAG_ROWSPERSTRIP, 1), (TIFFTAG_STRIPOFFSETS, 4), (TIFFTAG_STRIPBYTECOUNTS, 1),
        ] { directory.set(tag, shorts: [value]) }
        change(&directory)
        let path = try folder.write([0x49, 0x49, 42, 0, 8, 0, 0, 0] + directory.bytes(at: 8, next: 0), to: "a.tif")
        return try RasterReader(path: path).info
    }

    private func keys(_ pairs: [(Int, Int)]) -> [Int] { [1, 1, 0, pairs.count] + pairs.flatMap { [$0.0, 0, 1, $0.1] } }

    @Test func scaleAndTiePointPlaceThePixel() throws {
        let folder = try TemporaryFolder()
        let area = try info(folder) {
            $0.set(33550, doubles: [10, 20, 0])
            $0.set(33922, doubles: [2, 3, 0, 1000, 2000, 0])
            $0.set(34735, shorts: keys([(1024, 1), (1025, 1), (3072, 32633)]))
        }
        #expect(area.transform == GeoTransform(originX: 980, originY: 2060, pixelWidth: 10, pixelHeight: 20))
        #expect(area.crs == .epsg(32633) && area.georeferencing == .geoTIFFTags)
        let point = try info(folder) {
            $0.set(33550, doubles: [10, 20, 0])
            $0.set(33922, doubles: [2, 3, 0, 1000, 2000, 0])
            $0.set(34735, shorts: keys([(1024, 1), (1025, 2), (3072, 32633)]))
        }
        #expect(point.transform == GeoTransform(originX: 975, originY: 2070, pixelWidth: 10, pixelHeight: 20))
    }

    @Test func aMatrixPlacesThePixel() throws {
        let folder = try TemporaryFolder()
        let matrix: [Double] = [2, 0.5, 0, 100, 0.25, -3, 0, 200, 0, 0, 0, 0, 0, 0, 0, 1]
        let found = try info(folder) {
            $0.set(34264, doubles: matrix)
            $0.set(34735, shorts: keys([(1024, 2), (2048, 4326)]))
        }
        #expect(found.transform == GeoTransform(originX: 100, xPerColumn: 2, xPerRow: 0.5, originY: 200, yPerColumn: 0.25, yPerRow: -3))
        #expect(found.crs == .epsg(4326))
    }

    @Test func aWorldFilePlacesWhatTheTagsDoNot() throws {
        let folder = try TemporaryFolder()
        try folder.write("10\n0\n0\n-10\n105\n195\n".utf8, to: "a.tfw")
        let found = try info(folder) { _ in }
        #expect(found.transform == GeoTransform(originX: 100, originY: 200, pixelWidth: 10, pixelHeight: 10))
        #expect(found.georeferencing == .worldFile(folder.file("a.tfw")) && found.crs == nil)
    }

    @Test func withoutPlaceThereIsNone() throws {
        let found = try info(try TemporaryFolder()) { $0.set(33922, doubles: [0, 0, 0, 1, 1, 0, 5, 5, 0, 9, 9, 0]) }
        #expect(found.transform == nil && found.crs == nil && found.georeferencing == .none)
    }

    @Test func aSystemWithoutCodeBecomesADefinition() throws {
        let folder = try TemporaryFolder()
        let found = try info(folder) {
            $0.set(34735, shorts: keys([(1024, 1), (1025, 1), (2048, 4326), (3072, 32767), (3074, 16033), (3076, 9001)]))
        }
        guard case .definition(let text) = found.crs else {
            Issue.record("\(String(describing: found.crs))")
            return
        }
        #expect(text.hasPrefix("+proj=") && text.contains("+datum=WGS84"))
    }

    @Test func whatGDALKeepsInXMLIsRead() throws {
        let found = try info(try TemporaryFolder()) {
            $0.set(
                TIFFTAG_GDAL_METADATA,
                text: """
                    <GDALMetadata><Item name="A">x &amp;amp; y &lt;&#65;</Item><Item name='B' domain="RPC">no</Item>
                    <Item name="SCALE" sample="0" role="scale">0.0001</Item><Item sample="0" name="OFFSET" role="offset">-0.1</Item>
                    <Item name="DESCRIPTION" sample="0" role="description">B04</Item><Item name="SCALE" sample="9" role="scale">5</Item><Item name="C
                    """)
            $0.set(TIFFTAG_GDAL_NODATA, text: "nan")
        }
        #expect(found.metadata == ["A": "x & y <A"] && found.scales == [0.0001] && found.offsets == [-0.1] && found.bandNames == ["B04"])
        #expect(found.noData?.isNaN == true)
    }

    @Test(arguments: [
        "", "<", "<Item", "<Item name=", "<Item name=\"a", "<Item name=\"a\">", "&", "<Item name=\"a\">&#99999999;</Item>",
        "<Item ====>x</Item>",
    ])
    func brokenXMLIsNoHarm(text: String) {
        let metadata = GDALMetadata(xml: text, bandCount: 1)
        #expect(metadata.items.count <= 1 && metadata.scales == nil)
    }
}
