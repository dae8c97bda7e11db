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

    /// Every so many rows of a window's, from the second on, are looked at.
    public static let rowStep = 4

    /// The rows of a window of which every `rowStep`-th is all that `init(rows:of:)` needs, from the first.
    public static func sampledRows(of window: PixelWindow) -> PixelWindow {
        PixelWindow(x: window.x, y: window.y + 1, width: window.width, height: max(0, window.height - 1))
    }

    /// - Parameters:
    ///   - pair: both dates of a window that begins on the lattice, aligned to the nearest pixel at least.
    ///   - normalisation: brings the later date to the earlier one's level.
    public init(_ pair: PairBlock, normalisation: Normalisation) {
        self.init(pair, of: pair.before.window, isSampled: false, normalisation: normalisation)
    }

    /// - Parameters:
    ///   - rows: both dates, at one level, in every `rowStep`-th row of `sampledRows(of: window)`.
    ///   - window: begins on the lattice.
    public init(rows: PairBlock, of window: PixelWindow) {
        self.init(rows, of: window, isSampled: true, normalisation: .none(bandCount: rows.before.planes.count))
    }

    /// Of 128 pixels a cell: the median of so many is known to a ninth of their deviation, and the field to a fortieth.
    private init(_ pair: PairBlock, of block: PixelWindow, isSampled: Bool, normalisation: Normalisation) {
        let side = Self.cellSide
        window = PixelWindow(
            x: block.x, y: block.y, width: (block.width + side - 1) / side * side, height: (block.height + side - 1) / side * side)
        values = []
        let grid = grid
        var places: [Int32] = []
        var ends: [Int] = []
        places.reserveCapacity(grid.count * side * side / 8)
        pair.before.validity.values.withUnsafeBufferPointer { first in
            pair.after.validity.values.withUnsafeBufferPointer { second in
                for cell in 0..<grid.count {
                    let (left, top) = (cell % grid.columns * side, cell / grid.columns * side)
                    let right = min(block.width, left + side)
                    let start = places.count
                    var looked = 0
                    for y in stride(from: top + 1, to: min(block.height, top + side), by: Self.rowStep) {
                        let row = (isSampled ? y / Self.rowStep : y) * block.width
                        // Every second column, from the other one in the next of the rows.
                        for x in stride(from: left + (y >> 2 & 1), to: right, by: 2) {
                            looked += 1
                            if first[row + x] & second[row + x] != 0 { places.append(Int32(row + x)) }
                        }
                    }
                    // In what a scene's edge leaves of a cell a few pixels are enough.
                    let found = places.count - start
                    if found * 4 < looked || found <= 4 { places.removeLast(found) }
                    ends.append(places.count)
                }
            }
        }
        for band in pair.before.planes.indices {
            let (gain, offset) = (Float(normalisation.gain[band]), Float(normalisation.offset[band]))
            pair.before.planes[band].values.withUnsafeBufferPointer { before in
                pair.after.planes[band].values.withUnsafeBufferPointer { after in
                    withUnsafeTemporaryAllocation(of: Float.self, capacity: KernelSet.capacityForMedian(of: side * side / 8)) { sample in
                        guard let sample = sample.baseAddress else { return }
                        var start = 0
                        values.append(
                            ends.map { end -> Float? in
                                guard start < end else { return nil }
                                for k in start..<end {
                                    let i = Int(places[k])
                                    (sample + (k - start)).initialize(to: gain * after[i] + offset - before[i])
                                }
                                defer { start = end }
                                return KernelSet.best.median(sample, count: end - start)
                            })
                    }
                }
            }
        }
    }

    /// The levels of a window out of those of tiles that cover it; nil where none does. - Precondition: all lie on the lattice.
    public init(window: PixelWindow, of tiles: [CellLevels]) {
        self.window = window
        let side = Self.cellSide
        let bandCount = tiles.first?.values.count ?? 0
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

    /// Level of the first plane in one cell by its place in the scene, in pixels; nil where it has none.
    func level(x: Int, y: Int) -> Float? {
        guard window.contains(x: x, y: y) else { return nil }
        return values[0][(y - window.y) / Self.cellSide * grid.columns + (x - window.x) / Self.cellSide]
    }
}
