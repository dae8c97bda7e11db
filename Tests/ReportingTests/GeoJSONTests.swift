import ChangeDetection
import Foundation
import Geodesy
import Raster
import TestSupport
import Testing

@testable import Reporting

@Suite("detections.geojson")
struct GeoJSONTests {
    private func parsed(_ earthworks: [Earthwork], _ metadata: DetectionsMetadata = DetectionSamples.metadata) throws -> [String: Any] {
        let text = try DetectionsGeoJSON.text(earthworks, metadata: metadata)
        return try #require(try JSONSerialization.jsonObject(with: Data(text.utf8)) as? [String: Any])
    }

    private func features(_ collection: [String: Any]) throws -> [[String: Any]] {
        try #require(collection["features"] as? [[String: Any]])
    }

    @Test("features are sorted by id, whatever the order of detections")
    func order() throws {
        let forwards = try DetectionsGeoJSON.text(DetectionSamples.several, metadata: DetectionSamples.metadata)
        let backwards = try DetectionsGeoJSON.text(DetectionSamples.several.reversed(), metadata: DetectionSamples.metadata)
        #expect(forwards == backwards)
        #expect(try features(parsed(DetectionSamples.several)).map { $0["id"] as? String } == ["C-1", "C-2", "L-1", "L-3"])
    }

    @Test("every property of the contract is there, null where it is not known")
    func properties() throws {
        let line = try #require(try features(parsed([DetectionSamples.line("L-3")])).first?["properties"] as? [String: Any])
        #expect(
            Set(line.keys) == [
                "id", "group", "kind", "status", "first_seen", "last_absent", "last_seen", "length_m", "width_m", "bearing_deg", "area_m2",
                "sign", "snr", "confidence", "false_alarms_per_1000_km2", "tiles", "scenes", "claims",
            ])
        #expect(line["first_seen"] as? String == "2021-01-19")
        #expect(line["length_m"] as? Double == 31_234.6)
        #expect(line["area_m2"] is NSNull)
        #expect(line["scenes"] as? [String] == ["2020-12-20", "2021-01-19"])
        #expect(line["claims"] as? [String] == ["trench \"quoted\""])
    }

    @Test("179.97° is not rounded to 180°, nor a confidence to a certainty")
    func rounding() throws {
        let line = try #require(try features(parsed([DetectionSamples.line("L-3")])).first?["properties"] as? [String: Any])
        #expect(line["bearing_deg"] as? Double == 0)
        #expect(line["confidence"] as? Double == 0.999_999)
    }

    @Test("rings run counter-clockwise and are closed", arguments: [true, false])
    func winding(clockwise: Bool) throws {
        let geometry = try GeoJSONGeometry(DetectionSamples.ring("C-1", clockwise: clockwise))
        let origin = try #require(geometry.points.first)
        #expect(geometry.points.last == origin)
        let area = zip(geometry.points, geometry.points.dropFirst()).reduce(0.0) { sum, side in
            sum + (side.0.longitude - origin.longitude) * (side.1.latitude - origin.latitude)
                - (side.1.longitude - origin.longitude) * (side.0.latitude - origin.latitude)
        }
        #expect(area > 0)
    }

    @Test("the box holds every position, and no coordinate is written as -0")
    func box() throws {
        let collection = try parsed(DetectionSamples.several)
        #expect(collection["bbox"] as? [Double] == [0, -10.5, 16.25, 30.9])
        let text = try DetectionsGeoJSON.text(DetectionSamples.several, metadata: DetectionSamples.metadata)
        #expect(!text.contains("-0.0000000"))
    }

    @Test("simulated imagery is said, and only then")
    func simulated() throws {
        #expect(try parsed([])["simulated"] as? Bool == true)
        #expect(try parsed([], DetectionsMetadata(isSimulated: false, newestScene: nil))["simulated"] == nil)
    }

    @Test("no detections make an empty collection, not an invalid one")
    func empty() throws {
        let collection = try parsed([])
        #expect(try features(collection).isEmpty)
        #expect(collection["bbox"] == nil)
    }

    @Test(
        "a position that is no place is refused by the detection's id",
        arguments: [(Double.nan, 0.0), (0.0, Double.infinity), (181.0, 0.0), (0.0, -90.1)])
    func badPosition(longitude: Double, latitude: Double) {
        let error = #expect(throws: InputError.self) {
            try DetectionsGeoJSON.text(
                [DetectionSamples.line("L-bad", [(0, 0), (longitude, latitude)])], metadata: DetectionSamples.metadata)
        }
        #expect(error?.description.contains("L-bad") == true)
    }

    @Test("a line that shrinks to one position is refused")
    func degenerate() {
        #expect(throws: InputError.self) {
            try DetectionsGeoJSON.text([DetectionSamples.line("L-dot", [(1, 1), (1, 1.000_000_001)])], metadata: DetectionSamples.metadata)
        }
    }

    @Test("text from data stays text", arguments: ["\"", "\\", "a\nb", "\u{0}", "\u{1F}", "é\u{2028}", "</script>"])
    func escaping(text: String) throws {
        let line = try #require(try features(parsed([DetectionSamples.line(text)])).first)
        #expect(line["id"] as? String == text)
    }

    @Test(
        "numbers as text never carry an exponent, a -0 or a locale",
        arguments: [(-0.04, "0.0"), (1e-9, "0.0"), (12.25, "12.3"), (-3.25, "-3.3"), (1e20, "100000000000000000000.0")])
    func decimals(value: Double, expected: String) {
        #expect(DecimalText.fixed(value, decimals: 1) == expected)
    }
}
