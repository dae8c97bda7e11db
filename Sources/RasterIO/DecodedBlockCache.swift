import Raster

/// Decoded blocks of raster files, shared by the readers that are given it, so that each block is decoded once however many windows touch it
/// and however many readers open its file.
///
/// Blocks are kept as they come from the codec (a tile or strip, samples in the file's own type and order) up to a budget of bytes; those
/// used longest ago go first. Strips too tall to be decoded whole are kept as bands of rows. Threads that want a block at the same time share
/// one decoding: the others wait for it, and get its error where it fails. Errors are not kept.
///
/// The budget bounds what is kept, not what is in use: a block that is larger than the budget is decoded and not kept, and one that is
/// dropped stays in memory until its last reader has copied from it. To decode a file once when it is read by rows of windows, the budget
/// must hold the blocks that one row of windows touches: (height of a window with its halo + height of a block) × width of the raster ×
/// bytes of a pixel, for each file that is read at the same time.
/// With less, blocks are decoded again as they are without a cache. Not in the budget: the decoders of tall strips, which hold a strip's
/// undecoded bytes until its last row, and the picture of a PNG, which its reader holds for as long as it lives.
public final class DecodedBlockCache: Sendable {
    /// What was asked of a cache, and what it holds.
    public struct Statistics: Sendable, Hashable {
        /// Requests for a block that was kept, or that another thread was decoding.
        public var hits = 0
        /// Requests for a block that had to be decoded.
        public var misses = 0
        /// Blocks decoded, those included that a decoder had to pass on its way to the one asked for.
        public var decodedBlocks = 0
        public var decodedBytes = 0
        /// Blocks dropped to stay within the budget, or since they were said not to be needed again.
        public var droppedBlocks = 0
        public var keptBlocks = 0
        /// With what the bookkeeping of each block takes; at most the budget.
        public var keptBytes = 0
    }

    /// In bytes.
    public let budget: Int
    private let state = Guarded(State())

    /// - Parameter budget: of all kept blocks together, in bytes; 0 or less keeps nothing.
    public init(budget: Int) { self.budget = budget }

    public var statistics: Statistics { state.withLock { $0.statistics } }

    /// Gives back what is kept; blocks that are being decoded are kept as usual. What was counted stays counted.
    public func empty() {
        // What is dropped is given back to the system here, after the lock.
        _ = state.withLock { $0.empty() }
    }

    // MARK: Files

    /// The number that stands for a file in the keys of its blocks.
    func number(of file: FileIdentity) -> Int { state.withLock { $0.number(of: file) } }

    /// The open file that readers of the same file share, so that they also share decoders that only go forward; `opened` where it is the
    /// first.
    func shared(_ opened: TIFFFile) -> TIFFFile {
        state.withLock { state in
            if let file = state.openFiles[opened.identity]?.file, file.limits == opened.limits { return file }
            state.openFiles = state.openFiles.filter { $0.value.file != nil }
            state.openFiles[opened.identity] = State.OpenFile(file: opened)
            return opened
        }
    }

    // MARK: Blocks

    /// The block, decoded by `decode` where it is not kept; waits where another thread decodes it.
    ///
    /// No lock that other blocks need is held while `decode` runs. It must not ask this cache for a block.
    func block(_ key: DecodedBlockKey, decode: () throws -> [UInt8]) throws -> [UInt8] {
        switch state.withLock({ $0.find(key, waits: true) }) {
        case .kept(let bytes): return bytes
        case .underWay(let decoding), .missing(let decoding): return try finish(decoding, of: key, decode)
        }
    }

    /// As `block`, but nil instead of waiting where another thread decodes it.
    func blockUnlessUnderWay(_ key: DecodedBlockKey, decode: () throws -> [UInt8]) throws -> [UInt8]? {
        switch state.withLock({ $0.find(key, waits: false) }) {
        case .kept(let bytes): return bytes
        case .underWay: return nil
        case .missing(let decoding): return try finish(decoding, of: key, decode)
        }
    }

    /// A block that is kept; neither counts nor waits.
    func kept(_ key: DecodedBlockKey) -> [UInt8]? { state.withLock { $0.kept(key) } }

    /// Keeps a block that a decoder passed on its way to another.
    func keep(_ bytes: [UInt8], as key: DecodedBlockKey) {
        // What is dropped is given back to the system here, after the lock.
        _ = state.withLock { $0.keep(bytes, as: key, budget: budget) }
    }

    /// Drops what is kept of these blocks; blocks that are being decoded are kept as usual.
    func drop(_ keys: [DecodedBlockKey]) {
        // What is dropped is given back to the system here, after the lock.
        _ = state.withLock { state in keys.compactMap { state.drop($0) } }
    }

    func count(decoded bytes: [UInt8]) {
        state.withLock {
            $0.statistics.decodedBlocks += 1
            $0.statistics.decodedBytes += bytes.count
        }
    }

