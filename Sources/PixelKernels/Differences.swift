import PixelKernelsAVX2
import PixelKernelsBaseline

extension KernelSet {
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

    /// `out[b] = gains[b] · after[b] + offsets[b] − before[b]` where valid, else 0, for all bands at once. Shapes: bands × count.
    public func normalisedDifference(
        before: [[Float]], after: [[Float]], gains: [Float], offsets: [Float], validity: Span<UInt8>, into out: inout [[Float]]
    ) {
        precondition(
            [after.count, gains.count, offsets.count, out.count].allSatisfy { $0 == before.count }, "the lists of bands differ in length")
        for band in before.indices {
            let (earlier, later) = (before[band], after[band])
            normalisedDifference(
                before: earlier.span, after: later.span, gain: gains[band], offset: offsets[band], validity: validity,
                into: out[band].mutableSpan)
        }
    }
}
