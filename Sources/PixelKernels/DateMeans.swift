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
    ///   - out: gets row after row, clamped to ±127; −128 where either side was not seen.
    public func step(
        from before: [WeighedDate], to after: [WeighedDate], rows starts: ArraySlice<Int>, width: Int, clip: Int8, stepsPerSigma: Float,
        into out: UnsafeMutablePointer<Int8>
    ) {
        let end = starts.map { $0 + width }.max() ?? 0
        precondition((starts.min() ?? 0) >= 0 && (before + after).allSatisfy { $0.levels.count >= end }, "the rows lie outside the dates")
        precondition(clip >= 0, "the most that a level counts")
        let add = usesAVX2 ? PixelKernelsAVX2.addWeighedLevels : PixelKernelsBaseline.addWeighedLevels
        let compare = usesAVX2 ? PixelKernelsAVX2.standardisedStep : PixelKernelsBaseline.standardisedStep
        let (scales, weights) = ((before + after).map(\.scale), (before + after).map(\.weight))
        let pieces = max(1, (width + Self.columnsTogether - 1) / Self.columnsTogether)
        // Of vectors.
        let pieceWidth = ((width + pieces - 1) / pieces + 31) / 32 * 32
        let planes = (before + after).map(\.levels)
        withUnsafeTemporaryAllocation(of: UnsafePointer<Int8>.self, capacity: max(1, planes.count)) { levels in
            withRows(of: planes, at: 0, into: levels) {
                scales.withUnsafeBufferPointer { scales in
                    weights.withUnsafeBufferPointer { weights in
                        withUnsafeTemporaryAllocation(of: Float.self, capacity: 4 * pieceWidth) { sums in
                            guard let levels = levels.baseAddress.map({ UnsafePointer($0) }), let scales = scales.baseAddress,
                                let weights = weights.baseAddress, let sums = sums.baseAddress
                            else { return }
                            let (m, n) = (before.count, after.count)
                            let of = (before: sums, later: sums + 2 * pieceWidth)
                            for (row, start) in starts.enumerated() {
                                for left in stride(from: 0, to: width, by: pieceWidth) {
                                    let (first, count) = (start + left, min(pieceWidth, width - left))
                                    sums.initialize(repeating: 0, count: 4 * pieceWidth)
                                    add(levels, first, scales, weights, m, clip, of.before, of.before + pieceWidth, count)
                                    add(levels + m, first, scales + m, weights + m, n, clip, of.later, of.later + pieceWidth, count)
                                    compare(
                                        of.before, of.before + pieceWidth, of.later, of.later + pieceWidth, stepsPerSigma,
                                        out + (row * width + left), count)
                                }
                            }
                        }
                    }
                }
            }
        }
    }

    /// Pixels of a row whose sums stay in the first-level cache.
    private static let columnsTogether = 1536
}
