import PixelKernels
import Testing

@Suite struct SmoothingTests {
    /// First along x, then along y, in the order of the taps; the edge repeats.
    private func blurred(_ source: [Float], _ width: Int, _ height: Int, _ taps: [Float]) -> [Float] {
        let radius = taps.count / 2
        func pass(_ plane: [Float], _ neighbour: (Int, Int, Int) -> Int) -> [Float] {
            (0..<(width * height)).map { i in
                var sum = taps[0] * plane[neighbour(i % width, i / width, -radius)]
                for k in 1..<max(1, taps.count) where k < taps.count {
                    let product = taps[k] * plane[neighbour(i % width, i / width, k - radius)]
                    sum += product
                }
                return sum
            }
        }
        let along = pass(source) { x, y, k in y * width + min(max(x + k, 0), width - 1) }
        return pass(along) { x, y, k in min(max(y + k, 0), height - 1) * width + x }
    }

    @Test(arguments: KernelSet.available, [1, 3, 15, 63])
    func `a blur has the bits of the taps written out`(_ kernels: KernelSet, _ taps: Int) {
        var random = SeededGenerator(seed: 21)
        let weights = random.floats(count: taps)
        for (width, height) in shapes {
            for source in [random.floats(count: width * height), random.oddFloats(count: width * height)] {
                var out = [Float](repeating: 9, count: width * height)
                kernels.gaussianBlur(source.span, width: width, height: height, taps: weights, into: out.mutableSpan)
                #expect(bits(out) == bits(blurred(source, width, height, weights)), "\(width) × \(height)")
            }
        }
    }

    @Test func `Gaussian taps sum to one, are symmetric and have the shape`() {
        let taps = KernelSet.gaussianTaps(sigmaPixels: 1.2, radius: 5)
        #expect(abs(taps.reduce(0, +) - 1) < 1e-6)
        #expect(taps == taps.reversed())
        // exp(−1 / (2 · 1.2²)) = 0.706648…
        #expect(abs(taps[6] / taps[5] - 0.706_648_3) < 1e-6)
        #expect(abs(taps[10] / taps[5] - 0.000_169_855) < 1e-8)
    }

    @Test(arguments: KernelSet.available, [(0, 0), (1, 2), (3, 1), (300, 50)])
    func `a box sum is the sum over the window cut at the edges`(_ kernels: KernelSet, _ radii: (Int, Int)) {
        var random = SeededGenerator(seed: 22)
        for (width, height) in [(1, 1), (1, 9), (9, 1), (5, 3), (23, 17)] {
            let source = random.floats(count: width * height)
            var out = [Float](repeating: 9, count: width * height)
            kernels.boxSum(
                source.span, width: width, height: height, radiusX: radii.0, radiusY: radii.1, into: out.mutableSpan)
            let validity = random.validity(count: width * height, holes: 3)
            var valid = [Float](repeating: 9, count: width * height)
            kernels.boxCount(
                validity.span, width: width, height: height, radiusX: radii.0, radiusY: radii.1, into: valid.mutableSpan)
            let wrong = out.indices.filter { i in
                let expected = window(source, validity, width, height, i, radii)
                return abs(Double(out[i]) - expected.sum) > 1e-6 * max(1, abs(expected.sum)) || valid[i] != Float(expected.count)
            }
            #expect(wrong.isEmpty, "\(width) × \(height)")
        }
    }

    private func window(
        _ source: [Float], _ validity: [UInt8], _ width: Int, _ height: Int, _ i: Int, _ radii: (Int, Int)
    ) -> (sum: Double, count: Int) {
        let (x, y) = (i % width, i / width)
        var sum = 0.0
        var count = 0
        for row in max(0, y - radii.1)...min(height - 1, y + radii.1) {
            for column in max(0, x - radii.0)...min(width - 1, x + radii.0) {
                sum += Double(source[row * width + column])
                count += validity[row * width + column] != 0 ? 1 : 0
            }
        }
        return (sum, count)
    }

    @Test func `box sums have the same bits in every set`() {
        var random = SeededGenerator(seed: 23)
        for (width, height) in shapes {
            let source = random.floats(count: width * height)
            let results = KernelSet.available.map { kernels in
                var out = [Float](repeating: 9, count: width * height)
                kernels.boxSum(source.span, width: width, height: height, radiusX: 4, radiusY: 3, into: out.mutableSpan)
                return out
            }
            for result in results { #expect(bits(result) == bits(results[0])) }
        }
    }
}
