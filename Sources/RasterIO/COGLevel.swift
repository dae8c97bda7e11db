import Raster

/// One resolution of a Cloud-Optimized GeoTIFF: the raster itself, or an overview of half the size of the level before.
struct COGLevel: Sendable {
    let size: RasterSize
    let tile: RasterSize
    /// Side of the squares in which the level is handed on; a multiple of the tile's sides, or more than the whole raster.
    let cellSide: Int

    var tilesAcross: Int { (size.width + tile.width - 1) / tile.width }
    var tilesDown: Int { (size.height + tile.height - 1) / tile.height }
    var tileCount: Int { tilesAcross * tilesDown }
    var cellsAcross: Int { (size.width + cellSide - 1) / cellSide }
    var cellsDown: Int { (size.height + cellSide - 1) / cellSide }

    func cell(column: Int, row: Int) -> PixelWindow {
        PixelWindow(x: column * cellSide, y: row * cellSide, width: cellSide, height: cellSide).intersection(PixelWindow(size))
    }

    /// The raster, then its overviews until one fits into a tile.
    static func levels(of size: RasterSize, blockSize: Int) -> [COGLevel] {
        var levels = [COGLevel(size: size, tile: tile(for: size, blockSize: blockSize), cellSide: blockSize)]
        var size = size
        while max(size.width, size.height) > min(blockSize, 512) {
            size = RasterSize(width: (size.width + 1) / 2, height: (size.height + 1) / 2)
            levels.append(COGLevel(size: size, tile: tile(for: size, blockSize: blockSize), cellSide: blockSize))
        }
        return levels
    }

    private static func tile(for size: RasterSize, blockSize: Int) -> RasterSize {
        func rounded(_ side: Int) -> Int { min(blockSize, (side + 15) / 16 * 16) }
        if size.width <= min(blockSize, 512), size.height <= min(blockSize, 512) {
            return RasterSize(width: rounded(size.width), height: rounded(size.height))
        }
        // A tile as wide as a large raster would be taken for a strip by validators.
        let side = size.width == blockSize ? blockSize / 2 : blockSize
        return RasterSize(width: side, height: side)
    }
}
