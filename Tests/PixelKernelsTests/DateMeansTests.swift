import PixelKernels
import Testing

@Suite struct DateMeansTests {
    // Wider than what is summed at a time, and more dates than are added at a time.
    @Test(arguments: KernelSet.available, [1, 7, 16, 33, 257, 1100])
    func `the step between dates is that of the formula, and hidden dates count for nothing`(_ kernels: KernelSet, _ width: Int) {
        var random = SeededGenerator(seed: 40)
        let (stride, rows) = (width + 5, 3)
        let dates = (0..<9).map { _ in
            KernelSet.WeighedDate(
                levels: random.integers(Int8.self, count: stride * rows).map { $0 % 7 == 0 ? -128 : $0 },
                scale: Float.random(in: 0.05...0.2, using: &random), weight: Float.random(in: 0.5...2, using: &random))
        }
        let starts = Array(Swift.stride(from: 2, to: 2 + stride * rows, by: stride))
        let found = [Int8](unsafeUninitializedCapacity: rows * width) { found, count in
            if let out = found.baseAddress {
                kernels.step(
                    from: Array(dates[..<2]), to: Array(dates[2...]), rows: starts[...], width: width, clip: 50, stepsPerSigma: 10,
                    into: out)
            }
            count = rows * width
        }
        var wrong = 0
        for row in 0..<rows {
            for x in 0..<width {
                var (sums, weights): ([Float], [Float]) = ([0, 0], [0, 0])
                for (t, date) in dates.enumerated() {
                    let level = date.levels[2 + row * stride + x]
                    guard level != -128 else { continue }
                    let scaled = Float(max(-50, min(50, level))) * date.scale
                    sums[t < 2 ? 0 : 1] += scaled
                    weights[t < 2 ? 0 : 1] += date.weight
                }
                let product = weights[0] * weights[1]
                let difference = sums[1] * weights[0] - sums[0] * weights[1]
                let z = difference / (0.5 * (weights[0] + weights[1]) * product).squareRoot() * 10
                let expected = product > 0 ? Int8(max(-127, min(127, z)).rounded(.toNearestOrEven)) : -128
                if found[row * width + x] != expected { wrong += 1 }
            }
        }
        #expect(wrong == 0)
    }
}
