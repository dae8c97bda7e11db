import Raster
import Testing
import TestSupport

@testable import Simulation

/// A scenario small enough for a test; single lines of it can be replaced or added to.
enum SmallScenario {
    static let text = """
        name: small
        seed: 7
        noise: 25
        haze: 10
        dates:
          - { date: 2020-05-14, shift_px: [0, 0] }
          - { date: 2020-09-21, clouds: { cover: 0.3, mask: true } }
          - { date: 2021-01-19, shift_px: [0.31, -0.22] }
        tiles:
          - { name: 33RXQ, west: 640000, north: 3440000, width: 48, height: 40 }
          - { name: 33RXP, west: 640100, north: 3439800, width: 40, height: 48 }
        roads:
          - { points: [[639000, 3439700], [641000, 3439600]], width_m: 12 }
        towns:
          - { centre: [640350, 3439850], radius_m: 90 }
        earthworks:
          - { line: { points: [[640050, 3439950], [640200, 3439500]], profile: bright }, cnr: 4, onset: 2020-12-01 }
          - { position: { at: [640400, 3439650], size_px: 4 }, cnr: 6, onset: 2020-08-01, removed: 2021-01-01 }
        convoys:
          - { date: 2020-09-21, points: [[640100, 3439640], [640400, 3439630]], vehicles: 4 }

        """

    static func load(_ text: String = text) throws -> Scenario {
        let folder = try TemporaryFolder()
        return try Scenario.load(path: folder.write(text.utf8, to: "scenario.yaml"))
    }
}

@Suite struct ScenarioTests {
    @Test func readsWhatStandsThere() throws {
        let scenario = try SmallScenario.load()
        #expect(scenario.epsg == 32633)
        #expect(scenario.pixelMetres == 10)
        #expect(scenario.dates.map(\.date.description) == ["2020-05-14", "2020-09-21", "2021-01-19"])
        #expect(scenario.dates[1].clouds == Scenario.Clouds(cover: 0.3, mask: true))
        #expect(scenario.dates[1].shift == nil)
        #expect(scenario.dates[2].shift?.x == 0.31)
        #expect(scenario.tiles[1].size == RasterSize(width: 40, height: 48))
        #expect(scenario.earthworks[1].removed == CalendarDate(year: 2021, month: 1, day: 1))
        #expect(
            scenario.earthworks[1].shape == .compact(centre: MapPoint(x: 640400, y: 3_439_650), site: .ring, sizePixels: 4))
        #expect(scenario.convoys[0].cnr == 6)
    }

    @Test(arguments: [
        // key misspelt, what the message must name
        ("haze: 10", "hase: 10", ["line 4", "'hase'", "'haze'"]),
        ("clouds: { cover", "clouds: { covr", ["line 7", "'covr'", "'cover'", "dates[1].clouds"]),
        ("size_px: 4", "sise_px: 4", ["line 18", "'sise_px'", "'size_px'"]),
        ("noise: 25", "noise: -3", ["line 3", "noise", "-3"]),
        ("noise: 25", "noise: much", ["line 3", "noise", "number"]),
        ("noise: 25", "noise: .nan", ["line 3", "noise"]),
        ("noise: 25", "noise: [1]", ["line 3", "noise"]),
        ("seed: 7", "", ["'seed'", "missing"]),
        ("2020-09-21, clouds", "2020-09-31, clouds", ["line 7", "date", "2021-01-19"]),
        ("2020-09-21, clouds", "2019-09-21, clouds", ["2019-09-21", "order"]),
        ("name: 33RXP", "name: ../etc", ["line 11", "name"]),
        ("name: 33RXP", "name: 33RXQ", ["33RXQ", "twice"]),
        ("west: 640100", "west: 640103", ["33RXP", "multiple"]),
        ("width: 48", "width: 1000000", ["line 10", "width", "1000000"]),
        ("profile: bright", "profile: shiny", ["line 17", "shiny", "dipole"]),
        ("position: {", "hole: {", ["line 18", "'hole'"]),
        ("removed: 2021-01-01", "removed: 2020-01-01", ["2020-01-01"]),
        ("- { date: 2020-09-21, points", "- { date: 2020-09-22, points", ["2020-09-22", "not among"]),
        ("[640050, 3439950], ", "", ["points", "1 items"]),
        ("[640050, 3439950]", "[640200, 3439500]", ["same point"]),
        ("earthworks:", "earthworks: 7 #", ["line 1"]),
        ("tiles:", "tiles: [", ["YAML", "line"]),
        ("haze: 10", "noise: 10", ["'noise'", "twice"]),
    ])
    func saysWhatIsWrongAndWhere(old: String, new: String, words: [String]) throws {
        let text = SmallScenario.text.replacing(old, with: new, maxReplacements: 1)
        let error = try #require(throws: InputError.self) { try SmallScenario.load(text) }
        for word in words { #expect(error.description.contains(word), "\(error.description) should name \(word)") }
        #expect(!error.description.contains("\n"))
    }

    @Test(arguments: ["", "- 1\n- 2\n", "just text", "{", "a: &x [*x]", "seed: 1\nseed: 2\n", "\u{0}"])
    func refusesWhatIsNoScenario(text: String) {
        #expect(throws: InputError.self) { try SmallScenario.load(text) }
    }

    @Test func missingFileIsNamed() throws {
        let error = try #require(throws: InputError.self) { try Scenario.load(path: "/nowhere/none.yaml") }
        #expect(error.path == "/nowhere/none.yaml")
    }

    @Test(arguments: ["corridor-demo", "desert-pair", "town-pair", "nothing-new"])
    func shippedScenariosAreValid(name: String) throws {
        let path = SharedData.packageRoot.appendingPathComponent("Pipelines/scenarios/\(name).yaml").path
        #expect(try Scenario.load(path: path).name == name)
    }

    @Test func meanderKeepsItsLengthAndCourse() {
        let start = MapPoint(x: 640_000, y: 3_440_000)
        let points = Meander.points(from: start, bearingDegrees: 190, lengthMetres: 5050, wanderDegrees: 3)
        let line = Polyline(points: points)
        #expect(abs(line.length - 5050) < 1e-6)
        let end = points[points.count - 1]
        // Ends within a tenth of its length of where the straight line would.
        #expect(abs(end.x - (start.x - 5050 * 0.17365)) < 505)
        #expect(abs(end.y - (start.y - 5050 * 0.98481)) < 505)
        #expect(line.point(at: 0) == start)
        #expect(line.point(at: 1e9) == end)
    }
}
