import Foundation
import Geodesy
import Raster
import StrictYAML
import TestSupport
import Testing

@testable import Claims

@Suite("Claims register")
struct RegisterTests {
    private let folder: TemporaryFolder

    init() throws { folder = try TemporaryFolder() }

    private static let head = "article: { title: T }\nplaces:\n  here: { centre: [16.5, 31.0], radius_km: 5 }\nclaims:\n"
    private static let claim = "  - id: one\n    statement: s\n    attributed_to: a\n"

    private func load(_ text: String) throws -> ClaimsRegister { try ClaimsRegister(path: folder.write(text.utf8, to: "r/register.yaml")) }

    @Test(
        "a mistake is named with its line and what was meant",
        arguments: [
            ("artikel: 1\n", 1, "unknown key 'artikel'", "article"),
            (head + claim + "    mesure: linear_onset\n", 8, "unknown key 'mesure'", "measure"),
            (head + claim + "    measure: linear_lenght_km\n", 8, "unknown measure", "linear_length_km"),
            (head + claim + "    measure: linear_length_km\n    place: her\n    expect: { at_least: 1 }\n", 9, "no place 'her'", "here"),
            (head + claim + "    measure: linear_length_km\n    place: here\n    expect: { at_lest: 1 }\n", 10, "'at_lest'", "at_least"),
            (
                head + claim + "    measure: linear_length_km\n    place: here\n    expect: { no_later_than: 2020-01-01 }\n", 10,
                "does not go", "at_least"
            ),
            (
                head + claim + "    measure: linear_onset\n    place: here\n    expect: { at_least: 1 }\n", 10, "does not go",
                "no_later_than"
            ),
            (head + claim + "    measure: linear_onset\n    place: here\n    by: 2021-01-01\n", 10, "no option of linear_onset", "none"),
            (head + claim + "    measure: linear_length_km\n    place: here\n", 5, "'expect' is missing", ""),
            (
                head + claim + "    measure: linear_length_km\n    place: here\n    expect: { between: [3, 1] }\n", 10, "holds nothing",
                "exchange"
            ),
            (head + claim + "    measure: linear_length_km\n    place: here\n    expect: { between: [3] }\n", 10, "2 numbers", ""),
            (head + claim + "    measure: linear_length_km\n    place: here\n    expect: { about: { value: 3 } }\n", 10, "tolerance", ""),
            (
                head + claim + "    measure: linear_length_km\n    place: here\n    expect: { at_least: 3, more_than: 1 }\n", 10,
                "stands beside", ""
            ),
            (head + claim, 5, "neither 'measure' nor 'not_testable'", ""),
            (head + claim + "    not_testable: x\n    measure: linear_onset\n", 8, "stands beside", "one or the other"),
            (head + claim + "    not_testable: x\n    place: here\n", 9, "means nothing", "remove"),
            (head + claim + "    not_testable: x\n" + claim + "    not_testable: x\n", 9, "stands twice", ""),
            (
                head + claim
                    + "    not_testable: x\n    weigh_with: [tow]\n  - id: two\n    statement: s\n    attributed_to: a\n    not_testable: x\n",
                9, "no other claim 'tow'", "two"
            ),
            (head + claim + "    not_testable: x\n    weigh_with: [one]\n", 9, "no other claim 'one'", ""),
            (head + "  - id: One\n    statement: s\n    attributed_to: a\n    not_testable: x\n", 5, "small letters", ""),
            (head + "  - id: one\n    attributed_to: a\n    not_testable: x\n", 5, "'statement' is missing", ""),
            (head + "  - just words\n", 5, "key: value", ""),
            ("article: { title: T }\nclaims: []\n", 2, "1 to 1000", ""),
            ("article: { title: T }\nplaces:\n  x: { center: [1, 2], radius_km: 3 }\nclaims: [1]\n", 3, "unknown key 'center'", "centre"),
            ("article: { title: T }\nplaces:\n  x: { centre: [16, 131], radius_km: 3 }\nclaims: [1]\n", 3, "longitude, latitude", ""),
            ("article: { title: T }\nplaces:\n  x: nowhere.geojson\nclaims: [1]\n", 3, "no file", "relative to the register"),
            ("places: {}\nclaims: [1]\n", nil, "'article' is missing", ""),
        ] as [(String, Int?, String, String)])
    func mistakes(text: String, line: Int?, words: String, advice: String) throws {
        let error = try #require(throws: ConfigurationError.self) { try load(text) }
        #expect(error.line == line, "\(error)")
        #expect(error.description.contains(words) && (advice.isEmpty || error.description.contains(advice)), "\(error)")
    }

