import PixelKernels
import Raster

/// The median difference of each cell of 32 px of a window, band by band: all that the slow field is made of.
public struct CellLevels: Sendable {
    public static let cellSide = 32

    /// What the cells cover; begins and ends on the lattice of cells.
    public let window: PixelWindow
    /// By band and cell, row by row; nil where less than a quarter of the cell is seen on both dates.
    private(set) var values: [[Float?]]

    var grid: CellGrid { CellGrid(width: window.width, height: window.height, side: Self.cellSide) }

    /// Of 64 pixels a cell: the median of so many is known to a sixth of their deviation, and the field to a thirtieth.
    ///
    /// - Parameters:
    ///   - pair: both dates of a window that begins on the lattice, aligned to the nearest pixel at least.
    ///   - normalisation: brings the later date to the earlier one's level.
    public init(_ pair: PairBlock, normalisation: Normalisation) {
        let block = pair.before.window
        let side = Self.cellSide
        window = PixelWindow(
            x: block.x, y: block.y, width: (block.width + side - 1) / side * side, height: (block.height + side - 1) / side * side)
        values = []
        let grid = grid
        pair.before.validity.values.withUnsafeBufferPointer { first in
            pair.after.validity.values.withUnsafeBufferPointer { second in
                for band in pair.before.planes.indices {
                    let (gain, offset) = (Float(normalisation.gain[band]), Float(normalisation.offset[band]))
                    pair.before.planes[band].values.withUnsafeBufferPointer { before in
                        pair.after.planes[band].values.withUnsafeBufferPointer { after in
                            var sample: [Float] = []
                            sample.reserveCapacity(side * side / 16)
                            let levels = (0..<grid.count).map { cell -> Float? in
                                sample.removeAll(keepingCapacity: true)
                                let (left, top) = (cell % grid.columns * side, cell / grid.columns * side)
                                let (right, bottom) = (min(block.width, left + side), min(block.height, top + side))
                                var looked = 0
                                for y in stride(from: top + 1, to: bottom, by: 4) {
                                    // Every fourth column, from the next one in the next of the rows.
                                    for x in stride(from: left + (y >> 2 & 3), to: right, by: 4) {
                                        let i = y * block.width + x
                                        looked += 1
                                        if first[i] & second[i] != 0 { sample.append(gain * after[i] + offset - before[i]) }
                                    }
                                }
                                // In what a scene's edge leaves of a cell a few pixels are enough.
                                guard sample.count * 4 >= looked, sample.count > 4 else { return nil }
                                return RobustStatistics.median(&sample)
                            }
                            values.append(levels)
                        }
                    }
                }
            }
        }
    }

    /// The levels of a window out of those of tiles that cover it; nil where none does. - Precondition: all lie on the lattice.
    public init(window: PixelWindow, of tiles: [CellLevels], bandCount: Int) {
        self.window = window
        let side = Self.cellSide
        values = [[Float?]](repeating: [Float?](repeating: nil, count: window.width / side * (window.height / side)), count: bandCount)
        let columns = window.width / side
        for tile in tiles {
            let common = tile.window.intersection(window)
            guard !common.isEmpty else { continue }
            let tileColumns = tile.window.width / side
            for y in stride(from: common.y, to: common.maxY, by: side) {
                let source = (y - tile.window.y) / side * tileColumns + (common.x - tile.window.x) / side
                let target = (y - window.y) / side * columns + (common.x - window.x) / side
                for band in 0..<bandCount {
                    for k in 0..<(common.width / side) { values[band][target + k] = tile.values[band][source + k] }
                }
            }
        }
    }

    /// Levels of one cell by its place in the scene, in pixels: one a band; empty where a band has none.
    func levels(x: Int, y: Int) -> [Float] {
        guard window.contains(x: x, y: y) else { return [] }
        let cell = (y - window.y) / Self.cellSide * grid.columns + (x - window.x) / Self.cellSide
        let found = values.compactMap { $0[cell] }
        return found.count == values.count ? found : []
    }
}
