import Dispatch
import Raster
import Testing

@testable import ChangeDetection

@Suite("Dates as one stack")
struct StackTests {
    /// Eight dates of noise of equal strength against a reference whose own noise is in all of them.
    private func stack(seed: UInt64, dates: Int = 8, signal: (Int, Double, Double) -> Float) -> DateStack {
        var generator = SeededGenerator(seed: seed)
        let size = RasterSize(width: 256, height: 256)
        let reference = (0..<size.pixelCount).map { _ in generator.normal() }
        let planes = (0..<dates).map { t -> SearchPlanes in
            var planes = SearchPlanes(size: size)
            for i in 0..<size.pixelCount {
                let own = t == 0 ? reference[i] : generator.normal()
                let z = (own - reference[i]) * 0.707_106_8 + signal(t, Double(i % 256) + 0.5, Double(i / 256) + 0.5)
                planes.signed[i] = Int8(max(-127, min(127, (z * 10).rounded())))
            }
            return planes
        }
        return DateStack(dates: planes, sensitivities: [nil] + [Double?](repeating: 100, count: dates - 1))
    }

    @Test("the step of unchanged ground has unit variance wherever it is put", arguments: [1, 3, 4, 7])
    func variance(split: Int) {
        let step = stack(seed: 50) { _, _, _ in 0 }.step(at: split)
        let meanSquare = step.signed.reduce(0.0) { $0 + Double($1) * Double($1) / 100 } / Double(step.signed.count)
        #expect(abs(meanSquare.squareRoot() - 1) < 0.03)
    }

    @Test("steps are the same whatever the threads that make them", arguments: [1, 4])
    func threads(split: Int) {
        let stack = stack(seed: 53) { t, x, y in t > 2 && x > 100 && y > 70 ? 1 : 0 }
        let several = Mapping { count, body in DispatchQueue.concurrentPerform(iterations: count) { body($0) } }
        #expect(stack.step(at: split, by: several).signed == stack.step(at: split).signed)
        let window = PixelWindow(x: 17, y: 60, width: 130, height: 150)
        let part = stack.step(at: split, in: window, by: several)
        let whole = stack.step(at: split)
        for y in 0..<150 {
            let row = (60 + y) * 256 + 17
            #expect(Array(part.signed[(y * 130)..<((y + 1) * 130)]) == Array(whole.signed[row..<(row + 130)]))
        }
        let planes = stack.dates
        #expect(SearchPlanes.unchanged(whereAnyOf: planes, by: several).signed == SearchPlanes.unchanged(whereAnyOf: planes).signed)
    }

    @Test("a reference is unchanged where any date is observed")
    func unchanged() {
        var planes = (0..<3).map { _ in SearchPlanes(size: RasterSize(width: 300, height: 300)) }
        planes[0].signed[5] = 7
        planes[2].signed[89_999] = -127
        let reference = SearchPlanes.unchanged(whereAnyOf: planes)
        #expect(reference.signed.indices.filter { reference.signed[$0] != -128 } == [5, 89_999])
        #expect(reference.signed[5] == 0 && reference.signed[89_999] == 0)
    }

    @Test("many dates raise contrast to noise by the root of 2mn/(m+n)")
    func sensitivity() {
        let stack = stack(seed: 51) { t, x, _ in t >= 4 && abs(x - 128) < 40 ? 1 : 0 }
        let step = stack.step(at: 4)
        var sum = 0.0
        for y in 0..<256 { for x in 100..<156 { sum += Double(step.signed[y * 256 + x]) / 10 } }
        // m = n = 4: 2 · 16 / 8 = 4, its root 2.
        #expect(abs(sum / (256 * 56) - 2) < 0.05)
    }

    @Test("a line dug in two campaigns comes apart where the second began, each piece with its own onset")
    func campaigns() throws {
        let stack = stack(seed: 52) { t, x, y in
            let line = TestScene.line(amplitude: 1.5, rows: 20...236) { 120 + 0.1 * $0 }
            return (y < 128 && t >= 3) || (y >= 128 && t >= 6) ? line(x, y) : 0
        }
        let line = DetectedLine(
            points: stride(from: 20.0, through: 236, by: 8).map { .init(x: 120 + 0.1 * $0, y: $0) }, sign: .brighter, snr: 20, score: 90,
            significance: Significance(expectedCount: 0, observedSquareKilometres: 1), amplitude: 1, widthPixels: 2, group: 0)
        let pieces = stack.pieces(of: line, minimumLengthPixels: 20)
        #expect(pieces.count == 2)
        let onsets = pieces.compactMap(\.series.onset)
        #expect(onsets.map(\.firstSeen) == [3, 6])
        #expect(onsets.map(\.lastAbsent) == [2, 5])
        #expect(onsets.allSatisfy { $0.fate == .confirmed })
        #expect(abs((pieces[0].line.points.last?.y ?? 0) - 128) < 17)
    }

