import ChangeDetection
import Geodesy
import Raster
import Testing

@testable import Claims

@Suite("Verdicts")
struct VerdictTests {
    private func power(_ value: Double?) -> DetectionPowerSource {
        { _ in value.map { DetectionPower(detectableLengthMetres: 400, power: $0) } }
    }

    private func entry(
        _ test: MeasuredClaim, _ works: [Earthwork], power value: Double? = nil, scenes: [SceneCoverage] = Sample.scenes()
    ) throws -> ClaimsDocument.Entry {
        let entries = try ClaimAssessment(evidence: Sample.evidence(works, scenes: scenes), power: power(value)).assess([
            Sample.claim("one", test)
        ]
        )
        return try #require(entries.first)
    }

    /// One line of 8 km: the interval is 7.7 to 8.3 km.
    private static let eight = Sample.line("line", metres: 8000)

    @Test(
        "the truth table of a length",
        arguments: [
            (.atLeast(5), nil, .supported), (.moreThan(5), nil, .supported), (.between(6, 9), nil, .supported),
            (.about(8, tolerance: 1), nil, .supported), (.atMost(9), nil, .supported), (.atLeast(20), 0.95, .contradicted),
            (.atLeast(20), 0.9, .contradicted), (.atLeast(20), 0.89, .inconclusive), (.atLeast(20), nil, .inconclusive),
            (.atMost(5), nil, .contradicted), (.lessThan(5), nil, .contradicted), (.between(1, 5), nil, .contradicted),
            (.between(10, 20), nil, .inconclusive), (.between(10, 20), 0.99, .contradicted), (.atLeast(8), 0.99, .inconclusive),
            (.atMost(8), 0.99, .inconclusive), (.about(8, tolerance: 0.1), nil, .inconclusive),
        ] as [(ClaimExpectation, Double?, Verdict)])
    func lengths(expected: ClaimExpectation, power: Double?, verdict: Verdict) throws {
        let found = try entry(MeasuredClaim(measure: .linearLength, place: Sample.place, expected: expected), [Self.eight], power: power)
        #expect(found.verdict == verdict, "\(found.reason)")
        #expect(found.evidence == ["line"] && found.measured?.unit == "km")
        #expect((found.detectable != nil) == (power != nil))
    }

    @Test(
        "the truth table of an onset in (2020-06-23, 2020-07-28]",
        arguments: [
            (nil, "2020-08-31", nil, .supported), (nil, "2020-07-28", nil, .supported), (nil, "2020-07-10", 0.99, .inconclusive),
            (nil, "2020-06-23", nil, .inconclusive), (nil, "2020-06-23", 0.95, .contradicted), (nil, "2020-06-23", 0.5, .inconclusive),
            ("2021-01-01", nil, nil, .contradicted), ("2020-06-24", nil, nil, .supported), ("2020-06-25", nil, nil, .inconclusive),
            ("2020-07-29", nil, nil, .contradicted), ("2020-06-01", "2020-08-01", nil, .supported),
        ] as [(String?, String?, Double?, Verdict)])
    func onsets(earliest: String?, latest: String?, power: Double?, verdict: Verdict) throws {
        let expected = ClaimExpectation.dates(noEarlierThan: earliest.map(Sample.date), noLaterThan: latest.map(Sample.date))
        let found = try entry(MeasuredClaim(measure: .linearOnset, place: Sample.place, expected: expected), [Self.eight], power: power)
        #expect(found.verdict == verdict, "\(found.reason)")
        #expect(found.measured?.low == .date(Sample.date("2020-06-23")) && found.measured?.high == .date(Sample.date("2020-07-28")))
    }

