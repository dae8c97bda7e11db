import PixelKernelsAVX2
import PixelKernelsBaseline

// Sums along short slanting lines. The rows overlap and shift against each other, so these take addresses instead of spans: each says what must lie
// there. Sums in 16 bits wrap; who calls sees to it that they fit.

extension KernelSet {
    /// A symmetric or antisymmetric filter along a row: the middle's weight, and those of pairs of pixels at equal distances to both sides.
    public struct RowFilter: Sendable {
        public let centre: Int16
        public let distances: [Int]
        public let weights: [Int16]
        /// Whether the pixel to the left counts with the opposite sign.
        public let isOdd: Bool
        /// The sum is divided by two to this power.
        public let shift: Int

        public init(centre: Int16, distances: [Int], weights: [Int16], isOdd: Bool, shift: Int) {
            precondition(
                distances.count == weights.count && (1...14).contains(shift), "a weight for each pair, and some places to shift by")
            (self.centre, self.distances, self.weights, self.isOdd, self.shift) = (centre, distances, weights, isOdd, shift)
        }
    }

    /// Levels clipped to ±`limit`, −128 (not valid) as 0. Returns whether any was −128.
    public func widenClipped(_ levels: UnsafePointer<Int8>, limit: Int8, into out: UnsafeMutablePointer<Int16>, count: Int) -> Bool {
        let kernel = usesAVX2 ? PixelKernelsAVX2.widenClippedLevels : PixelKernelsBaseline.widenClippedLevels
        return kernel(levels, limit, out, count)
    }

    /// The filtered row, halves rounded away from zero.
    ///
    /// - Parameters:
    ///   - line: with the filter's reach before it, and that and 31 more after it.
    ///   - out: room for `count` and 31 more, which are overwritten.
    public func filter(
        _ line: UnsafePointer<Int16>, by filter: RowFilter, into out: UnsafeMutablePointer<Int16>, count: Int
    ) {
        let kernel = usesAVX2 ? PixelKernelsAVX2.filterAcross : PixelKernelsBaseline.filterAcross
        kernel(
            line, filter.centre, filter.distances, filter.weights, filter.weights.count, filter.isOdd, Int16(filter.shift), out, count)
    }

    /// `values(x) = 0` where any of the levels from x to x + 14 is −128.
    ///
    /// - Parameters:
    ///   - levels: `count` + 14 of them.
    ///   - marks: room for 2 · (`count` + 14).
    public func clearBesideInvalid(
        _ levels: UnsafePointer<Int8>, marks: UnsafeMutablePointer<Int8>, values: UnsafeMutablePointer<Int16>, count: Int
    ) {
        let kernel = usesAVX2 ? PixelKernelsAVX2.clearBesideInvalid : PixelKernelsBaseline.clearBesideInvalid
        kernel(levels, marks, values, count)
    }

    /// `out = a + b + c + d`; all are read, and `out` written, up to 15 columns past the count.
    public func addFour(
        _ a: UnsafePointer<Int16>, _ b: UnsafePointer<Int16>, _ c: UnsafePointer<Int16>, _ d: UnsafePointer<Int16>,
        into out: UnsafeMutablePointer<Int16>, count: Int
    ) {
        let kernel = usesAVX2 ? PixelKernelsAVX2.addFourRows : PixelKernelsBaseline.addFourRows
        kernel(a, b, c, d, out, count)
    }

    /// `sums += a + b`.
    public func accumulateTwo(
        _ a: UnsafePointer<Int16>, _ b: UnsafePointer<Int16>, into sums: UnsafeMutablePointer<Int32>, count: Int
    ) {
        let kernel = usesAVX2 ? PixelKernelsAVX2.accumulateTwoRows : PixelKernelsBaseline.accumulateTwoRows
        kernel(a, b, sums, count)
    }

    /// `out = (a + b) · factors · gain / 2³³`, rounded. - Precondition: `factors · gain` is below 2³¹.
    public func standardiseSums(
        _ a: UnsafePointer<Int16>, _ b: UnsafePointer<Int16>, factors: UnsafePointer<UInt16>, gain: UInt16,
        into out: UnsafeMutablePointer<Int16>, count: Int
    ) {
        let kernel = usesAVX2 ? PixelKernelsAVX2.standardiseSums : PixelKernelsBaseline.standardiseSums
        kernel(a, b, factors, gain, out, count)
    }

    /// `squares += min(48, |a + b| · gain / 2¹⁷)²`, and `counts` one more where the sum is not 0.
    public func addClippedSquares(
        _ a: UnsafePointer<Int16>, _ b: UnsafePointer<Int16>, gain: Int16, squares: UnsafeMutablePointer<Int16>,
        counts: UnsafeMutablePointer<Int16>, count: Int
    ) {
        let kernel = usesAVX2 ? PixelKernelsAVX2.addClippedSquares : PixelKernelsBaseline.addClippedSquares
        kernel(a, b, gain, squares, counts, count)
    }

    /// Sum over the rows of a beamlet of the filtered, clipped levels.
    ///
    /// - Parameters:
    ///   - levels: the first of 16 of the first row; those of the others lie `along` further each, and `offsets` to the side.
    ///   - taps: 16, the last of them zero. - shift: each row's sum is divided by two to this power, halves rounded away from zero.
    /// - Returns: the sum; rows with a level of −128 among the first 15 count as 0.
    public func beamletSum(
        _ levels: UnsafePointer<Int8>, along: Int, offsets: UnsafePointer<Int>, rows: Int, taps: UnsafePointer<Int16>, limit: Int8,
        shift: Int
    ) -> Int {
        let kernel = usesAVX2 ? PixelKernelsAVX2.beamletSum : PixelKernelsBaseline.beamletSum
        return Int(kernel(levels, along, offsets, rows, taps, limit, Int32(shift)))
    }

    /// `out(k) = min(32 767, numerator / (left + (right − left) · (k + first + ½) / spacing))`, rounded: a plane's inverse between two of its knots.
    public func interpolatedInverse(
        left: Float, right: Float, numerator: Float, first: Int, spacing: Int, into out: UnsafeMutablePointer<UInt16>, count: Int
    ) {
        let kernel = usesAVX2 ? PixelKernelsAVX2.interpolatedInverse : PixelKernelsBaseline.interpolatedInverse
        kernel(left, right, numerator, first, Float(spacing), out, count)
    }

    /// `out(k, y) = source(k, y)`: up to 64 neighbouring columns become rows, `outPitch` apart.
    public func transposeColumns(
        _ source: UnsafePointer<Int8>, pitch: Int, rows: Int, columns: Int, into out: UnsafeMutablePointer<Int8>, outPitch: Int
    ) {
        let kernel = usesAVX2 ? PixelKernelsAVX2.transposeColumnsInt8 : PixelKernelsBaseline.transposeColumnsInt8
        kernel(source, pitch, rows, columns, out, outPitch)
    }
}
