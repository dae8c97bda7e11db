import PixelKernelsAVX2
import PixelKernelsBaseline

/// The rows that the terms of a row of pixels are made of, as the kernels want them; beyond the planes' edges the outermost pixel goes on.
final class StructureRowPointers {
    typealias Row = (_ row: Int) -> UnsafePointer<Float>

    private let width: Int
    private let height: Int
    private let cells: StructurePlanes.Cells
    /// Copies of rows whose neighbours beside the cells lie beyond the planes.
    private let copies: UnsafeMutablePointer<Float>
    private let copiesRows: Bool
    private let pointers: UnsafeMutablePointer<UnsafePointer<Float>>

    /// - Parameter goOn: whether the soft and the curved plane's rows have one pixel more on both sides, as `continueRow` makes it.
    init(width: Int, height: Int, cells: StructurePlanes.Cells, goOn: Bool = false) {
        self.width = width
        self.height = height
        self.cells = cells
        copiesRows = !goOn && (cells.x == 0 || cells.x + cells.width == width)
        copies = .allocate(capacity: copiesRows ? 4 * (cells.width + 2) : 0)
        pointers = .allocate(capacity: 8)
    }

    deinit {
        copies.deallocate()
        pointers.deallocate()
    }

    /// - Parameters:
    ///   - y: a row of pixels of the cells.
    ///   - soft, softer, coarse, curved: where rows of the planes begin.
    /// - Returns: good until the next call.
    func at(_ y: Int, soft: Row, softer: Row, coarse: Row, curved: Row) -> UnsafePointer<UnsafePointer<Float>> {
        let row = cells.y + y
        let (above, below) = (max(0, row - 1), min(height - 1, row + 1))
        (pointers + 0).initialize(to: soft(above) + cells.x)
        (pointers + 1).initialize(to: withBoth(soft(row) + cells.x, 0))
        (pointers + 2).initialize(to: soft(below) + cells.x)
        (pointers + 3).initialize(to: softer(row) + cells.x)
        (pointers + 4).initialize(to: coarse(row) + cells.x)
        (pointers + 5).initialize(to: withBoth(curved(above) + cells.x, 1))
        (pointers + 6).initialize(to: withBoth(curved(row) + cells.x, 2))
        (pointers + 7).initialize(to: withBoth(curved(below) + cells.x, 3))
        return UnsafePointer(pointers)
    }

    /// Gives the outermost pixels of a row a neighbour like themselves.
    static func continueRow(_ row: UnsafeMutablePointer<Float>, _ count: Int) {
        row[-1] = row[0]
        row[count] = row[count - 1]
    }

    /// The row with a neighbour on both sides.
    private func withBoth(_ row: UnsafePointer<Float>, _ slot: Int) -> UnsafePointer<Float> {
        let span = cells.width
        guard copiesRows else { return row }
        let copy = copies + slot * (span + 2)
        copy[0] = row[cells.x > 0 ? -1 : 0]
        (copy + 1).update(from: row, count: span)
        copy[span + 1] = row[cells.x + span < width ? span : span - 1]
        return UnsafePointer(copy + 1)
    }
}

/// Sums for the normal equations of one row of cells after the other; see `KernelSet.structureMoments`.
public final class CellMoments {
    private let kernels: KernelSet
    private let columns: Int
    private let bands: Int
    private static let side = StructurePlanes.cellSide
    private static let terms = StructurePlanes.termCount
    /// Every second row is looked at.
    private static let pixels = side / 2 * side
    /// Cell after cell, in each term after term and then band after band.
    private let planes: UnsafeMutablePointer<Float>
    /// Cell after cell.
    private let validity: UnsafeMutablePointer<UInt8>
    private let weights: UnsafeMutablePointer<Float>

    /// - Parameters: of a row the cells, and the bands that are loaded together.
    public init(_ kernels: KernelSet, columns: Int, bands: Int) {
        self.kernels = kernels
        self.columns = columns
        self.bands = bands
        planes = .allocate(capacity: columns * (Self.terms + bands) * Self.pixels)
        validity = .allocate(capacity: columns * Self.pixels)
        weights = .allocate(capacity: 2 * Self.pixels)
    }

    deinit {
        planes.deallocate()
        validity.deallocate()
        weights.deallocate()
    }

    private var pitch: Int { (Self.terms + bands) * Self.pixels }

