import ChangeDetection
import Claims
import Foundation
import Geodesy
import Raster
import Reporting
import Testing

/// Contents for reports, with every field filled.
enum ReportSamples {
    static func day(_ text: String) throws -> CalendarDate { try #require(CalendarDate(iso: text)) }

    /// - Parameter text: stands wherever a text from data can stand.
    static func full(_ text: String = "plain") throws -> ReportContent {
        var content = ReportContent(
            program: "trenchwatch 0.1.0 \(text)", title: "sirte-jufra \(text)", created: "2021-01-22T06:00:00Z \(text)")
        content.isSimulated = true
        content.credits = ["Credit \(text)"]
        content.earthworks = [line("L-1\(text)", text), site("C-1\(text)", text)]
        content.tiles = [try tile("33RXQ \(text)", text)]
        content.places = [
            Place(id: "corridor \(text)", centre: GeographicPoint(longitude: 16.2, latitude: 30.7), radiusKilometres: 30)
        ]
        content.refused = [.init(name: "a.tif \(text)", reason: "broken \(text)")]
        content.warnings = ["a warning \(text)"]
        content.parameters = [.init(name: "bands \(text)", value: "B02 \(text)")]
        content.inputs = [.init(path: "in/\(text).tif", sha256: "ab\(text)", bytes: 1_234_567)]
        content.outputs = [.init(path: "out/\(text).tif", sha256: "cd\(text)", bytes: 12)]
        content.swipes = ["L-1\(text)": swipe(text), "C-1\(text)": swipe(text)]
        content.claims = try claims(text)
        return content
    }

    static func line(_ id: String, _ text: String = "") -> Earthwork {
        var work = DetectionSamples.line(id)
        work.group = "G\(text)"
        work.tiles = ["33RXQ \(text)"]
        work.claims = ["trench\(text)"]
        return work
    }

    static func site(_ id: String, _ text: String = "") -> Earthwork {
        var work = DetectionSamples.ring(id)
        work.tiles = ["33RXQ \(text)"]
        work.claims = ["no such claim \(text)"]
        return work
    }

    static func tile(_ name: String, _ text: String = "") throws -> ReportContent.Tile {
        let ring = [(16.0, 30.6), (16.4, 30.6), (16.4, 31.0), (16.0, 31.0), (16.0, 30.6)]
            .map { GeographicPoint(longitude: $0.0, latitude: $0.1) }
        return try .init(
            name: name, footprint: [[ring]],
            dates: [
                .init(date: day("2020-12-20"), clearShare: 0.5, isReference: true), .init(date: day("2021-01-19"), clearShare: 1),
            ],
            pairs: [
                .init(
                    before: "2020-12-20 \(text)", after: "2021-01-19 \(text)", shiftX: -0.42, shiftY: 0.1, residual: nil, hasLock: true,
                    clearShare: 0.5, observedSquareKilometres: 100.25, picture: "diffs/\(text)/a.png", change: "change/\(text)/a.tif")
            ])
    }

    static func swipe(_ text: String = "") -> ReportSwipe {
        ReportSwipe(
            width: 4, height: 3, before: Array(0..<12), after: Array(100..<112), beforeDate: "2020-12-20 \(text)",
            afterDate: "2021-01-19 \(text)", metresPerPixel: 10, outline: [.init(x: 0, y: 0), .init(x: 3.5, y: 2.25)])
    }

    /// Read as `claims.json` is read.
    static func claims(_ text: String = "") throws -> ClaimsDocument {
        func entry(_ id: String, verdict: String, measured: Any, evidence: [String]) -> [String: Any] {
            [
                "id": id + text, "statement": "A trench of tens of km \(text)", "attributed_to": "the article \(text)",
                "wording": "translated \(text)", "verdict": verdict, "measured": measured, "expected": "at least 20 km \(text)",
                "evidence": evidence, "reason": "Because \(text)", "detectable": ["length_m": 640, "power": 0.93],
                "coverage": ["observed_km2": 42.5, "clear_share": 0.8, "dates": ["2020-12-20", "2021-01-19"]],
            ]
        }
        let object: [String: Any] = [
            "article": [
                "title": "Trenches \(text)", "publisher": "A paper \(text)", "published": "2021-01-22", "url": "javascript:\(text)",
                "note": "A note \(text)",
            ],
            "claims": [
                entry(
                    "trench", verdict: "supported", measured: ["value": 31.2, "low": 29.5, "high": 33, "unit": "km"],
                    evidence: ["L-1\(text)", "not there \(text)"]),
                entry(
                    "onset", verdict: "contradicted",
                    measured: ["value": "2021-01-19", "low": "2020-12-20", "high": "2021-01-19", "unit": "date"],
                    evidence: []),
                entry("count", verdict: "inconclusive", measured: ["value": 4, "low": 4, "unit": "earthworks \(text)"], evidence: []),
                entry("who", verdict: "not_testable", measured: NSNull(), evidence: []),
            ],
        ]
        return try ClaimsDocument(json: JSONSerialization.data(withJSONObject: object))
    }
}
