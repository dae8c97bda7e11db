import PixelKernelsAVX2
import PixelKernelsBaseline

// Filters row by row on memory that the caller lays out: a kernel reads `radius` pixels beyond `count` on both sides along its direction.
extension KernelSet {
    /// `out[x] = Σ_k weights[k] · (centre[x − k·step] + centre[x + k·step])`, the centre once, wrapping at 16 bits.
    ///
    /// - Parameter step: from one pixel of the kernel to the next: 1 along a row, the pitch along a column.
    public func symmetricSums(
        _ centre: UnsafePointer<Int8>, step: Int, weights: UnsafePointer<Int16>, radius: Int, into out: UnsafeMutablePointer<Int16>,
        count: Int
    ) {
        if usesAVX2 {
            PixelKernelsAVX2.symmetricSumsInt8(centre, step, weights, radius, out, count)
        } else {
            PixelKernelsBaseline.symmetricSumsInt8(centre, step, weights, radius, out, count)
        }
    }

    /// `out[x] = Σ_k weights[k] · (centre[x − k·step] + centre[x + k·step]) / 2¹⁶`, the centre once, to within a half for each product.
    ///
    /// - Parameters:
    ///   - centre: sums of two values fit 16 bits.
    ///   - triples: the radius is three times as many; `weights` are 3 · `triples` + 1.
    public func symmetricMeans(
        _ centre: UnsafePointer<Int16>, step: Int, weights: UnsafePointer<Int16>, triples: Int, into out: UnsafeMutablePointer<Int16>,
        count: Int
    ) {
        if usesAVX2 {
            PixelKernelsAVX2.symmetricMeansInt16(centre, step, weights, triples, out, count)
        } else {
            PixelKernelsBaseline.symmetricMeansInt16(centre, step, weights, triples, out, count)
        }
    }

    /// `out[x] = Σ_k weights[k] · (centre[x − k·step]² + centre[x + k·step]²)`, the centre once. No level is −128.
    public func symmetricSquareSums(
        _ centre: UnsafePointer<Int8>, step: Int, weights: UnsafePointer<Float>, radius: Int, into out: UnsafeMutablePointer<Float>,
        count: Int
    ) {
        if usesAVX2 {
            PixelKernelsAVX2.symmetricSquareSums(centre, step, weights, radius, out, count)
        } else {
            PixelKernelsBaseline.symmetricSquareSums(centre, step, weights, radius, out, count)
        }
    }

    /// `out[x] = Σ_k weights[k] · (centre[x − k] + centre[x + k])`, the centre once.
    public func symmetricSums(
        _ centre: UnsafePointer<Float>, weights: UnsafePointer<Float>, radius: Int, into out: UnsafeMutablePointer<Float>, count: Int
    ) {
        if usesAVX2 {
            PixelKernelsAVX2.symmetricSumsFloat(centre, weights, radius, out, count)
        } else {
            PixelKernelsBaseline.symmetricSumsFloat(centre, weights, radius, out, count)
        }
    }
}
