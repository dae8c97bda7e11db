import PixelKernels
import Raster

/// The change statistic of a block while the rows of both dates come in: differences, what of them old structure explains, and what is left in standard
/// deviations. Of every plane only the last rows are kept, so that what is made of a row is in the caches when it is used.
///
/// A row of the block is made when the rows behind it are known that it depends on: those of two rows of cells and of the blurs, some hundred.
final class ChangeStream {
    private let kernels = KernelSet.best
    private let block: PixelWindow
    /// What is made: whole cells, and what the size reaches beyond the block.
    private let part: PixelWindow
    /// The cells whose differences count.
    private let around: PixelWindow
    private let window: PixelWindow
    private let frame: SceneFrame?
    private let levels: CellLevels
    private let model: ChangeModel
    /// Of each plane of differences, at the middles of `around`'s cells and of one more on each side.
    private let fields: [[Float]]
    private let cellRows: Int
    private let structure: StructureStream
    private let sharpness: SharpnessStream
    private let sharpnessColumns: Range<Int>
    private let moments: CellMoments
    private let fits: [Fit]
    private let steps: (perUnit: Float, count: UInt16)
    private let weights: [Float]

    private let rows: RowStore
    private var brightness: GapFilling
    /// Rows of the window that were pushed, of cells whose moments are known, of `around` that are made.
    private var pushedRows = 0
    private var loadedCellRows = 0
    private var nextRow: Int
    /// Rows of `part` whose step of sharpness is known.
    private var steppedRows = 0

    private var signed: [Int8]
    private var structureLevels: [Int8]
    private var fine: [Int16]
    private var bands: [[Float]]
    private var stepsOfPart: [UInt16]

    /// Planes of differences that are explained together.
    private final class Fit {
        let planes: Range<Int>
        private let inverseNoise: [Float]
        private let columns: Int
        private let rows: Int
        /// Of all cells, row by row.
        private let moments: UnsafeMutablePointer<Float>
        private(set) var coefficients: StructureCoefficients

        /// - Parameter scale: standard deviation of each, for the weights.
        init(_ planes: Range<Int>, scale: [Float], noise: StructureNoise, cells: StructurePlanes.Cells) {
            self.planes = planes
            (columns, rows) = (cells.columns, cells.rows)
            inverseNoise = scale.map { $0 > 0 ? 1 / $0 : 0 }
            moments = .allocate(capacity: cells.columns * cells.rows * KernelSet.momentCount(bands: planes.count))
            coefficients = StructureCoefficients(columns: cells.columns, rows: cells.rows, noise: noise)
        }

        deinit { moments.deallocate() }

        /// Takes the moments of the next row of cells, and finds the coefficients of the one before it.
        func add(_ row: Int, from loaded: CellMoments) {
            loaded.sums(
                of: planes, inverseNoise: inverseNoise, share: 1 / (9 * Float(max(1, planes.count))),
                into: moments + row * columns * KernelSet.momentCount(bands: planes.count))
            if row > 0 { coefficients.solve(row - 1, moments: moments) }
            if row == rows - 1 { coefficients.solve(row, moments: moments) }
        }
    }

    /// Rows that stay readable: what a row of pixels waits for (two rows of cells, half of one, the blurs), and the longest gap that is looked across.
    private static let rowsKept = 192

