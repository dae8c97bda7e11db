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
}
