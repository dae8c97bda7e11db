import PixelKernelsAVX2
import PixelKernelsBaseline

extension KernelSet {
    /// One of the dates whose means are compared.
    public struct WeighedDate {
        /// −128 where not seen.
        public var levels: [Int8]
        /// What a level counts in the weighted sum.
        public var scale: Float
        public var weight: Float

        public init(levels: [Int8], scale: Float, weight: Float) {
            self.levels = levels
            self.scale = scale
            self.weight = weight
        }
    }

    /// The mean of later dates less that of earlier ones, in standard deviations of a pair: with sums of `scale · level` and of weights, z = (B/n − A/m) / √(½ (1/m + 1/n)).
    ///
    /// - Parameters:
    ///   - rows: starts of the rows that are wanted, in each date's levels. - width: of each.
    ///   - clip: most that a level counts.
    ///   - stepsPerSigma: levels of the result a standard deviation.
    /// - Returns: row after row, clamped to ±127; −128 where either side was not seen.
    public func step(
        from before: [WeighedDate], to after: [WeighedDate], rows: StrideTo<Int>, width: Int, clip: Int8, stepsPerSigma: Float
    ) -> [Int8] {
        let starts = Array(rows)
        let end = starts.map { $0 + width }.max() ?? 0
        precondition((starts.min() ?? 0) >= 0 && (before + after).allSatisfy { $0.levels.count >= end }, "the rows lie outside the dates")
        let add = usesAVX2 ? PixelKernelsAVX2.addWeighedLevels : PixelKernelsBaseline.addWeighedLevels
        let compare = usesAVX2 ? PixelKernelsAVX2.standardisedStep : PixelKernelsBaseline.standardisedStep
        return [Int8](unsafeUninitializedCapacity: starts.count * width) { out, count in
            withUnsafeTemporaryAllocation(of: Float.self, capacity: max(1, 4 * width)) { sums in
                guard let sums = sums.baseAddress, let out = out.baseAddress else { return }
                for (row, start) in starts.enumerated() {
                    sums.initialize(repeating: 0, count: 4 * width)
                    for (dates, target) in [(before, sums), (after, sums + 2 * width)] {
                        for date in dates {
                            date.levels.withUnsafeBufferPointer { levels in
                                guard let levels = levels.baseAddress else { return }
                                add(levels + start, clip, date.scale, date.weight, target, target + width, width)
                            }
                        }
                    }
                    compare(sums, sums + width, sums + 2 * width, sums + 3 * width, stepsPerSigma, out + row * width, width)
                }
            }
            count = starts.count * width
        }
    }
}
