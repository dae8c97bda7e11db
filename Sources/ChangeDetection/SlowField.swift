import PixelKernels
import Raster

/// The part of a difference that varies slowly over the scene (haze, illumination and view angle), as a robust local mean.
enum SlowField {
    static let cellSide = CellLevels.cellSide
    /// Pixels around a place whose cells' levels its value depends on: 5 × 5 cells of the median, one of the smoothing, one of the interpolation.
    static let reach = 4 * cellSide

    /// Takes the slow field off a plane in place: the median of each 5 × 5 of the cells' levels, a 3 × 3 binomial, bilinear between cell centres.
    ///
    /// - Parameters:
    ///   - window: the plane's; begins and ends on the lattice of cells, within that of the levels.
    ///   - levels: of the cells of `window`, and of those within `reach` of it as far as the scene goes.
    static func subtract(from plane: inout FloatPlane, in window: PixelWindow, levels: CellLevels, band: Int) {
        let field = field(levels.values[band], grid: levels.grid)
        let (left, top) = ((window.x - levels.window.x) / cellSide, (window.y - levels.window.y) / cellSide)
        let columns = window.width / cellSide
        var part: [Float] = []
        for row in 0..<(window.height / cellSide) {
            let start = (top + row) * levels.grid.columns + left
            part += field[start..<(start + columns)]
        }
        KernelSet.best.subtractInterpolated(&plane.values, width: window.width, height: window.height, field: part)
    }

    /// The field at the middle of each cell.
    private static func field(_ levels: [Float?], grid: CellGrid) -> [Float] {
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
        var found: [Float] = []
        for row in 0..<grid.rows {
            for column in 0..<grid.columns where levels[row * grid.columns + column] != nil {
                found.removeAll(keepingCapacity: true)
                pairs(levels, row: row, column: column, radius: 2) { value, _, _ in found.append(value) }
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
        return filled(known, grid: grid)
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
