import PixelKernelsAVX2
import PixelKernelsBaseline

extension KernelSet {
    /// `out(y, x) = source(x, y)`. Shapes: `height` × `width` and `width` × `height`.
    public func transpose(_ source: Span<Int8>, width: Int, height: Int, into out: consuming MutableSpan<Int8>) {
        precondition(width >= 0 && height >= 0 && source.count == width * height, "the plane does not fit its shape")
        precondition(out.count == source.count, "the planes differ in size")
        let kernel = usesAVX2 ? PixelKernelsAVX2.transposeInt8 : PixelKernelsBaseline.transposeInt8
        out.withPointer { out, _ in source.withPointer { kernel($0, width, height, out) } }
    }

    /// `out(y, x) = source(x, y)`. Shapes: `height` × `width` and `width` × `height`.
    public func transpose(_ source: Span<Int16>, width: Int, height: Int, into out: consuming MutableSpan<Int16>) {
        precondition(width >= 0 && height >= 0 && source.count == width * height, "the plane does not fit its shape")
        precondition(out.count == source.count, "the planes differ in size")
        let kernel = usesAVX2 ? PixelKernelsAVX2.transposeInt16 : PixelKernelsBaseline.transposeInt16
        out.withPointer { out, _ in source.withPointer { kernel($0, width, height, out) } }
    }

    /// `out(y, x) = source(x, y)`. Shapes: `height` × `width` and `width` × `height`.
    public func transpose(_ source: Span<Float>, width: Int, height: Int, into out: consuming MutableSpan<Float>) {
        precondition(width >= 0 && height >= 0 && source.count == width * height, "the plane does not fit its shape")
        precondition(out.count == source.count, "the planes differ in size")
        let kernel = usesAVX2 ? PixelKernelsAVX2.transposeFloat : PixelKernelsBaseline.transposeFloat
        out.withPointer { out, _ in source.withPointer { kernel($0, width, height, out) } }
    }
}
