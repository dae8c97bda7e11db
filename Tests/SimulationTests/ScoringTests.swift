import Foundation
import Raster
import Testing
import TestSupport

@testable import Simulation

@Suite struct ScoringTests {
    static let truth = """
        {"type": "FeatureCollection", "features": [
        {"type": "Feature", "geometry": {"type": "LineString", "coordinates": [[16.50, 31.03], [16.51, 31.035], [16.52, 31.03]]},
         "properties": {"kind": "linear", "profile": "bright", "cnr": 1.4}},
        {"type": "Feature", "geometry": {"type": "LineString", "coordinates": [[16.53, 31.05], [16.53, 31.07]]},
         "properties": {"kind": "linear", "profile": "dark", "cnr": 2}},
        {"type": "Feature", "geometry": {"type": "Point", "coordinates": [16.54, 31.04]}, "properties": {"kind": "compact", "cnr": 5}},
        {"type": "Feature", "geometry": {"type": "Point", "coordinates": [16.55, 31.04]}, "properties": {"kind": "compact", "cnr": 3}}
        ]}
        """

    static let detections = """
        {"type": "FeatureCollection", "features": [
        {"type": "Feature", "geometry": {"type": "LineString", "coordinates": [[16.5001, 31.0301], [16.5101, 31.0351], [16.513, 31.0340]]},
         "properties": {"confidence": 0.9}},
        {"type": "Feature", "geometry": {"type": "MultiLineString", "coordinates": [[[16.5302, 31.055], [16.5301, 31.06]], [[16.5, 31.0], [16.503, 31.001]]]},
         "properties": {}},
        {"type": "Feature", "geometry": {"type": "LineString", "coordinates": [[16.6, 31.1], [16.61, 31.11]]}, "properties": {"confidence": 0.2}},
        {"type": "Feature", "geometry": {"type": "Polygon", "coordinates": [[[16.5403, 31.0401], [16.5408, 31.0401], [16.5408, 31.0405], [16.5403, 31.0401]]]},
         "properties": {"confidence": 0.7}},
        {"type": "Feature", "geometry": {"type": "Point", "coordinates": [16.7, 31.2]}, "properties": null},
        {"type": "Feature", "geometry": null, "properties": {}}
        ]}
        """

    /// Writes a case and a file of detections; returns their paths.
    private func write(_ truth: String, _ detections: String, in folder: TemporaryFolder, km2: Double = 58.98) throws -> (String, String) {
        try folder.write(truth.utf8, to: "case/truth.geojson")
        try folder.write(#"{"seed": 1, "km2": \#(km2)}"#.utf8, to: "case/case.json")
        return (folder.file("case"), try folder.write(detections.utf8, to: "detections.geojson"))
    }

    /// The expected numbers are score.py's own for these files.
    @Test func agreesWithTheReferenceOnStoredNumbers() throws {
        let folder = try TemporaryFolder()
        let (truth, detections) = try write(Self.truth, Self.detections, in: folder)
        let score = try Scoring.score(detections: detections, truth: truth)
        #expect(
            score
                == Score(
                    completeness: 0.406, correctness: 0.47, falseLinesPer1000Km2: 16.95, falseLineKmPer1000Km2: 24.8,
                    falseCompactPer1000Km2: 16.95, sitesFound: "1/2",
                    lines: [
                        Score.Line(cnr: 1.4, profile: "bright", lengthMetres: 2208, completeness: 0.545),
                        Score.Line(cnr: 2, profile: "dark", lengthMetres: 2217, completeness: 0.268),
                    ],
                    sites: [Score.Site(cnr: 5, found: true), Score.Site(cnr: 3, found: false)]))
        #expect(try Scoring.score(detections: detections, truth: truth + "/truth.geojson") == score)
        let sure = try Scoring.score(detections: detections, truth: truth, minimumConfidence: 0.5)
        #expect(sure.correctness == 0.773)
        #expect(sure.falseLinesPer1000Km2 == 0)
        #expect(sure.falseCompactPer1000Km2 == 16.95)
    }