    /// - Parameters:
    ///   - row: of cells.
    ///   - rows: those of the terms of a row of pixels.
    ///   - ofValidity: where a row of pixels of the mask begins.
    ///   - withRow: hands over where a row of pixels of a band begins.
    func load(
        _ row: Int, rows: (_ y: Int) -> UnsafePointer<UnsafePointer<Float>>, validity ofValidity: (_ y: Int) -> UnsafePointer<UInt8>,
        withRow: (_ band: Int, _ y: Int, _ place: (UnsafePointer<Float>) -> Void) -> Void
    ) {
        let (side, pixels, pitch) = (Self.side, Self.pixels, pitch)
        let makeTerms = kernels.usesAVX2 ? PixelKernelsAVX2.structureTerms : PixelKernelsBaseline.structureTerms
        let spread = kernels.usesAVX2 ? PixelKernelsAVX2.spreadCells : PixelKernelsBaseline.spreadCells
        for k in 0..<(side / 2) {
            let y = row * side + 2 * k
            makeTerms(rows(y), columns, planes + k * side, pixels, pitch)
            for band in 0..<bands {
                withRow(band, y) { spread($0, columns, planes + ((Self.terms + band) * pixels + k * side), pitch) }
            }
            let line = ofValidity(y)
            for column in 0..<columns { (validity + (column * pixels + k * side)).update(from: line + column * side, count: side) }
        }
    }

    /// Sums of some of the bands loaded last, `KernelSet.momentCount(bands:)` of them a cell.
    public func sums(of chosen: Range<Int>, inverseNoise: [Float], share: Float, into moments: UnsafeMutablePointer<Float>) {
        precondition(chosen.clamped(to: 0..<bands) == chosen && inverseNoise.count == chosen.count, "one noise a band")
        let weigh = kernels.usesAVX2 ? PixelKernelsAVX2.fitWeights : PixelKernelsBaseline.fitWeights
        let sum = kernels.usesAVX2 ? PixelKernelsAVX2.weightedMoments : PixelKernelsBaseline.weightedMoments
        let (pixels, momentCount) = (Self.pixels, KernelSet.momentCount(bands: chosen.count))
        for column in 0..<columns {
            let cell = planes + column * pitch
            let differences = cell + (Self.terms + chosen.lowerBound) * pixels
            weigh(differences, chosen.count, inverseNoise, share, validity + column * pixels, weights, pixels)
            sum(cell, Self.terms, differences, chosen.count, weights, weights + pixels, moments + column * momentCount, pixels)
        }
    }
}

/// The planes of old structure while the rows of a brightness come in: as `KernelSet.structurePlanes` makes them, of which only the last rows are kept.
public final class StructureStream {
    public let width: Int
    public let height: Int
    public let cells: StructurePlanes.Cells
    private let kernels: KernelSet
    private let soft, softer, curved: RowBlur
    private let coarse: HalvedBlur
    private let pointers: StructureRowPointers
    /// Rows of a plane that are kept; the planes one after the other, and beside each row room for the pixels that it goes on with.
    private let rowsKept: Int
    private let rows: UnsafeMutablePointer<Float>
    private static let beside = 8
    /// Coefficients of one row of pixels.
    private var ofRow: [Float] = []

    /// - Parameters:
    ///   - width, height: of the brightness; even.
    ///   - rowsKept: how many rows of each plane stay readable.
    public init(
        _ kernels: KernelSet, width: Int, height: Int, cells: StructurePlanes.Cells, taps: StructurePlanes.Taps, rowsKept: Int
    ) {
        precondition(
            cells.x >= 0 && cells.y >= 0 && cells.x + cells.width <= width && cells.y + cells.height <= height,
            "the cells lie outside the planes")
        self.kernels = kernels
        self.width = width
        self.height = height
        self.cells = cells
        self.rowsKept = rowsKept
        soft = RowBlur(kernels, taps: taps.soft, width: width, height: height)
        softer = RowBlur(kernels, taps: taps.softer, width: width, height: height)
        curved = RowBlur(kernels, taps: taps.curved, width: width, height: height)
        coarse = HalvedBlur(kernels, taps: taps.coarse, width: width, height: height)
        pointers = StructureRowPointers(width: width, height: height, cells: cells, goOn: true)
        rows = .allocate(capacity: 4 * rowsKept * (width + 2 * Self.beside))
    }

    deinit { rows.deallocate() }

