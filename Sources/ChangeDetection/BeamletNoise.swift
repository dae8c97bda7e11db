import PixelKernels

/// How large beamlet sums are where nothing changed: one figure a slope, times a slowly varying local factor.
struct BeamletNoise: Sendable {
    private static let cellWidth = 32
    /// Local means are taken over this many strips and cells: about 100 × 100 px.
    private static let stripReach = 6
    private static let cellReach = 1
    /// The local factor never goes below this: the quietest corners shall not shout.
    private static let lowestFactor: Float = 0.85

    let sigmaOfSlope: [Float]
    private let cellCount: Int
    private let width: Int
    private let factors: [Float]
    private let kernels = KernelSet.best

    /// - Parameter known: the figures of the slopes, where they are not to be taken from the sums.
    init(_ beamlets: BeamletSums, sigmaOfSlope known: [Float]? = nil) {
        width = beamlets.width
        cellCount = (width + Self.cellWidth - 1) / Self.cellWidth
        let scratch = BeamletScratch(width: width, transposed: beamlets.isTransposed)
        sigmaOfSlope = known ?? Self.sigmaOfSlope(beamlets, scratch: scratch)
        let squares = Self.clippedSquares(beamlets, sigmaOfSlope: sigmaOfSlope, cellCount: cellCount, scratch: scratch)
        factors = Self.factors(squares, stripCount: beamlets.stripCount, cellCount: cellCount)
    }

    /// Sum of the squares, and number, of the standardised sums in one cell.
    private struct Squares {
        var sum = 0
        var count = 0

        static func += (total: inout Squares, other: Squares) {
            total.sum += other.sum
            total.count += other.count
        }

        static func -= (total: inout Squares, other: Squares) {
            total.sum -= other.sum
            total.count -= other.count
        }

        var mean: Float { count > 0 ? Float(sum) / Float(count) : 0 }
    }

    /// Of sums clipped at three standard deviations, by strip and cell.
    ///
    /// Neighbouring slopes share most of their pixels, so `BeamletGeometry.someSlopes` are enough.
    private static func clippedSquares(
        _ beamlets: BeamletSums, sigmaOfSlope: [Float], cellCount: Int, scratch: BeamletScratch
    ) -> [Squares] {
        let kernels = KernelSet.best
        let width = beamlets.width
        let slopes = BeamletGeometry.someSlopes
        // Sixteenths of the deviation, which clips at 48 of them.
        let gains = sigmaOfSlope.map { Int16(min(32_767, 16 * 131_072 * beamlets.unit / $0)) }
        var result = [Squares](repeating: Squares(), count: beamlets.stripCount * cellCount)
        var squares = [Int16](repeating: 0, count: BeamletScratch.tile)
        var counts = squares
        for strip in 0..<beamlets.stripCount {
            beamlets.filterRows(strip: strip, columns: 0..<width, scratch: scratch)
            for left in stride(from: 0, to: width, by: BeamletScratch.tile) {
                let count = min(BeamletScratch.tile, width - left)
                beamlets.sumHalves(from: left, count: count, halves: BeamletGeometry.shared.someHalves, scratch: scratch)
                squares.withUnsafeMutableBufferPointer { squares in
                    counts.withUnsafeMutableBufferPointer { counts in
                        guard let squares = squares.baseAddress, let counts = counts.baseAddress else { return }
                        squares.update(repeating: 0, count: BeamletScratch.tile)
                        counts.update(repeating: 0, count: BeamletScratch.tile)
                        for slope in slopes {
                            kernels.addClippedSquares(
                                scratch.upper(slope), scratch.lower(slope), gain: gains[slope], squares: squares, counts: counts,
                                count: count)
                        }
                        for first in stride(from: 0, to: count, by: cellWidth) {
                            var cell = Squares()
                            for x in first..<min(count, first + cellWidth) {
                                cell.sum &+= Int(squares[x])
                                cell.count &+= Int(counts[x])
                            }
                            result[strip * cellCount + (left + first) / cellWidth] = cell
                        }
                    }
                }
            }
        }
        return result
    }

