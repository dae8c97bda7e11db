import Raster

/// Writes a Cloud-Optimized GeoTIFF from blocks that come in any order and from any thread; the file's bytes do not depend on either.
///
/// Each block is compressed by the thread that brings it and kept in a nameless file beside the output. Overviews grow meanwhile: a block is
/// halved at once, and four such quarters make a block of the next level. So memory holds only the overview blocks that still wait for
/// a quarter, at most a row of them per level where blocks come row by row. The file appears under its name at `finish()`, whole; a
/// writer that goes before leaves nothing.
public final class COGWriter: Sendable {
    public let path: String
    public let description: COGDescription
    private let levels: [COGLevel]
    /// By level and plane.
    private let encodings: [[COGTileEncoding]]
    private let reduction: OverviewReduction
    private let tags: GeoTIFFTags
    private let spool: SpoolFile
    private let classicLimit: Int
    private let state: Guarded<State>

    private struct State: Sendable {
        /// By level and tile, plane after plane.
        var tiles: [[SpoolFile.Extent?]]
        /// Which blocks of the full resolution have come.
        var claimed: [Bool]
        /// By level and cell: overview blocks that still wait for quarters.
        var partial: [[Int: Partial]]
        var isBroken = false
        var isFinished = false
    }

    /// Changed only under the state's lock.
    private final class Partial: @unchecked Sendable {
        var block: SampleBlock
        var missingQuarters: Int

        init(_ block: SampleBlock, missingQuarters: Int) {
            self.block = block
            self.missingQuarters = missingQuarters
        }
    }

    /// - Throws: `OutputError` where the description cannot be written, or nothing can be written at `path`.
    public convenience init(path: String, description: COGDescription) throws {
        // Classic TIFF's offsets end at 4 GiB.
        try self.init(path: path, description: description, classicLimit: 0xFFFF_FFFF)
    }

    init(path: String, description: COGDescription, classicLimit: Int) throws {
        try description.check(path: path)
        tags = try GeoTIFFTags(description.grid, path: path)
        // Makes the folders, and shows before any work is done whether the file can be written.
        _ = try AtomicFile(path: path)
        spool = try SpoolFile(beside: path)
        self.path = path
        self.description = description
        self.classicLimit = classicLimit
        let all = COGLevel.levels(of: description.grid.size, blockSize: description.blockSize)
        let levels = description.hasOverviews ? all : Array(all.prefix(1))
        self.levels = levels
        encodings = levels.map { level in
            description.planes.map { bands in
                COGTileEncoding(
                    tile: level.tile, bands: bands, type: description.sampleType, predictor: description.usedPredictor,
                    compressionLevel: description.compressionLevel)
            }
        }
        reduction = OverviewReduction(resampling: description.overviewResampling, noData: description.noData)
        state = Guarded(
            State(
                tiles: levels.map { [SpoolFile.Extent?](repeating: nil, count: description.planes.count * $0.tileCount) },
                claimed: [Bool](repeating: false, count: levels[0].cellsAcross * levels[0].cellsDown),
                partial: levels.map { _ in [:] }))
    }

    /// Takes samples of the full resolution. The window's corners lie on multiples of the block size, or on the raster's edge; each pixel
    /// comes once. Safe to call from many threads.
    public func write(_ block: SampleBlock) throws {
        let window = block.window
        let side = description.blockSize
        let raster = PixelWindow(description.grid.size)
        guard block.type == description.sampleType, block.bandCount == description.bandNames.count else {
            throw fail("a block of \(block.bandCount) \(block.type.rawValue) bands does not fit")
        }
        guard raster.contains(window), !window.isEmpty, window.x.isMultiple(of: side), window.y.isMultiple(of: side),
            window.maxX.isMultiple(of: side) || window.maxX == raster.maxX, window.maxY.isMultiple(of: side) || window.maxY == raster.maxY
        else { throw fail("the block \(window) does not lie on the grid of \(side) pixels") }
        let cells = window.blocks(side: side)
        let across = levels[0].cellsAcross
        let isNew = state.withLock { state in
            let indices = cells.map { $0.y / side * across + $0.x / side }
            guard !state.isFinished, indices.allSatisfy({ !state.claimed[$0] }) else { return false }
            for index in indices { state.claimed[index] = true }
            return true
        }
        guard isNew else { throw fail("the block \(window) was written before") }
        do {
            for cell in cells { try take(cell == window ? block : block.cropped(to: cell), level: 0) }
        } catch {
            state.withLock { $0.isBroken = true }
            throw error
        }
    }

