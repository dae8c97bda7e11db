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
        var scratch = values
        #expect(RobustStatistics.select(&scratch, rank) == values.sorted()[rank])
        #expect(scratch.sorted() == values.sorted(), "nothing is lost")
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
