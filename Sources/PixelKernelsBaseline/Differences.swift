// Compiled twice, into `PixelKernelsBaseline` and `PixelKernelsAVX2`. What is called here must inline away: a specialisation shared between
// the two would let the linker put AVX code where the baseline is to run. So: no generics, no collections, no closures.

/// `out = gain · after + offset − before` where valid, else 0. Product and sums are rounded one by one, left to right.
package func normalisedDifference(
    _ before: UnsafePointer<Float>, _ after: UnsafePointer<Float>, _ gain: Float, _ offset: Float,
    _ validity: UnsafePointer<UInt8>, _ out: UnsafeMutablePointer<Float>, _ count: Int
) {
    for i in 0..<count {
        let difference = gain * after[i] + offset - before[i]
        out[i] = validity[i] != 0 ? difference : 0
    }
}