    /// The root of the local mean over the mean of all.
    private static func factors(_ squares: [Squares], stripCount: Int, cellCount: Int) -> [Float] {
        let mean = squares.reduce(into: Squares()) { $0 += $1 }.mean
        var factors = [Float](repeating: 1, count: squares.count)
        guard mean > 0 else { return factors }
        // Sums over the strips about the one in hand, moved on from strip to strip.
        var columns = [Squares](repeating: Squares(), count: cellCount)
        for strip in 0..<min(stripReach, stripCount) {
            for cell in 0..<cellCount { columns[cell] += squares[strip * cellCount + cell] }
        }
        for strip in 0..<stripCount {
            let (next, gone) = (strip + stripReach, strip - stripReach - 1)
            for cell in 0..<cellCount {
                if next < stripCount { columns[cell] += squares[next * cellCount + cell] }
                if gone >= 0 { columns[cell] -= squares[gone * cellCount + cell] }
            }
            for cell in 0..<cellCount {
                var local = Squares()
                for c in max(0, cell - cellReach)...min(cellCount - 1, cell + cellReach) { local += columns[c] }
                if local.count > 0 { factors[strip * cellCount + cell] = max(lowestFactor, (local.mean / mean).squareRoot()) }
            }
        }
        return factors
    }

    /// From a sample of strips and columns.
    private static func sigmaOfSlope(_ beamlets: BeamletSums, scratch: BeamletScratch) -> [Float] {
        let width = beamlets.width
        let slopes = Array(0..<BeamletSums.slopeCount)
        // At most as many of a slope, of one column in four; half of them tell its figure to one in two hundred.
        let wanted = 50_000
        let stripStep = max(1, (beamlets.stripCount * width + 4 * wanted - 1) / (4 * wanted))
        var histograms = [LevelHistogram](repeating: LevelHistogram(), count: slopes.count)
        for strip in stride(from: 0, to: beamlets.stripCount, by: stripStep) {
            beamlets.filterRows(strip: strip, columns: 0..<width, scratch: scratch)
            for left in stride(from: 0, to: width, by: BeamletScratch.tile) {
                let count = min(BeamletScratch.tile, width - left)
                beamlets.sumHalves(from: left, count: count, halves: BeamletGeometry.shared.allHalves, scratch: scratch)
                for slope in slopes {
                    histograms[slope].add(scratch.upper(slope), scratch.lower(slope), from: (strip / stripStep) % 4, step: 4, count: count)
                }
            }
        }
        return histograms.map { max($0.trimmedRootMeanSquare(trimming: 0.02) * beamlets.unit, .leastNormalMagnitude) }
    }

    /// `numerator` over the local factor, at most 32 767, at every column of a strip, the factor linear between cell centres.
    func fillInverseFactors(_ row: UnsafeMutablePointer<UInt16>, strip: Int, numerator: Float) {
        let half = Self.cellWidth / 2
        let cells = strip * cellCount
        var left = 0
        // From centre to centre; half a cell before the first and after the last have no change.
        for cell in -1..<cellCount {
            let right = min(width, (cell + 1) * Self.cellWidth + half)
            guard left < right else { continue }
            kernels.interpolatedInverse(
                left: factors[cells + max(0, cell)], right: factors[cells + min(cellCount - 1, cell + 1)], numerator: numerator,
                first: left - (cell * Self.cellWidth + half), spacing: Self.cellWidth, into: row + left, count: right - left)
            left = right
        }
        for x in left..<width { row[x] = row[left - 1] }
    }

    func factor(strip: Int, column: Int) -> Float {
        // In half pixels from the first cell's centre.
        let place = 2 * column + 1 - Self.cellWidth
        let base = place >= 0 ? Int(UInt(place) / UInt(2 * Self.cellWidth)) : -1
        let lower = max(0, min(cellCount - 1, base))
        let upper = max(0, min(cellCount - 1, base + 1))
        let weight = Float(place - base * 2 * Self.cellWidth) / Float(2 * Self.cellWidth)
        return factors[strip * cellCount + lower] * (1 - weight) + factors[strip * cellCount + upper] * weight
    }

    /// Standard deviation of the beamlet's sum where nothing changed.
    func sigma(strip: Int, column: Int, slopeIndex: Int) -> Float {
        sigmaOfSlope[slopeIndex] * factor(strip: strip, column: column)
    }

    func inverseSigma(strip: Int, column: Int, slopeIndex: Int) -> Float {
        1 / sigma(strip: strip, column: column, slopeIndex: slopeIndex)
    }
}
