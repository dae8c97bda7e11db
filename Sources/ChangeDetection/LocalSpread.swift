import Raster

/// Responses of one scale over what chance gives where old structure is as strong.
struct Standardiser: Sendable {
    /// By class of old structure: one step of the filter, over the class's spread.
    let perStep: [Float]
    /// Of all classes, in steps.
    let leastSpread: Float

    init(_ spreads: SiteSearch.ResponseSpreads, level: Int, scale: Int) {
        let sigma = BlobField.filters[scale].sigmaPerStep
        perStep = (0..<SiteSearch.ResponseLaw.classes).map { sigma / spreads[level, scale, $0] }
        leastSpread = 1 / (perStep.max() ?? sigma)
    }
}

/// How lively responses are in a neighbourhood of 3 × 3 cells, by scale, against the expectation of 1; never below 0.85.
struct LocalSpread {
    private let columns: Int
    /// Shape: scales × rows × columns of cells of the field.
    private let factors: [Float]
    private let count: Int

    /// Takes the lattice's pixels in the block, in the cells beside it, whose pixels rival the block's, and in the cells beside those.
    init(_ field: BlobField, lattice: ResponseLattice, block: PixelWindow, scales: Range<Int>, standardisers: [Standardiser]) {
        let columns = field.width / BlobField.cell
        let rows = field.height / BlobField.cell
        var squares = [Float](repeating: 0, count: scales.count * columns * rows)
        var counts = squares
        let margin = BlobField.reachedRim
        // Blocks begin on whole cells: the lattice is the scene's, and every cell has as many of its pixels each way.
        let perCell = BlobField.cell / BlobField.latticeStep
        let first = (x: (block.x - margin) / BlobField.latticeStep, y: (block.y - margin) / BlobField.latticeStep)
        let cells = (
            x: BlobField.rim / BlobField.cell - margin / BlobField.cell, y: BlobField.rim / BlobField.cell - margin / BlobField.cell
        )
        let reachedColumns = (field.width - 2 * (BlobField.rim - margin)) / BlobField.latticeStep
        let reachedRows = (field.height - 2 * (BlobField.rim - margin)) / BlobField.latticeStep
        let (left, right) = (max(0, first.x), max(0, min(lattice.columns, first.x + reachedColumns)))
        for k in standardisers.indices {
            standardisers[k].perStep.withUnsafeBufferPointer { perStep in
                for y in max(0, first.y)..<max(0, first.y, min(lattice.rows, first.y + reachedRows)) {
                    let row = (k * rows + cells.y + (y - first.y) / perCell) * columns + cells.x
                    let classes = lattice.classes(row: y)
                    let steps = lattice.steps(scale: scales.lowerBound + k, row: y)
                    for start in stride(from: left, to: right, by: perCell) {
                        var (sum, count): (Float, Float) = (0, 0)
                        for x in start..<min(right, start + perCell)
                        where classes[x] != ResponseLattice.unseen && steps[x] != ResponseLattice.unknown {
                            let clipped = min(3, abs(Float(steps[x]) * perStep[Int(classes[x])]))
                            sum += clipped * clipped
                            count += 1
                        }
                        let cell = row + (start - first.x) / perCell
                        squares[cell] += sum
                        counts[cell] += count
                    }
                }
            }
        }
        var factors = [Float](repeating: 1, count: squares.count)
        for k in standardisers.indices {
            for row in 0..<rows {
                for column in 0..<columns {
                    var (sum, number): (Float, Float) = (0, 0)
                    for r in max(0, row - 1)...min(rows - 1, row + 1) {
                        for c in max(0, column - 1)...min(columns - 1, column + 1) {
                            sum += squares[(k * rows + r) * columns + c]
                            number += counts[(k * rows + r) * columns + c]
                        }
                    }
                    if number > 0 { factors[(k * rows + row) * columns + column] = max(0.85, (sum / number).squareRoot()) }
                }
            }
        }
        self.columns = columns
        self.count = columns * rows
        self.factors = factors
    }

    /// - Parameters:
    ///   - scale: index among the field's scales. - cell: column of cells. - row: of pixels of the field's window.
    func factor(scale: Int, cell: Int, row: Int) -> Float { factors[scale * count + row / BlobField.cell * columns + cell] }
}
