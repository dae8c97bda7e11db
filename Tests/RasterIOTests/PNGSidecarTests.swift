import Foundation
import FoundationXML
import Raster
import TestSupport
import Testing

@testable import RasterIO

@Suite struct PNGSidecarTests {
    private let folder: TemporaryFolder
    private let transform = GeoTransform(originX: 500_000, originY: 3_400_000, pixelWidth: 10, pixelHeight: 20)

    init() throws {
        folder = try TemporaryFolder()
        let writer = try PNGWriter(path: folder.file("a.png"), size: RasterSize(width: 2, height: 2), colour: .grey)
        try writer.write(rows: [1, 2, 3, 4])
        try writer.commit()
    }

    private func info() throws -> RasterInfo { try PNGReader(path: folder.file("a.png"), limits: .default).info }

    @Test func noSidecarNoPlace() throws {
        #expect(try info().transform == nil)
        #expect(try info().georeferencing == .none)
    }

    @Test func worldFileHoldsTheCentreOfTheFirstPixel() throws {
        let path = try WorldFile.write(transform: transform, for: folder.file("a.png"))
        #expect(path == folder.file("a.pgw"))
        #expect(try String(contentsOfFile: path, encoding: .utf8) == "10.0\n0.0\n0.0\n-20.0\n500005.0\n3399990.0\n")
        #expect(try info().transform == transform)
        #expect(try info().georeferencing == .worldFile(path))
    }

    @Test(arguments: ["a.pgw", "a.pngw", "a.wld", "a.PGW"])
    func worldFilesOfEveryUsualNameAreFound(_ name: String) throws {
        try folder.write(Array("10\r\n0\r\n0\r\n-20,0\r\n500005\r\n3399990\r\n".utf8), to: name)
        #expect(try info().transform == transform)
    }

    @Test(arguments: ["", "1\n2\n3", "10\n0\n0\nten\n5\n5", "0\n0\n0\n0\n5\n5", "nan\n0\n0\n1\n0\n0"])
    func worldFileThatPlacesNothingIsAnError(_ text: String) throws {
        let path = try folder.write(Array(text.utf8), to: "a.pgw")
        #expect(throws: InputError.self) { try info() }
        #expect((#expect(throws: InputError.self) { try info() })?.path == path)
    }

    @Test(arguments: [
        "</MDI></Metadata><x>", "\" domain=\"x", "]]><![CDATA[", "&#0;&lt;&x;", "a\u{0}\u{1B}[31m\u{FFFE}b",
        "<!DOCTYPE a [<!ENTITY b 'c'>]>&b;", "<!-- -- -->",
    ])
    func textFromDataStaysText(_ text: String) {
        let elements = [text, "plain"].map { text in
            let xml = PAMSidecar(metadata: [text: text], bandNames: [1: text]).xml
            let names = ElementNames()
            let parser = XMLParser(data: Data(xml.utf8))
            parser.delegate = names
            #expect(parser.parse(), "\(xml)")
            return names.found
        }
        #expect(elements[0] == elements[1])
    }

    /// Another parser than the program's own.
    private final class ElementNames: NSObject, XMLParserDelegate {
        var found: [String] = []

        func parser(
            _ parser: XMLParser, didStartElement name: String, namespaceURI: String?, qualifiedName: String?, attributes: [String: String]
        ) { found.append("\(name) \(attributes.keys.sorted())") }
    }

    @Test func sidecarComesBackAsWrittenAndStandsBeforeTheWorldFile() throws {
        try WorldFile.write(transform: .identity, for: folder.file("a.png"))
        let sidecar = PAMSidecar(
            crs: .epsg(32633), transform: transform, metadata: ["NOTE": "a < b & \"c\"\n", "ü": "ص"], noData: [1: 0], bandNames: [1: "B04"],
            scales: [1: 0.0001], offsets: [1: -0.1])
        try sidecar.write(for: folder.file("a.png"))
        #expect(try PAMSidecar.read(beside: folder.file("a.png")) == sidecar)
        let info = try info()
        #expect(info.transform == transform)
        #expect(info.crs == .epsg(32633))
        #expect(info.noData == 0)
        #expect(info.scales == [0.0001] && info.offsets == [-0.1] && info.bandNames == ["B04"])
        #expect(info.metadata["NOTE"] == "a < b & \"c\"\n")
    }

    @Test(
        arguments: [
            ("EPSG:32633", CoordinateSystem.epsg(32633)),
            ("PROJCS[\"x\",GEOGCS[\"y\",AUTHORITY[\"EPSG\",\"4326\"]],UNIT[\"m\",1],AUTHORITY[\"EPSG\",\"32639\"]]", .epsg(32639)),
            ("PROJCRS[\"x (a]\",BASEGEOGCRS[\"y\",ID[\"EPSG\",4326]],ID[\"EPSG\",32639]]", .epsg(32639)),
            ("LOCAL_CS[\"x\",UNIT[\"m\",1]]", .definition("LOCAL_CS[\"x\",UNIT[\"m\",1]]")),
            (
                "PROJCS[\"x\",GEOGCS[\"y\",AUTHORITY[\"EPSG\",\"4326\"]]]",
                .definition("PROJCS[\"x\",GEOGCS[\"y\",AUTHORITY[\"EPSG\",\"4326\"]]]")
            ),
        ])
    func codeIsThatOfTheWholeSystem(_ text: String, _ expected: CoordinateSystem) {
        #expect(CoordinateSystem(userInput: text) == expected)
    }

    @Test(
        arguments: [
            "", "no xml", "<PAMDataset>", "<PAMDataset></PAM>", "<Other/>", "<!DOCTYPE a [<!ENTITY b \"c\">]><PAMDataset/>",
            "<PAMDataset><GeoTransform>1,2,3</GeoTransform></PAMDataset>",
            "<PAMDataset><GeoTransform>0,0,0,0,0,0</GeoTransform></PAMDataset>",
            "<PAMDataset a=\"b></PAMDataset>", String(repeating: "<a>", count: 100),
        ])
    func brokenSidecarIsAnErrorThatNamesIt(_ text: String) throws {
        let path = try folder.write(Array(text.utf8), to: "a.png.aux.xml")
        #expect((#expect(throws: InputError.self) { try info() })?.path == path)
    }

    @Test func sidecarWithHistogramsAndOtherDomainsIsRead() throws {
        let text = """
            <?xml version="1.0"?><!-- made elsewhere -->
            <PAMDataset><Metadata domain="xml:ESRI"><MDI key="a">no</MDI></Metadata><Metadata><MDI key="a"><![CDATA[<yes>]]></MDI></Metadata>
            <PAMRasterBand band="1"><Histograms><HistItem><HistMin>-0.5</HistMin></HistItem></Histograms>
            <NoDataValue le_hex_equiv="0000">2.5E+2</NoDataValue></PAMRasterBand></PAMDataset>
            """
        try folder.write(Array(text.utf8), to: "a.png.aux.xml")
        #expect(try info().metadata["a"] == "<yes>")
        #expect(try info().noData == 250)
    }
}