    @Test("a line that is there on the first date does not support a late start")
    func onsetOpenBelow() throws {
        let old = Sample.line("old", metres: 3000, first: "2020-06-23", absent: nil)
        func verdict(_ expected: ClaimExpectation) throws -> Verdict {
            try entry(MeasuredClaim(measure: .linearOnset, place: Sample.place, expected: expected), [old]).verdict
        }
        #expect(try verdict(.dates(noEarlierThan: Sample.date("2020-06-01"), noLaterThan: nil)) == .inconclusive)
        #expect(try verdict(.dates(noEarlierThan: nil, noLaterThan: Sample.date("2020-07-01"))) == .supported)
    }

    @Test(
        "an axis is compared across north",
        arguments: [
            (0.0, 30.0, .supported), (170, 200, .supported), (-20, 40, .supported), (0, 180, .supported), (60, 120, .contradicted),
            (11.5, 40, .inconclusive), (160, 191, .inconclusive),
        ] as [(Double, Double, Verdict)])
    func axes(from: Double, to: Double, verdict: Verdict) throws {
        let test = MeasuredClaim(measure: .linearBearing, place: Sample.place, expected: .axes(from: from, to: to))
        #expect(try entry(test, [Self.eight]).verdict == verdict)
    }

    @Test(
        "nothing found is never held against a claim without power",
        arguments: [
            Measure.linearLength, .linearOnset, .linearBearing, .linearPersistence, .compactCount, .compactExtent(along: []), .changeArea,
            .linearShareNear(lines: [[Sample.point(east: 0, north: 0), Sample.point(east: 0, north: 900)]], distanceMetres: 100),
        ])
    func silence(measure: Measure) throws {
        let expected: ClaimExpectation =
            switch measure {
            case .linearOnset: .dates(noEarlierThan: nil, noLaterThan: Sample.date("2020-08-31"))
            case .linearBearing: .axes(from: 0, to: 30)
            default: .atLeast(50)
            }
        let test = MeasuredClaim(measure: measure, place: Sample.place, expected: expected, sizeMetres: 1000)
        for (power, verdict) in [(nil, Verdict.inconclusive), (0.5, .inconclusive), (0.95, .contradicted)] as [(Double?, Verdict)] {
            let found = try entry(test, [], power: power)
            #expect(found.verdict == verdict && found.evidence.isEmpty)
            #expect(found.reason.contains("does not mean not there"))
        }
    }

