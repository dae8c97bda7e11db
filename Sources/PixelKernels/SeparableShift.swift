import PixelKernelsAVX2
import PixelKernelsBaseline

/// A shift by separable taps: rows filtered along x are kept in a ring as long as the taps along y need them.
struct SeparableShift {
    let kernels: KernelSet
    let width: Int
    let halo: Int
    let x: FilterTaps
    let y: FilterTaps
    let outWidth: Int
    let outHeight: Int
    /// What has all its taps in the source; empty ranges where nothing has.
    private let columns: Range<Int>
    private let rows: Range<Int>

    init(kernels: KernelSet, width: Int, height: Int, halo: Int, x: FilterTaps, y: FilterTaps) {
        self.kernels = kernels
        self.width = width
        self.halo = halo
        self.x = x
        self.y = y
        outWidth = width - 2 * halo
        outHeight = height - 2 * halo
        func range(_ taps: FilterTaps, _ length: Int, _ outLength: Int) -> Range<Int> {
            let first = max(0, -(halo + taps.first))
            let end = min(outLength, length - (halo + taps.first + taps.weights.count - 1))
            return first < end ? first..<end : 0..<0
        }
        let (columns, rows) = (range(x, width, outWidth), range(y, height, outHeight))
        self.columns = columns
        self.rows = columns.isEmpty ? 0..<0 : rows
    }

    /// Sets all of `out`; what has no taps in the source becomes 0.
    func filter(_ source: UnsafePointer<Float>, into out: UnsafeMutablePointer<Float>) {
        let filter = kernels.usesAVX2 ? PixelKernelsAVX2.weightedRows : PixelKernelsBaseline.weightedRows
        pass(source, into: out, nothing: 0) { taps, count, isAcross, row in
            filter(taps, isAcross ? x.weights : y.weights, count, row, columns.count)
        }
    }

    /// As `filter`, for validity: 255 only where all taps are valid.
    func combine(_ validity: UnsafePointer<UInt8>, into out: UnsafeMutablePointer<UInt8>) {
        let combine = kernels.usesAVX2 ? PixelKernelsAVX2.andRows : PixelKernelsBaseline.andRows
        pass(validity, into: out, nothing: 0) { taps, count, _, row in combine(taps, count, row, columns.count) }
    }

    /// - Parameter merge: makes a row of samples of so many rows, along x or along y.
    private func pass<Sample>(
        _ source: UnsafePointer<Sample>, into out: UnsafeMutablePointer<Sample>, nothing: Sample,
        _ merge: (UnsafePointer<UnsafePointer<Sample>>, _ taps: Int, _ isAcross: Bool, UnsafeMutablePointer<Sample>) -> Void
    ) {
        out.update(repeating: nothing, count: rows.lowerBound * outWidth)
        (out + rows.upperBound * outWidth).update(repeating: nothing, count: (outHeight - rows.upperBound) * outWidth)
        guard !rows.isEmpty else { return }
        let count = columns.count
        let slots = y.weights.count
        let most = max(slots, x.weights.count)
        withUnsafeTemporaryAllocation(of: Sample.self, capacity: slots * count) { ring in
            withUnsafeTemporaryAllocation(of: UnsafePointer<Sample>.self, capacity: most) { taps in
                guard let ring = ring.baseAddress, let taps = taps.baseAddress else { return }
                var nextRow = rows.lowerBound + halo + y.first
                for row in rows {
                    let first = row + halo + y.first
                    while nextRow < first + slots {
                        let start = source + (nextRow * width + columns.lowerBound + halo + x.first)
                        for k in 0..<x.weights.count { (taps + k).initialize(to: start + k) }
                        merge(taps, x.weights.count, true, ring + nextRow % slots * count)
                        nextRow += 1
                    }
                    for k in 0..<slots { (taps + k).initialize(to: UnsafePointer(ring + (first + k) % slots * count)) }
                    let target = out + row * outWidth
                    target.update(repeating: nothing, count: columns.lowerBound)
                    merge(taps, slots, false, target + columns.lowerBound)
                    (target + columns.upperBound).update(repeating: nothing, count: outWidth - columns.upperBound)
                }
            }
        }
    }
}
