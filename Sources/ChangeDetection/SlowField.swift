import Raster

/// The part of a difference that varies slowly over the scene (haze, illumination and view angle), as a robust local mean.
enum SlowField {
    static let cellSide = 32
    /// Pixels around a place that its value depends on: 5 × 5 cells of the median, one of the smoothing, one of the interpolation.
    static let reach = 4 * cellSide

    /// Takes the slow field off a plane in place: medians of cells, the median of each 5 × 5 of them, a 3 × 3 binomial, bilinear between
    /// cell centres. Cells with less than a quarter of their pixels valid do not count.
    static func subtract(from plane: inout FloatPlane, validity: BytePlane) {
        let grid = CellGrid(width: plane.width, height: plane.height, side: cellSide)
        var medians = [Float?](repeating: nil, count: grid.count)
        var values: [Float] = []
        for row in 0..<grid.rows {
            for column in 0..<grid.columns {
                values.removeAll(keepingCapacity: true)
                let bottom = min(plane.height, (row + 1) * cellSide)
                let right = min(plane.width, (column + 1) * cellSide)
                // Every second row is enough for a median of a thousand.
                for y in stride(from: row * cellSide, to: bottom, by: 2) {
                    for x in (column * cellSide)..<right where validity.values[y * plane.width + x] != 0 {
                        values.append(plane.values[y * plane.width + x])
                    }
                }
                if values.count * 8 >= cellSide * cellSide
                    || (values.count > 16 && values.count * 8 >= (bottom - row * cellSide) * (right - column * cellSide))
                {
                    medians[row * grid.columns + column] = RobustStatistics.median(&values)
                }
            }
        }
        func gathered(_ source: [Float?], row: Int, column: Int, radius: Int) -> [Float] {
            var found: [Float] = []
            for r in max(0, row - radius)...min(grid.rows - 1, row + radius) {
                for c in max(0, column - radius)...min(grid.columns - 1, column + radius) {
                    if let value = source[r * grid.columns + c] { found.append(value) }
                }
            }
            return found
        }
        var smooth = [Float?](repeating: nil, count: grid.count)
        for row in 0..<grid.rows {
            for column in 0..<grid.columns {
                var found = gathered(medians, row: row, column: column, radius: 2)
                if !found.isEmpty { smooth[row * grid.columns + column] = RobustStatistics.median(&found) }
            }
        }
        var field = [Float](repeating: 0, count: grid.count)
        for row in 0..<grid.rows {
            for column in 0..<grid.columns {
                var (sum, weight): (Float, Float) = (0, 0)
                for r in -1...1 where (0..<grid.rows).contains(row + r) {
                    for c in -1...1 where (0..<grid.columns).contains(column + c) {
                        guard let value = smooth[(row + r) * grid.columns + column + c] else { continue }
                        let w: Float = (r == 0 ? 2 : 1) * (c == 0 ? 2 : 1)
                        sum += w * value
                        weight += w
                    }
                }
                if weight > 0 { field[row * grid.columns + column] = sum / weight }
            }
        }
        let across = grid.interpolation(length: plane.width, cells: grid.columns)
        let down = grid.interpolation(length: plane.height, cells: grid.rows)
        for y in 0..<plane.height {
            let upper = down.lower[y] * grid.columns
            let lower = down.upper[y] * grid.columns
            let v = down.weight[y]
            for x in 0..<plane.width {
                let u = across.weight[x]
                let top = field[upper + across.lower[x]] * (1 - u) + field[upper + across.upper[x]] * u
                let bottom = field[lower + across.lower[x]] * (1 - u) + field[lower + across.upper[x]] * u
                plane.values[y * plane.width + x] -= top * (1 - v) + bottom * v
            }
        }
    }
}