    @Test("power is asked for the claimed size, place and days")
    func question() throws {
        var asked: [PowerQuestion] = []
        let test = MeasuredClaim(
            measure: .linearLength, place: Sample.place, since: Sample.date("2020-03-10"), by: Sample.date("2021-01-22"),
            expected: .atLeast(20))
        _ = try ClaimAssessment(evidence: Sample.evidence([])) {
            asked.append($0)
            return nil
        }.assess([Sample.claim("one", test)])
        #expect(
            asked == [
                PowerQuestion(
                    place: Sample.place, kind: .linear, sizeMetres: 20_000, since: Sample.date("2020-03-10"), by: Sample.date("2021-01-22"))
            ])
    }

    @Test("what was not observed cannot contradict, and says why")
    func coverage() throws {
        let test = MeasuredClaim(measure: .linearLength, place: Sample.place, by: Sample.date("2021-01-22"), expected: .atLeast(20))
        func with(_ scenes: [SceneCoverage]) throws -> ClaimsDocument.Entry { try entry(test, [], power: 0.99, scenes: scenes) }
        #expect(try with(Sample.scenes()).verdict == .contradicted)
        let partly = try with(Sample.scenes(radiusKilometres: 20))
        #expect(partly.verdict == .inconclusive && partly.reason.contains("44 %"), "\(partly.reason)")
        let hardly = try with(Sample.scenes(radiusKilometres: 2))
        #expect(hardly.verdict == .inconclusive && hardly.reason.contains("only 0.4 %"), "\(hardly.reason)")
        #expect(try with(Sample.scenes(["2020-03-10"])).verdict == .inconclusive)
        #expect(try with(Sample.scenes(["2021-02-01", "2021-02-23"])).verdict == .inconclusive)
        #expect(try with(Sample.scenes(clear: 0)).verdict == .inconclusive)
        #expect(try with([]).verdict == .notTestable)
        let elsewhere = Place(id: "elsewhere", centre: GeographicPoint(longitude: 54.5, latitude: 24.3), radiusKilometres: 5)
        let outside = try entry(MeasuredClaim(measure: .changeArea, place: elsewhere, expected: .atLeast(1)), [Self.eight], power: 0.99)
        #expect(outside.verdict == .notTestable && outside.reason.contains("outside of the imagery"))
        #expect(outside.measured == nil && outside.coverage.observedSquareKilometres == 0)
    }

    @Test("coverage is what two dates show, each with its clear share")
    func observed() throws {
        let scenes = Sample.scenes(["2020-03-10"], clear: 1) + Sample.scenes(["2021-01-19"], radiusKilometres: 15, clear: 0.5)
        let coverage = try Coverage(of: Sample.place, in: scenes)
        #expect(abs(coverage.observedSquareKilometres - 706.6) < 1 && abs(coverage.placeSquareKilometres - 2826.3) < 3)
        #expect(abs(coverage.clearShare - 0.9) < 0.001 && coverage.dates == ["2020-03-10", "2021-01-19"].map(Sample.date))
    }

    @Test("what is smaller than a pixel, or said to be out of reach, is not testable")
    func notTestable() throws {
        let small = MeasuredClaim(measure: .compactCount, place: Sample.place, expected: .atLeast(3), sizeMetres: 4)
        #expect(try entry(small, []).verdict == .notTestable)
        let intent = Claim(id: "i", statement: "s", attributedTo: "a", test: .notTestable(reason: "intent cannot be seen"))
        let found = try ClaimAssessment(evidence: Sample.evidence([])).assess([intent])
        #expect(found[0].verdict == .notTestable && found[0].reason == "Intent cannot be seen." && found[0].expected == nil)
    }

    @Test("claims of one event are weighed against each other, named by one or by both", arguments: [true, false])
    func weighing(both: Bool) throws {
        let early = MeasuredClaim(
            measure: .linearOnset, place: Sample.place, expected: .dates(noEarlierThan: nil, noLaterThan: Sample.date("2020-08-31")))
        let late = MeasuredClaim(
            measure: .linearOnset, place: Sample.place, expected: .dates(noEarlierThan: Sample.date("2021-01-01"), noLaterThan: nil))
        let claims = [Sample.claim("early", early, weighWith: ["late"]), Sample.claim("late", late, weighWith: both ? ["early"] : [])]
        let found = try ClaimAssessment(evidence: Sample.evidence([Self.eight])).assess(claims)
        #expect(found.map(\.verdict) == [.supported, .contradicted])
        #expect(found[0].reason.hasSuffix("Weighed against 'late': the images speak for this claim and against that one."))
        #expect(found[1].reason.hasSuffix("Weighed against 'early': the images speak against this claim and for that one."))
    }

    @Test(
        "likelihood has the directive's words at its limits",
        arguments: [
            (0.96, "almost certain"), (0.9, "very likely"), (0.6, "likely"), (0.5, "roughly even"), (0.3, "unlikely"),
            (0.1, "very unlikely"), (0.01, "almost no chance"),
        ])
    func words(probability: Double, words: String) { #expect(PlainText.itIsLikely(probability).contains(words)) }

    @Test("earthworks learn which claims use them")
    func annotation() throws {
        let test = MeasuredClaim(measure: .linearLength, place: Sample.place, expected: .atLeast(5))
        let works = [Self.eight, Sample.site("s", east: 0, north: 0)]
        let entries = try ClaimAssessment(evidence: Sample.evidence(works)).assess([Sample.claim("one", test), Sample.claim("two", test)])
        let annotated = works.annotated(with: ClaimsDocument(article: .init(title: "t"), claims: entries))
        #expect(annotated.map(\.claims) == [["one", "two"], []])
    }
}