    @Test(
        "a place's file that is no GeoJSON of polygons is refused by name",
        arguments: [
            "nothing", "{}", #"{"type": "Point", "coordinates": [1, 2]}"#, #"{"type": "Polygon", "coordinates": [[[1, 2], [3, 4]]]}"#,
            #"{"type": "Polygon", "coordinates": [[[1, 200], [3, 4], [5, 6], [1, 200]]]}"#,
            #"{"type": "LineString", "coordinates": [[1, 2], [3, 4]]}"#, #"{"type": "Polygon", "coordinates": "here"}"#,
        ])
    func badGeometry(json: String) throws {
        try folder.write(json.utf8, to: "r/place.geojson")
        let text = "article: { title: T }\nplaces: { x: place.geojson }\nclaims:\n" + Self.claim + "    not_testable: x\n"
        #expect {
            try load(text)
        } throws: { error in
            // The lines of a LineString are read; that there is no polygon is the register's error.
            error is ConfigurationError ? "\(error)".contains("holds no polygon") : "\(error)".contains("place.geojson")
        }
    }

    @Test("a place of several polygons with holes and whole degrees has its area; one without area is refused")
    func geometry() throws {
        let text = "article: { title: T }\nplaces: { x: place.geojson }\nclaims:\n" + Self.claim + "    not_testable: x\n"
        let square = "[[16, 31], [17, 31], [17, 32], [16, 32], [16, 31]]"
        let hole = "[[16.25, 31.25], [16.75, 31.25], [16.75, 31.75], [16.25, 31.75], [16.25, 31.25]]"
        let far = square.replacingOccurrences(of: "16", with: "18").replacingOccurrences(of: "17", with: "19")
        try folder.write(#"{"type": "MultiPolygon", "coordinates": [[\#(square), \#(hole)], [\#(far)]]}"#.utf8, to: "r/place.geojson")
        // A square degree here is 10 560 km², a quarter of it the hole's.
        #expect(try abs(load(text).places[0].squareKilometres() - 1.75 * 10_560) < 100)
        try folder.write(#"{"type": "Polygon", "coordinates": [[[16, 31], [16, 31], [16, 31], [16, 31]]]}"#.utf8, to: "r/place.geojson")
        #expect(throws: (any Error).self) { try load(text) }
    }

    @Test(
        "what a claim expects is read as it is written",
        arguments: [
            ("linear_length_km", "{ at_least: 20 }", .atLeast(20), "at least 20 km"),
            (
                "linear_length_km", "{ more_than: 1.5, at_most: 3 }", .range(.init(low: .init(1.5, isIncluded: false), high: .init(3))),
                "more than 1.5 and at most 3 km"
            ),
            ("compact_count", "{ less_than: 3 }", .lessThan(3), "less than 3 earthworks"),
            ("compact_extent_km", "{ about: { value: 70, tolerance: 10 } }", .between(60, 80), "at least 60 and at most 80 km"),
            ("linear_bearing_deg", "{ between: [170, 20] }", .axes(from: 170, to: 200), "between 170 and 200 degrees"),
            (
                "linear_onset", "{ no_later_than: 2020-08-31 }", .dates(noEarlierThan: nil, noLaterThan: Sample.date("2020-08-31")),
                "no later than 2020-08-31"
            ),
        ] as [(String, String, ClaimExpectation, String)])
    func expectations(measure: String, text: String, expected: ClaimExpectation, words: String) throws {
        let register = try load(Self.head + Self.claim + "    measure: \(measure)\n    place: here\n    expect: \(text)\n")
        guard case .measured(let claim) = register.claims[0].test else { throw InputError(problem: "not a measured claim") }
        #expect(claim.expected == expected && claim.expected.words(unit: claim.measure.unit) == words)
    }

    @Test("the shipped registers load, and every place and line of theirs resolves", arguments: ["cnn-2021-01-22", "abu-dhabi-2018"])
    func shipped(name: String) throws {
        let pipelines = SharedData.packageRoot.appendingPathComponent("Pipelines")
        let register = try ClaimsRegister(path: pipelines.appendingPathComponent("claims/\(name).yaml").path)
        #expect(register.claims.count >= 4 && !register.places.isEmpty)
        for place in register.places { #expect(try place.squareKilometres() > 1) }
        for file in register.files { #expect(FileManager.default.fileExists(atPath: file)) }
        let found = try register.assess(Sample.evidence([]))
        #expect(found.claims.count == register.claims.count)
        #expect(found.claims.allSatisfy { $0.verdict == .notTestable || $0.verdict == .inconclusive })
    }

    @Test("the corridor's register has each claim group, and weighs both accounts of the beginning")
    func corridor() throws {
        let path = SharedData.packageRoot.appendingPathComponent("Pipelines/claims/cnn-2021-01-22.yaml").path
        let register = try ClaimsRegister(path: path)
        let measures = Set(
            register.claims.compactMap { claim -> String? in
                if case .measured(let test) = claim.test { return test.measure.word.rawValue }
                return nil
            })
        #expect(measures == Set(Measure.Word.allCases.map(\.rawValue)))
        let early = try #require(register.claims.first { $0.id == "digging-by-summer-2020" })
        #expect(early.weighWith == ["digging-only-in-january-2021"])
        let corridor = try #require(register.places.first { $0.id == "corridor" })
        #expect(try abs(corridor.squareKilometres() / 10_000 - 1) < 0.2)
    }
}
