import PixelKernels
import Testing

@Suite struct UndirectedChangeTests {
    @Test(arguments: KernelSet.available, [1, 4, 5])
    func `squares are weighed by their pixel's step and cut, and hidden pixels count for nothing`(_ kernels: KernelSet, _ bands: Int) {
        var random = SeededGenerator(seed: 41)
        let (count, offset, stepCount) = (83, 11, 5)
        let differences = (0..<bands).map { _ in random.floats(count: count + offset) }
        let steps = (0..<(count + offset)).map { _ in UInt16.random(in: 0..<UInt16(stepCount), using: &random) }
        let table = (0..<(stepCount * bands)).map { _ in Float.random(in: 0...3, using: &random) }
        for hidden in [0, 7] {
            let observed = (0..<count).map { Int16(hidden > 0 && $0 % hidden == 0 ? -32_768 : 12) }
            var energy = [Float](repeating: 9, count: count)
            var weights = energy
            let isWhole = energy.withUnsafeMutableBufferPointer { energy in
                weights.withUnsafeMutableBufferPointer { weights in
                    observed.withUnsafeBufferPointer { observed -> Bool? in
                        guard let energy = energy.baseAddress, let weights = weights.baseAddress, let observed = observed.baseAddress else {
                            return nil
                        }
                        return kernels.clippedEnergy(
                            differences: differences, offset: offset, steps: steps, table: table, most: 4, observed: observed,
                            energy: energy,
                            weights: weights, count: count)
                    }
                }
            }
            #expect(isWhole == (hidden == 0))
            for x in 0..<count {
                var sum: Float = 0
                for band in 0..<bands {
                    let d = differences[band][offset + x]
                    sum += min(d * d * table[Int(steps[offset + x]) * bands + band], 4)
                }
                let isHidden = observed[x] == -32_768
                #expect(energy[x] == (isHidden ? 0 : sum))
                #expect(weights[x] == (isHidden ? 0 : 1))
            }
        }
    }

    @Test func `both kernel sets give the same roots, and those of a constant are the constant's`() {
        var random = SeededGenerator(seed: 43)
        let (width, height, reach) = (60, 40, 12)
        let taps = [3, 12].map { radius -> [Float] in (-radius...radius).map { 1 / Float(radius + $0 * $0) } }
        let weights = (0..<(width * height)).map { _ in Float(Int.random(in: 0..<6, using: &random) == 0 ? 0 : 1) }
        let energy = zip(weights, random.floats(count: width * height, in: 0...8)).map { $0 * $1 }
        func roots(_ kernels: KernelSet, _ energy: [Float], _ weights: [Float], isWhole: Bool) -> [Int16] {
            kernels.rootOfMeans(
                energy: energy, weights: weights, isWhole: isWhole, width: width, reach: reach, taps: taps, scale: 5000)
        }
        let found = KernelSet.available.map { roots($0, energy, weights, isWhole: false) }
        #expect(found.allSatisfy { $0 == found[0] } && found[0].count == 36 * 16)
        for y in 0..<16 {
            for x in 0..<36 { #expect((found[0][y * 36 + x] == -32_768) == (weights[(y + reach) * width + x + reach] == 0)) }
        }
        let ones = [Float](repeating: 1, count: width * height)
        for kernels in KernelSet.available {
            // The root of (4 + 4) · 5000.
            #expect(roots(kernels, ones.map { 4 * $0 }, ones, isWhole: true).allSatisfy { $0 == 200 })
        }
    }

    @Test func `a row's roots depend on the rows about it alone, whatever was made before`() {
        var random = SeededGenerator(seed: 44)
        let (width, height, reach) = (50, 60, 6)
        let taps = [2, 6].map { radius -> [Float] in (-radius...radius).map { 1 / Float(radius + $0 * $0) } }
        // A frame without values, as beside a scene's edge, and a hole.
        let weights = (0..<(width * height)).map { i -> Float in
            let (x, y) = (i % width, i / width)
            return x < 9 || y < 11 || ((20..<24).contains(x) && (35..<37).contains(y)) ? 0 : 1
        }
        let energy = zip(weights, random.floats(count: width * height, in: 0...8)).map { $0 * $1 }
        for kernels in KernelSet.available {
            func roots(_ rows: Range<Int>) -> [Int16] {
                let part = (rows.lowerBound * width)..<(rows.upperBound * width)
                return kernels.rootOfMeans(
                    energy: Array(energy[part]), weights: Array(weights[part]), isWhole: false, width: width, reach: reach, taps: taps,
                    scale: 5000)
            }
            let alone = (0..<(height - 2 * reach)).flatMap { roots($0..<($0 + 2 * reach + 1)) }
            #expect(roots(0..<height) == alone)
        }
    }
}
