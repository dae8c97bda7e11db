import PixelKernels
import Raster

/// The normalised difference of two dates in a sampled window, with what is needed to weigh it.
struct DifferenceBlock: Sendable {
    /// Where differences begin on multiples of this, and have sides that are multiples of it.
    static let alignment = CellLevels.cellSide

    /// Begins and ends on the lattice of cells.
    let window: PixelWindow
    /// After − before, one plane a band, in the imagery's units; meaningless where not valid.
    private(set) var differences: [[Float]]
    var validity: BytePlane
    /// High-frequency content of the earlier date: root mean square, over about 2 px, of what a 0.8 px blur takes away.
    let sharpness: FloatPlane
    private let residual: StructuralResidual

    /// Both dates of a whole window on the lattice of cells.
    init(pair: PairBlock, normalisation: Normalisation) {
        let kernels = KernelSet.best
        let window = pair.before.window
        let (width, height) = (window.width, window.height)
        let levels = CellLevels(pair, normalisation: normalisation)
        var validity = pair.before.validity
        validity.formIntersection(pair.after.validity)
        var brightness = FloatPlane(width: width, height: height) { out in
            kernels.mean(of: pair.before.planes.map(\.values), into: out.mutableSpan)
        }
        differences = normalisation.gain.indices.map { band in
            let field = SlowField.field(around: window, levels: levels, band: band)
            let (before, after) = (pair.before.planes[band].values, pair.after.planes[band].values)
            return [Float](unsafeUninitializedCapacity: width * height) { out, count in
                kernels.normalisedDifference(
                    before: before.span, after: after.span, gain: Float(normalisation.gain[band]),
                    offset: Float(normalisation.offset[band]), validity: validity.values.span,
                    into: UnsafeMutableBufferPointer(rebasing: out[0..<(width * height)]).mutableSpan)
                if let base = out.baseAddress {
                    kernels.subtractInterpolated(base, columns: width / Self.alignment, firstRow: 0, rowCount: height, field: field)
                }
                count = width * height
            }
        }
        brightness.fill(where: validity)
        self.window = window
        self.validity = validity
        residual = StructuralResidual(
            brightness: brightness,
            cells: StructurePlanes.Cells(x: 0, y: 0, columns: width / Self.alignment, rows: height / Self.alignment))
        sharpness = FloatPlane(width: width, height: height) {
            kernels.sharpness(
                of: brightness.values.span, width: width, height: height, columns: 0..<width, rows: 0..<height, fine: Self.taps.fine,
                around: Self.taps.around, into: $0.mutableSpan)
        }
    }

    static let taps = (fine: FloatPlane.gaussianTaps(sigma: 0.8), around: FloatPlane.gaussianTaps(sigma: 1))

    /// Sums for the fit by old structure. - Parameter noise: what nothing-changed pixels differ by, band by band.
    func structureMoments(noise: [Float]) -> [Float] { residual.moments(differences, validity: validity, noise: noise) }

    /// Takes off what old structure explains.
    mutating func explain(moments: [Float], noise: StructureNoise) {
        differences = residual.unexplained(differences, moments: moments, noise: noise)
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
            let isFilled = values.withUnsafeMutableBufferPointer { values in
                validity.values.withUnsafeBufferPointer { validity in
                    guard let row = values.baseAddress, let seen = validity.baseAddress else { return false }
                    return Self.fill(row + base, where: seen + base, count: width)
                }
            }
            if isFilled { filledRows.append(y) }
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

    /// One row of it; whether any of its pixels is valid.
    static func fill(_ row: UnsafeMutablePointer<Float>, where validity: UnsafePointer<UInt8>, count: Int) -> Bool {
        var last = -1
        for x in 0..<count where validity[x] != 0 {
            if last < 0 {
                for k in 0..<x { row[k] = row[x] }
            } else if x - last > 1 {
                let middle = (last + x + 1) / 2
                for k in (last + 1)..<x { row[k] = k < middle ? row[last] : row[x] }
            }
            last = x
        }
        guard last >= 0 else { return false }
        for k in (last + 1)..<max(count, last + 1) { row[k] = row[last] }
        return true
    }
}
