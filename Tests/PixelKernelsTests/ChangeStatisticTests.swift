import PixelKernels
import Testing

@Suite struct ChangeStatisticTests {
    private struct Pair {
        let before: [[Float]]
        let after: [[Float]]
        let weights: ChangeWeights
        let direction: [Float]
        let triangle: [Float]
        let inverseNoise: [Float]
        let validity: [UInt8]

        init(bands: Int, count: Int, odd: Bool = false, holes: UInt64 = 7, seed: UInt64 = 5) {
            var random = SeededGenerator(seed: seed)
            before = (0..<bands).map { _ in odd ? random.oddFloats(count: count) : random.floats(count: count) }
            after = (0..<bands).map { _ in odd ? random.oddFloats(count: count) : random.floats(count: count) }
            direction = random.floats(count: bands, in: 0.2...1)
            triangle = (0..<bands).flatMap { row in
                (row..<bands).map { column in column == row ? Float(bands) : Float.random(in: -0.5...0.5, using: &random) }
            }
            weights = ChangeWeights(
                gains: random.floats(count: bands, in: 0.9...1.1), offsets: random.floats(count: bands, in: -0.1...0.1),
                direction: direction, inverseCovariance: triangle)
            inverseNoise = random.floats(count: count, in: 0.1...9)
            validity = random.validity(count: count, holes: holes)
        }

        /// z and χ² of one pixel as the documentation has them, each operation rounded.
        func reference(_ i: Int) -> (z: Float, squared: Float) {
            guard validity[i] != 0 else { return (0, 0) }
            let bands = before.count
            let d = (0..<bands).map { b -> Float in
                let product = weights.gains[b] * after[b][i]
                let shifted = product + weights.offsets[b]
                return shifted - before[b][i]
            }
            var sum: Float = 0
            var square: Float = 0
            var element = 0
            for b in 0..<bands {
                let term = direction[b] * d[b]
                sum += term
                var y = triangle[element] * d[b]
                element += 1
                for c in b..<bands where c > b {
                    let doubled = 2 * triangle[element]
                    let product = doubled * d[c]
                    y += product
                    element += 1
                }
                let product = d[b] * y
                square += product
            }
            let w = inverseNoise[i]
            let scaled = square * (w * w)
            return (sum * w, scaled < 0 ? 0 : scaled)
        }

        func quantised(_ value: Float, _ steps: Float, _ limit: Float, _ i: Int) -> Int {
            let scaled = value * steps
            if validity[i] == 0 || scaled.isNaN { return -Int(limit) - 1 }
            return Int(max(-limit, min(limit, scaled)).rounded(.toNearestOrEven))
        }
    }

    private static let all: ChangePlanes.Forms = [.signed, .squared, .signedInt8, .signedInt16, .sizeInt16]

