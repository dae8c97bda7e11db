import PixelKernelsAVX2
import PixelKernelsBaseline

/// A shift by separable taps: rows filtered along x are kept in a ring as long as the taps along y need them.
struct SeparableShift {
    let kernels: KernelSet
    let width: Int
    let height: Int
    let halo: Int
    let x: FilterTaps
    let y: FilterTaps

    /// `out` and `outValidity` hold zeros at the start; what has no taps in the source is left alone.
    func apply(
        _ source: UnsafePointer<Float>, _ validity: UnsafePointer<UInt8>, _ out: UnsafeMutablePointer<Float>,
        _ outValidity: UnsafeMutablePointer<UInt8>, _ outWidth: Int, _ outHeight: Int
    ) {
        let left = max(0, -(halo + x.first))
        let right = min(outWidth, width - (halo + x.first + x.weights.count - 1))
        let top = max(0, -(halo + y.first))
        let bottom = min(outHeight, height - (halo + y.first + y.weights.count - 1))
        guard left < right, top < bottom else { return }
        let count = right - left
        let slots = y.weights.count
        let filter = kernels.usesAVX2 ? PixelKernelsAVX2.weightedRows : PixelKernelsBaseline.weightedRows
        let combine = kernels.usesAVX2 ? PixelKernelsAVX2.andRows : PixelKernelsBaseline.andRows
        let clear = kernels.usesAVX2 ? PixelKernelsAVX2.clearInvalid : PixelKernelsBaseline.clearInvalid

        var ring = [Float](repeating: 0, count: slots * count)
        var ringValidity = [UInt8](repeating: 0, count: slots * count)
        ring.withUnsafeMutableBufferPointer { ring in
            ringValidity.withUnsafeMutableBufferPointer { ringValidity in
                guard let ring = ring.baseAddress, let ringValidity = ringValidity.baseAddress else { return }

                func filterAlongX(sourceRow: Int) {
                    let start = sourceRow * width + left + halo + x.first
                    let slot = sourceRow % slots * count
                    withTaps(x.weights.count, { source + (start + $0) }, { validity + (start + $0) }) { values, masks in
                        filter(values, x.weights, x.weights.count, ring + slot, count)
                        combine(masks, x.weights.count, ringValidity + slot, count)
                    }
                }

                var nextRow = top + halo + y.first
                for row in top..<bottom {
                    let first = row + halo + y.first
                    while nextRow < first + slots {
                        filterAlongX(sourceRow: nextRow)
                        nextRow += 1
                    }
                    let target = row * outWidth + left
                    withTaps(
                        slots, { UnsafePointer(ring + (first + $0) % slots * count) },
                        { UnsafePointer(ringValidity + (first + $0) % slots * count) }
                    ) { values, masks in
                        filter(values, y.weights, slots, out + target, count)
                        combine(masks, slots, outValidity + target, count)
                    }
                    clear(outValidity + target, out + target, count)
                }
            }
        }
    }

    private func withTaps(
        _ taps: Int, _ value: (Int) -> UnsafePointer<Float>, _ mask: (Int) -> UnsafePointer<UInt8>,
        _ body: (UnsafePointer<UnsafePointer<Float>>, UnsafePointer<UnsafePointer<UInt8>>) -> Void
    ) {
        withUnsafeTemporaryAllocation(of: UnsafePointer<Float>.self, capacity: taps) { values in
            withUnsafeTemporaryAllocation(of: UnsafePointer<UInt8>.self, capacity: taps) { masks in
                for k in 0..<taps {
                    values.initializeElement(at: k, to: value(k))
                    masks.initializeElement(at: k, to: mask(k))
                }
                guard let values = values.baseAddress, let masks = masks.baseAddress else { return }
                body(values, masks)
            }
        }
    }
}
