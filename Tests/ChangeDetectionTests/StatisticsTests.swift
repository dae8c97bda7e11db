import Foundation
import Testing

@testable import ChangeDetection

@Suite("Statistics")
struct StatisticsTests {
    @Test("selection agrees with sorting", arguments: 1...40)
    func selection(seed: Int) {
        var generator = SeededGenerator(seed: UInt64(seed))
        let values = (0..<Int.random(in: 1...200, using: &generator)).map { _ in Float(Int.random(in: 0...30, using: &generator)) }
        let rank = Int.random(in: 0..<values.count, using: &generator)
        #expect(RobustStatistics.select(values, rank) == values.sorted()[rank])
    }

    /// Orders and laws in which a sample taken at even distances says little, or wrong things.
    enum Arrangement: CaseIterable {
        case normal, ascending, descending, periodic, mostlyEqual, equal, twoValues, farOutlier

        func values(_ count: Int, seed: UInt64) -> [Float] {
            var generator = SeededGenerator(seed: seed)
            let normal = (0..<count).map { _ in generator.normal() }
            switch self {
            case .normal: return normal
            case .ascending: return normal.sorted()
            case .descending: return normal.sorted(by: >)
            case .periodic: return normal.enumerated().map { $0.offset % 32 == 0 ? 1000 + $0.element : $0.element }
            case .mostlyEqual: return normal.map { abs($0) < 2 ? 0 : $0 }
            case .equal: return [Float](repeating: -3, count: count)
            case .twoValues: return normal.map { $0 < 0.3 ? 1 : 2 }
            case .farOutlier: return normal.dropLast() + [-.greatestFiniteMagnitude]
            }
        }
    }

    @Test(
        "selection of many agrees with sorting, and sorting with the library's", arguments: Arrangement.allCases,
        [513, 2_000, 8_192, 70_000])
    func selectionOfMany(arrangement: Arrangement, count: Int) {
        let values = arrangement.values(count, seed: 5)
        let sorted = values.sorted()
        #expect(RobustStatistics.sorted(values) == sorted)
        for rank in [0, 1, count / 100, count / 2, count * 9 / 10, count - 2, count - 1] {
            #expect(RobustStatistics.select(values, rank) == sorted[rank], "rank \(rank)")
        }
    }

    @Test("the root mean square without the largest hundredth is that of the others", arguments: [10, 999, 20_000])
    func trimmed(count: Int) {
        let values = Arrangement.mostlyEqual.values(count, seed: 7) + [4, -4, 4]
        let kept = values.map(abs).sorted().prefix(Int(Double(values.count) * 0.99))
        let expected = (kept.reduce(0) { $0 + Double($1) * Double($1) } / Double(kept.count)).squareRoot()
        let corrected = Float(expected) * Float(RobustStatistics.trimCorrection(0.01))
        #expect(abs(RobustStatistics.trimmedRootMeanSquare(values) - corrected) <= 1e-6 * corrected)
    }

    @Test("classes of sharpness hold what lies between their limits", arguments: [2, 3, 17, 24])
    func sharpnessClasses(count: Int) {
        let sharpness = Arrangement.normal.values(15_000, seed: 3).map(abs)
        let classes = SharpnessClasses(sharpness, count: count)
        let byClass = classes.sorted(sharpness)
        #expect(byClass.sorted() == sharpness.sorted())
        #expect(classes.ranges.last?.upperBound == sharpness.count)
        for (one, next) in zip(classes.ranges, classes.ranges.dropFirst()) {
            #expect((byClass[one].max() ?? .infinity) < (byClass[next].min() ?? -.infinity))
            #expect(abs(one.count - sharpness.count / count) <= 1)
        }
        for k in classes.kept {
            let mean = byClass[classes.ranges[k]].reduce(0.0) { $0 + Double($1) } / Double(classes.ranges[k].count)
            #expect(abs(Double(classes.means[k]) - mean) <= 1e-6 * mean)
        }
    }

    @Test("a normal sample's trimmed root mean square and median deviation are its standard deviation", arguments: [0.01, 0.02, 0.1])
    func normalSample(trimming: Double) {
        var generator = SeededGenerator(seed: 99)
        let sample = (0..<40_000).map { _ in 3 * generator.normal() }
        #expect(abs(RobustStatistics.trimmedRootMeanSquare(sample, trimming: trimming) - 3) < 0.05)
        #expect(abs(RobustStatistics.centredDeviation(sample) - 3) < 0.06)
    }

