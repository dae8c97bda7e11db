import PixelKernels
import Testing

@Suite struct StatisticsTests {
    /// The documented order: eight lanes, folded by halves.
    private func reference(_ values: [Float], _ validity: [UInt8]) -> PlaneStatisticsValues {
        var lanes = [[Double]](repeating: [0, 0, 0], count: 8)
        var result = PlaneStatisticsValues(minimum: .infinity, maximum: -.infinity)
        for i in values.indices where validity[i] != 0 && values[i].isFinite {
            let x = Double(values[i])
            lanes[i % 8][0] += 1
            lanes[i % 8][1] += x
            let square = x * x
            lanes[i % 8][2] += square
            result.minimum = min(result.minimum, values[i] + 0)
            result.maximum = max(result.maximum, values[i] + 0)
        }
        for half in [4, 2, 1] {
            for lane in 0..<half { lanes[lane] = zip(lanes[lane], lanes[lane + half]).map { $0 + $1 } }
        }
        result.sums = lanes[0]
        return result
    }

    private struct PlaneStatisticsValues {
        var minimum: Float
        var maximum: Float
        var sums: [Double] = []
    }

    @Test(arguments: KernelSet.available, counts)
    func `sums have the bits of the documented order`(_ kernels: KernelSet, _ count: Int) {
        var random = SeededGenerator(seed: 41)
        for values in [random.floats(count: count), random.oddFloats(count: count)] {
            for holes in [UInt64(1), 2, 9, .max] {
                let validity = random.validity(count: count, holes: holes)
                let statistics = kernels.statistics(values.span, validity: validity.span)
                let expected = reference(values, validity)
                #expect(statistics.count == Int(expected.sums[0]))
                #expect(statistics.sum.bitPattern == expected.sums[1].bitPattern)
                #expect(statistics.sumOfSquares.bitPattern == expected.sums[2].bitPattern)
                #expect(statistics.minimum == expected.minimum && statistics.maximum == expected.maximum)
            }
        }
    }

    @Test(arguments: KernelSet.available)
    func `mean and variance are those of the valid pixels`(_ kernels: KernelSet) {
        let statistics = kernels.statistics([1, 2, 100, 3, .nan].span, validity: [255, 255, 0, 255, 255].span)
        #expect(statistics.mean == 2)
        #expect(statistics.variance.map { abs($0 - 2.0 / 3) < 1e-12 } == true)
        #expect(kernels.statistics([1 as Float].span, validity: [0].span).mean == nil)
    }
}