    init(_ model: ChangeModel, block: PixelWindow, window: PixelWindow, levels: CellLevels, frame: SceneFrame?) {
        let cells = ChangeModel.cellWindow(of: block)
        let reached = block.expanded(by: frame == nil ? 0 : ChangeSize.reach).intersection(window)
        let around = cells.expanded(by: StructuralResidual.differenceReach).intersection(window)
        let part = ChangeModel.cellWindow(of: reached).intersection(around)
        let side = CellLevels.cellSide
        self.model = model
        self.block = block
        self.window = window
        self.levels = levels
        self.frame = frame
        self.around = around
        self.part = part
        nextRow = part.y - around.y
        cellRows = around.height / side
        let bandCount = frame == nil ? 0 : model.noiseByClass.count
        fields = (0...bandCount).map { SlowField.field(around: around, levels: levels, band: 1 + $0) }
        let structureCells = StructurePlanes.Cells(
            x: around.x - window.x, y: around.y - window.y, columns: around.width / side, rows: cellRows)
        structure = StructureStream(
            kernels, width: window.width, height: window.height, cells: structureCells, taps: StructuralResidual.taps,
            rowsKept: Self.rowsKept)
        moments = CellMoments(kernels, columns: structureCells.columns, bands: 1 + bandCount)
        let ofWeighed = Fit(
            0..<1, scale: [model.commonNoise], noise: model.structureNoise.weighed(by: model.bandWeights), cells: structureCells)
        let ofBands =
            bandCount == 0
            ? []
            : [Fit(1..<(1 + bandCount), scale: model.noiseByClass.map { $0[0] }, noise: model.structureNoise, cells: structureCells)]
        fits = [ofWeighed] + ofBands
        let taps = DifferenceBlock.taps
        let reach = taps.fine.count / 2 + taps.around.count / 2
        let columns = max(0, part.x - window.x - reach)..<min(window.width, part.maxX - window.x + reach)
        sharpnessColumns = columns
        sharpness = SharpnessStream(kernels, width: columns.count, height: window.height, fine: taps.fine, around: taps.around)
        steps = model.sharpnessSteps
        weights = model.weightsByStep()
        rows = RowStore(planes: 1 + bandCount, width: around.width, partWidth: part.width, kept: Self.rowsKept)
        brightness = GapFilling(width: window.width)
        func made<Sample>(_ count: Int) -> [Sample] { [Sample](unsafeUninitializedCapacity: count) { $1 = count } }
        signed = made(part.pixelCount)
        structureLevels = made(block.pixelCount)
        fine = made(frame == nil ? 0 : part.pixelCount)
        stepsOfPart = made(frame == nil ? 0 : part.pixelCount)
        bands = (0..<bandCount).map { _ in made(part.pixelCount) }
    }

    /// Takes the next rows of the window, in the planes of `ChangeModel.mixes`.
    func push(_ pair: PairBlock) {
        let (width, height) = (pair.before.window.width, pair.before.window.height)
        precondition(width == window.width && pushedRows + height <= window.height, "not the next rows of the window")
        precondition(pair.before.planes.count == rows.planeCount + 1 && pair.after.planes.count == rows.planeCount + 1, "other planes")
        var seen = pair.before.validity
        seen.formIntersection(pair.after.validity)
        let left = around.x - window.x
        seen.values.withUnsafeBufferPointer { seen in
            pair.before.planes[0].values.withUnsafeBufferPointer { means in
                guard let seen = seen.baseAddress, let means = means.baseAddress else { return }
                for y in 0..<height {
                    let row = pushedRows - (around.y - window.y)
                    if (0..<around.height).contains(row) {
                        let validity = rows.validity(row)
                        validity.update(from: seen + (y * width + left), count: around.width)
                        for plane in 0..<rows.planeCount {
                            let difference = rows.difference(plane, row)
                            pair.before.planes[plane + 1].values.withUnsafeBufferPointer { before in
                                pair.after.planes[plane + 1].values.withUnsafeBufferPointer { after in
                                    guard let before = before.baseAddress, let after = after.baseAddress else { return }
                                    kernels.difference(
                                        before: before + (y * width + left), after: after + (y * width + left), validity: validity,
                                        into: difference, count: around.width)
                                }
                            }
                            kernels.subtractInterpolated(
                                difference, columns: around.width / CellLevels.cellSide, firstRow: row, rowCount: 1, field: fields[plane])
                        }
                    }
                    pushedRows += 1
                    brightness.push(means + y * width, where: seen + y * width) { take($0) }
                }
            }
        }
    }

    /// The change of the block. - Precondition: all rows of the window were pushed.
    func finished() -> ChangeBlock {
        precondition(pushedRows == window.height, "rows are missing")
        brightness.finish { take($0) }
        precondition(nextRow == part.maxY - around.y, "rows were not made")
        let size = frame.map { frame in
            var size = ChangeSize(
                of: bands, over: part, in: block, noise: model.undirectedWeights(), steps: stepsOfPart, observed: fine)
            size.continueOver(frame)
            return size.quantised()
        }
        ObscuredCells.remove(from: &signed, in: part, levels: levels, noise: model.noiseOfBand)
        return ChangeBlock(
            window: block, signed: cropped(signed), structure: structureLevels, signedFine: cropped(fine), size: size ?? [])
    }

