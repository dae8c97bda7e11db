import PixelKernelsAVX2
import PixelKernelsBaseline

extension KernelSet {
    /// One of the dates whose means are compared.
    public struct WeighedDate: Sendable {
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
        return [Int8](unsafeUninitializedCapacity: starts.count * width) { out, count in
            if let out = out.baseAddress {
                step(from: before, to: after, rows: starts[...], width: width, clip: clip, stepsPerSigma: stepsPerSigma, into: out)
            }
            count = starts.count * width
        }
    }

    /// As `step(from:to:rows:width:clip:stepsPerSigma:)`, of some of the rows.
    ///
    /// - Parameter out: where the first of these rows goes.
    public func step(
        from before: [WeighedDate], to after: [WeighedDate], rows starts: ArraySlice<Int>, width: Int, clip: Int8, stepsPerSigma: Float,
        into out: UnsafeMutablePointer<Int8>
    ) {
        let end = starts.map { $0 + width }.max() ?? 0
        precondition((starts.min() ?? 0) >= 0 && (before + after).allSatisfy { $0.levels.count >= end }, "the rows lie outside the dates")
        precondition(clip >= 0, "the most that a level counts")
        let add = usesAVX2 ? PixelKernelsAVX2.addWeighedLevels : PixelKernelsBaseline.addWeighedLevels
        let compare = usesAVX2 ? PixelKernelsAVX2.standardisedStep : PixelKernelsBaseline.standardisedStep
        let sides = [before, after].map { dates in (scales: dates.map(\.scale), weights: dates.map(\.weight)) }
        withLevels(of: (before + after)[...], []) { levels in
            withUnsafeTemporaryAllocation(of: Float.self, capacity: 4 * Self.columnsTogether) { sums in
                guard let sums = sums.baseAddress else { return }
                for (row, start) in starts.enumerated() {
                    for left in stride(from: 0, to: width, by: Self.columnsTogether) {
                        let count = min(Self.columnsTogether, width - left)
                        sums.initialize(repeating: 0, count: 4 * count)
                        for (side, place) in [(0, levels[..<before.count]), (1, levels[before.count...])] {
                            let target = sums + 2 * side * count
                            add(
                                place.map { $0 + (start + left) }, sides[side].scales, sides[side].weights, place.count, clip, target,
                                target + count, count)
                        }
                        compare(
                            sums, sums + count, sums + 2 * count, sums + 3 * count, stepsPerSigma, out + (row * width + left), count)
                    }
                }
            }
        }
    }

    /// Pixels of a row whose sums stay in the first-level cache.
    private static let columnsTogether = 1024

    /// Where the levels of several dates begin.
    private func withLevels(of dates: ArraySlice<WeighedDate>, _ opened: [UnsafePointer<Int8>], _ body: ([UnsafePointer<Int8>]) -> Void) {
        guard let first = dates.first else { return body(opened) }
        first.levels.withUnsafeBufferPointer { levels in
            if let levels = levels.baseAddress { withLevels(of: dates.dropFirst(), opened + [levels], body) }
        }
    }
}
