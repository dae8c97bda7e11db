import ChangeDetection
import Foundation
import GRDB
import Geodesy
import Raster
import RasterIO
import TestSupport
import Testing

@testable import Reporting

@Suite("detections.gpkg")
struct GeoPackageTests {
    private let folder: TemporaryFolder

    init() throws { folder = try TemporaryFolder() }

    private func written(_ earthworks: [Earthwork] = DetectionSamples.several, to name: String = "detections.gpkg") throws -> String {
        let path = folder.file(name)
        try DetectionsGeoPackage.write(earthworks, to: path, metadata: DetectionSamples.metadata)
        return path
    }

    private func read<Value>(_ path: String, _ body: (Database) throws -> Value) throws -> Value {
        var configuration = Configuration()
        configuration.readonly = true
        return try DatabaseQueue(path: path, configuration: configuration).read(body)
    }

    @Test("equal detections give equal bytes, in any order")
    func deterministic() throws {
        let many = (0..<400).map { DetectionSamples.line("L-\($0)", [(10 + Double($0) / 100, 20), (10.01 + Double($0) / 100, 20.5)]) }
        let first = try written(many, to: "a.gpkg")
        let second = try written(many.reversed(), to: "b.gpkg")
        #expect(try Data(contentsOf: URL(fileURLWithPath: first)) == Data(contentsOf: URL(fileURLWithPath: second)))
    }

    @Test("the header says GeoPackage 1.3, and SQLite finds nothing wrong")
    func header() throws {
        let path = try written()
        try read(path) { (database) throws -> Void in
            #expect(try Int.fetchOne(database, sql: "PRAGMA application_id") == 0x4750_4B47)
            #expect(try Int.fetchOne(database, sql: "PRAGMA user_version") == 10300)
            #expect(try String.fetchAll(database, sql: "PRAGMA integrity_check") == ["ok"])
            #expect(try Row.fetchAll(database, sql: "PRAGMA foreign_key_check").isEmpty)
        }
    }

    @Test("both layers are registered with extent, time stamp, style and the word that the imagery is simulated")
    func contents() throws {
        let path = try written()
        try read(path) { (database) throws -> Void in
            let rows = try Row.fetchAll(database, sql: "SELECT * FROM gpkg_contents WHERE data_type = 'features' ORDER BY table_name")
            #expect(rows.map { $0["table_name"] as String } == ["compact", "linear"])
            for row in rows {
                #expect(row["last_change"] == "2021-01-19T00:00:00.000Z")
                #expect((row["description"] as String).contains("SIMULATED"))
                #expect((row["description"] as String).contains("Copernicus Sentinel data 2021"))
            }
            #expect(rows[1]["min_x"] == 0.0)
            #expect(rows[1]["max_y"] == 30.9)
            let styles = try String.fetchAll(database, sql: "SELECT styleQML FROM layer_styles WHERE useAsDefault ORDER BY f_table_name")
            #expect(styles == [QGISStyle.compact, QGISStyle.linear])
        }
    }

    @Test("every geometry lies within its box of the spatial index, and every feature has one")
    func spatialIndex() throws {
        let path = try written()
        try read(path) { (database) throws -> Void in
            for layer in ["linear", "compact"] {
                let missing = try Int.fetchOne(
                    database, sql: "SELECT count(*) FROM \(layer) WHERE fid NOT IN (SELECT id FROM rtree_\(layer)_geom)")
                #expect(missing == 0)
                #expect(try String.fetchOne(database, sql: "SELECT rtreecheck('rtree_\(layer)_geom')") == "ok")
            }
            let box = try #require(try Row.fetchOne(database, sql: "SELECT * FROM rtree_linear_geom ORDER BY id LIMIT 1"))
            #expect((box["minx"] as Double) <= 0 && (box["maxx"] as Double) >= 0.5)
            #expect((box["miny"] as Double) <= -10.5 && (box["maxy"] as Double) >= -10)
        }
    }

    @Test("nothing stays where the file cannot be written")
    func failure() throws {
        let target = folder.file("taken")
        try FileManager.default.createDirectory(atPath: target, withIntermediateDirectories: true)
        #expect(throws: OutputError.self) {
            try DetectionsGeoPackage.write(DetectionSamples.several, to: target, metadata: DetectionSamples.metadata)
        }
        #expect(throws: InputError.self) {
            try DetectionsGeoPackage.write(
                [DetectionSamples.line("L-bad", [(0, 0), (999, 0)])], to: folder.file("bad.gpkg"), metadata: DetectionSamples.metadata)
        }
        #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path) == ["taken"])
    }

    @Test("an empty record has both layers, without extent")
    func empty() throws {
        let path = try written([])
        try read(path) { (database) throws -> Void in
            #expect(
                try Int.fetchOne(database, sql: "SELECT count(*) FROM gpkg_contents WHERE data_type = 'features' AND min_x IS NULL") == 2)
        }
    }

    private static let whyNoGDAL = "needs GDAL's ogrinfo and ogr2ogr (Debian: gdal-bin)"

    @Test("GDAL reads it without a warning", .enabled(if: OtherReader.has("ogrinfo"), Comment(rawValue: whyNoGDAL)))
    func otherReader() throws {
        for earthworks in [DetectionSamples.several, []] {
            let (status, output) = try OtherReader.run("ogrinfo", ["-ro", "-so", "-al", written(earthworks)])
            #expect(status == 0)
            for word in ["Warning", "ERROR", "warning"] { #expect(!output.contains(word), "\(output)") }
            for word in ["Layer name: linear", "Layer name: compact", "Line String", "Polygon", "first_seen: Date", "snr: Real"] {
                #expect(output.contains(word), "\(output)")
            }
        }
    }

    @Test("GDAL finds the same geometries as in the GeoJSON", .enabled(if: OtherReader.has("ogr2ogr"), Comment(rawValue: whyNoGDAL)))
    func sameGeometries() throws {
        let path = try written()
        var found: [String: String] = [:]
        for layer in ["linear", "compact"] {
            let copy = folder.file("\(layer).geojson")
            let (status, output) = try OtherReader.run(
                "ogr2ogr", ["-f", "GeoJSON", "-lco", "RFC7946=YES", "-lco", "COORDINATE_PRECISION=7", copy, path, layer])
            try #require(status == 0, "\(output)")
            found.merge(try geometries(Data(contentsOf: URL(fileURLWithPath: copy)))) { $1 }
        }
        let text = try DetectionsGeoJSON.text(DetectionSamples.several, metadata: DetectionSamples.metadata)
        let expected = try geometries(Data(text.utf8))
        #expect(expected.count == 4)
        #expect(found == expected)
    }

    /// Type and coordinates by id.
    private func geometries(_ data: Data) throws -> [String: String] {
        let collection = try #require(try JSONSerialization.jsonObject(with: data) as? [String: Any])
        let features = try #require(collection["features"] as? [[String: Any]])
        return try features.reduce(into: [:]) { result, feature in
            let id = try #require((feature["properties"] as? [String: Any])?["id"] as? String)
            let geometry = try #require(feature["geometry"] as? [String: Any])
            let bytes = try JSONSerialization.data(withJSONObject: geometry, options: .sortedKeys)
            result[id] = String(decoding: bytes, as: UTF8.self)
        }
    }
}
