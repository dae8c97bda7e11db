import Foundation
import StrictYAML
import Testing

@testable import Pipeline

@Suite("Run summary and options")
struct RunSummaryTests {
    private var summary: RunSummary {
        var summary = RunSummary(output: "out")
        summary.pairs = [
            RunSummary.Pair(
                tile: "33RXQ", before: "2020-05-14", after: "2021-01-19", linearCount: 2, compactCount: 1, linearLengthMetres: 12_345.6,
                picture: "out/diffs/33RXQ/a.png")
        ]
        summary.linearCount = 2
        summary.compactCount = 1
        summary.linearLengthMetres = 12_345.6
        summary.geoJSON = "out/detections.geojson"
        summary.refused = [RefusedInput(input: "a\u{1B}[2J.tif", reason: "truncated")]
        summary.warnings = ["two dates"]
        return summary
    }

    @Test("the text has the counts and the paths")
    func text() {
        let text = summary.text
        #expect(text.contains("2 linear earthworks (12.35 km) and 1 compact one in 1 pair\n"))
        #expect(text.contains("33RXQ  2020-05-14  2021-01-19       2  12.35        1"))
        #expect(text.contains("GeoJSON: out/detections.geojson\n") && text.contains("picture: out/diffs/33RXQ/a.png\n"))
    }

    @Test("complaints are one line each and cannot steer the terminal")
    func complaints() {
        #expect(summary.complaints == "warning: two dates\nrefused: a\\u{1b}[2J.tif: truncated\n")
        #expect(RunSummary(output: "x").complaints.isEmpty)
    }

    @Test("JSON has null where no file was written")
    func json() throws {
        let object = try #require(JSONSerialization.jsonObject(with: Data(summary.json.utf8)) as? [String: Any])
        #expect(object["geopackage"] is NSNull && object["exit_code"] as? Int == 0 && object["linear_length_m"] as? Double == 12345.6)
        #expect(try summary.json == summary.json)
    }

    @Test(
        "a list of outputs is read in any order and refused where a name is unknown",
        arguments: [
            ("detections,picture,change,report", OutputSelection.all), ("report, change", [.change, .report]), ("picture", .picture),
            ("", nil),
            ("pictures", nil), ("picture,", nil), ("Picture", nil),
        ] as [(String, OutputSelection?)])
    func outputs(list: String, selection: OutputSelection?) { #expect(OutputSelection(list: list) == selection) }

    @Test("the nearest word is the one with the fewest slips", arguments: [("imagry", "imagery"), ("ouptut", "output"), ("zzz", "name")])
    func nearest(word: String, known: String) { #expect(EditDistance.nearest(to: word, among: ["name", "imagery", "output"]) == known) }

    @Test("edit distance is a metric", arguments: ["", "a", "kitten", "sitting"], ["", "b", "kitten", "mitten"])
    func metric(a: String, b: String) {
        #expect(EditDistance.between(a, b) == EditDistance.between(b, a))
        #expect((EditDistance.between(a, b) == 0) == (a == b))
        for c in ["sit", "mat", ""] { #expect(EditDistance.between(a, b) <= EditDistance.between(a, c) + EditDistance.between(c, b)) }
    }
}
