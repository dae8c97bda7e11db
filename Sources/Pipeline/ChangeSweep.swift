import ChangeDetection
import PixelKernels
import Raster
import RasterIO

/// The change of one pair over its whole grid, as it comes out of a sweep.
struct SweptChange: Sendable {
    var planes: SearchPlanes
    /// Each date's brightness, stretched to 1…255; 0 no data. On the pair's grid; that of the earlier date only where it was asked for.
    var luminance: [UInt8]
    var luminanceBefore: [UInt8]
    let observedSquareKilometres: Double
    /// Share of the pixels that both dates cover which could be compared: not cloud, shadow or nodata.
    let clearShare: Double
    /// No-change limit of the undirected change, in stored units; nil where that was not asked for, or nothing was observed.
    let thresholdPixel: Double?
}

/// Several pairs of dates in one pass over their blocks: all pairs of a block are made one after another, so that pixels which several of them
/// need are decoded once.
struct ChangeSweep: Sendable {
    /// One pair, and what is wanted of it.
    struct Member: Sendable {
        var fit: PairFit
        var wantsLuminanceBefore = false
        /// Gets every block of the change statistic, from any thread. Without it the undirected change is not made.
        var write: (@Sendable (ChangeBlock) throws -> Void)?
    }

    /// Side of the blocks that stream through, in pixels: two of the change raster's.
    static let blockSide = 1024

    private let members: [Member]
    private let decodedBytes: Int

    /// - Parameter decodedBytes: what may be kept of decoded blocks while the members' sources are read.
    init(_ members: [Member], decodedBytes: Int = TileRun.decodedBytesAtMost) {
        self.members = members
        self.decodedBytes = decodedBytes
    }

    /// Columns of blocks that are gone through together, row by row, so that what two rows of them share of the files' tiles is decoded once: as many as
    /// `decodedBytes` holds two rows of tiles of 512 px for, beside four blocks of what is under way.
    private var columnsTogether: Int {
        let bytesPerPixel = members.first.map { first in
            members.reduce(first.fit.pair.before.decodedBytesPerPixel) { $0 + $1.fit.pair.after.decodedBytesPerPixel }
        }
        guard let bytesPerPixel, bytesPerPixel > 0 else { return Self.columnsAtMost }
        let blocks = Double(decodedBytes) / bytesPerPixel / Double(Self.blockSide * Self.blockSide)
        return Int(max(2, min(Double(Self.columnsAtMost), blocks - 4)))
    }

    /// A scene's, so that it need not be known what its source decodes.
    private static let columnsAtMost = 1 << 16

    private struct Piece: Sendable {
        let change: ChangeBlock
        let before: [UInt8]
        let after: [UInt8]
    }

    /// - Parameters:
    ///   - jobs: worker threads; nothing in the result depends on it.
    ///   - progress: 0…1.
    /// - Returns: for each member what came of it. A member that fails does not keep the others from their end.
    /// - Throws: `OutputError` of a member's `write`.
    func run(jobs: Int, progress: @Sendable (Double) -> Void) throws -> [Result<SweptChange, any Error>] {
        let together = columnsTogether
        let blocks = members.map { $0.blocks(columnsTogether: together) }
        let tasks = (0..<(blocks.map(\.count).max() ?? 0)).flatMap { block in
            members.indices.filter { block < blocks[$0].count }.map { (member: $0, block: block) }
        }
        var unfinished = members.map { PartialChange(size: $0.fit.size, keepsBefore: $0.wantsLuminanceBefore) }
        var failures = [(any Error)?](repeating: nil, count: members.count)
        let given = Guarded<Set<Int>>([])
        let pairs = members.map(\.mixedPair)
        let levels = pairs.map { LevelTiles($0) }
        try WorkerPool.mapInOrder(count: tasks.count, jobs: jobs, window: jobs + 1) { index -> Result<Piece, any Error>? in
            let task = tasks[index]
            guard !given.withLock({ $0.contains(task.member) }) else { return nil }
            return Result {
                try piece(of: members[task.member], pairs[task.member], levels: levels[task.member], in: blocks[task.member][task.block])
            }
        } consume: { index, result in
            let task = tasks[index]
            switch result {
            case .success(let piece):
                unfinished[task.member].add(piece.change, before: piece.before, after: piece.after)
            case .failure(let error as OutputError):
                throw error
            case .failure(let error):
                // Blocks come in order, so that the error told is always that of the first bad one.
                if failures[task.member] == nil { failures[task.member] = error }
                given.withLock { _ = $0.insert(task.member) }
            case nil: break
            }
            if index + 1 == tasks.count || tasks[index + 1].block != task.block {
                for member in members.indices where task.block < blocks[member].count {
                    let behind = behind(blocks[member][task.block], in: members[member].fit.size, columnsTogether: together)
                    members[member].fit.pair.release(behind)
                }
            }
            progress(Double(index + 1) / Double(tasks.count))
        }
        return members.indices.map { i in
            if let failure = failures[i] { return .failure(failure) }
            return .success(unfinished[i].finished(squareKilometresPerPixel: members[i].fit.squareKilometresPerPixel))
        }
    }

    /// What no block after this one reads: what lies left of the next one's window, and above those of the row below.
    private func behind(_ block: PixelWindow, in size: RasterSize, columnsTogether: Int) -> PixelWindow {
        let beyond = ChangeModel.windowReach
        let (isFirst, isLast) = Self.endsOfHalf(block, in: size, columnsTogether: columnsTogether)
        // What ends in it may have begun a block before, unless that block comes later; and the block behind may have been before it.
        let left = isFirst ? block.x + beyond : block.x - Self.blockSide
        let right = isLast || block.maxX == size.width ? block.maxX + Self.blockSide : block.maxX - beyond
        let top = block.y - Self.blockSide
        return PixelWindow(x: left, y: top, width: right - left, height: block.maxY - beyond - top)
    }

