import PixelKernelsAVX2
import PixelKernelsBaseline

extension KernelSet {
    /// Room that `median` needs for so many values.
    public static func capacityForMedian(of count: Int) -> Int { (count + 7) / 8 * 8 }

    /// The upper median of a few values (all are compared with all); 0 for none.
    ///
    /// - Parameter values: `count` of them; what is behind is overwritten, up to `capacityForMedian(of: count)`.
    public func median(_ values: UnsafeMutablePointer<Float>, count: Int) -> Float {
        guard count > 0 else { return 0 }
        let capacity = Self.capacityForMedian(of: count)
        (values + count).update(repeating: .infinity, count: capacity - count)
        let select = usesAVX2 ? PixelKernelsAVX2.valueOfRank : PixelKernelsBaseline.valueOfRank
        return select(values, capacity, Int32(count / 2), .nan)
    }

    /// How many values, none of them NaN, lie below `low`, and how many from it up to `high`. - Precondition: there are fewer than 2³¹.
    public func count(
        of values: UnsafeMutableBufferPointer<Float>, from low: Float, upTo high: Float
    ) -> (below: Int, inside: Int) {
        precondition(values.count < 1 << 31, "too many values to count")
        guard let pointer = values.baseAddress else { return (0, 0) }
        var (below, inside) = (0, 0)
        let count = usesAVX2 ? PixelKernelsAVX2.countBetween : PixelKernelsBaseline.countBetween
        count(pointer, values.count, low, high, &below, &inside)
        return (below, inside)
    }

    /// Moves the values from `low` up to `high` to the front, in their order; what is behind them is of no use then.
    public func gather(_ values: UnsafeMutableBufferPointer<Float>, from low: Float, upTo high: Float) {
        guard let pointer = values.baseAddress else { return }
        let gather = usesAVX2 ? PixelKernelsAVX2.gatherBetween : PixelKernelsBaseline.gatherBetween
        gather(pointer, values.count, low, high)
    }
}
