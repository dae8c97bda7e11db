import Raster

/// Cells of 32 px that cannot be searched because everything in them changed: an unmasked cloud or its shadow, a dust front, a flood.
///
/// No earthwork moves the median of a cell of 320 m. Where the median difference is beyond 15 σ, or the median size of the signed change beyond 8 σ
/// after the slow field is off (a cloud's edge), the cell counts as not observed for the search. The change raster keeps what was measured there.
enum ObscuredCells {
    private static let levelLimit: Float = 15
    private static let sizeLimit = 80

    /// - Parameters:
    ///   - signed: 0.1 σ a step over the difference's window; set to −128 in obscured cells.
    ///   - noise: usual deviation of each band's difference.
    static func remove(from signed: inout [Int8], difference: DifferenceBlock, noise: [Float]) {
        let width = difference.window.width
        let grid = CellGrid(width: width, height: difference.window.height, side: SlowField.cellSide)
        for cell in 0..<grid.count {
            let (left, top) = ((cell % grid.columns) * grid.side, (cell / grid.columns) * grid.side)
            let medians = noise.indices.compactMap { difference.levels[$0][cell] }
            guard medians.count == noise.count, !noise.isEmpty else { continue }
            let level = zip(medians, noise).reduce(0) { $0 + abs($1.0) / $1.1 } / Float(noise.count)
            var (count, large) = (0, 0)
            for y in top..<(top + grid.side) {
                for x in left..<(left + grid.side) where signed[y * width + x] != -128 {
                    count += 1
                    if abs(Int(signed[y * width + x])) > sizeLimit { large += 1 }
                }
            }
            guard level > levelLimit || 2 * large > count else { continue }
            for y in top..<(top + grid.side) { for x in left..<(left + grid.side) { signed[y * width + x] = -128 } }
        }
    }
}
