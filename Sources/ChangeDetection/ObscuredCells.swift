import Raster

/// Cells of 32 px that cannot be searched because everything in them changed: an unmasked cloud or its shadow, a dust front, a flood.
///
/// No earthwork moves the median of a cell of 320 m. Where the median difference is beyond 15 σ, or the median size of the signed change beyond 8 σ
/// after the slow field is off (a cloud's edge), the cell counts as not observed for the search. The change raster keeps what was measured there.
enum ObscuredCells {
    private static let levelLimit: Float = 15
    private static let sizeLimit = 80

    /// - Parameters:
    ///   - signed: 0.1 σ a step over `window`; set to −128 in obscured cells.
    ///   - window: begins and ends on the lattice of cells.
    ///   - levels: of its cells.
    ///   - noise: usual deviation of each band's difference.
    static func remove(from signed: inout [Int8], in window: PixelWindow, levels: CellLevels, noise: [Float]) {
        guard !noise.isEmpty else { return }
        let grid = CellGrid(width: window.width, height: window.height, side: CellLevels.cellSide)
        signed.withUnsafeMutableBufferPointer { signed in
            for cell in 0..<grid.count {
                let (left, top) = (cell % grid.columns * grid.side, cell / grid.columns * grid.side)
                let medians = levels.levels(x: window.x + left, y: window.y + top)
                guard medians.count == noise.count else { continue }
                let level = zip(medians, noise).reduce(0) { $0 + abs($1.0) / $1.1 } / Float(noise.count)
                var (count, large) = (0, 0)
                for y in top..<(top + grid.side) {
                    let row = y * window.width
                    for x in (row + left)..<(row + left + grid.side) {
                        let value = Int(signed[x])
                        count &+= value != -128 ? 1 : 0
                        large &+= value != -128 && abs(value) > sizeLimit ? 1 : 0
                    }
                }
                guard level > levelLimit || 2 * large > count else { continue }
                for y in top..<(top + grid.side) { for x in left..<(left + grid.side) { signed[y * window.width + x] = -128 } }
            }
        }
    }
}
