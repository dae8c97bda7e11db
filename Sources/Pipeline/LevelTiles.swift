import ChangeDetection
import Raster

/// The cells' levels of a pair, made tile by tile as blocks ask for them.
final class LevelTiles: Sendable {
    /// A tile of files made for access by windows has this side as a rule: each is decoded for the levels and for the change at about the same time.
    private static let side = 512

    private let pair: AlignedPair
    private let size: RasterSize
    private let tiles: [PixelWindow]
    private let columns: Int
    private let made = Guarded<[Int: CellLevels]>([:])

    /// - Parameter pair: of which the planes of `ChangeModel.mixes` are read.
    init(_ pair: AlignedPair) {
        self.pair = pair
        size = pair.size
        tiles = PixelWindow(size).blocks(side: Self.side)
        columns = (size.width + Self.side - 1) / Self.side
    }

    /// - Parameter window: on the lattice of cells, and begun within the scene.
    func levels(of window: PixelWindow) throws -> CellLevels {
        let touched = ((window.y / Self.side)...((min(window.maxY, size.height) - 1) / Self.side)).flatMap { row in
            ((window.x / Self.side)...((min(window.maxX, size.width) - 1) / Self.side)).map { row * columns + $0 }
        }
        let parts = try touched.map { index in
            if let known = made.withLock({ $0[index] }) { return known }
            // Two threads may make the same one; they make it alike.
            let tile = tiles[index]
            let rows = try pair.readNearestRows(CellLevels.sampledRows(of: tile), every: CellLevels.rowStep)
            let levels = CellLevels(rows: rows, of: tile)
            made.withLock { $0[index] = levels }
            return levels
        }
        return CellLevels(window: window, of: parts)
    }
}
