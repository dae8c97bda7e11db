import PixelKernels
import Raster

/// The normalised difference of two dates in one window, with what is needed to weigh it.
struct DifferenceBlock: Sendable {
    /// Pixels beyond the part of interest that a window needs on each side, so that no value depends on how the scene was cut into blocks.
    static let halo = StructuralResidual.reach
    /// Windows begin on multiples of this and have sides that are multiples of it.
    static let alignment = CellLevels.cellSide

    let window: PixelWindow
    /// After − before, one plane a band, in the imagery's units; meaningless where not valid.
    private(set) var differences: [[Float]]
    /// High-frequency content of the earlier date: root mean square, over about 2 px, of what a 0.8 px blur takes away.
    let sharpness: FloatPlane
    /// Old structure: earlier brightness less its 4 px blur.
    var structure: FloatPlane { residual.detail }
    var validity: BytePlane
    /// Median differences of the cells before the slow field was taken off.
    let levels: CellLevels
    private let residual: StructuralResidual

    /// Differences with what old structure makes of them.
    ///
    /// - Parameters:
    ///   - pair: both dates of an aligned window.
    ///   - levels: of the window's cells and of those around it; the window's own where nil.
    init(pair: PairBlock, normalisation: Normalisation, levels: CellLevels? = nil) {
        let window = pair.before.window
        self.window = window
        var validity = pair.before.validity
        validity.formIntersection(pair.after.validity)
        let levels = levels ?? CellLevels(pair, normalisation: normalisation)
        differences = pair.before.planes.indices.map { band in
            let (before, after) = (pair.before.planes[band].values, pair.after.planes[band].values)
            var plane = FloatPlane(width: window.width, height: window.height) {
                KernelSet.best.normalisedDifference(
                    before: before.span, after: after.span, gain: Float(normalisation.gain[band]),
                    offset: Float(normalisation.offset[band]),
                    validity: validity.values.span, into: $0.mutableSpan)
            }
            SlowField.subtract(from: &plane, in: window, levels: levels, band: band)
            return plane.values
        }
        self.levels = levels
        self.validity = validity
        var brightness = pair.before.brightness
        brightness.fill(where: validity)
        residual = StructuralResidual(brightness: brightness)
        let smooth = brightness.filtered(symmetric: Self.kernels.fine)
        let squares = FloatPlane(width: window.width, height: window.height) {
            KernelSet.best.squaredDifference(brightness.values.span, smooth.values.span, into: $0.mutableSpan)
        }
        var sharpness = squares.filtered(symmetric: Self.kernels.around)
        KernelSet.best.takeRoots(sharpness.values.mutableSpan)
        self.sharpness = sharpness
    }

    private static let kernels = (fine: FloatPlane.gaussianKernel(sigma: 0.8), around: FloatPlane.gaussianKernel(sigma: 1))

    /// Takes off what old structure explains. - Parameter noise: what nothing-changed pixels differ by, band by band.
    mutating func explain(noise: [Float]) {
        var planes: [[Float]] = []
        swap(&planes, &differences)
        residual.subtract(from: &planes, validity: validity, noise: noise)
        swap(&planes, &differences)
    }
}

extension FloatPlane {
    /// Gives every pixel that is not valid the value of the nearest valid one in its row, or of the nearest row that has any, so that filters
    /// find no edge where the data end.
    mutating func fill(where validity: BytePlane) {
        guard validity.values.contains(0) else { return }
        var filledRows: [Int] = []
        for y in 0..<height {
            let base = y * width
            var last = -1
            for x in 0..<width where validity.values[base + x] != 0 {
                if last < 0 {
                    for k in 0..<x { values[base + k] = values[base + x] }
                } else if x - last > 1 {
                    let middle = (last + x + 1) / 2
                    for k in (last + 1)..<x { values[base + k] = k < middle ? values[base + last] : values[base + x] }
                }
                last = x
            }
            guard last >= 0 else { continue }
            for k in (last + 1)..<max(width, last + 1) { values[base + k] = values[base + last] }
            filledRows.append(y)
        }
        guard !filledRows.isEmpty else {
            for i in values.indices { values[i] = 0 }
            return
        }
        var next = 0
        for y in 0..<height {
            while next + 1 < filledRows.count && abs(filledRows[next + 1] - y) <= abs(filledRows[next] - y) { next += 1 }
            let source = filledRows[next]
            guard source != y else { continue }
            for x in 0..<width { values[y * width + x] = values[source * width + x] }
        }
    }
}
