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
    init(_ field: BlobField, planes: SearchPlanes, block: PixelWindow, scales: Range<Int>, standardisers: [Standardiser]) {
        let columns = field.width / BlobField.cell
        let rows = field.height / BlobField.cell
        var squares = [Float](repeating: 0, count: scales.count * columns * rows)
        var counts = squares
        let margin = BlobField.reachedRim
        let scene = PixelWindow(x: 0, y: 0, width: planes.width, height: planes.height)
        let reached = PixelWindow(
            x: block.x - margin, y: block.y - margin, width: field.width - 2 * (BlobField.rim - margin),
            height: field.height - 2 * (BlobField.rim - margin)
        ).intersection(scene)
        // Blocks begin on whole cells: the lattice is the scene's.
        let start = (x: BlobField.onLattice(reached.x), y: BlobField.onLattice(reached.y))
        let (left, top) = (block.x - BlobField.rim, block.y - BlobField.rim)
        let count = field.width - 2 * (BlobField.rim - margin)
        planes.signed.withUnsafeBufferPointer { signed in
            for y in stride(from: start.y, to: reached.maxY, by: BlobField.latticeStep) {
                field.respond(y: y - top, x: BlobField.rim - margin, count: count)
                field.measureStructure(y: y - top, x: BlobField.rim - margin, count: count)
                let row = (y - top) / BlobField.cell * columns
                for x in stride(from: start.x, to: reached.maxX, by: BlobField.latticeStep) where signed[y * planes.width + x] != -128 {
                    let place = x - block.x + margin
                    let cell = row + (x - left) / BlobField.cell
                    let strengthClass = SiteSearch.ResponseLaw.classIndex(square: field.squaredStrength[place])
                    for k in standardisers.indices {
                        let steps = field.responses[(scales.lowerBound + k) * BlobField.responsePitch + place]
                        if steps == 0 && field.hasHoles { continue }
                        let clipped = min(3, abs(Float(steps) * standardisers[k].perStep[strengthClass]))
                        squares[k * columns * rows + cell] += clipped * clipped
                        counts[k * columns * rows + cell] += 1
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
