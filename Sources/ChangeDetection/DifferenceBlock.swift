import PixelKernels
import Raster

/// The normalised difference of two dates in one window, with what is needed to weigh it.
struct DifferenceBlock: Sendable {
    /// Pixels beyond the part of interest that a window needs on each side, so that no value depends on how the scene was cut into blocks.
    static let halo = SlowField.reach + StructuralResidual.reach
    /// Windows begin on multiples of this and have sides that are multiples of it.
    static let alignment = 32

    let window: PixelWindow
    /// After − before, one plane a band, in the imagery's units; meaningless where not valid.
    var differences: [FloatPlane]
    /// High-frequency content of the earlier date: root mean square, over about 2 px, of what a 0.8 px blur takes away.
    let sharpness: FloatPlane
    /// Old structure: earlier brightness less its 4 px blur.
    let structure: FloatPlane
    var validity: BytePlane
    /// Median difference of each cell of 32 px before its slow field was taken off, band by band; nil where too little is valid.
    let levels: [[Float?]]

    /// - Parameters:
    ///   - pair: both dates of an aligned window.
    ///   - noise: what nothing-changed pixels differ by, band by band; nil leaves the old structure's part in the difference.
    init(pair: PairBlock, normalisation: Normalisation, noise: [Float]?) {
        window = pair.before.window
        var validity = pair.before.validity
        for i in validity.values.indices { validity.values[i] &= pair.after.validity.values[i] }
        self.validity = validity
        var differences: [FloatPlane] = []
        var levels: [[Float?]] = []
        for band in pair.before.planes.indices {
            var plane = FloatPlane(width: window.width, height: window.height)
            let (before, after) = (pair.before.planes[band].values, pair.after.planes[band].values)
            KernelSet.best.normalisedDifference(
                before: before.span, after: after.span,
                gain: Float(normalisation.gain[band]), offset: Float(normalisation.offset[band]), validity: validity.values.span,
                into: plane.values.mutableSpan)
            levels.append(SlowField.subtract(from: &plane, validity: validity))
            differences.append(plane)
        }
        self.levels = levels
        var brightness = pair.before.brightness
        brightness.fill(where: validity)
        let residual = StructuralResidual(brightness: brightness)
        if let noise { residual.subtract(from: &differences, validity: validity, noise: noise) }
        self.differences = differences
        structure = residual.detail

        var detail = brightness.filtered(symmetric: FloatPlane.gaussianKernel(sigma: 0.8))
        for i in detail.values.indices {
            let d = brightness.values[i] - detail.values[i]
            detail.values[i] = d * d
        }
        var sharpness = detail.filtered(symmetric: FloatPlane.gaussianKernel(sigma: 1))
        for i in sharpness.values.indices { sharpness.values[i] = sharpness.values[i].squareRoot() }
        self.sharpness = sharpness
    }

    /// Standard deviation of each band's difference, by its median: a first scale for the weights.
    func deviations() -> [Float] {
        differences.map { plane in
            RobustStatistics.centredDeviation(plane.values.indices.filter { validity.values[$0] != 0 }.map { plane.values[$0] })
        }
    }
}

extension FloatPlane {
    /// Gives every pixel that is not valid the value of the nearest valid one in its row, or of the nearest row that has any, so that filters
    /// find no edge where the data end.
    mutating func fill(where validity: BytePlane) {
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
