import ChangeDetection
import Claims
import Foundation
import Geodesy
import Raster
import Testing

@testable import Pipeline

@Suite("Power from recovered implants")
struct InjectionPowerTests {
    private static let here = GeographicPoint(longitude: 16.5, latitude: 31)
    private static let place = Place(id: "here", centre: here, radiusKilometres: 5)

    private static func day(_ text: String) throws -> CalendarDate { try #require(CalendarDate(iso: text)) }

    private static func implant(
        _ size: Double, strength: Double = 1, isRecovered: Bool, seen: String = "2020-07-28", at point: GeographicPoint = here
    ) throws -> InjectionOutcome.Implant {
        InjectionOutcome.Implant(
            kind: .linear, sizeMetres: size, strength: strength, middle: point, lastAbsent: try day("2020-06-23"),
            firstSeen: try day("2020-07-28"),
            isRecovered: isRecovered, recoveredFirstSeen: isRecovered ? try day(seen) : nil, isDated: isRecovered)
    }

    private static func outcome(_ implants: [InjectionOutcome.Implant]) -> InjectionOutcome {
        let ring = [(16.0, 30.5), (17.0, 30.5), (17.0, 31.5), (16.0, 31.5), (16.0, 30.5)].map {
            GeographicPoint(longitude: $0.0, latitude: $0.1)
        }
        return InjectionOutcome(tile: "33RXQ", footprint: ring, implants: implants)
    }

    private static func question(_ size: Double, since: String? = nil, by: String? = nil, place: Place = place) throws -> PowerQuestion {
        PowerQuestion(place: place, kind: .linear, sizeMetres: size, since: try since.map(day), by: try by.map(day))
    }

    /// Clopper and Pearson's one-sided 90 % limits: 0.1^(1/n) where all are found, else by scipy.stats.beta.ppf(0.1, k, n − k + 1).
    @Test(
        "the bound is Clopper and Pearson's",
        arguments: [
            (22, 22, 0.900628), (10, 10, 0.794328), (1, 1, 0.1), (9, 10, 0.663150), (0, 5, 0.0), (50, 100, 0.431417),
            (4990, 5000, 0.996920),
        ])
    func bound(found: Int, count: Int, expected: Double) {
        #expect(abs(RecoveredPower.lowerBound(found: found, of: count) - expected) < 1e-4)
    }

    @Test("longer than the longest implant is found as surely, shorter than the shortest not at all")
    func sizes() throws {
        var implants: [InjectionOutcome.Implant] = []
        for i in 0..<30 {
            implants.append(try Self.implant(200, isRecovered: i % 4 == 0))
            implants.append(try Self.implant(800, isRecovered: true))
        }
        let power = RecoveredPower(outcomes: [Self.outcome(implants)])
        func ask(_ size: Double) throws -> DetectionPower { try #require(try power.answer(Self.question(size))) }
        #expect(try ask(100).power == 0)
        #expect(try ask(200).power < 0.3)
        #expect(try ask(800).power > 0.9)
        #expect(try ask(20_000) == ask(800))
        #expect(try ask(800).detectableLengthMetres == 800)
        #expect(try ask(500).power == ask(200).power)
    }

    @Test("no size is called detectable where none is")
    func notDetectable() throws {
        let few = try (0..<5).map { _ in try Self.implant(800, isRecovered: true) }
        let answer = try #require(try RecoveredPower(outcomes: [Self.outcome(few)]).answer(Self.question(800)))
        #expect(answer.detectableLengthMetres == nil && answer.power > 0.6 && answer.power < 0.65)
    }

    @Test("weaker implants that were found speak for the reference, stronger ones do not")
    func strengths() throws {
        let weak = try (0..<30).map { _ in try Self.implant(800, strength: 0.5, isRecovered: true) }
        let strong = try (0..<30).map { _ in try Self.implant(800, strength: 2, isRecovered: true) }
        let one = try Self.implant(800, isRecovered: true)
        func power(_ implants: [InjectionOutcome.Implant]) throws -> Double {
            try #require(try RecoveredPower(outcomes: [Self.outcome(implants + [one])]).answer(Self.question(800))).power
        }
        #expect(try power(weak) > 0.9)
        #expect(try power(strong) < 0.2)
    }

    @Test("dates and places that a question does not ask about do not answer it")
    func fitting() throws {
        let implants = try (0..<30).map { _ in try Self.implant(800, isRecovered: true, seen: "2020-11-20") }
        let power = RecoveredPower(outcomes: [Self.outcome(implants)])
        #expect(try power.answer(Self.question(800, since: "2020-07-28")) == nil)
        #expect(try power.answer(Self.question(800, by: "2020-07-01")) == nil)
        // Seen in November what was there in July: by August it would not have been found.
        #expect(try #require(try power.answer(Self.question(800, by: "2020-08-31"))).power == 0)
        #expect(try #require(try power.answer(Self.question(800, since: "2020-06-23", by: "2020-12-31"))).power > 0.9)
        let away = Place(id: "away", centre: GeographicPoint(longitude: 20, latitude: 31), radiusKilometres: 5)
        #expect(try power.answer(Self.question(800, place: away)) == nil)
    }

    @Test("implants inside a place answer for it where there are enough")
    func inside() throws {
        let far = GeographicPoint(longitude: 16.9, latitude: 31.3)
        let near = try (0..<25).map { _ in try Self.implant(800, isRecovered: true) }
        let others = try (0..<25).map { _ in try Self.implant(800, isRecovered: false, at: far) }
        func power(_ implants: [InjectionOutcome.Implant]) throws -> Double {
            try #require(try RecoveredPower(outcomes: [Self.outcome(implants)]).answer(Self.question(800))).power
        }
        #expect(try power(near + others) > 0.9)
        #expect(try power(Array(near.prefix(10)) + others) < 0.4)
    }

    /// The best of several bounds is taken; its confidence must not suffer much.
    @Test("the bound holds in nine of ten trials", arguments: [0.6, 0.8, 0.9])
    func coverage(longest: Double) {
        var random = InjectionRandom("coverage", Int(longest * 100))
        var held = 0
        let repeats = 1000
        for _ in 0..<repeats {
            var trials: [RecoveredPower.Trial] = []
            for (step, size) in [200.0, 400, 800, 1600].enumerated() {
                let chance = longest * [0.3, 0.8, 0.95, 1][step]
                for _ in 0..<12 { trials.append(.init(size: size, strength: 1, isFound: random.uniform() < chance)) }
            }
            if RecoveredPower.power(of: 1600, trials) <= longest { held += 1 }
        }
        #expect(Double(held) / Double(repeats) > 0.85)
    }

    @Test("outcomes come back from JSON as they were, and the table counts them")
    func stored() throws {
        let outcome = Self.outcome([
            try Self.implant(200, isRecovered: false), try Self.implant(800, strength: 2, isRecovered: true),
            try Self.implant(800, strength: 2, isRecovered: false),
        ])
        #expect(try JSONDecoder().decode(InjectionOutcome.self, from: JSONEncoder().encode(outcome)) == outcome)
        let cells = RecoveredShare(of: [outcome]).cells
        #expect(cells.map(\.implanted) == [1, 2] && cells.map(\.recovered) == [0, 1] && cells[1].share == 0.5)
    }
}