    /// Lays out the file, flushes it to the disk and gives it its name.
    ///
    /// - Throws: `OutputError` where blocks are missing or the disk refuses; nothing is then left behind.
    public func finish() throws {
        let tiles: [[SpoolFile.Extent]] = try state.withLock { state in
            guard !state.isFinished else { throw fail("it is finished already") }
            guard !state.isBroken else { throw fail("a block could not be written before") }
            let missing = state.claimed.count { !$0 }
            guard missing == 0 else { throw fail("\(missing) of \(state.claimed.count) blocks have not come") }
            let tiles = state.tiles.map { $0.compactMap(\.self) }
            guard zip(tiles, state.tiles).allSatisfy({ $0.count == $1.count }) else { throw fail("a block is still being written") }
            state.isFinished = true
            return tiles
        }
        let file = try AtomicFile(path: path)
        try COGFile(description: description, levels: levels, tiles: tiles, tags: tags, classicLimit: classicLimit).write(
            to: file, from: spool)
        try file.commit()
    }

    /// Keeps a cell's tiles, and hands what it makes of the next level on.
    private func take(_ cell: SampleBlock, level: Int) throws {
        let tile = levels[level].tile
        for y in stride(from: cell.window.y, to: cell.window.maxY, by: tile.height) {
            for x in stride(from: cell.window.x, to: cell.window.maxX, by: tile.width) {
                let window = PixelWindow(x: x, y: y, width: tile.width, height: tile.height).intersection(cell.window)
                let index = y / tile.height * levels[level].tilesAcross + x / tile.width
                for (plane, encoding) in encodings[level].enumerated() {
                    let extent = try spool.append(encoding.encode(cell, window))
                    state.withLock { $0.tiles[level][plane * levels[level].tileCount + index] = extent }
                }
            }
        }
        guard level + 1 < levels.count else { return }
        if let parent = add(reduction.halved(cell), level: level + 1) { try take(parent, level: level + 1) }
    }

    /// Adds a quarter to its block; the block where that makes it complete.
    private func add(_ quarter: SampleBlock, level: Int) -> SampleBlock? {
        let side = description.blockSize
        let column = quarter.window.x / side
        let row = quarter.window.y / side
        let below = levels[level - 1]
        let here = levels[level]
        let index = row * here.cellsAcross + column
        return state.withLock { state in
            let partial: Partial
            if let waiting = state.partial[level][index] {
                partial = waiting
            } else {
                let quarters = min(2, below.cellsAcross - 2 * column) * min(2, below.cellsDown - 2 * row)
                partial = Partial(
                    SampleBlock(window: here.cell(column: column, row: row), bandCount: quarter.bandCount, type: quarter.type),
                    missingQuarters: quarters)
                state.partial[level][index] = partial
            }
            partial.block.paste(quarter)
            partial.missingQuarters -= 1
            guard partial.missingQuarters == 0 else { return nil }
            state.partial[level][index] = nil
            return partial.block
        }
    }

    private func fail(_ problem: String) -> OutputError { OutputError(path: path, problem: "cannot write the raster: \(problem)") }
}

extension SampleBlock {
    /// The part in `part`, which lies inside the block's window.
    func cropped(to part: PixelWindow) -> SampleBlock {
        var result = SampleBlock(window: part, bandCount: bandCount, type: type)
        result.paste(self)
        return result
    }

    /// Takes the samples of another block of the same bands and type where the two windows meet.
    mutating func paste(_ other: SampleBlock) {
        let shared = window.intersection(other.window)
        guard !shared.isEmpty else { return }
        let size = type.byteCount
        let target = window
        bytes.withUnsafeMutableBytes { out in
            other.bytes.withUnsafeBytes { input in
                for band in 0..<bandCount {
                    for y in shared.y..<shared.maxY {
                        let to = ((band * target.height + y - target.y) * target.width + shared.x - target.x) * size
                        let from =
                            ((band * other.window.height + y - other.window.y) * other.window.width + shared.x - other.window.x) * size
                        out[to..<(to + shared.width * size)].copyBytes(from: input[from..<(from + shared.width * size)])
                    }
                }
            }
        }
    }
}
