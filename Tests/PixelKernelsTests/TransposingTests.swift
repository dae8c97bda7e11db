import PixelKernels
import Testing

@Suite struct TransposingTests {
    @Test(arguments: KernelSet.available)
    func `columns become rows, and twice is nothing`(_ kernels: KernelSet) {
        var random = SeededGenerator(seed: 61)
        for (width, height) in shapes + [(100, 131)] {
            let count = width * height
            let source8 = random.integers(Int8.self, count: count)
            let source16 = random.integers(Int16.self, count: count)
            let floats = random.oddFloats(count: count)
            var out8 = [Int8](repeating: 9, count: count)
            var out16 = [Int16](repeating: 9, count: count)
            var outFloat = [Float](repeating: 9, count: count)
            kernels.transpose(source8.span, width: width, height: height, into: out8.mutableSpan)
            kernels.transpose(source16.span, width: width, height: height, into: out16.mutableSpan)
            kernels.transpose(floats.span, width: width, height: height, into: outFloat.mutableSpan)
            let order = (0..<count).map { $0 % height * width + $0 / height }
            #expect(out8 == order.map { source8[$0] })
            #expect(out16 == order.map { source16[$0] })
            #expect(bits(outFloat) == bits(order.map { floats[$0] }))

            var back = [Int8](repeating: 9, count: count)
            kernels.transpose(out8.span, width: height, height: width, into: back.mutableSpan)
            #expect(back == source8)
        }
    }
}
