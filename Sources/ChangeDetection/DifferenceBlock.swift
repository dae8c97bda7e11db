import PixelKernels
import Raster

/// The normalised difference of two dates in one window, with what is needed to weigh it.
struct DifferenceBlock: Sendable {
    /// Pixels beyond the cells of interest that must be read on each side, so that no value depends on how the scene was cut into blocks.
    static let halo = StructuralResidual.differenceReach + StructuralResidual.brightnessReach
    /// Where differences begin on multiples of this, and have sides that are multiples of it.
    static let alignment = CellLevels.cellSide

    /// Where the differences are; begins and ends on the lattice of cells.
    private(set) var window: PixelWindow
    /// After − before, one plane a band, in the imagery's units; meaningless where not valid.
    private(set) var differences: [[Float]]
    var validity: BytePlane
    /// The part of interest.
    let part: PixelWindow
    /// High-frequency content of the earlier date in the part of interest: root mean square, over about 2 px, of what a 0.8 px blur takes away.
    let sharpness: FloatPlane
    /// Median differences of the cells before the slow field was taken off.
    let levels: CellLevels
    private let residual: StructuralResidual
    /// Where the residual's cells begin.
    private let origin: (x: Int, y: Int)

    /// Both dates of a whole window on the lattice of cells.
    init(pair: PairBlock, normalisation: Normalisation) {
        let window = pair.before.window
        self.init(
            part: window, cells: window, surroundings: window, normalisation: normalisation,
            levels: CellLevels(pair, normalisation: normalisation), rowsAtOnce: window.height
        ) { _ in pair }
    }

    /// - Parameters:
    ///   - part: of interest; begins and ends on the lattice of cells.
    ///   - cells: a window on the lattice about it, reaching `StructuralResidual.differenceReach` beyond or as far as the scene's cells.
    ///   - surroundings: reaching `StructuralResidual.brightnessReach` beyond these, or as far.
    ///   - levels: of the cells, and of those around them within `SlowField.reach`.
    ///   - rowsAtOnce: how much is read at a time, so that it is still in the caches when it is used.
    ///   - read: gives both dates in some rows of the surroundings.
    init(
        part: PixelWindow, cells: PixelWindow, surroundings: PixelWindow, normalisation: Normalisation, levels: CellLevels, rowsAtOnce: Int,
        read: (PixelWindow) throws -> PairBlock
    ) rethrows {
        let kernels = KernelSet.best
        let (width, height) = (surroundings.width, surroundings.height)
        let bandCount = normalisation.gain.count
        let fields = (0..<bandCount).map { SlowField.field(around: cells, levels: levels, band: $0) }
        let (left, top) = (cells.x - surroundings.x, cells.y - surroundings.y)
        var validity = BytePlane(width: cells.width, height: cells.height)
        var seen = BytePlane(width: width, height: height)
        var brightness = FloatPlane(width: width, height: height) { _ in }
        var differences = (0..<bandCount).map { _ in FloatPlane(width: cells.width, height: cells.height) { _ in }.values }
        for start in stride(from: 0, to: height, by: max(1, rowsAtOnce)) {
            let rows = start..<min(height, start + rowsAtOnce)
            let pair = try read(PixelWindow(x: surroundings.x, y: surroundings.y + start, width: width, height: rows.count))
            var both = pair.before.validity
            both.formIntersection(pair.after.validity)
            seen.values.replaceSubrange((start * width)..<(rows.upperBound * width), with: both.values)
            brightness.values.withUnsafeMutableBufferPointer {
                kernels.mean(
                    of: pair.before.planes.map(\.values),
                    into: UnsafeMutableBufferPointer(rebasing: $0[(start * width)..<(rows.upperBound * width)]).mutableSpan)
            }
            let wanted = rows.clamped(to: top..<(top + cells.height))
            guard !wanted.isEmpty else { continue }
            for y in wanted {
                let (source, target) = ((y - start) * width + left, (y - top) * cells.width)
                validity.values.replaceSubrange(target..<(target + cells.width), with: both.values[source..<(source + cells.width)])
            }
            for band in 0..<bandCount {
                let (before, after) = (pair.before.planes[band].values, pair.after.planes[band].values)
                let (gain, offset) = (Float(normalisation.gain[band]), Float(normalisation.offset[band]))
                differences[band].withUnsafeMutableBufferPointer { plane in
                    guard let base = plane.baseAddress else { return }
                    for y in wanted {
                        let source = ((y - start) * width + left)..<((y - start) * width + left + cells.width)
                        let target = (y - top) * cells.width
                        kernels.normalisedDifference(
                            before: before.span.extracting(source), after: after.span.extracting(source), gain: gain, offset: offset,
                            validity: both.values.span.extracting(source),
                            into: UnsafeMutableBufferPointer(rebasing: plane[target..<(target + cells.width)]).mutableSpan)
                        kernels.subtractInterpolated(
                            base + target, columns: cells.width / Self.alignment, firstRow: y - top, rowCount: 1, field: fields[band])
                    }
                }
            }
        }
        brightness.fill(where: seen)
        self.part = part
        window = cells
        origin = (cells.x, cells.y)
        self.differences = differences
        self.validity = validity
        self.levels = levels
        residual = StructuralResidual(
            brightness: brightness,
            cells: StructurePlanes.Cells(
                x: left, y: top, columns: cells.width / Self.alignment, rows: cells.height / Self.alignment))
        sharpness = FloatPlane(width: part.width, height: part.height) {
            kernels.sharpness(
                of: brightness.values.span, width: width, height: height,
                columns: (part.x - surroundings.x)..<(part.maxX - surroundings.x),
                rows: (part.y - surroundings.y)..<(part.maxY - surroundings.y), fine: Self.taps.fine, around: Self.taps.around,
                into: $0.mutableSpan)
        }
    }

    private static let taps = (fine: FloatPlane.gaussianTaps(sigma: 0.8), around: FloatPlane.gaussianTaps(sigma: 1))

    /// Takes off what old structure explains; only the part of interest is left. - Parameter noise: what nothing-changed pixels differ by, band by band.
    mutating func explain(noise: [Float]) {
        let (columns, rows) = ((part.x - window.x)..<(part.maxX - window.x), (part.y - window.y)..<(part.maxY - window.y))
        differences = residual.unexplained(differences, columns: columns, rows: rows, validity: validity, noise: noise)
        guard part != window else { return }
        var cut: [UInt8] = []
        cut.reserveCapacity(part.pixelCount)
        for y in rows {
            cut += validity.values[(y * window.width + columns.lowerBound)..<(y * window.width + columns.upperBound)]
        }
        validity = BytePlane(width: part.width, height: part.height, values: cut)
        window = part
    }

    /// Old structure: earlier brightness less its 4 px blur, in steps of one over `scale`.
    func structureLevels(in block: PixelWindow, scale: Float) -> [Int8] {
        residual.detailLevels(
            columns: (block.x - origin.x)..<(block.maxX - origin.x), rows: (block.y - origin.y)..<(block.maxY - origin.y), scale: scale)
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
