import Raster

/// The part of a difference that varies slowly over the scene (haze, illumination and view angle), as a robust local mean.
enum SlowField {
    static let cellSide = 32
    /// Pixels around a place that its value depends on: 5 × 5 cells of the median, one of the smoothing, one of the interpolation.
    static let reach = 4 * cellSide

    /// Takes the slow field off a plane in place: medians of cells, the median of each 5 × 5 of them, a 3 × 3 binomial, bilinear between
    /// cell centres. Cells with less than a quarter of their pixels valid do not count.
    ///
    /// - Returns: the cells' medians, row by row; nil where too little is valid.
    @discardableResult
    static func subtract(from plane: inout FloatPlane, validity: BytePlane) -> [Float?] {
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
        // A neighbour counts only together with the one opposite, so that a slope stays a slope at the edges of the scene and of masks.
        func pairs(_ source: [Float?], row: Int, column: Int, radius: Int, _ body: (Float, Int, Int) -> Void) {
            func value(_ r: Int, _ c: Int) -> Float? {
                guard (0..<grid.rows).contains(r), (0..<grid.columns).contains(c) else { return nil }
                return source[r * grid.columns + c]
            }
            for r in -radius...radius {
                for c in -radius...radius {
                    if let here = value(row + r, column + c), value(row - r, column - c) != nil { body(here, r, c) }
                }
            }
        }
        var smooth = [Float?](repeating: nil, count: grid.count)
        for row in 0..<grid.rows {
            for column in 0..<grid.columns where medians[row * grid.columns + column] != nil {
                var found: [Float] = []
                pairs(medians, row: row, column: column, radius: 2) { value, _, _ in found.append(value) }
                smooth[row * grid.columns + column] = RobustStatistics.median(&found)
            }
        }
        var known = [Float?](repeating: nil, count: grid.count)
        for row in 0..<grid.rows {
            for column in 0..<grid.columns {
                var (sum, weight): (Float, Float) = (0, 0)
                pairs(smooth, row: row, column: column, radius: 1) { value, r, c in
                    let w: Float = (r == 0 ? 2 : 1) * (c == 0 ? 2 : 1)
                    sum += w * value
                    weight += w
                }
                if weight > 0 { known[row * grid.columns + column] = sum / weight }
            }
        }
        let field = filled(known, grid: grid)
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
        return medians
    }

    /// Cells without a value take the mean of their neighbours that have one, ring by ring.
    private static func filled(_ known: [Float?], grid: CellGrid) -> [Float] {
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
