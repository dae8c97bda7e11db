import PixelKernels
import Testing

@Suite struct HistogramTests {
    @Test(arguments: KernelSet.available, counts)
    func `every level is counted once`(_ kernels: KernelSet, _ count: Int) {
        var random = SeededGenerator(seed: 31)
        let levels8 = random.integers(Int8.self, count: count)
        var bins8 = [Int](repeating: 1, count: 256)
        kernels.addHistogram(levels8.span, to: &bins8)
        var expected8 = [Int](repeating: 1, count: 256)
        for level in levels8 { expected8[Int(level) + 128] += 1 }
        #expect(bins8 == expected8)

        let levels16 = random.integers(Int16.self, count: count)
        var bins16 = [Int](repeating: 0, count: 65_536)
        kernels.addHistogram(levels16.span, to: &bins16)
        var expected16 = [Int](repeating: 0, count: 65_536)
        for level in levels16 { expected16[Int(level) + 32_768] += 1 }
        #expect(bins16 == expected16)
    }

    @Test(arguments: KernelSet.available, [UInt64(1), 5])
    func `digital numbers are counted where valid`(_ kernels: KernelSet, _ holes: UInt64) {
        var random = SeededGenerator(seed: 32)
        let values = random.integers(UInt16.self, count: 777).map { $0 % 100 }
        let validity = random.validity(count: 777, holes: holes)
        var bins = [Int](repeating: 0, count: 65_536)
        kernels.addHistogram(values.span, validity: validity.span, to: &bins)
        var expected = [Int](repeating: 0, count: 65_536)
        for i in 0..<777 where validity[i] != 0 { expected[Int(values[i])] += 1 }
        #expect(bins == expected)
    }

    @Test(arguments: KernelSet.available)
    func `floats fall into the bin whose range holds them`(_ kernels: KernelSet) {
        let values: [Float] = [-2, -1, -0.75, -0.5, 0, 0.999, 1, .infinity, -.infinity, .nan, 0.5, -0.0]
        let validity: [UInt8] = values.indices.map { $0 == 10 ? 0 : 255 }
        var histogram = FloatHistogram(low: -1, high: 1, binCount: 4)
        kernels.addHistogram(values.span, validity: validity.span, to: &histogram)
        #expect(histogram.counts == [2, 1, 2, 1])
        #expect(histogram.below == 2 && histogram.above == 2)
        #expect(histogram.total == values.count - 2)
    }

    @Test(arguments: KernelSet.available)
    func `blocks add up to the whole`(_ kernels: KernelSet) {
        var random = SeededGenerator(seed: 33)
        let values = random.oddFloats(count: 1000)
        let validity = random.validity(count: 1000)
        var whole = FloatHistogram(low: -2, high: 2.5, binCount: 37)
        var parts = whole
        kernels.addHistogram(values.span, validity: validity.span, to: &whole)
        for part in [0..<333, 333..<334, 334..<1000] {
            kernels.addHistogram(values.span.extracting(part), validity: validity.span.extracting(part), to: &parts)
        }
        #expect(whole == parts)
    }

    @Test(arguments: KernelSet.available, counts + [8160, 8192, 20_011])
    func `levels above a threshold are counted`(_ kernels: KernelSet, _ count: Int) {
        var random = SeededGenerator(seed: 34)
        let levels = random.integers(Int8.self, count: count)
        for threshold in [Int8.min, -3, 0, 90, .max] {
            #expect(kernels.countAbove(levels.span, threshold) == levels.count { $0 > threshold })
        }
        let same = [Int8](repeating: 5, count: count)
        #expect(kernels.countAbove(same.span, 4) == count)
    }
}
