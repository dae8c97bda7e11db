import PixelKernelsAVX2
import PixelKernelsBaseline

/// A wide blur of a plane whose rows come in one after the other: that of its means of 2 × 2 pixels, interpolated linearly between their middles.
///
/// A Gaussian of σ pixels is made so to a few thousandths of what it takes away, with an eighth of the work, by one of `√((σ² − 1) / 4)` of the means: means
/// widen by ¼ px², interpolation by ¾ px². Beyond the edge the outermost mean goes on.
final class HalvedBlur {
    private let kernels: KernelSet
    private let blur: RowBlur
    private let width: Int
    private let height: Int
    /// A row of means with one more on each side, then the two last rows at full width.
    private let scratch: UnsafeMutablePointer<Float>
    private var first: UnsafePointer<Float>?
    /// Rows that were made.
    private(set) var madeRows = 0

    /// - Parameters:
    ///   - taps: of the means, an odd number.
    ///   - width, height: of the plane; even.
    init(_ kernels: KernelSet, taps: [Float], width: Int, height: Int) {
        precondition(width % 2 == 0 && height % 2 == 0, "the plane is not a whole number of 2 × 2 pixels")
        self.kernels = kernels
        self.width = width
        self.height = height
        blur = RowBlur(kernels, taps: taps, width: width / 2, height: height / 2)
        scratch = .allocate(capacity: width / 2 + 2 + 2 * width)
    }

    deinit { scratch.deallocate() }

    /// - Parameters:
    ///   - line: stays readable until the next but one is pushed.
    ///   - out: where a row of the plane is to be written; asked for what can be made by now, from row to row.
    func push(_ line: UnsafePointer<Float>, into out: (_ row: Int) -> UnsafeMutablePointer<Float>) {
        guard let upper = first else {
            first = line
            return
        }
        first = nil
        let halve = kernels.usesAVX2 ? PixelKernelsAVX2.halvedRows : PixelKernelsBaseline.halvedRows
        let double = kernels.usesAVX2 ? PixelKernelsAVX2.doubledRow : PixelKernelsBaseline.doubledRow
        let mix = kernels.usesAVX2 ? PixelKernelsAVX2.interpolated : PixelKernelsBaseline.interpolated
        let (half, means, doubled) = (width / 2, scratch + 1, scratch + width / 2 + 2)
        halve(upper, line, means, half)
        blur.push(means)
        while blur.isReady {
            let row = blur.next
            blur.pull(into: means)
            means[-1] = means[0]
            means[half] = means[half - 1]
            let (here, before) = (doubled + row % 2 * width, doubled + (row + 1) % 2 * width)
            double(means, here, half)
            if row > 0 {
                mix(before, here, 0.25, out(2 * row - 1), width)
                mix(here, before, 0.25, out(2 * row), width)
            } else {
                out(0).update(from: here, count: width)
            }
            madeRows = 2 * row + 1
            guard row == height / 2 - 1 else { continue }
            out(height - 1).update(from: here, count: width)
            madeRows = height
        }
    }
}
