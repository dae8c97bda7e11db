import PixelKernels
import Testing

@Suite struct DifferenceTests {
    @Test(arguments: KernelSet.available, counts)
    func `absolute differences are exact over the whole range`(_ kernels: KernelSet, _ count: Int) {
        var random = SeededGenerator(seed: 1)
        let a16 = random.integers(UInt16.self, count: count)
        let b16 = random.integers(UInt16.self, count: count)
        var out16 = [UInt16](repeating: 9, count: count)
        kernels.absoluteDifference(a16.span, b16.span, into: out16.mutableSpan)
        #expect(out16 == zip(a16, b16).map { UInt16(abs(Int($0) - Int($1))) })

        let a8 = random.integers(UInt8.self, count: count)
        let b8 = random.integers(UInt8.self, count: count)
        var out8 = [UInt8](repeating: 9, count: count)
        kernels.absoluteDifference(a8.span, b8.span, into: out8.mutableSpan)
        #expect(out8 == zip(a8, b8).map { UInt8(abs(Int($0) - Int($1))) })
    }

    @Test(arguments: KernelSet.available, [1, 3, 5])
    func `unaligned parts are computed and their surroundings left alone`(_ kernels: KernelSet, _ start: Int) {
        var random = SeededGenerator(seed: 2)
        let a = random.integers(UInt16.self, count: 100)
        let b = random.integers(UInt16.self, count: 100)
        var out = [UInt16](repeating: 9, count: 100)
        let part = start..<(start + 77)
        out.withUnsafeMutableBufferPointer { whole in
            let target = whole.extracting(part)
            kernels.absoluteDifference(a.span.extracting(part), b.span.extracting(part), into: target.mutableSpan)
        }
        let expected = (0..<100).map { part.contains($0) ? UInt16(abs(Int(a[$0]) - Int(b[$0]))) : 9 }
        #expect(out == expected)
    }

    @Test(arguments: KernelSet.available, counts)
    func `a normalised difference has the bits of the formula and 0 where not valid`(_ kernels: KernelSet, _ count: Int) {
        var random = SeededGenerator(seed: 3)
        let before = random.oddFloats(count: count)
        let after = random.oddFloats(count: count)
        let validity = random.validity(count: count)
        var out = [Float](repeating: 9, count: count)
        kernels.normalisedDifference(
            before: before.span, after: after.span, gain: 1.03, offset: -0.7, validity: validity.span, into: out.mutableSpan)
        let expected = (0..<count).map { i -> Float in
            let product: Float = 1.03 * after[i]
            let shifted: Float = product + -0.7
            return validity[i] == 0 ? 0 : shifted - before[i]
        }
        #expect(bits(out) == bits(expected))
    }

    @Test(arguments: KernelSet.available)
    func `digital numbers give what their floats give`(_ kernels: KernelSet) {
        var random = SeededGenerator(seed: 4)
        let before = random.integers(UInt16.self, count: 333)
        let after = random.integers(UInt16.self, count: 333)
        let validity = random.validity(count: 333)
        var fromIntegers = [Float](repeating: 9, count: 333)
        kernels.normalisedDifference(
            before: before.span, after: after.span, gain: 0.97, offset: 12, validity: validity.span, into: fromIntegers.mutableSpan)
        var fromFloats = [[Float](repeating: 9, count: 333)]
        kernels.normalisedDifference(
            before: [before.map(Float.init)], after: [after.map(Float.init)], gains: [0.97], offsets: [12], validity: validity.span,
            into: &fromFloats)
        #expect(bits(fromIntegers) == bits(fromFloats[0]))
    }
}
