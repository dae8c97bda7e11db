import PixelKernels
import Testing

@Suite struct DifferenceTests {
    @Test(arguments: KernelSet.available, [1, 3, 5])
    func `unaligned parts are computed and their surroundings left alone`(_ kernels: KernelSet, _ start: Int) {
        var random = SeededGenerator(seed: 2)
        let before = random.floats(count: 100)
        let after = random.floats(count: 100)
        let validity = [UInt8](repeating: 255, count: 100)
        var out = [Float](repeating: 9, count: 100)
        let part = start..<(start + 77)
        out.withUnsafeMutableBufferPointer { whole in
            let target = whole.extracting(part)
            kernels.normalisedDifference(
                before: before.span.extracting(part), after: after.span.extracting(part), gain: 1, offset: 0,
                validity: validity.span.extracting(part), into: target.mutableSpan)
        }
        #expect(out == (0..<100).map { part.contains($0) ? after[$0] - before[$0] : 9 })
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

    @Test(arguments: KernelSet.available, counts)
    func `a row's difference is the later less the earlier, and 0 where not valid`(_ kernels: KernelSet, _ count: Int) {
        var random = SeededGenerator(seed: 4)
        let (before, after) = (random.oddFloats(count: count), random.oddFloats(count: count))
        let validity = random.validity(count: count)
        // One pixel more, which stays.
        var out = [Float](repeating: 9, count: count + 1)
        kernels.difference(before: before, after: after, validity: validity, into: &out, count: count)
        for i in 0..<count {
            let expected = validity[i] == 0 ? 0 : after[i] - before[i]
            #expect(out[i] == expected || (out[i].isNaN && expected.isNaN))
        }
        #expect(out[count] == 9)
    }
}
