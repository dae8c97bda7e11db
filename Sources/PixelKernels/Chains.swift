import PixelKernelsAVX2
import PixelKernelsBaseline

extension KernelSet {
    /// What a chain's scores are made of, in steps of the score; scores are stored as four times as much.
    public struct ChainCosts: Sendable {
        /// Stored values of a step.
        public static let stored: Int16 = 4
        /// In the order in which the kernel reads them, sixteen of each.
        fileprivate let figures: [Int16]

        /// - Parameters:
        ///   - nothing: the score of a chain that is only begun. - highest: scores are cut here before a beamlet is added.
        ///   - marked: chains above it are marked. - beamlet: what every beamlet costs. - top: bounds, with `bottom`, of its standardised sum.
        ///   - turn: what a step of the slope costs. - straight: what none costs.
        public init(
            nothing: Int16, highest: Int16, marked: Int16, beamlet: Int16, top: Int16, bottom: Int16, turn: Int16, straight: Int16
        ) {
            let least = Int(nothing) + Int(bottom) - 2 * Int(beamlet) - Int(turn)
            precondition(least * Int(Self.stored) >= Int(Int16.min), "scores near nothing would wrap")
            precondition(Int(top) >= -Int(bottom), "the lower bound lies nearer to zero")
            precondition((Int(highest) + Int(top)) * Int(Self.stored) <= Int(Int16.max), "the highest scores would wrap")
            let s = Self.stored
            figures = [
                (-turn - beamlet) * s, (-turn - beamlet) * s + 1, (-straight - beamlet) * s + 2, (nothing - beamlet) * s + 3,
                (highest - beamlet) * s, marked * s, bottom * s, top, -bottom * s, -top,
            ].flatMap { [Int16](repeating: $0, count: 16) }
        }
    }

    /// Slopes whose origins share one word.
    public static let slopesPerWord = 7

    /// Extends, for both signs, the best chain that ends at each column with each slope by the beamlet that follows, and stores its score as many columns
    /// to the right as the slope has.
    ///
    /// - Parameters:
    ///   - sums: standardised, in steps, one row for each of 7 · `groups` slopes, `sumPitch` apart.
    ///   - previous: rows of slopes, `pitch` apart, with a row before and one after them that hold the score of nothing; the second sign's `signPitch` behind.
    ///   - current: likewise; room for the greatest slope on both sides.
    ///   - origins: seven slopes a word, the first slope's the highest two of 14 bits, `groups` rows of words, `originPitch` apart, for each sign: where the
    ///     best chain came from, 0, 1, 2 for a slope one more, one less, equal, 3 for a start.
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

    /// Ends, for both signs, the chains that go on from 16 columns and whose score has fallen by more than `drop` below the highest that they had: they get
    /// the score of nothing.
    ///
    /// - Parameters:
    ///   - previousPeaks: the highest score that each chain had, laid out as `previous` of `extendChains`; the score of nothing where it is not known.
    ///   - currentPeaks: gets the highest scores of the chains of `current`, laid out likewise.
    ///   - current: as `extendChains` has made it. - origins: likewise.
    ///   - nothing: in steps. - drop: in steps; the highest scores and it together fit the integers.
    public func endFallenChains(
        previousPeaks: UnsafePointer<Int16>, currentPeaks: UnsafeMutablePointer<Int16>, current: UnsafeMutablePointer<Int16>, pitch: Int,
        signPitch: Int, origins: UnsafePointer<UInt16>, originPitch: Int, groups: Int, nothing: Int16, drop: Int16
    ) {
        let kernel = usesAVX2 ? PixelKernelsAVX2.endFallenChains : PixelKernelsBaseline.endFallenChains
        kernel(
            previousPeaks, currentPeaks, current, pitch, signPitch, origins, originPitch, groups, nothing * ChainCosts.stored,
            drop * ChainCosts.stored)
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
