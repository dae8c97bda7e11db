import ChangeDetection
import Geodesy
import Raster
import Testing

@testable import Claims

@Suite("Measures")
struct MeasureTests {
    private func interval(_ test: MeasuredClaim, _ works: [Earthwork]) throws -> Interval {
        let found = try Sample.measure(test, works)
        guard case .number(let interval)? = found.measured else {
            throw InputError(problem: "no number was measured")
        }
        return interval
    }

    private func test(_ measure: Measure, since: String? = nil, by: String? = nil, near: Double? = nil) -> MeasuredClaim {
        MeasuredClaim(
            measure: measure, place: Sample.place, since: since.map(Sample.date), by: by.map(Sample.date), nearLinearMetres: near,
            expected: .atLeast(0))
    }

    private let pieces = [
        Sample.line("a", group: "g", metres: 5000),
        Sample.line("b", group: "g", north: 6000, metres: 3000, first: "2021-01-19", absent: "2020-12-30"),
        Sample.line("c", east: 9000, metres: 2000, first: "2020-12-30", absent: "2020-07-28"),
    ]

    @Test(
        "length counts what was first seen after one day and by the other",
        arguments: [
            (nil, nil, 10.0), (nil, "2020-07-28", 5), (nil, "2020-07-27", 0), ("2020-07-28", nil, 5), ("2020-12-30", "2021-01-22", 3),
            ("2021-02-01", nil, 0),
        ] as [(String?, String?, Double)])
    func length(since: String?, by: String?, kilometres: Double) throws {
        let found = try interval(test(.linearLength, since: since, by: by), pieces)
        #expect(abs(found.value - kilometres) < 0.001)
        #expect(found.low <= found.value && found.value <= (found.high ?? 0))
        if kilometres > 0 { #expect(found.low > 0.9 * kilometres && (found.high ?? 99) < 1.15 * kilometres) }
    }

    @Test("a line that leaves the place counts by what lies inside")
    func clipped() throws {
        let crossing = Sample.line("x", north: 25_000, metres: 10_000, bearing: 0)
        #expect(abs(try interval(test(.linearLength), [crossing]).value - 5) < 0.02)
        #expect(try Sample.measure(test(.linearLength), [Sample.line("far", north: 40_000, metres: 1000, bearing: 0)]).evidence.isEmpty)
    }

    @Test("doubtful lines pull the lower end down, never the upper one up")
    func confidence() throws {
        let sure = try interval(test(.linearLength), [Sample.line("a", metres: 5000)])
        let doubtful = try interval(test(.linearLength), [Sample.line("a", metres: 5000, confidence: 0.6)])
        #expect(doubtful.low == 0 && sure.low > 4.7 && doubtful.high == sure.high && doubtful.value == sure.value)
    }

    @Test("what is hardly ever false takes nothing away; of many doubtful parts about their share is lost")
    func falseShare() {
        #expect(FalseShare.upperLimit(of: []) == 0)
        #expect(FalseShare.upperLimit(of: [(5, 0.02)]) == 0 && FalseShare.upperLimit(of: [(5, 0.03)]) == 5)
        // Binomial: 100 parts at 0.1; 16 are exceeded in 2.1 of 100 cases, 15 in 4.
        #expect(abs(FalseShare.upperLimit(of: Array(repeating: (1, 0.1), count: 100)) - 16) < 0.1)
        #expect(FalseShare.upperLimit(of: [(1, 1), (3, 0)]) == 1)
    }

    @Test("a thing seen on one date and gone is no earthwork; a trench that was filled in again was one")
    func transient() throws {
        let convoy = Sample.line("v", metres: 5000, last: "2020-07-28", status: .transient)
        let filled = Sample.line("f", metres: 2000, last: "2020-12-30", status: .transient)
        #expect(try interval(test(.linearLength), [convoy]).value == 0)
        #expect(abs(try interval(test(.linearLength), [convoy, filled]).value - 2) < 0.001)
        #expect(try Sample.measure(test(.linearLength), [convoy, filled]).evidence == ["f"])
    }

    @Test("onset is that of the earliest piece of the longest line")
    func onset() throws {
        let early = Sample.line("e", east: -9000, metres: 7000, first: "2020-06-23", absent: "2020-03-10")
        let found = try Sample.measure(test(.linearOnset), pieces + [early])
        #expect(found.measured == .onset(Onset(lastAbsent: Sample.date("2020-06-23"), firstSeen: Sample.date("2020-07-28"))))
        #expect(found.evidence == ["a"])
        #expect(try Sample.measure(test(.linearOnset), []).measured == nil)
        #expect(try Sample.measure(test(.linearOnset), [Sample.line("n", metres: 900, first: nil)]).measured == nil)
    }

    @Test("the mean axis is one of both directions, and north is no edge", arguments: [(11.0, 31.0, 21.0), (175, 185, 0), (90, 90, 90)])
    func bearing(one: Double, other: Double, mean: Double) throws {
        let lines = [Sample.line("a", metres: 4000, bearing: one), Sample.line("b", east: 3000, metres: 4000, bearing: other)]
        let found = try interval(test(.linearBearing), lines)
        let away = abs(found.value - mean).truncatingRemainder(dividingBy: 180)
        #expect(min(away, 180 - away) < 0.2)
        #expect(found.low < found.value && found.value < (found.high ?? 0))
    }

    @Test("the share near a line is by length, and its interval by position")
    func share() throws {
        let road = [[Sample.point(east: 0, north: -20_000), Sample.point(east: 0, north: 0), Sample.point(east: 0, north: 20_000)]]
        let lines = [Sample.line("near", east: 300, metres: 3000, bearing: 0), Sample.line("far", east: 5000, metres: 1000, bearing: 0)]
        let found = try interval(test(.linearShareNear(lines: road, distanceMetres: 500)), lines)
        #expect(abs(found.value - 0.75) < 0.01)
        let edge = try interval(test(.linearShareNear(lines: road, distanceMetres: 310)), lines)
        #expect(edge.low < 0.01 && abs(edge.value - 0.75) < 0.01)
    }

    @Test("persistence is open above where the line is still there on the last date")
    func persistence() throws {
        let lasting = try interval(test(.linearPersistence), [Sample.line("a", metres: 3000)])
        #expect(lasting.value == 210 && lasting.low == 210 && lasting.high == nil)
        let gone = try interval(test(.linearPersistence), [Sample.line("a", metres: 3000, last: "2020-12-30", status: .transient)])
        #expect(gone.low == 155 && gone.high == 210)
    }

    @Test("counts choose by date and by distance from a line")
    func count() throws {
        let sites = (0..<6).map { Sample.site("s\($0)", east: Double($0) * 400, north: 500, first: $0 < 4 ? "2020-09-21" : "2021-01-19") }
        let line = Sample.line("line", metres: 3000, bearing: 0)
        #expect(try interval(test(.compactCount), sites + [line]).value == 6)
        #expect(try interval(test(.compactCount, by: "2020-12-31"), sites + [line]).value == 4)
        #expect(try interval(test(.compactCount, since: "2020-12-31"), sites + [line]).value == 2)
        #expect(try interval(test(.compactCount, near: 1000), sites + [line]).value == 3)
        #expect(try interval(test(.compactCount, near: 1000), sites).value == 0)
    }

    @Test("a count's low end leaves out the false alarms to be expected, its high end is Garwood's limit")
    func countInterval() throws {
        let none = try interval(test(.compactCount), [])
        #expect(none.low == 0 && abs((none.high ?? 0) - 2.996) < 0.01)
        let sure = try interval(test(.compactCount), (0..<10).map { Sample.site("s\($0)", east: Double($0) * 200, north: 0) })
        #expect(sure.low == 10 && abs((sure.high ?? 0) - 16.96) < 0.01)
        // Two expected in 1 000 km²: up to five in 95 of 100 cases.
        let doubtful = (0..<10).map { Sample.site("s\($0)", east: Double($0) * 200, north: 0, falseAlarms: 2) }
        #expect(try interval(test(.compactCount), doubtful).low == 5)
    }

    @Test("extent is as the crow flies, or along a line")
    func extent() throws {
        let sites = [
            Sample.site("a", east: 0, north: -8000), Sample.site("b", east: 0, north: 1000), Sample.site("c", east: 6000, north: 0),
        ]
        #expect(abs(try interval(test(.compactExtent(along: [])), sites).value - 10) < 0.02)
        let road = [[Sample.point(east: 0, north: -20_000), Sample.point(east: 0, north: 20_000)]]
        let along = try interval(test(.compactExtent(along: road)), sites)
        #expect(abs(along.value - 9) < 0.02 && along.low < along.value)
        let doubtful = sites.map { Sample.site($0.id, east: 0, north: $0.id == "a" ? -8000 : 1000, falseAlarms: 0.2) }
        #expect(try interval(test(.compactExtent(along: [])), doubtful).low < 0.1)
        #expect(try Sample.measure(test(.compactExtent(along: [])), []).measured == nil)
    }

    @Test("area adds outlines and lines by their width")
    func area() throws {
        let found = try interval(test(.changeArea), [Sample.site("s", east: 900, north: 0, metres: 100), Sample.line("l", metres: 1000)])
        #expect(abs(found.value - 3) < 0.01)
        #expect(found.low < 2.5 && (found.high ?? 0) > 3.5)
    }

    @Test("the order of the earthworks changes nothing")
    func order() throws {
        let works = pieces + (0..<5).map { Sample.site("s\($0)", east: Double($0) * 700, north: -300, falseAlarms: 0.5) }
        let measures: [Measure] = [
            .linearLength, .linearOnset, .linearBearing, .linearPersistence, .compactCount, .compactExtent(along: []), .changeArea,
        ]
        for measure in measures { #expect(try Sample.measure(test(measure), works) == Sample.measure(test(measure), works.reversed())) }
    }
}