    private func cropped<Sample>(_ plane: [Sample]) -> [Sample] {
        guard part != block, !plane.isEmpty else { return plane }
        var result: [Sample] = []
        result.reserveCapacity(block.pixelCount)
        for y in block.y..<block.maxY {
            let start = (y - part.y) * part.width + block.x - part.x
            result += plane[start..<(start + block.width)]
        }
        return result
    }

    /// The next row of brightness, without gaps; makes what can be made by it.
    private func take(_ line: UnsafePointer<Float>) {
        structure.push(line)
        sharpness.push(line + sharpnessColumns.lowerBound)
        while let (row, squares) = sharpness.pull() { step(row - (part.y - window.y), squares) }
        fitCells()
        // Between the middles of the last two rows of cells whose coefficients are known.
        let solved = loadedCellRows == cellRows ? cellRows : loadedCellRows - 1
        let known = solved == cellRows ? around.height : solved > 0 ? (solved - 1) * CellLevels.cellSide + CellLevels.cellSide / 2 : 0
        while nextRow < min(known, part.maxY - around.y), nextRow - (part.y - around.y) < steppedRows { make(nextRow) }
    }

    /// A row of `part`'s steps of sharpness from its squares.
    private func step(_ row: Int, _ squares: UnsafePointer<Float>) {
        guard (0..<part.height).contains(row) else { return }
        let line = rows.scratch
        line.update(from: squares + (part.x - window.x - sharpnessColumns.lowerBound), count: part.width)
        kernels.roots(line, count: part.width)
        let validity = rows.validity(row + part.y - around.y) + (part.x - around.x)
        kernels.steps(line, scale: steps.perUnit, most: steps.count, validity: validity, into: rows.steps(row), count: part.width)
        steppedRows = row + 1
        guard frame != nil else { return }
        stepsOfPart.withUnsafeMutableBufferPointer { all in
            all.baseAddress.map { ($0 + row * part.width).update(from: rows.steps(row), count: part.width) }
        }
    }

    /// Fits the rows of cells of which all is known.
    private func fitCells() {
        let side = CellLevels.cellSide
        while loadedCellRows < cellRows,
            structure.madeRows >= min(window.height, structure.cells.y + (loadedCellRows + 1) * side + 1)
        {
            let row = loadedCellRows
            structure.load(
                row, into: moments, validity: { UnsafePointer(rows.validity($0)) }, difference: { UnsafePointer(rows.difference($0, $1)) })
            loadedCellRows += 1
            for fit in fits { fit.add(row, from: moments) }
        }
    }

    /// The next row of `part`.
    private func make(_ row: Int) {
        let (y, left) = (row - (part.y - around.y), part.x - around.x)
        let columns = left..<(left + part.width)
        let line = rows.scratch
        structure.unexplained(
            row: row, coefficients: fits[0].coefficients.values, of: [UnsafePointer(rows.difference(0, row))], columns: columns,
            into: [line])
        let validity = UnsafePointer(rows.validity(row) + left)
        signed.withUnsafeMutableBufferPointer { signed in
            fine.withUnsafeMutableBufferPointer { fine in
                guard let signed = signed.baseAddress else { return }
                kernels.signedChange(
                    row: line, steps: rows.steps(y), table: weights, validity: validity, coarse: signed + y * part.width,
                    fine: frame == nil ? nil : fine.baseAddress.map { $0 + y * part.width }, count: part.width)
            }
        }
        if !bands.isEmpty { makeBands(row, y, columns) }
        let blockRow = part.y + y - block.y
        if (0..<block.height).contains(blockRow) {
            structureLevels.withUnsafeMutableBufferPointer { levels in
                guard let levels = levels.baseAddress else { return }
                structure.detailLevels(
                    row: structure.cells.y + row, columns: (block.x - window.x)..<(block.maxX - window.x), scale: model.structureScale,
                    into: levels + blockRow * block.width)
            }
        }
        nextRow += 1
    }

