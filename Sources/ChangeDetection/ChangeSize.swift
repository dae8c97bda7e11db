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
    private static let taps = [1.0, 4.0].map { sigma in
        let kernel = FloatPlane.gaussianKernel(sigma: sigma)
        return kernel.dropFirst().reversed() + kernel
    }
    /// Pixels around a place that its value depends on, beyond those that its difference depends on. Not beyond half a cell of 32 px, within which
    /// all differences depend on the same cells, so that no window need be read larger for it.
    static let reach = taps.reduce(0) { max($0, $1.count / 2) }

    /// The window of `energy`.
    private let area: PixelWindow
    /// Sums over the bands, 0 where not valid.
    private var energy: FloatPlane
    /// 1 where valid, else 0.
    private var weights: FloatPlane
    /// Whether all weights are 1.
    private var isWhole: Bool
    private let bandCount: Int

    /// - Parameters:
    ///   - differences: what is left of them, one plane a band, over `window`.
    ///   - window: reaches `reach` beyond the block or as far as the scene.
    ///   - block: where it is wanted.
    ///   - noise: 1/σ² in each step of sharpness, step after step, band by band.
    ///   - steps: step of sharpness of each pixel of the window.
    ///   - observed: the signed change of these; what has none has no size either.
    init(
        of differences: [[Float]], over window: PixelWindow, in block: PixelWindow, noise: [Float], steps: [UInt16], observed: [Int16]
    ) {
        let area = block.expanded(by: Self.reach)
        let common = area.intersection(window)
        var energy = FloatPlane(width: area.width, height: area.height)
        var weights = FloatPlane(width: area.width, height: area.height)
        var isWhole = common == area
        energy.values.withUnsafeMutableBufferPointer { energy in
            weights.values.withUnsafeMutableBufferPointer { weights in
                observed.withUnsafeBufferPointer { observed in
                    guard let energy = energy.baseAddress, let weights = weights.baseAddress, let observed = observed.baseAddress else {
                        return
                    }
                    for y in common.y..<common.maxY {
                        let target = (y - area.y) * area.width + common.x - area.x
                        let source = (y - window.y) * window.width + common.x - window.x
                        let rowIsWhole = KernelSet.best.clippedEnergy(
                            differences: differences, offset: source, steps: steps, table: noise, most: Self.clip * Self.clip,
                            observed: observed + source, energy: energy + target, weights: weights + target, count: common.width)
                        isWhole = isWhole && rowIsWhole
                    }
                }
            }
        }
        self.area = area
        self.energy = energy
        self.weights = weights
        self.isWhole = isWhole
        bandCount = differences.count
    }

    /// Gives the outermost pixels of a scene, where interpolation lacks samples although both dates show the ground, what the nearest pixel inside
    /// has. Where that has nothing they stay without.
    mutating func continueOver(_ frame: SceneFrame) {
        guard !isWhole, frame.columns > 0 || frame.rows > 0 else { return }
        let scene = area.intersection(PixelWindow(frame.size))
        let columns = frame.columns..<max(frame.columns + 1, frame.size.width - frame.columns)
        let rows = frame.rows..<max(frame.rows + 1, frame.size.height - frame.rows)
        for y in scene.y..<scene.maxY {
            let nearestY = min(max(y, rows.lowerBound), rows.upperBound - 1)
            // Between the outer columns of an inner row there is nothing to do.
            let skipped = y == nearestY ? columns.clamped(to: scene.x..<scene.maxX) : scene.x..<scene.x
            for x in [scene.x..<skipped.lowerBound, skipped.upperBound..<scene.maxX].joined() {
                let nearestX = min(max(x, columns.lowerBound), columns.upperBound - 1)
                guard area.contains(x: nearestX, y: nearestY), weights[x - area.x, y - area.y] == 0 else { continue }
                weights[x - area.x, y - area.y] = weights[nearestX - area.x, nearestY - area.y]
                energy[x - area.x, y - area.y] = energy[nearestX - area.x, nearestY - area.y]
            }
        }
    }

    /// S in steps of `ChangeBlock.rasterStep`; `ChangeBlock.notObserved` where not valid. Shape: the block's.
    func quantised() -> [Int16] {
        // Where nothing is valid the quotient may be anything; beside a pixel that is valid itself there is always some weight.
        KernelSet.best.rootOfMeans(
            energy: energy.values, weights: weights.values, isWhole: isWhole, width: area.width, reach: Self.reach, taps: Self.taps,
            scale: 1 / (Float(Self.taps.count * bandCount) * ChangeBlock.rasterStep * ChangeBlock.rasterStep))
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
