import PixelKernelsAVX2
import PixelKernelsBaseline

extension KernelSet {
    /// What a chain's scores are made of, in steps of the score.
    public struct ChainCosts: Sendable {
        /// In the order in which the kernel reads them.
        fileprivate let figures: [Int16]

        /// - Parameters:
        ///   - nothing: the stored score of a chain that is only begun. - highest: scores are cut here before a beamlet is added.
        ///   - marked: chains above it are marked. - beamlet: what every beamlet costs. - top: bounds, with `bottom`, of its standardised sum.
        ///   - turn: what a step of the slope costs. - straight: what none costs.
        public init(
            nothing: Int16, highest: Int16, marked: Int16, beamlet: Int16, top: Int16, bottom: Int16, turn: Int16, straight: Int16
        ) {
            precondition(Int(nothing) + Int(bottom) - Int(beamlet) - Int(turn) >= Int(Int16.min), "scores near nothing would wrap")
            precondition(Int(highest) + Int(top) - Int(beamlet) <= Int(Int16.max), "the highest scores would wrap")
            figures = [nothing, highest, marked, beamlet, top, bottom, turn, straight]
        }
    }

    /// Slopes whose origins share one word.
    public static let slopesPerWord = 7

    /// Extends, for both signs, the best chain that ends at each column with each slope by the beamlet that follows, and stores its score as many columns
    /// to the right as the slope has.
    ///
    /// - Parameters:
    ///   - sums: standardised, one row for each of 7 · `groups` slopes, `sumPitch` apart.
    ///   - previous: rows of slopes, `pitch` apart, and one more that holds the score of nothing; the second sign's `signPitch` behind.
    ///   - current: likewise; room for the greatest slope on both sides.
    ///   - origins: seven slopes a word, `groups` rows of words, `originPitch` apart, for each sign: where the best chain came from, 0, 1, 2 for a slope one
    ///     less, equal, one more, 3 for a start.
    ///   - marks: one for each 16 columns: 1 where some chain that goes on from them is above the score to be marked.
    ///   - count: columns, a multiple of 16.
    public func extendChains(
        sums: UnsafePointer<Int16>, sumPitch: Int, costs: ChainCosts, previous: UnsafePointer<Int16>,
        current: UnsafeMutablePointer<Int16>, pitch: Int, signPitch: Int, origins: UnsafeMutablePointer<UInt16>, originPitch: Int,
        groups: Int, marks: UnsafeMutablePointer<UInt8>, count: Int
    ) {
        precondition(count % 16 == 0, "columns come in sixteens")
        let kernel = usesAVX2 ? PixelKernelsAVX2.extendChains : PixelKernelsBaseline.extendChains
        kernel(sums, sumPitch, costs.figures, previous, current, pitch, signPitch, origins, originPitch, groups, marks, count)
    }

    /// The greatest of `rows` rows, `pitch` apart, at each of 16 columns.
    public func greatestOfRows(_ values: UnsafePointer<Int16>, pitch: Int, rows: Int, into out: UnsafeMutablePointer<Int16>) {
        let kernel = usesAVX2 ? PixelKernelsAVX2.greatestOfRows : PixelKernelsBaseline.greatestOfRows
        kernel(values, pitch, rows, out)
    }

    /// The columns whose value is above the limit, greater than the `reach` to the left and not less than those to the right.
    ///
    /// - Parameters:
    ///   - values: with `reach` more on each side.
    ///   - count: columns, a multiple of 16.
    /// - Returns: how many there are.
    public func peaks(
        of values: UnsafePointer<Int16>, above limit: Int16, reach: Int, into out: UnsafeMutablePointer<Int32>, count: Int
    ) -> Int {
        precondition(count % 16 == 0, "columns come in sixteens")
        let kernel = usesAVX2 ? PixelKernelsAVX2.peaksOfRow : PixelKernelsBaseline.peaksOfRow
        return kernel(values, limit, reach, out, count)
    }
}