    @Test("the exact functions agree with the C library's")
    func functions() {
        for k in 0...200 {
            let x = -Double(k) / 8
            #expect(abs(exponential(x) - exp(x)) <= 1e-11 * max(1e-300, exp(x)) + 1e-300)
        }
        for x in [1e-300, 1e-9, 0.3, 1, 2, 10, 12345.678, 1e200] {
            #expect(abs(naturalLogarithm(x) - log(x)) < 1e-10 * max(1, abs(log(x))))
        }
        #expect(abs(Normal.upperQuantile(0.001) - 3.0902) < 1e-3)
        #expect(abs(Normal.upperQuantile(0.5)) < 1e-3)
    }

    @Test("the tail's rate comes back from an exponential sample, and five strong objects do not move it", arguments: [0.3, 0.9])
    func tail(rate: Double) {
        var generator = SeededGenerator(seed: 4)
        var scores = (0..<400).map { _ in 8 - log(Double.random(in: 1e-12...1, using: &generator)) / rate }
        let clean = NullTail.fit(scores: scores, threshold: 8, priorRate: 0.5, censoredShare: 0.2)
        scores += [90, 120, 150, 200, 300]
        let mixed = NullTail.fit(scores: scores, threshold: 8, priorRate: 0.5, censoredShare: 0.2)
        #expect(abs(clean.rate / rate - 1) < 0.15)
        #expect(abs(mixed.rate / clean.rate - 1) < 0.1)
        #expect(mixed.expectedCount(atLeast: 8) == 405)
        #expect(mixed.expectedCount(atLeast: 90) < 1e-6)
    }

    @Test("confidence falls as chance objects grow more likely")
    func significance() {
        let strong = Significance(expectedCount: 1e-6, observedSquareKilometres: 100)
        let weak = Significance(expectedCount: 0.1, observedSquareKilometres: 100)
        #expect(abs(strong.confidence - (1 - 1e-6)) < 1e-9)
        #expect(abs(weak.confidence - exp(-0.1)) < 1e-9)
        #expect(abs(weak.falseAlarmsPer1000SquareKilometres - 1) < 1e-12)
    }

    @Test("a system's solution solves it, and a singular one has none")
    func solver() throws {
        var generator = SeededGenerator(seed: 31)
        let n = 6
        let root = (0..<(n * n)).map { _ in Double(generator.normal()) }
        var matrix = [Double](repeating: 0, count: n * n)
        for a in 0..<n {
            for b in 0..<n { matrix[a * n + b] = (0..<n).reduce(a == b ? 0.1 : 0) { $0 + root[a * n + $1] * root[b * n + $1] } }
        }
        let x = (0..<n).map { Double($0) - 2.5 }
        let v = (0..<n).map { a in (0..<n).reduce(0.0) { $0 + matrix[a * n + $1] * x[$1] } }
        let solved = try #require(LinearSolver.solve(matrix, v))
        for (a, b) in zip(solved, x) { #expect(abs(a - b) < 1e-8) }
        #expect(LinearSolver.solve([1, 1, 1, 1], [1, 2]) == nil)
    }
}

@Suite("The law of chance objects within a window")
struct WindowedNullTailTests {
    /// Scores of an exponential law beyond 8, evenly through its quantiles.
    private static func scores(_ count: Int, rate: Double) -> [Double] {
        (0..<count).map { 8 - log1m((Double($0) + 0.5) / Double(count)) / rate }
    }

    private static func log1m(_ p: Double) -> Double {
        var (low, high) = (-60.0, 0.0)
        for _ in 0..<80 {
            let middle = (low + high) / 2
            if exponential(middle) > 1 - p { high = middle } else { low = middle }
        }
        return low
    }

    @Test("a plain sample gives its own rate and count, and real objects beyond the window change nothing", arguments: [0.3, 0.5, 0.68])
    func rate(_ rate: Double) {
        let chance = Self.scores(4000, rate: rate)
        let law = NullTail.fit(scores: chance, within: 12...20, priorRate: 0.65)
        #expect(abs(law.rate / rate - 1) < 0.05)
        let expected = 4000 * exponential(-rate * 12)
        #expect(abs(law.expectedCount(atLeast: 20) / expected - 1) < 0.3)
        let withReal = NullTail.fit(scores: chance + [40, 70, 150, 400], within: 12...20, priorRate: 0.65)
        #expect(withReal == law)
    }

    @Test("without objects the prior rules")
    func empty() {
        let law = NullTail.fit(scores: [], within: 12...20, priorRate: 0.65)
        #expect(abs(law.rate - 0.65) < 1e-6 && law.count == 1)
    }
}