    @Test(arguments: KernelSet.available, [1, 2, 3, 4, 7, 13, 16])
    func `every form has the bits of the formula`(_ kernels: KernelSet, _ bands: Int) {
        for count in [1, 15, 512, 513, 1030] {
            for odd in [false, true] {
                let pair = Pair(bands: bands, count: count, odd: odd)
                var planes = ChangePlanes(count: count, forms: Self.all)
                kernels.change(
                    before: pair.before, after: pair.after, weights: pair.weights, inverseNoise: pair.inverseNoise.span,
                    validity: pair.validity.span, into: &planes)
                let expected = (0..<count).map(pair.reference)
                #expect(bits(planes.signed) == bits(expected.map(\.z)))
                #expect(bits(planes.squared) == bits(expected.map(\.squared)))
                #expect(planes.signedInt8.map(Int.init) == (0..<count).map { pair.quantised(expected[$0].z, 10, 127, $0) })
                #expect(planes.signedInt16.map(Int.init) == (0..<count).map { pair.quantised(expected[$0].z, 100, 32_767, $0) })
                #expect(
                    planes.sizeInt16.map(Int.init)
                        == (0..<count).map { pair.quantised(expected[$0].squared.squareRoot(), 100, 32_767, $0) })
            }
        }
    }

    @Test(arguments: KernelSet.available)
    func `only the wanted forms are made, and each is the same alone`(_ kernels: KernelSet) {
        let pair = Pair(bands: 4, count: 1100)
        var together = ChangePlanes(count: 1100, forms: Self.all)
        kernels.change(
            before: pair.before, after: pair.after, weights: pair.weights, inverseNoise: pair.inverseNoise.span,
            validity: pair.validity.span, into: &together)
        for form in [ChangePlanes.Forms.signed, .squared, .signedInt8, .signedInt16, .sizeInt16] {
            var alone = ChangePlanes(count: 1100, forms: form)
            kernels.change(
                before: pair.before, after: pair.after, weights: pair.weights, inverseNoise: pair.inverseNoise.span,
                validity: pair.validity.span, into: &alone)
            #expect(alone.signed == (form == .signed ? together.signed : []))
            #expect(alone.squared == (form == .squared ? together.squared : []))
            #expect(alone.signedInt8 == (form == .signedInt8 ? together.signedInt8 : []))
            #expect(alone.signedInt16 == (form == .signedInt16 ? together.signedInt16 : []))
            #expect(alone.sizeInt16 == (form == .sizeInt16 ? together.sizeInt16 : []))
        }
    }

    @Test(arguments: KernelSet.available)
    func `differences made beforehand give the same statistic`(_ kernels: KernelSet) {
        let pair = Pair(bands: 5, count: 611, odd: true)
        var fused = ChangePlanes(count: 611, forms: Self.all)
        kernels.change(
            before: pair.before, after: pair.after, weights: pair.weights, inverseNoise: pair.inverseNoise.span,
            validity: pair.validity.span, into: &fused)
        var differences = [[Float]](repeating: [Float](repeating: 0, count: 611), count: 5)
        kernels.normalisedDifference(
            before: pair.before, after: pair.after, gains: pair.weights.gains, offsets: pair.weights.offsets,
            validity: pair.validity.span, into: &differences)
        var stepwise = ChangePlanes(count: 611, forms: Self.all)
        kernels.change(
            differences: differences, weights: pair.weights, inverseNoise: pair.inverseNoise.span, validity: pair.validity.span,
            into: &stepwise)
        #expect(bits(stepwise.signed) == bits(fused.signed))
        #expect(bits(stepwise.squared) == bits(fused.squared))
        #expect(stepwise.signedInt16 == fused.signedInt16 && stepwise.sizeInt16 == fused.sizeInt16)
    }

    @Test(arguments: KernelSet.available)
    func `digital numbers give what their floats give`(_ kernels: KernelSet) {
        var random = SeededGenerator(seed: 6)
        let before = (0..<4).map { _ in random.integers(UInt16.self, count: 300) }
        let after = (0..<4).map { _ in random.integers(UInt16.self, count: 300) }
        let pair = Pair(bands: 4, count: 300)
        let noise = pair.inverseNoise.map { $0 / 5000 }
        var fromIntegers = ChangePlanes(count: 300, forms: Self.all)
        var fromFloats = fromIntegers
        kernels.change(
            before: before, after: after, weights: pair.weights, inverseNoise: noise.span, validity: pair.validity.span,
            into: &fromIntegers)
        kernels.change(
            before: before.map { $0.map(Float.init) }, after: after.map { $0.map(Float.init) }, weights: pair.weights,
            inverseNoise: noise.span, validity: pair.validity.span, into: &fromFloats)
        #expect(fromIntegers == fromFloats)
        #expect(Set(fromIntegers.signedInt8).count > 50)
    }

    @Test(arguments: KernelSet.available)
    func `nothing valid leaves zeros and the codes for not valid`(_ kernels: KernelSet) {
        let pair = Pair(bands: 3, count: 290, odd: true, holes: 1)
        var planes = ChangePlanes(count: 290, forms: Self.all)
        kernels.change(
            before: pair.before, after: pair.after, weights: pair.weights,
            inverseNoise: [Float](repeating: .nan, count: 290).span, validity: pair.validity.span, into: &planes)
        #expect(planes == ChangePlanes(count: 290, forms: Self.all))
    }

    @Test func `the quadratic form is the matrix product`() {
        let d: [Float] = [1, -2, 3]
        let weights = ChangeWeights(
            gains: [1, 1, 1], offsets: [0, 0, 0], direction: [1, 1, 1], inverseCovariance: [2, 0.5, -0.25, 3, 1, 4])
        var planes = ChangePlanes(count: 1, forms: [.squared, .signed])
        KernelSet.baseline.change(
            differences: d.map { [$0] }, weights: weights, inverseNoise: [2 as Float].span, validity: [255 as UInt8].span, into: &planes)
        let square: Float = 2 + 12 + 36 + 2 * (0.5 * -2 + -0.25 * 3 + 1 * -6)
        #expect(planes.squared == [4 * square])
        #expect(planes.signed == [4])
    }
}