    private func makeBands(_ row: Int, _ y: Int, _ columns: Range<Int>) {
        func open(_ band: Int, _ targets: [UnsafeMutablePointer<Float>]) {
            guard band < bands.count else {
                return structure.unexplained(
                    row: row, coefficients: fits[1].coefficients.values,
                    of: fits[1].planes.map { UnsafePointer(rows.difference($0, row)) }, columns: columns, into: targets)
            }
            // Taken out, so that several of them can be written to at a time.
            var plane: [Float] = []
            swap(&plane, &bands[band])
            plane.withUnsafeMutableBufferPointer { plane in
                if let plane = plane.baseAddress { open(band + 1, targets + [plane + y * part.width]) }
            }
            swap(&plane, &bands[band])
        }
        open(0, [])
    }
}

/// The last rows of several planes.
private final class RowStore {
    let planeCount: Int
    private let width: Int
    private let partWidth: Int
    private let kept: Int
    private let differences: UnsafeMutablePointer<Float>
    private let masks: UnsafeMutablePointer<UInt8>
    private let stepRows: UnsafeMutablePointer<UInt16>
    /// One row of the part.
    let scratch: UnsafeMutablePointer<Float>

    init(planes: Int, width: Int, partWidth: Int, kept: Int) {
        planeCount = planes
        self.width = width
        self.partWidth = partWidth
        self.kept = kept
        differences = .allocate(capacity: planes * kept * width)
        masks = .allocate(capacity: kept * width)
        stepRows = .allocate(capacity: kept * partWidth)
        scratch = .allocate(capacity: partWidth)
    }

    deinit {
        differences.deallocate()
        masks.deallocate()
        stepRows.deallocate()
        scratch.deallocate()
    }

    func difference(_ plane: Int, _ row: Int) -> UnsafeMutablePointer<Float> { differences + (plane * kept + row % kept) * width }
    func validity(_ row: Int) -> UnsafeMutablePointer<UInt8> { masks + row % kept * width }
    /// Of the part.
    func steps(_ row: Int) -> UnsafeMutablePointer<UInt16> { stepRows + row % kept * partWidth }
}

/// Rows of brightness while they come in, with a value for every pixel, so that filters find no edge where the data end: that of the nearest valid pixel of the
/// row, or of the nearest row that has any. Beyond `longestWait` rows from the
/// next one below, rows have that of the last one above, or 0: too far from any valid pixel to count.
private struct GapFilling {
    private static let longestWait = 32
    private let width: Int
    /// The last row with values, and a row that is filled.
    private var last: [Float]
    private var filled: [Float]
    private var hasLast = false
    /// Rows of the gap so far, and how many of them wait.
    private var gap = 0
    private var waiting = 0

    init(width: Int) {
        self.width = width
        last = [Float](repeating: 0, count: width)
        filled = last
    }

    mutating func push(_ line: UnsafePointer<Float>, where validity: UnsafePointer<UInt8>, _ body: (UnsafePointer<Float>) -> Void) {
        let mask = UnsafeBufferPointer(start: validity, count: width)
        guard mask.contains(0) else { return take(line, body) }
        let hasValues = filled.withUnsafeMutableBufferPointer { filled in
            guard let row = filled.baseAddress else { return false }
            row.update(from: line, count: width)
            return FloatPlane.fill(row, where: validity, count: width)
        }
        if hasValues {
            let row = filled
            return row.withUnsafeBufferPointer { if let row = $0.baseAddress { take(row, body) } }
        }
        gap += 1
        waiting += 1
        guard waiting > Self.longestWait else { return }
        waiting -= 1
        repeatLast(body)
    }

    /// What still waits for a row below it has none.
    mutating func finish(_ body: (UnsafePointer<Float>) -> Void) {
        for _ in 0..<waiting { repeatLast(body) }
        waiting = 0
    }

    private mutating func take(_ row: UnsafePointer<Float>, _ body: (UnsafePointer<Float>) -> Void) {
        for k in (gap - waiting)..<gap {
            // As near to the one as to the other, the row below counts.
            if hasLast, gap - k > k + 1 { repeatLast(body) } else { body(row) }
        }
        (gap, waiting) = (0, 0)
        body(row)
        last.withUnsafeMutableBufferPointer { last in last.baseAddress.map { $0.update(from: row, count: width) } }
        hasLast = true
    }

    private func repeatLast(_ body: (UnsafePointer<Float>) -> Void) {
        last.withUnsafeBufferPointer { if let row = $0.baseAddress { body(row) } }
    }
}
