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
}
