import Foundation
import Raster
import Testing

@testable import ChangeDetection

@Suite("Lines laid where the change runs")
struct LineFitTests {
    private static func found(_ points: [(Double, Double)], sign: Earthwork.Sign = .brighter, snr: Double = 20) -> DetectedLine {
        DetectedLine(
            points: points.map { .init(x: $0.0, y: $0.1) }, sign: sign, snr: snr, score: 60,
            significance: Significance(expectedCount: 0, observedSquareKilometres: 1), amplitude: 1, widthPixels: 3.8, group: 0)
    }

    private static func rows(_ range: ClosedRange<Double>, _ position: (Double) -> Double) -> [(Double, Double)] {
        stride(from: range.lowerBound, through: range.upperBound, by: 8).map { (position($0), $0) }
    }

    /// Root mean square of the distance across, pixels.
    private static func error(_ line: DetectedLine, _ position: (Double) -> Double) -> Double {
        let inner = line.points.dropFirst().dropLast()
        return (inner.reduce(0) { $0 + ($1.x - position($1.y)) * ($1.x - position($1.y)) } / Double(inner.count)).squareRoot()
    }

    @Test(
        "a line taken for a double one beside it comes back to its middle, sign and ends", arguments: [(1.3, 1.0), (-1.3, -1.0), (0, 1.0)])
    func place(beside: Double, sign: Double) {
        let position: (Double) -> Double = { 150 + 0.2 * $0 + 4 * sin($0 / 40) }
        let planes = TestScene.planes(
            width: 384, height: 384, seed: 71, signal: TestScene.line(amplitude: Float(2 * sign), rows: 60...300, position: position))
        let given = Self.found(Self.rows(84...260) { position($0) + beside }, sign: .both)
        let fitted = LineFit(planes: planes).fitted(given, among: [])
        #expect(fitted.sign == (sign > 0 ? .brighter : .darker))
        #expect(Self.error(fitted, position) < 0.3)
        let ys = fitted.points.map(\.y)
        #expect(abs((ys.min() ?? 0) - 60) < 6 && abs((ys.max() ?? 0) - 300) < 6)
    }

    @Test("a line found too long is cut where it ends", arguments: [72, 73, 74] as [UInt64])
    func tooLong(seed: UInt64) {
        let planes = TestScene.planes(
            width: 384, height: 384, seed: seed, signal: TestScene.line(amplitude: 1.5, rows: 100...240) { 180 - 0.1 * $0 })
        let fitted = LineFit(planes: planes).fitted(Self.found(Self.rows(60...290) { 180 - 0.1 * $0 }), among: [])
        let (low, high) = (fitted.points.map(\.y).min() ?? 0, fitted.points.map(\.y).max() ?? 0)
        #expect(abs(low - 100) < 16)
        #expect(abs(high - 240) < 16)
    }

    @Test("noise ahead does not draw an end out", arguments: [75, 76, 77, 78] as [UInt64])
    func noise(seed: UInt64) {
        let planes = TestScene.planes(
            width: 384, height: 384, seed: seed, signal: TestScene.line(amplitude: 1, rows: 100...260) { 160 + 0.3 * $0 })
        let fitted = LineFit(planes: planes).fitted(Self.found(Self.rows(100...260) { 160 + 0.3 * $0 }), among: [])
        let ys = fitted.points.map(\.y)
        #expect((ys.min() ?? 0) > 84 && (ys.max() ?? 0) < 276)
    }

    @Test("a line goes on behind one that crosses it, and does not run along one that it meets")
    func crossing() {
        let down = TestScene.line(amplitude: 1.5, rows: 40...340) { 190 + 0.05 * $0 }
        let planes = TestScene.planes(width: 384, height: 384, seed: 79) { x, y in
            down(x, y) + TestScene.line(amplitude: 3, rows: 60...330) { _ in 200 }(y, x)
        }
        let across = Self.found(stride(from: 60.0, through: 330, by: 8).map { ($0, 200) }, snr: 50)
        let fit = LineFit(planes: planes)
        let fitted = fit.fitted(Self.found(Self.rows(210...340) { 190 + 0.05 * $0 }), among: [across])
        #expect((fitted.points.map(\.y).min() ?? 384) < 52)
        // Its continuation lies along the other: there is nothing of its own.
        let beside = fit.fitted(Self.found(stride(from: 60.0, through: 190, by: 8).map { ($0, 200) }), among: [across])
        #expect((beside.points.map(\.x).max() ?? 384) < 200)
    }

    @Test("what is not observed neither ends a line nor adds to it")
    func unobserved() {
        var planes = TestScene.planes(
            width: 384, height: 384, seed: 80, signal: TestScene.line(amplitude: 2, rows: 60...300) { _ in 170 })
        for y in 150..<180 { for x in 0..<384 { planes.signed[y * 384 + x] = -128 } }
        for y in 290..<384 { for x in 0..<384 { planes.signed[y * 384 + x] = -128 } }
        let fitted = LineFit(planes: planes).fitted(Self.found(Self.rows(60...280) { _ in 170 }), among: [])
        let ys = fitted.points.map(\.y)
        #expect(abs((ys.min() ?? 0) - 60) < 6)
        #expect((ys.max() ?? 0) > 276 && (ys.max() ?? 384) < 292)
    }
}

@Suite("The law of chance sites")
struct SiteLawTests {
    private let tail = NullTail(threshold: 6, count: 100, rate: 0.8, shape: 50)

    @Test("where every peak stands out it is the law of peaks; where none can, only one is left to expect", arguments: [6.0, 8, 12, 20])
    func extremes(score: Double) {
        let all = SiteLaw(tail: tail, neededScores: [Double](repeating: 2, count: 100))
        #expect(abs(all.expectedCount(atLeast: score) / tail.expectedCount(atLeast: score) - 1) < 1e-9)
        let none = SiteLaw(tail: tail, neededScores: [Double](repeating: 900, count: 100))
        #expect(abs(none.expectedCount(atLeast: score) * 100 / tail.expectedCount(atLeast: score) - 1) < 1e-9)
    }

    @Test("peaks that need more join when they are that strong, and the count never rises")
    func joining() {
        let law = SiteLaw(tail: tail, neededScores: [Double](repeating: 3, count: 40) + [Double](repeating: 16, count: 60))
        #expect(law.expectedCount(atLeast: 8) < 0.45 * tail.expectedCount(atLeast: 8))
        #expect(abs(law.expectedCount(atLeast: 18) / tail.expectedCount(atLeast: 18) - 1) < 1e-9)
        let counts = stride(from: 6.0, through: 40, by: 0.25).map { law.expectedCount(atLeast: $0) }
        #expect(zip(counts, counts.dropFirst()).allSatisfy { $0 >= $1 })
    }
}
