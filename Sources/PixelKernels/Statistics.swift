import PixelKernelsAVX2
import PixelKernelsBaseline

/// What the valid, finite pixels of a plane add up to.
public struct PlaneStatistics: Sendable, Equatable {
    public let count: Int
    /// ∞ where nothing was counted.
    public let minimum: Float
    /// −∞ where nothing was counted.
    public let maximum: Float
    public let sum: Double
    public let sumOfSquares: Double

    /// nil where nothing was counted.
    public var mean: Double? { count > 0 ? sum / Double(count) : nil }
    /// Of the pixels as a whole population, by the difference of means: for data whose spread is not minute beside their mean.
    public var variance: Double? {
        mean.map { max(0, sumOfSquares / Double(count) - $0 * $0) }
    }
}

extension KernelSet {
    /// Count, extremes, Σx and Σx² of the valid, finite pixels of a plane.
    ///
    /// Sums are in double precision in a fixed order: pixel i is added to lane i mod 8, and the lanes l are then folded as
    /// l + (l + 4), l + (l + 2), l + (l + 1). A zero's sign is dropped in the extremes.
    public func statistics(_ values: Span<Float>, validity: Span<UInt8>) -> PlaneStatistics {
        precondition(validity.count == values.count, "the planes differ in size")
        let addSums = usesAVX2 ? PixelKernelsAVX2.maskedSums : PixelKernelsBaseline.maskedSums
        let takeExtremes = usesAVX2 ? PixelKernelsAVX2.maskedExtremes : PixelKernelsBaseline.maskedExtremes
        var lanes = [Double](repeating: 0, count: 24)
        var scratch = [Double](repeating: 0, count: 512)
        var least = [Float](repeating: .infinity, count: 64)
        var greatest = [Float](repeating: -.infinity, count: 64)
        values.withPointer { values in
            validity.withPointer { valid in
                for start in stride(from: 0, to: validity.count, by: 256) {
                    addSums(values + start, valid + start, &scratch, &lanes, min(256, validity.count - start))
                }
                for start in stride(from: 0, to: validity.count, by: 64) {
                    takeExtremes(values + start, valid + start, &least, &greatest, min(64, validity.count - start))
                }
            }
        }
        return PlaneStatistics(
            count: Int(folded(lanes[0..<8])), minimum: least.reduce(.infinity) { $1 < $0 ? $1 : $0 },
            maximum: greatest.reduce(-.infinity) { $1 > $0 ? $1 : $0 }, sum: folded(lanes[8..<16]), sumOfSquares: folded(lanes[16..<24]))
    }

    private func folded(_ lanes: ArraySlice<Double>) -> Double {
        var lanes = Array(lanes)
        for half in [4, 2, 1] {
            for lane in 0..<half { lanes[lane] += lanes[lane + half] }
        }
        return lanes[0]
    }
}