    /// Whoever comes first decodes; the others wait at the decoding's own lock, and find the result behind it.
    private func finish(_ decoding: Decoding, of key: DecodedBlockKey, _ decode: () throws -> [UInt8]) throws -> [UInt8] {
        try decoding.result.withLock { result in
            if let result { return try result.get() }
            do {
                let bytes = try decode()
                result = .success(bytes)
                _ = state.withLock { $0.settle(decoding, of: key, with: bytes, budget: budget) }
                return bytes
            } catch {
                result = .failure(error)
                _ = state.withLock { $0.settle(decoding, of: key, with: nil, budget: budget) }
                throw error
            }
        }
    }
}

/// Which block of which file.
struct DecodedBlockKey: Hashable, Sendable {
    /// From `DecodedBlockCache.number(of:)`.
    let file: Int
    /// Where the directory of the image, overview or mask stands in the file.
    let directory: UInt64
    /// As libtiff counts, which gives each plane blocks of its own.
    let block: UInt32
    /// Of the raster, where a strip is kept by rows; nil for a whole block.
    var rows: Range<Int>?
}

/// A decoding that is under way; its lock is held by the thread that decodes.
private final class Decoding: Sendable {
    let result = Guarded<Result<[UInt8], any Error>?>(nil)
}

private enum Finding {
    case kept([UInt8])
    case underWay(Decoding)
    case missing(Decoding)
}

private struct State {
    /// What an empty block takes, so that those that sparse files leave out are bounded too.
    private static let bytesPerEntry = 256

    struct OpenFile { weak var file: TIFFFile? }
    private enum Slot {
        case kept(RecencyOrder<Kept>.Position)
        case underWay(Decoding)
    }
    private struct Kept {
        let key: DecodedBlockKey
        let bytes: [UInt8]
        var cost: Int { bytes.count + State.bytesPerEntry }
    }

    var statistics = DecodedBlockCache.Statistics()
    var openFiles: [FileIdentity: OpenFile] = [:]
    private var numbers: [FileIdentity: Int] = [:]
    private var slots: [DecodedBlockKey: Slot] = [:]
    private var order = RecencyOrder<Kept>()

    mutating func number(of file: FileIdentity) -> Int {
        if let number = numbers[file] { return number }
        let number = numbers.count
        numbers[file] = number
        return number
    }

    mutating func find(_ key: DecodedBlockKey, waits: Bool) -> Finding {
        if let bytes = kept(key) {
            statistics.hits += 1
            return .kept(bytes)
        }
        if case .underWay(let decoding) = slots[key] {
            if waits { statistics.hits += 1 }
            return .underWay(decoding)
        }
        let decoding = Decoding()
        slots[key] = .underWay(decoding)
        statistics.misses += 1
        return .missing(decoding)
    }

    mutating func kept(_ key: DecodedBlockKey) -> [UInt8]? {
        guard case .kept(let position) = slots[key] else { return nil }
        return order.use(position)?.bytes
    }

    /// - Returns: what was dropped for it.
    mutating func keep(_ bytes: [UInt8], as key: DecodedBlockKey, budget: Int) -> [[UInt8]] {
        if case .kept = slots[key] { return [] }
        let kept = Kept(key: key, bytes: bytes)
        guard kept.cost <= budget else { return [] }
        var dropped: [[UInt8]] = []
        while statistics.keptBytes + kept.cost > budget, let bytes = dropOldest() { dropped.append(bytes) }
        slots[key] = .kept(order.insert(kept))
        statistics.keptBytes += kept.cost
        statistics.keptBlocks += 1
        return dropped
    }

    /// - Returns: what was dropped.
    mutating func empty() -> [[UInt8]] {
        var dropped: [[UInt8]] = []
        while let bytes = dropOldest() { dropped.append(bytes) }
        return dropped
    }

    /// - Returns: what was dropped; nil where the block is not kept.
    mutating func drop(_ key: DecodedBlockKey) -> [UInt8]? {
        guard case .kept(let position) = slots[key] else { return nil }
        return drop(at: position)
    }

    private mutating func dropOldest() -> [UInt8]? { order.oldest.flatMap { drop(at: $0) } }

    private mutating func drop(at position: RecencyOrder<Kept>.Position) -> [UInt8]? {
        guard let old = order.remove(position) else { return nil }
        slots[old.key] = nil
        statistics.keptBytes -= old.cost
        statistics.keptBlocks -= 1
        statistics.droppedBlocks += 1
        return old.bytes
    }

    /// Ends a decoding: its block is kept, or the next who asks decodes anew.
    mutating func settle(_ decoding: Decoding, of key: DecodedBlockKey, with bytes: [UInt8]?, budget: Int) -> [[UInt8]] {
        let dropped = bytes.map { keep($0, as: key, budget: budget) } ?? []
        if case .underWay(let current) = slots[key], current === decoding { slots[key] = nil }
        return dropped
    }
}