    @Test("a piece is laid by its own step, which shows what the step of another campaign hides, and leaves the other's ground alone")
    func pieceByItsOwnStep() {
        let position: (Double) -> Double = { 120 + 0.1 * $0 }
        let stack = stack(seed: 54) { t, x, y in
            (y < 128 && t >= 2) || (y >= 128 && t >= 6) ? TestScene.line(amplitude: 1.2, rows: 20...236, position: position)(x, y) : 0
        }
        func line(_ rows: ClosedRange<Double>) -> DetectedLine {
            DetectedLine(
                points: stride(from: rows.lowerBound, through: rows.upperBound, by: 8).map { .init(x: position($0), y: $0) },
                sign: .brighter,
                snr: 20, score: 90, significance: Significance(expectedCount: 0, observedSquareKilometres: 1), amplitude: 1, widthPixels: 2,
                group: 0)
        }
        let rows = LineSelection.fitted(line(56...128), toStepAt: 2, of: stack, among: [line(132...236)]).points.map(\.y)
        #expect(abs((rows.min() ?? 0) - 20) < 12)
        #expect(abs((rows.max() ?? 0) - 128) < 12)
    }

    @Test(
        "onset, persistence and what a bad date cannot tell",
        arguments: [
            // amplitudes, deviations, first seen, last absent, last seen, fate
            ([0, 0.1, -0.1, 5, 5.2, 4.9], 0.3, 3, 2, 5, ObjectSeries.Fate.confirmed),
            ([0, 0.1, -0.1, 0, 0.2, 4.9], 0.3, 5, 4, 5, .provisional),
            ([0, 0.1, 6, 0, 0.2, -0.1], 0.3, 2, 1, 2, .transient),
            ([0, nil, 5, 5.2, nil, 4.9], 0.3, 2, 0, 5, .confirmed),
        ] as [([Double?], Double, Int, Int?, Int, ObjectSeries.Fate)])
    func onset(amplitudes: [Double?], deviation: Double, first: Int, absent: Int?, last: Int, fate: ObjectSeries.Fate) throws {
        let series = ObjectSeries(amplitudes: amplitudes, deviations: amplitudes.map { _ in deviation })
        let onset = try #require(series.onset)
        #expect(onset == ObjectSeries.Onset(firstSeen: first, lastAbsent: absent, lastSeen: last, fate: fate))
    }

    @Test("a date too noisy to show the work is neither absence nor an end")
    func noisyDate() throws {
        var deviations = [Double](repeating: 0.3, count: 6)
        deviations[2] = 4
        deviations[5] = 4
        let onset = try #require(ObjectSeries(amplitudes: [0, 0.1, 0.5, 5, 5.2, 0.4], deviations: deviations).onset)
        #expect(onset.firstSeen == 3)
        #expect(onset.lastAbsent == 1, "not date 2, on which nothing could have been seen")
        #expect(onset.fate == .confirmed, "date 5 says nothing")
    }

    @Test("no step, no onset")
    func flat() {
        #expect(ObjectSeries(amplitudes: [5, 4, 3, 2], deviations: [1, 1, 1, 1]).onset == nil)
        #expect(ObjectSeries(amplitudes: [nil, nil, 3], deviations: [1, 1, 1]).onset == nil)
        #expect(ObjectSeries(amplitudes: [0, 0.1, 0.9, 0.8], deviations: [0.3, 0.3, 0.3, 0.3]).onset == nil, "within the noise")
    }

    @Test("beside the scene's edge, where most dates see only part, a shadow of one date is seen on that date alone")
    func shadowAtTheEdge() throws {
        let shadow = 4
        var planes = stack(seed: 53) { t, x, y in t == shadow && y > 240 && x > 100 && x < 130 ? -4 : 0 }.dates
        // The dates' shifts leave other rows at the edge unobserved on all but two of them.
        for t in 1..<planes.count where t != 6 {
            for i in (252 * 256)..<(256 * 256) { planes[t].signed[i] = -128 }
        }
        let dates = DateStack(dates: planes, sensitivities: [nil] + [Double?](repeating: 100, count: planes.count - 1))
        let square = [(108.0, 244.0), (122.0, 244.0), (122.0, 255.0), (108.0, 255.0), (108.0, 244.0)]
        let site = DetectedSite(
            x: 115, y: 249, outline: square.map { .init(x: $0.0, y: $0.1) }, coreRadiusPixels: 7, sign: .darker, snr: 8,
            significance: Significance(expectedCount: 0, observedSquareKilometres: 1))
        let onset = try #require(dates.series(of: site).onset)
        #expect(onset.firstSeen == shadow && onset.lastSeen == shadow)
        #expect(onset.fate == .transient)
    }
}
