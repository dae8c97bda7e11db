import ChangeDetection
import Foundation
import Geodesy
import Raster
import TestSupport
import Testing

@testable import Claims

/// The truth of a simulated corridor, in place of detections, judged by a register like the article's.
@Suite("Claims about the corridor series", .enabled(if: SharedData.isPresent, Comment(rawValue: SharedData.whySkipped)))
struct CorridorSeriesTests {
    private static let dates = [
        "2020-03-10", "2020-05-14", "2020-06-23", "2020-07-28", "2020-09-21", "2020-11-20", "2020-12-30", "2021-01-19", "2021-02-23",
    ]

    private static func earthworks() throws -> [Earthwork] {
        let data = try Data(contentsOf: URL(fileURLWithPath: SharedData.path("cases/corridor-series/truth.geojson")))
        let root = try #require(JSONSerialization.jsonObject(with: data) as? [String: Any])
        return try #require(root["features"] as? [[String: Any]]).enumerated().map { index, feature in
            let properties = feature["properties"] as? [String: Any] ?? [:]
            let coordinates = (feature["geometry"] as? [String: Any])?["coordinates"]
            func date(_ key: String) -> CalendarDate? { (properties[key] as? String).flatMap { CalendarDate(iso: $0) } }
            let positions = coordinates as? [[Double]] ?? (coordinates as? [Double]).map { [$0] } ?? []
            let points = positions.map { GeographicPoint(longitude: $0[0], latitude: $0[1]) }
            let isLine = properties["kind"] as? String == "linear"
            let ring = points.flatMap { Place(id: "", centre: $0, radiusKilometres: 0.03).polygons[0][0] }
            return Earthwork(
                id: "T\(index)", group: isLine ? "line" : "T\(index)", kind: isLine ? .linear : .compact, status: .confirmed,
                firstSeen: date("first_seen"), lastAbsent: date("last_absent"),
                lastSeen: Sample.date("2021-02-23"), shape: isLine ? .line(points) : .polygon(ring),
                lengthMetres: isLine ? Geodesic.length(points) : nil, widthMetres: nil, bearingDegrees: nil, areaSquareMetres: nil,
                sign: .brighter, snr: 10, confidence: 0.999, falseAlarmsPer1000SquareKilometres: 0.1, tiles: [], scenes: [])
        }
    }

    @Test(
        "verdicts are those that the truth asks for",
        arguments: [
            ("measure: linear_onset\n    place: here\n    expect: { no_later_than: 2020-08-31 }", .supported),
            ("measure: linear_onset\n    place: here\n    expect: { no_earlier_than: 2021-01-01 }", .contradicted),
            (
                "measure: linear_length_km\n    place: here\n    since: 2020-12-31\n    by: 2021-01-31\n    expect: { more_than: 0.2 }",
                .supported
            ),
            ("measure: linear_length_km\n    place: here\n    expect: { at_least: 20 }", .contradicted),
            ("measure: linear_length_km\n    place: here\n    expect: { about: { value: 7.93, tolerance: 0.5 } }", .supported),
            ("measure: compact_count\n    place: here\n    expect: { at_least: 10 }", .supported),
            ("measure: change_area_ha\n    place: away\n    expect: { at_least: 1 }", .notTestable),
        ] as [(String, Verdict)])
    func verdicts(test: String, verdict: Verdict) throws {
        let folder = try TemporaryFolder()
        let text = """
            article: { title: T }
            places:
              here: { centre: [16.575, 31.05], radius_km: 6 }
              away: { centre: [14.25, 32.68], radius_km: 3 }
            claims:
              - id: one
                statement: s
                attributed_to: a
                \(test)

            """
        let register = try ClaimsRegister(path: folder.write(text.utf8, to: "register.yaml"))
        let scene = Place(id: "scene", centre: GeographicPoint(longitude: 16.575, latitude: 31.05), radiusKilometres: 7).polygons
        let scenes = Self.dates.map { SceneCoverage(date: Sample.date($0), footprint: scene, clearShare: 0.95) }
        let found = try register.assess(ClaimEvidence(earthworks: Self.earthworks(), scenes: scenes, pixelMetres: 10)) { _ in
            DetectionPower(detectableLengthMetres: 400, power: 0.98)
        }
        #expect(found.claims[0].verdict == verdict, "\(found.claims[0].reason)")
    }
}
