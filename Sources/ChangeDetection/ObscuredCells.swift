import PixelKernels
import Raster

/// Cells of 32 px that cannot be searched because everything in them changed: an unmasked cloud or its shadow, a dust front, a flood.
///
/// No earthwork moves the median of a cell of 320 m. Where the median difference of the bands' mean is beyond 15 σ of a band, or the median size of the signed
/// change beyond 8 σ after the slow field is off (a cloud's edge), the cell counts as not observed for the search. The change raster keeps what was measured
/// there.
enum ObscuredCells {
    private static let levelLimit: Float = 15
    private static let sizeLimit: Int8 = 80

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
                let counts = KernelSet.best.countsOfCell(corner, pitch: window.width, limit: sizeLimit)
                guard abs(level) > levelLimit * noise || 2 * counts.beyond > counts.observed else { continue }
                for y in 0..<grid.side { (corner + y * window.width).update(repeating: -128, count: grid.side) }
            }
        }
    }
}
