import PixelKernels
import Raster

/// The size of the change over all bands, without sign: the root mean square, over the bands and over a neighbourhood, of the standardised
/// differences, none of which counts as more than `clip`.
///
///     e = mean over bands of min(|d_b| / σ_b, 4)²        S = √(½ G₁ ∗ e + ½ G₄ ∗ e)
///
/// with Gaussians of 1 and 4 px over the valid pixels. About 1 where nothing changed, at most 4. Squares are smoothed, not differences: what changes
/// brightens one pixel and darkens the next. Bands are not whitened: their common difference, which whitening would damp, is what most change is.
struct ChangeSize {
    /// Beyond four standard deviations a pixel has changed; how far beyond tells how bright it is, not how surely it changed, and one such pixel
    /// must not make its whole neighbourhood change.
    static let clip: Float = 4
    /// What people change has edges and parts of a pixel or two, as sharp as the optics, and lies in patches of some ten.
    private static let kernels = [1.0, 4.0].map { FloatPlane.gaussianKernel(sigma: $0) }
    /// Pixels around a place that its value depends on, beyond those that its difference depends on. Not beyond half a cell of 32 px, within which
    /// all differences depend on the same cells, so that no window need be read larger for it.
    static let reach = kernels.reduce(0) { max($0, $1.count - 1) }

    /// The window of `energy`.
    private let area: PixelWindow
    /// Sums over the bands, 0 where not valid.
    private var energy: FloatPlane
    /// 1 where valid, else 0.
    private var weights: FloatPlane
    private let bandCount: Int

    /// - Parameters:
    ///   - block: where it is wanted.
    ///   - noise: of each band in each step of sharpness: 1/σ².
    ///   - steps: step of sharpness of each pixel of the difference.
    ///   - observed: the signed change of `part`, which reaches `reach` beyond the block or to the difference's edge; what has none has no size either.
    init(
        of difference: DifferenceBlock, in block: PixelWindow, noise: [[Float]], steps: [UInt16], observed: [Int16], in part: PixelWindow
    ) {
        let area = block.expanded(by: Self.reach)
        let window = difference.window
        let common = area.intersection(window)
        let most = Self.clip * Self.clip
        var energy = FloatPlane(width: area.width, height: area.height)
        var weights = FloatPlane(width: area.width, height: area.height)
        for y in common.y..<common.maxY {
            let source = (y - window.y) * window.width + common.x - window.x
            let target = (y - area.y) * area.width + common.x - area.x
            for (plane, table) in zip(difference.differences, noise) {
                for x in 0..<common.width {
                    let d = plane[source + x]
                    let square = d * d * table[Int(steps[source + x])]
                    energy.values[target + x] += square < most ? square : most
                }
            }
            let signed = (y - part.y) * part.width + common.x - part.x
            for x in 0..<common.width {
                let weight: Float = observed[signed + x] == ChangeBlock.notObserved ? 0 : 1
                weights.values[target + x] = weight
                energy.values[target + x] *= weight
            }
        }
        self.area = area
        self.energy = energy
        self.weights = weights
        bandCount = difference.differences.count
    }

    /// Gives the outermost pixels of a scene, where interpolation lacks samples although both dates show the ground, what the nearest pixel inside
    /// has. Where that has nothing they stay without.
    mutating func continueOver(_ frame: SceneFrame) {
        guard frame.columns > 0 || frame.rows > 0 else { return }
        let scene = area.intersection(PixelWindow(frame.size))
        let columns = frame.columns..<max(frame.columns + 1, frame.size.width - frame.columns)
        let rows = frame.rows..<max(frame.rows + 1, frame.size.height - frame.rows)
        for y in scene.y..<scene.maxY {
            let nearestY = min(max(y, rows.lowerBound), rows.upperBound - 1)
            let inside = y == nearestY
            // Between the outer columns of an inner row there is nothing to do.
            for x in scene.x..<scene.maxX where !(inside && columns.contains(x)) {
                let nearestX = min(max(x, columns.lowerBound), columns.upperBound - 1)
                guard area.contains(x: nearestX, y: nearestY), weights[x - area.x, y - area.y] == 0 else { continue }
                weights[x - area.x, y - area.y] = weights[nearestX - area.x, nearestY - area.y]
                energy[x - area.x, y - area.y] = energy[nearestX - area.x, nearestY - area.y]
            }
        }
    }

    /// S in steps of `ChangeBlock.rasterStep`; `ChangeBlock.notObserved` where not valid. Shape: the block's.
    func quantised() -> [Int16] {
        let (width, height) = (area.width - 2 * Self.reach, area.height - 2 * Self.reach)
        let allValid = weights.values.allSatisfy { $0 == 1 }
        var squares = [Float](repeating: 0, count: width * height)
        for kernel in Self.kernels {
            let sums = energy.filtered(symmetric: kernel)
            if allValid {
                // What the blur makes of a plane of ones, by the same operations in the same order.
                let one = Self.response(kernel)
                for y in 0..<height {
                    let source = (y + Self.reach) * area.width + Self.reach
                    for x in 0..<width { squares[y * width + x] += sums.values[source + x] / one }
                }
            } else {
                let shares = weights.filtered(symmetric: kernel)
                for y in 0..<height {
                    let source = (y + Self.reach) * area.width + Self.reach
                    for x in 0..<width {
                        // Beside a pixel that is valid itself there is always some weight.
                        squares[y * width + x] += sums.values[source + x] / max(shares.values[source + x], .leastNormalMagnitude)
                    }
                }
            }
        }
        let scale = 1 / Float(Self.kernels.count * bandCount)
        var result = [Int16](repeating: ChangeBlock.notObserved, count: width * height)
        for y in 0..<height {
            let source = (y + Self.reach) * area.width + Self.reach
            for x in 0..<width {
                let size = (squares[y * width + x] * scale).squareRoot() / ChangeBlock.rasterStep
                // Where nothing is valid the quotient may be anything.
                let level = Int16(min(size, 32_766) + 0.5)
                result[y * width + x] = weights.values[source + x] == 0 ? ChangeBlock.notObserved : level
            }
        }
        return result
    }

    private static func response(_ kernel: [Float]) -> Float {
        let taps = kernel.dropFirst().reversed() + kernel
        let row = taps.dropFirst().reduce(taps[0]) { $0 + $1 }
        return taps.dropFirst().reduce(taps[0] * row) { $0 + $1 * row }
    }
}

/// The outermost columns and rows of a scene that interpolation leaves without a value, for want of samples beyond the edge.
public struct SceneFrame: Sendable, Equatable {
    public let size: RasterSize
    public let columns: Int
    public let rows: Int

    public init(size: RasterSize, columns: Int, rows: Int) {
        self.size = size
        self.columns = columns
        self.rows = rows
    }
}
