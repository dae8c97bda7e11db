import Foundation
import TestSupport
import Testing

@testable import Reporting

@Suite("QGIS styles")
struct QGISStyleTests {
    @Test(
        "every style is well-formed XML", .enabled(if: OtherReader.has("python3"), "needs python3"),
        arguments: [QGISStyle.detections, QGISStyle.linear, QGISStyle.compact, QGISStyle.change])
    func wellFormed(style: String) throws {
        let folder = try TemporaryFolder()
        let path = try folder.write(style.utf8, to: "style.qml")
        let (status, output) = try OtherReader.run("python3", ["-c", "import sys, xml.dom.minidom as d; d.parse(sys.argv[1])", path])
        #expect(status == 0, "\(output)")
    }

    @Test("only a style for one kind of geometry names the kind, for QGIS refuses any other layer then")
    func geometryType() {
        #expect(QGISStyle.linear.contains("<layerGeometryType>1</layerGeometryType>"))
        #expect(QGISStyle.compact.contains("<layerGeometryType>2</layerGeometryType>"))
        #expect(!QGISStyle.detections.contains("layerGeometryType"))
    }

    @Test("the style stands beside its layer", arguments: [("d/x.geojson", "d/x.qml"), ("d.e/x", "d.e/x.qml"), ("a.b.tif", "a.b.qml")])
    func place(layer: String, style: String) throws {
        let folder = try TemporaryFolder()
        try QGISStyle.write(QGISStyle.change, besideLayer: folder.file(layer))
        #expect(try String(contentsOfFile: folder.file(style), encoding: .utf8) == QGISStyle.change)
    }
}
