import Raster

/// Cells of 32 px that cannot be searched because everything in them changed: an unmasked cloud or its shadow, a dust front, a flood.
///
/// No earthwork moves the median of a cell of 320 m. Where the median difference is beyond 15 σ, or the median size of the signed change beyond 8 σ
/// after the slow field is off (a cloud's edge), the cell and what lies within two cells of it, into which soft edges reach, count as not observed for the
/// search. The change raster keeps what was measured there.
enum ObscuredCells {
    private static let levelLimit: Float = 15
    private static let sizeLimit = 80
    /// Cells around an obscured one that are left out with it.
    static let reach = 2

    /// - Parameters:
    ///   - signed: 0.1 σ a step over the difference's window; set to −128 in obscured cells.
    ///   - noise: usual deviation of each band's difference.
    static func remove(from signed: inout [Int8], difference: DifferenceBlock, noise: [Float]) {
        let width = difference.window.width
        let grid = CellGrid(width: width, height: difference.window.height, side: SlowField.cellSide)
        let isObscured = (0..<grid.count).map { cell -> Bool in
            var level: Float = 0
            for (band, sigma) in noise.enumerated() {
                guard let median = difference.levels[band][cell] else { return false }
                level += abs(median) / sigma
            }
            if level / Float(max(1, noise.count)) > levelLimit { return true }
            let (left, top) = ((cell % grid.columns) * grid.side, (cell / grid.columns) * grid.side)
            var (count, large) = (0, 0)
            for y in top..<(top + grid.side) {
                for x in left..<(left + grid.side) {
                    let value = signed[y * width + x]
                    guard value != -128 else { continue }
                    count += 1
                    if abs(Int(value)) > sizeLimit { large += 1 }
                }
            }
            return 2 * large > count
        }
        guard isObscured.contains(true) else { return }
        for row in 0..<grid.rows {
            for column in 0..<grid.columns where isObscured[row * grid.columns + column] {
                let rows = max(0, row - reach) * grid.side..<min(grid.rows, row + reach + 1) * grid.side
                let columns = max(0, column - reach) * grid.side..<min(grid.columns, column + reach + 1) * grid.side
                for y in rows { for x in columns { signed[y * width + x] = -128 } }
            }
        }
    }
}
