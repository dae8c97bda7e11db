import PixelKernelsAVX2
import PixelKernelsBaseline

extension KernelSet {
    /// `out = after − before` of a row where valid, else 0.
    public func difference(
        before: UnsafePointer<Float>, after: UnsafePointer<Float>, validity: UnsafePointer<UInt8>, into out: UnsafeMutablePointer<Float>,
        count: Int
    ) {
        let kernel = usesAVX2 ? PixelKernelsAVX2.normalisedDifference : PixelKernelsBaseline.normalisedDifference
        kernel(before, after, 1, 0, validity, out, count)
    }

    /// `out = gain · after + offset − before` where valid, else 0, of one band. All of one count.
    public func normalisedDifference(
        before: Span<Float>, after: Span<Float>, gain: Float, offset: Float, validity: Span<UInt8>,
        into out: consuming MutableSpan<Float>
    ) {
        precondition(before.count == out.count && after.count == out.count && validity.count == out.count, "the planes differ in size")
        let kernel = usesAVX2 ? PixelKernelsAVX2.normalisedDifference : PixelKernelsBaseline.normalisedDifference
        out.withPointer { out, count in
            before.withPointer { before in
                after.withPointer { after in
                    validity.withPointer { validity in kernel(before, after, gain, offset, validity, out, count) }
                }
            }
        }
    }
}