    private func row(_ plane: Int, _ y: Int) -> UnsafeMutablePointer<Float> {
        rows + (plane * rowsKept + y % rowsKept) * (width + 2 * Self.beside) + Self.beside
    }

    /// Takes the next row of the brightness.
    public func push(_ line: UnsafePointer<Float>) {
        soft.push(line)
        while soft.isReady {
            let made = row(0, soft.next)
            soft.pull(into: made)
            StructureRowPointers.continueRow(made, width)
            softer.push(made)
            while softer.isReady { softer.pull(into: row(1, softer.next)) }
            coarse.push(made) { row(2, $0) }
            curved.push(made)
            while curved.isReady {
                let made = row(3, curved.next)
                curved.pull(into: made)
                StructureRowPointers.continueRow(made, width)
            }
        }
    }

    /// Rows that all planes have.
    public var madeRows: Int { min(softer.next, coarse.madeRows, curved.next) }

    /// The rows that the terms of a row of the cells' pixels are made of; good until the next call.
    private func termRows(_ y: Int) -> UnsafePointer<UnsafePointer<Float>> {
        pointers.at(
            y, soft: { UnsafePointer(row(0, $0)) }, softer: { UnsafePointer(row(1, $0)) }, coarse: { UnsafePointer(row(2, $0)) },
            curved: { UnsafePointer(row(3, $0)) })
    }

    /// Loads a row of cells, whose rows of pixels and the ones around them must be made and kept.
    ///
    /// - Parameters:
    ///   - validity: where a row of pixels of the mask begins.
    ///   - difference: where a row of pixels of a band begins.
    public func load(
        _ row: Int, into moments: CellMoments, validity: (_ y: Int) -> UnsafePointer<UInt8>,
        difference: (_ band: Int, _ y: Int) -> UnsafePointer<Float>
    ) {
        moments.load(row, rows: termRows, validity: validity) { band, y, place in place(difference(band, y)) }
    }

    /// A row of the cells' pixels of some bands less what old structure explains; see `KernelSet.unexplained`.
    public func unexplained(
        row y: Int, coefficients: [Float], of differences: [UnsafePointer<Float>], columns: Range<Int>,
        into out: [UnsafeMutablePointer<Float>]
    ) {
        let pitch = cells.columns * differences.count * StructurePlanes.termCount
        precondition(coefficients.count == pitch * cells.rows && out.count == differences.count, "the coefficients do not fit the cells")
        precondition(columns.clamped(to: 0..<cells.width) == columns && (0..<cells.height).contains(y), "the part lies outside")
        precondition(columns.lowerBound % 8 == 0 && columns.upperBound % 8 == 0, "the part begins and ends on multiples of 8")
        let subtract = kernels.usesAVX2 ? PixelKernelsAVX2.subtractExplained : PixelKernelsBaseline.subtractExplained
        let interpolate = kernels.usesAVX2 ? PixelKernelsAVX2.interpolated : PixelKernelsBaseline.interpolated
        if ofRow.count < pitch { ofRow = [Float](repeating: 0, count: pitch) }
        let node = CellNode(y, cells: cells.rows, side: StructurePlanes.cellSide)
        coefficients.withUnsafeBufferPointer { all in
            ofRow.withUnsafeMutableBufferPointer { ofRow in
                guard let all = all.baseAddress, let ofRow = ofRow.baseAddress else { return }
                interpolate(all + node.lower * pitch, all + node.upper * pitch, node.weight, ofRow, pitch)
                subtract(termRows(y), ofRow, cells.columns, columns.lowerBound, columns.count, differences, out, differences.count)
            }
        }
    }

    /// Levels of the coarse detail of old structure in a row of the planes, `round((soft − coarse) · scale)`, clamped to ±127; 0 for what is not a number.
    ///
    /// - Parameters:
    ///   - y: a row of pixels of the planes, made and kept.
    ///   - columns: of the planes.
    public func detailLevels(row y: Int, columns: Range<Int>, scale: Float, into out: UnsafeMutablePointer<Int8>) {
        precondition(columns.clamped(to: 0..<width) == columns && (0..<madeRows).contains(y), "outside the planes")
        let toInt8 = kernels.usesAVX2 ? PixelKernelsAVX2.quantiseDifferenceInt8 : PixelKernelsBaseline.quantiseDifferenceInt8
        toInt8(row(0, y) + columns.lowerBound, row(2, y) + columns.lowerBound, scale, out, columns.count)
    }
}