    @Test(
        .enabled(if: SharedData.isPresent && Self.hasPython, "needs the shared reference data and Python with shapely and pyproj"),
        arguments: ["desert-pair", "arid-town-pair", "corridor-series", "nothing-new"], [1, 2, 3])
    func agreesWithTheReferenceProgram(name: String, variant: Int) throws {
        let folder = try TemporaryFolder()
        let truth = SharedData.path("cases/\(name)")
        let detections = try folder.write(
            try Self.imagined(near: truth + "/truth.geojson", variant: variant).utf8, to: "detections.geojson")
        for (buffer, least) in [(25.0, 0.0), (10.0, 0.0), (25.0, 0.5)] {
            let ours = try Scoring.score(detections: detections, truth: truth, bufferMetres: buffer, minimumConfidence: least)
            let run = try OtherReader.run(
                "python3",
                [
                    "-W", "ignore", SharedData.path("tools/score.py"), truth, detections, "--buffer", "\(buffer)", "--min-confidence",
                    "\(least)",
                ])
            try #require(run.status == 0, "\(run.output)")
            let sums = try #require(run.output.split(separator: "\n").last)
            let encoded = try JSONEncoder().encode(ours)
            var mine = try #require(try JSONSerialization.jsonObject(with: encoded) as? [String: Any])
            let theirs = try #require(try JSONSerialization.jsonObject(with: Data(sums.utf8)) as? [String: Any])
            mine["lines"] = nil
            mine["sites"] = nil
            #expect(mine as NSDictionary == theirs as NSDictionary)
            // score.py prints each row as a Python dictionary.
            let rows = run.output.split(separator: "\n").dropLast().map(String.init)
            let ownRows =
                ours.lines.map {
                    "{'cnr': \(JSONText.number($0.cnr)), 'profile': '\($0.profile ?? "")', 'length_m': \($0.lengthMetres), 'completeness': \($0.completeness)}"
                } + ours.sites.map { "{'cnr': \(JSONText.number($0.cnr)), 'found': \($0.found ? "True" : "False")}" }
            #expect(ownRows == rows)
        }
    }

