import Foundation
import Testing

@testable import Simulation

@Suite struct ExactMathTests {
    @Test(arguments: Array(stride(from: -60.0, through: 60, by: 0.731)))
    func exponentialAgreesWithTheLibrary(x: Double) {
        #expect(abs(ExactMath.exp(x) / Foundation.exp(x) - 1) < 1e-14)
    }

    @Test(arguments: [1e-300, 1e-9, 0.1, 0.7071, 1, 1.4142, 1.4143, 3, 12345.678, 1e200])
    func logarithmAgreesWithTheLibrary(x: Double) {
        #expect(abs(ExactMath.log(x) - Foundation.log(x)) <= 1e-14 * max(1, abs(Foundation.log(x))))
    }

    @Test(arguments: Array(stride(from: -720.0, through: 720, by: 17.3)))
    func sineAndCosineAgreeWithTheLibrary(degrees: Double) {
        let (sine, cosine) = ExactMath.sinCos(degrees: degrees)
        #expect(abs(sine - Foundation.sin(degrees * .pi / 180)) < 1e-13)
        #expect(abs(cosine - Foundation.cos(degrees * .pi / 180)) < 1e-13)
    }

    @Test func exponentialKeepsToItsLimits() {
        #expect(ExactMath.exp(-1e9) == 0)
        #expect(ExactMath.exp(1e9) == .infinity)
        #expect(ExactMath.exp(.nan).isNaN)
        #expect(ExactMath.exp(0) == 1)
    }

    @Test(arguments: [1e-14, 1e-6, 0.01, 0.075, 0.0751, 0.3, 0.5, 0.8, 0.925, 0.999, 1 - 1e-9])
    func quantileInvertsTheNormalDistribution(p: Double) {
        let x = ExactMath.normalQuantile(p)
        let back = 0.5 * erfc(-x / 2.0.squareRoot())
        #expect(abs(back - p) < 3e-6 * min(p, 1 - p) + 1e-14)
    }

    @Test func normalNumbersHaveTheNormalDistributionsMomentsAndTails() {
        let random = CounterRandom(seed: 5).stream(.sensorNoise)
        let values = (0..<100_000).map { random.normal($0 % 400, $0 / 400) }
        let count = Double(values.count)
        #expect(abs(values.reduce(0, +) / count) < 0.01)
        #expect(abs(values.reduce(0) { $0 + $1 * $1 } / count - 1) < 0.02)
        let beyondThree = Double(values.count { abs($0) > 3 }) / count
        #expect(abs(beyondThree - 0.0027) < 0.0006)
        let neighbours = zip(values, values.dropFirst()).reduce(0) { $0 + $1.0 * $1.1 } / count
        #expect(abs(neighbours) < 0.012)
    }

    @Test func streamsDoNotRepeatEachOther() {
        let root = CounterRandom(seed: 1)
        var seen: Set<UInt64> = []
        for purpose: CounterRandom.Purpose in [.texture, .haze, .clouds, .sensorNoise] {
            for index in 0..<10 {
                for place in -5..<5 { seen.insert(root.stream(purpose, index).bits(place, -place)) }
            }
        }
        #expect(seen.count == 400)
        #expect(CounterRandom(seed: 2).bits(0) != root.bits(0))
    }

    @Test func noiseFieldHasUnitVariancePerOctave() {
        let field = NoiseField(CounterRandom(seed: 9))
        let values = (0..<40_000).map { field.value(Double($0 % 200) * 0.37, Double($0 / 200) * 0.41) }
        let mean = values.reduce(0, +) / 40_000
        let variance = values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / 40_000
        #expect(abs(mean) < 0.05)
        #expect(abs(variance - 1) < 0.08)
    }
}
