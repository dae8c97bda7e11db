import Raster

/// Cells of 32 px that cannot be searched because everything in them changed: an unmasked cloud or its shadow, a dust front, a flood.
///
/// No earthwork moves the median of a cell of 320 m. Where the median difference of the bands' mean is beyond 15 σ of a band, or the median size of the signed
/// change beyond 8 σ after the slow field is off (a cloud's edge), the cell counts as not observed for the search. The change raster keeps what was measured
/// there.
enum ObscuredCells {
    private static let levelLimit: Float = 15
    private static let sizeLimit = 80

    /// - Parameters:
    ///   - signed: 0.1 σ a step over `window`; set to −128 in obscured cells.
    ///   - window: begins and ends on the lattice of cells.
    ///   - levels: of its cells; in the first plane that of the bands' mean.
    ///   - noise: usual deviation of a band's difference.
    static func remove(from signed: inout [Int8], in window: PixelWindow, levels: CellLevels, noise: Float) {
        let grid = CellGrid(width: window.width, height: window.height, side: CellLevels.cellSide)
        signed.withUnsafeMutableBufferPointer { signed in
            guard let signed = signed.baseAddress else { return }
            for cell in 0..<grid.count {
                let (left, top) = (cell % grid.columns * grid.side, cell / grid.columns * grid.side)
                guard let level = levels.level(x: window.x + left, y: window.y + top) else { continue }
                let corner = signed + (top * window.width + left)
                guard abs(level) > levelLimit * noise || isLargeInHalf(corner, pitch: window.width, side: grid.side) else { continue }
                for y in 0..<grid.side { (corner + y * window.width).update(repeating: -128, count: grid.side) }
            }
        }
    }

    /// Whether more than half of the observed pixels are beyond the limit.
    private static func isLargeInHalf(_ corner: UnsafePointer<Int8>, pitch: Int, side: Int) -> Bool {
        var (count, large) = (0, 0)
        for y in 0..<side {
            let row = corner + y * pitch
            // Of 32 pixels a byte can count.
            var (seen, beyond): (UInt8, UInt8) = (0, 0)
            for x in 0..<side {
                let value = row[x]
                seen &+= value != -128 ? 1 : 0
                beyond &+= value > Int8(sizeLimit) || (value < -Int8(sizeLimit) && value != -128) ? 1 : 0
            }
            count += Int(seen)
            large += Int(beyond)
        }
        return 2 * large > count
    }
}