    /// Lines a little beside the implanted ones, in part; some of their own; positions hit and missed.
    private static func imagined(near truthPath: String, variant: Int) throws -> String {
        let random = CounterRandom(seed: UInt64(variant)).stream(.vehicles)
        var features: [String] = []
        var number = 0
        func draw() -> Double {
            number += 1
            return random.uniform(number)
        }
        func add(_ geometry: String) {
            let confidence = draw() < 0.3 ? "null" : "\(draw())"
            features.append(#"{"type": "Feature", "geometry": \#(geometry), "properties": {"confidence": \#(confidence)}}"#)
        }
        for feature in try FeatureFile(path: truthPath).features {
            switch feature.parts[0] {
            case .line(let points):
                let (dx, dy) = ((draw() - 0.5) * 6e-4, (draw() - 0.5) * 6e-4)
                let kept = points.prefix(max(2, Int(draw() * Double(points.count)) + 1))
                add(
                    #"{"type": "LineString", "coordinates": [\#(kept.map { "[\($0.longitude + dx), \($0.latitude + dy)]" }.joined(separator: ","))]}"#
                )
            case .point(let point):
                let (x, y, w) = (point.longitude + (draw() - 0.5) * 2e-3, point.latitude + (draw() - 0.5) * 2e-3, 2e-4)
                add(
                    #"{"type": "Polygon", "coordinates": [[[\#(x), \#(y)], [\#(x + w), \#(y)], [\#(x + w), \#(y + w)], [\#(x), \#(y + w)], [\#(x), \#(y)]]]}"#
                )
            case .polygon: break
            }
        }
        for _ in 0..<(variant * 3) {
            let (x, y) = (16.5 + draw() * 0.08, 31.0 + draw() * 0.07)
            add(
                #"{"type": "LineString", "coordinates": [[\#(x), \#(y)], [\#(x + draw() * 0.01), \#(y + draw() * 0.01)], [\#(x + 0.012), \#(y)]]}"#
            )
            add(#"{"type": "Point", "coordinates": [\#(x - 0.02), \#(y)]}"#)
        }
        return #"{"type": "FeatureCollection", "features": [\#(features.joined(separator: ",\n"))]}"#
    }

    static let hasPython = (try? OtherReader.run("python3", ["-c", "import shapely, pyproj"]).status) == 0

    @Test func detectionsThatAreTheTruthScoreInFull() throws {
        let folder = try TemporaryFolder()
        let (truth, detections) = try write(Self.truth, Self.truth, in: folder)
        let score = try Scoring.score(detections: detections, truth: truth)
        #expect(score.completeness == 1)
        #expect(score.correctness == 1)
        #expect(score.falseLinesPer1000Km2 == 0)
        #expect(score.falseCompactPer1000Km2 == 0)
        #expect(score.sitesFound == "2/2")
        #expect(score.table.contains("2/2"))
    }

    @Test func nothingDetectedIsNoCorrectnessAndNothingImplantedNoCompleteness() throws {
        let folder = try TemporaryFolder()
        let nothing = #"{"type": "FeatureCollection", "features": []}"#
        var (truth, detections) = try write(Self.truth, nothing, in: folder)
        let blind = try Scoring.score(detections: detections, truth: truth)
        #expect(blind.completeness == 0)
        #expect(blind.correctness == nil)
        (truth, detections) = try write(nothing, Self.detections, in: folder)
        let alarms = try Scoring.score(detections: detections, truth: truth, observedKm2: 1000)
        #expect(alarms.completeness == nil)
        #expect(alarms.falseLinesPer1000Km2 == 3)
        #expect(alarms.falseCompactPer1000Km2 == 2)
        #expect(alarms.sitesFound == "0/0")
        let text = String(decoding: try JSONEncoder().encode(alarms), as: UTF8.self)
        #expect(text.contains(#""completeness":null"#))
        #expect(try JSONDecoder().decode(Score.self, from: Data(text.utf8)) == alarms)
    }

    @Test(arguments: [
        ("", "not JSON"),
        ("{", "not JSON"),
        ("[1, 2]", "FeatureCollection"),
        (#"{"type": "Feature"}"#, "FeatureCollection"),
        (#"{"type": "FeatureCollection", "features": [1]}"#, "features[0]"),
        (
            #"{"type": "FeatureCollection", "features": [{"geometry": null}, {"geometry": {"type": "Circle", "coordinates": []}}]}"#,
            "features[1]: 'Circle'"
        ),
        (
            #"{"type": "FeatureCollection", "features": [{"geometry": {"type": "Point", "coordinates": [640000, 3440000]}}]}"#,
            "features[0]: 640000"
        ),
        (#"{"type": "FeatureCollection", "features": [{"geometry": {"type": "Point", "coordinates": ["16", 31]}}]}"#, "features[0]"),
        (#"{"type": "FeatureCollection", "features": [{"geometry": {"type": "Point", "coordinates": [true, 31]}}]}"#, "features[0]"),
        (#"{"type": "FeatureCollection", "features": [{"geometry": {"type": "LineString", "coordinates": [[16, 31]]}}]}"#, "fewer than 2"),
        (#"{"type": "FeatureCollection", "features": [{"geometry": {"type": "Polygon", "coordinates": [[16, 31]]}}]}"#, "features[0]"),
        (
            #"{"type": "FeatureCollection", "features": [{"geometry": {"type": "Point", "coordinates": [16, 31]}, "properties": {"confidence": "high"}}]}"#,
            "'confidence'"
        ),
    ])
    func badDetectionsAreNamed(text: String, words: String) throws {
        let folder = try TemporaryFolder()
        let (truth, detections) = try write(Self.truth, text, in: folder)
        let error = try #require(throws: InputError.self) { try Scoring.score(detections: detections, truth: truth) }
        #expect(error.path == detections)
        #expect(error.description.contains(words), "\(error.description)")
    }

    @Test func missingAreaAndMissingKindAreNamed() throws {
        let folder = try TemporaryFolder()
        let (truth, detections) = try write(Self.truth, Self.detections, in: folder)
        try FileManager.default.removeItem(atPath: truth + "/case.json")
        let error = try #require(throws: InputError.self) { try Scoring.score(detections: detections, truth: truth) }
        #expect(error.path?.hasSuffix("case.json") == true)
        #expect(try Scoring.score(detections: detections, truth: truth, observedKm2: 5).sites.count == 2)
        let swapped = try #require(throws: InputError.self) {
            try Scoring.score(detections: truth + "/truth.geojson", truth: detections, observedKm2: 5)
        }
        #expect(swapped.description.contains("'kind'"))
    }
}
