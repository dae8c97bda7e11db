import PixelKernelsAVX2
import PixelKernelsBaseline

/// Counts of a float plane in equal bins, as far as blocks have been added.
public struct FloatHistogram: Sendable, Equatable {
    public let low: Float
    public let high: Float
    /// Bin i holds `low + i·w ≤ value < low + (i + 1)·w`, w being the width of a bin, up to the rounding of a 32-bit float.
    public internal(set) var counts: [Int]
    /// Values below `low`, −∞ too.
    public internal(set) var below = 0
    /// Values at or above `high`, ∞ too.
    public internal(set) var above = 0

    /// - Precondition: `low` and `high` are finite and rise; 1 to 2²⁰ bins.
    public init(low: Float, high: Float, binCount: Int) {
        precondition(low < high && low.isFinite && high.isFinite && (high - low).isFinite, "a histogram needs a rising, finite range")
        precondition((1...1_048_576).contains(binCount), "1 to 1 048 576 bins")
        precondition((Float(binCount) / (high - low)).isFinite, "the bins are narrower than a float can tell")
        self.low = low
        self.high = high
        counts = [Int](repeating: 0, count: binCount)
    }

    public var total: Int { counts.reduce(below + above, +) }
    var binsPerUnit: Float { Float(counts.count) / (high - low) }
}

extension KernelSet {
    /// Adds the levels of a plane to 256 counts. Level v is bin v + 128, so bin 0 has the pixels that are not valid.
    public func addHistogram(_ levels: Span<Int8>, to bins: inout [Int]) {
        precondition(bins.count == 256, "256 bins")
        let kernel = usesAVX2 ? PixelKernelsAVX2.histogramInt8 : PixelKernelsBaseline.histogramInt8
        withCounters(4 * 256, levels.count) { counters in
            levels.withPointer { kernel($0, counters, levels.count) }
            for bin in 0..<256 { bins[bin] += (0..<4).reduce(0) { $0 + Int(counters[$1 * 256 + bin]) } }
        }
    }

    /// Adds the levels of a plane to 65 536 counts. Level v is bin v + 32 768, so bin 0 has the pixels that are not valid.
    public func addHistogram(_ levels: Span<Int16>, to bins: inout [Int]) {
        precondition(bins.count == 65_536, "65 536 bins")
        let kernel = usesAVX2 ? PixelKernelsAVX2.histogramInt16 : PixelKernelsBaseline.histogramInt16
        withCounters(65_536, levels.count) { counters in
            levels.withPointer { kernel($0, counters, levels.count) }
            for bin in 0..<65_536 { bins[bin] += Int(counters[bin]) }
        }
    }

    /// Adds the valid values of a plane to 65 536 counts, one a value.
    public func addHistogram(_ values: Span<UInt16>, validity: Span<UInt8>, to bins: inout [Int]) {
        precondition(bins.count == 65_536, "65 536 bins")
        precondition(validity.count == values.count, "the planes differ in size")
        let kernel = usesAVX2 ? PixelKernelsAVX2.histogramUInt16 : PixelKernelsBaseline.histogramUInt16
        withCounters(65_536, values.count) { counters in
            values.withPointer { values in validity.withPointer { kernel(values, $0, counters, validity.count) } }
            for bin in 0..<65_536 { bins[bin] += Int(counters[bin]) }
        }
    }

    /// Adds the valid values of a plane; a NaN is not counted.
    public func addHistogram(_ values: Span<Float>, validity: Span<UInt8>, to histogram: inout FloatHistogram) {
        precondition(validity.count == values.count, "the planes differ in size")
        let kernel = usesAVX2 ? PixelKernelsAVX2.histogramFloat : PixelKernelsBaseline.histogramFloat
        let inner = histogram.counts.count
        withCounters(inner + 2, values.count) { counters in
            values.withPointer { values in
                validity.withPointer { kernel(values, $0, histogram.low, histogram.binsPerUnit, inner, counters, validity.count) }
            }
            histogram.below += Int(counters[0])
            histogram.above += Int(counters[inner + 1])
            for bin in 0..<inner { histogram.counts[bin] += Int(counters[bin + 1]) }
        }
    }

    /// How many levels lie above the threshold.
    public func countAbove(_ levels: Span<Int8>, _ threshold: Int8) -> Int {
        let kernel = usesAVX2 ? PixelKernelsAVX2.countAbove : PixelKernelsBaseline.countAbove
        var total = 0
        levels.withPointer { total = kernel($0, threshold, levels.count) }
        return total
    }

    private func withCounters(_ bins: Int, _ pixels: Int, _ body: (UnsafeMutablePointer<UInt32>) -> Void) {
        precondition(pixels <= Int(UInt32.max), "a plane of at most 2³² − 1 pixels")
        withUnsafeTemporaryAllocation(of: UInt32.self, capacity: bins) { counters in
            counters.initialize(repeating: 0)
            if let base = counters.baseAddress { body(base) }
        }
    }
}
