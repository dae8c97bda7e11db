import Foundation
import TestSupport
import Testing

/// Nine dates of two tiles with known earthworks, clouds and a convoy, and a register like the article's.
@Suite("The corridor's dates, weighed against claims")
struct CorridorSeriesTests {
    private static let register = """
        article: { title: A test of every verdict }
        places:
          corridor: { centre: [16.575, 31.045], radius_km: 5 }
          elsewhere: { centre: [14.26, 32.68], radius_km: 4 }
        claims:
          - id: begun-by-summer-2020
            statement: Digging was under way by the summer of 2020.
            attributed_to: test
            measure: linear_onset
            place: corridor
            expect: { no_later_than: 2020-08-31 }
            weigh_with: [begun-in-january-2021]
          - id: begun-in-january-2021
            statement: Digging began only in January 2021.
            attributed_to: test
            measure: linear_onset
            place: corridor
            expect: { no_earlier_than: 2021-01-01 }
          - id: more-by-january-2021
            statement: More trench had been dug by January 2021.
            attributed_to: test
            measure: linear_length_km
            place: corridor
            since: 2020-12-30
            by: 2021-01-31
            expect: { more_than: 0.2 }
          - id: twenty-kilometres
            statement: At least 20 km of trench were dug.
            attributed_to: test
            measure: linear_length_km
            place: corridor
            by: 2021-01-31
            expect: { at_least: 20 }
          - id: works-elsewhere
            statement: The same works were built elsewhere.
            attributed_to: test
            measure: change_area_ha
            place: elsewhere
            expect: { at_least: 0.1 }
          - id: who
            statement: Somebody dug it.
            attributed_to: test
            not_testable: who did the work cannot be seen in these images
        """

    @Test(
        "Length, onsets, positions and verdicts are those of the truth", .enabled(if: SharedData.isPresent, "\(SharedData.whySkipped)"))
    func verdicts() throws {
        let shared = SharedData.path("cases/corridor-series")
        let folder = try TemporaryFolder()
        try folder.write(Self.register.utf8, to: "claims.yaml")
        let pipeline = try Fixtures.pipeline("imagery: \(shared)/Imagery\noutput: out\nclaims: claims.yaml\n", in: folder)
        let outcome = try Executable.run(["run", pipeline, "--quiet"], secondsAtMost: 600)
        #expect(outcome.exitCode == 0, "\(outcome.complaints)")

        func features(_ path: String) throws -> [[String: Any]] {
            let data = try Data(contentsOf: URL(fileURLWithPath: path))
            let root = try #require(JSONSerialization.jsonObject(with: data) as? [String: Any])
            return try #require(root["features"] as? [[String: Any]]).compactMap { $0["properties"] as? [String: Any] }
        }
        let found = try features(folder.file("out/detections.geojson"))
        let truth = try features(shared + "/truth.geojson")

        let confirmed = found.filter { $0["status"] as? String == "confirmed" }
        let lines = confirmed.filter { $0["kind"] as? String == "linear" }
        let length = lines.reduce(0) { $0 + ($1["length_m"] as? Double ?? 0) }
        let trueLength = truth.reduce(0) { $0 + ($1["length_m"] as? Double ?? 0) }
        #expect(trueLength > 1000)
        #expect(abs(length / trueLength - 1) < 0.1, "\(length) m found of \(trueLength) m")
        let intervals = Set(lines.map { "\($0["last_absent"] ?? "-") \($0["first_seen"] ?? "-")" })
        #expect(intervals == ["2020-06-23 2020-07-28", "2020-12-30 2021-01-19"])
        let score = try Executable.run(["score", folder.file("out/detections.geojson"), shared + "/truth.geojson", "--json"])
        #expect(try score.json["completeness"] as? Double ?? 0 > 0.95, "\(score.output)")

        let document = try #require(
            JSONSerialization.jsonObject(with: Data(contentsOf: URL(fileURLWithPath: folder.file("out/claims.json")))) as? [String: Any])
        let claims = try #require(document["claims"] as? [[String: Any]])
        let verdicts = Dictionary(uniqueKeysWithValues: claims.map { ($0["id"] as? String ?? "", $0["verdict"] as? String ?? "") })
        #expect(verdicts["begun-by-summer-2020"] == "supported")
        #expect(verdicts["begun-in-january-2021"] == "contradicted")
        #expect(verdicts["more-by-january-2021"] == "supported")
        #expect(["contradicted", "inconclusive"].contains(verdicts["twenty-kilometres"]))
        #expect(verdicts["works-elsewhere"] == "not_testable")
        #expect(verdicts["who"] == "not_testable")
        let long = try #require(claims.first { $0["id"] as? String == "twenty-kilometres" })
        #expect((long["reason"] as? String)?.contains("power at least") == true)
    }
}