    /// Columns of a row of blocks in the order in which they are worked on: the first of the left half, the first of the right half, the second of the left, …,
    /// so that two threads do not ask for the same tiles of a file at the same time.
    fileprivate static func order(_ column: Int, of count: Int) -> Int {
        let half = (count + 1) / 2
        return count < 3 ? column : column < half ? 2 * column : 2 * (column - half) + 1
    }

    /// Whether a block is the first of a right half, with the one left of it still to come, or the last of a left half, with the one right of it done.
    private static func endsOfHalf(_ block: PixelWindow, in size: RasterSize, columnsTogether: Int) -> (isFirst: Bool, isLast: Bool) {
        let column = block.x / blockSide
        let first = column / columnsTogether * columnsTogether
        let count = min(columnsTogether, (size.width + blockSide - 1) / blockSide - first)
        let half = (count + 1) / 2
        return count < 3 ? (false, false) : (column - first == half, column - first == half - 1)
    }

    private func piece(of member: Member, _ pair: AlignedPair, levels: LevelTiles, in block: PixelWindow) throws -> Piece {
        let fit = member.fit
        var (before, after): ([UInt8], [UInt8]) = ([], [])
        let change = try fit.model.change(
            in: block, of: ChangeModel.readWindow(for: block, in: fit.size),
            levels: try levels.levels(of: ChangeModel.levelWindow(for: block, in: fit.size)),
            sizeOver: member.write == nil ? nil : fit.pair.frame
        ) { rows in
            let pixels = try pair.read(rows)
            let shown = rows.intersection(block)
            if !shown.isEmpty {
                if member.wantsLuminanceBefore { before += fit.stretch.before.luminance(of: pixels.before, in: shown) }
                after += fit.stretch.after.luminance(of: pixels.after, in: shown)
            }
            return pixels
        }
        try member.write?(change)
        return Piece(change: change, before: before, after: after)
    }
}

extension ChangeSweep.Member {
    /// The pair, of which is read what its change is made of.
    fileprivate var mixedPair: AlignedPair {
        let mixes = fit.model.mixes(withBands: write != nil)
        return fit.pair.mixed(before: mixes.before, after: mixes.after)
    }

    /// In an order in which few decoded blocks wait for their next use.
    fileprivate func blocks(columnsTogether: Int) -> [PixelWindow] {
        let blocks = PixelWindow(fit.size).blocks(side: ChangeSweep.blockSide)
        guard !fit.pair.before.isReadByRows, !fit.pair.after.isReadByRows else { return blocks }
        let columns = (fit.size.width + ChangeSweep.blockSide - 1) / ChangeSweep.blockSide
        return blocks.map { block in
            let column = block.x / ChangeSweep.blockSide
            let first = column / columnsTogether * columnsTogether
            return (block, first, first + ChangeSweep.order(column - first, of: min(columnsTogether, columns - first)))
        }.sorted { ($0.1, $0.0.y, $0.2) < ($1.1, $1.0.y, $1.2) }.map(\.0)
    }
}

/// A swept change while its blocks come in.
private struct PartialChange {
    private var planes: SearchPlanes
    private var luminance: [UInt8]
    private var luminanceBefore: [UInt8]
    private var law = UndirectedLaw()
    private var observed = 0
    private var covered = 0

    init(size: RasterSize, keepsBefore: Bool) {
        // The blocks together are the whole.
        func plane() -> [UInt8] { [UInt8](unsafeUninitializedCapacity: size.pixelCount) { $1 = size.pixelCount } }
        planes = SearchPlanes(toBeStored: size)
        luminance = plane()
        luminanceBefore = keepsBefore ? plane() : []
    }

    mutating func add(_ change: ChangeBlock, before: [UInt8], after: [UInt8]) {
        planes.store(change)
        law.add(change)
        observed += change.signed.count - KernelSet.best.count(of: -128, in: change.signed)
        covered += after.count - KernelSet.best.count(of: 0, in: after)
        let block = change.window
        for y in 0..<block.height {
            let target = (block.y + y) * planes.width + block.x
            let source = (y * block.width)..<((y + 1) * block.width)
            luminance.replaceSubrange(target..<(target + block.width), with: after[source])
            if !before.isEmpty { luminanceBefore.replaceSubrange(target..<(target + block.width), with: before[source]) }
        }
    }

    consuming func finished(squareKilometresPerPixel: Double) -> SweptChange {
        if planes.closeMasks() { observed = planes.observedCount }
        return SweptChange(
            planes: planes, luminance: luminance, luminanceBefore: luminanceBefore,
            observedSquareKilometres: Double(observed) * squareKilometresPerPixel,
            clearShare: covered > 0 ? min(1, Double(observed) / Double(covered)) : 0, thresholdPixel: law.threshold)
    }
}

extension AlignedPair {
    /// What interpolation by a fraction of a pixel leaves without a value at the scene's edges.
    fileprivate var frame: SceneFrame {
        // Where the shift grows towards the edges some pixels more are missing there.
        let grown = registration.slope.map { Int($0.largest(over: size).rounded(.up)) }
        func width(_ shift: Double) -> Int { shift == shift.rounded() && grown == nil ? 0 : InterpolationTaps.count / 2 + (grown ?? 0) }
        return SceneFrame(size: size, columns: width(registration.x), rows: width(registration.y))
    }
}
