import PixelKernels
import Raster

/// The part of a difference that varies slowly over the scene (haze, illumination and view angle), as a robust local mean: the median of each 5 × 5 of
/// the cells' levels, a 3 × 3 binomial, bilinear between cell centres.
enum SlowField {
    static let cellSide = CellLevels.cellSide
    /// Pixels around a whole number of cells whose cells' levels count there: 5 × 5 cells of the median, one of the smoothing, one of the interpolation.
    static let reach = 4 * cellSide
    /// Cells beyond the grid that are looked at, all without a level.
    private static let border = 2

    /// The field at the middle of each cell of a window, and of one more on each side; beyond the levels the outermost goes on.
    ///
    /// - Parameters:
    ///   - window: begins and ends on the lattice of cells, within that of the levels.
    ///   - levels: of the cells of `window`, and of those within `reach` of it as far as the scene goes.
    static func field(around window: PixelWindow, levels: CellLevels, band: Int) -> [Float] {
        let grid = levels.grid
        let field = field(levels.values[band], grid: grid)
        let (left, top) = ((window.x - levels.window.x) / cellSide, (window.y - levels.window.y) / cellSide)
        let (columns, rows) = (window.width / cellSide, window.height / cellSide)
        var part: [Float] = []
        part.reserveCapacity((columns + 2) * (rows + 2))
        for row in -1...rows {
            let start = min(max(top + row, 0), grid.rows - 1) * grid.columns
            for column in -1...columns { part.append(field[start + min(max(left + column, 0), grid.columns - 1)]) }
        }
        return part
    }

    /// The field at the middle of each cell.
    private static func field(_ levels: [Float?], grid: CellGrid) -> [Float] {
        // A neighbour counts only together with the one opposite, so that a slope stays a slope at the edges of the scene and of masks.
        let pitch = grid.columns + 2 * border
        let count = pitch * (grid.rows + 2 * border)
        func neighbours(_ radius: Int) -> [Int] { (-radius...radius).flatMap { r in (-radius...radius).map { r * pitch + $0 } } }
        func place(_ row: Int, _ column: Int) -> Int { (row + border) * pitch + column + border }
        // None is not a number.
        var known = [Float](repeating: .nan, count: count)
        for row in 0..<grid.rows {
            for column in 0..<grid.columns {
                if let level = levels[row * grid.columns + column] { known[place(row, column)] = level }
            }
        }
        let (around, beside) = (neighbours(2), neighbours(1))
        let weights = beside.indices.map { Float([1, 2, 1][$0 / 3] * [1, 2, 1][$0 % 3]) }
        var smooth = [Float](repeating: .nan, count: count)
        withUnsafeTemporaryAllocation(of: Float.self, capacity: KernelSet.capacityForMedian(of: around.count)) { found in
            guard let found = found.baseAddress else { return }
            known.withUnsafeBufferPointer { known in
                for row in 0..<grid.rows {
                    for middle in place(row, 0)..<place(row, grid.columns) where !known[middle].isNaN {
                        var number = 0
                        for offset in around where !known[middle + offset].isNaN && !known[middle - offset].isNaN {
                            (found + number).initialize(to: known[middle + offset])
                            number += 1
                        }
                        smooth[middle] = KernelSet.best.median(found, count: number)
                    }
                }
            }
        }
        var field = [Float?](repeating: nil, count: grid.count)
        smooth.withUnsafeBufferPointer { smooth in
            for row in 0..<grid.rows {
                for column in 0..<grid.columns {
                    let middle = place(row, column)
                    var (sum, weight): (Float, Float) = (0, 0)
                    for k in 0..<9 where !smooth[middle + beside[k]].isNaN && !smooth[middle - beside[k]].isNaN {
                        sum += weights[k] * smooth[middle + beside[k]]
                        weight += weights[k]
                    }
                    if weight > 0 { field[row * grid.columns + column] = sum / weight }
                }
            }
        }
        return filled(field, grid: grid)
    }

    /// Cells without a value take the mean of their neighbours that have one, ring by ring.
    private static func filled(_ known: [Float?], grid: CellGrid) -> [Float] {
        guard known.contains(where: { $0 == nil }) else { return known.compactMap { $0 } }
        var values = known
        while values.contains(where: { $0 == nil }) {
            var next = values
            var changed = false
            for row in 0..<grid.rows {
                for column in 0..<grid.columns where values[row * grid.columns + column] == nil {
                    var (sum, count): (Float, Float) = (0, 0)
                    for r in max(0, row - 1)...min(grid.rows - 1, row + 1) {
                        for c in max(0, column - 1)...min(grid.columns - 1, column + 1) {
                            guard let value = values[r * grid.columns + c] else { continue }
                            sum += value
                            count += 1
                        }
                    }
                    if count > 0 {
                        next[row * grid.columns + column] = sum / count
                        changed = true
                    }
                }
            }
            guard changed else { break }
            values = next
        }
        return values.map { $0 ?? 0 }
    }
}
