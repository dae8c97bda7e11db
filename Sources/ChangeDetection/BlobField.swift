import PixelKernels
import Raster

/// Blob responses and the strength of old structure in one block of a level and its surroundings, row by row.
///
/// Memory for the largest block, to be used again for the next by one thread at a time.
final class BlobField: @unchecked Sendable {
    /// Pixels of the window beyond the block on every side: the cells of `LocalSpread` beyond its neighbours' and what their responses depend on.
    static let rim = reachedRim + BlobFilter.reach
    /// Of those the ones with responses.
    static let reachedRim = 2 * cell
    /// Blocks begin and windows end on whole cells of `LocalSpread`, so that cells and reduced pixels are the scene's and no block's own.
    static let cell = 32
    /// Pixels of the lattice on which a neighbourhood's spread is taken lie so far apart each way: the finest response hardly depends on the next one's.
    static let latticeStep = 4
    static let latticeOffset = 1

    /// The first place on the lattice from `place` on, both of a row or column of the level.
    static func onLattice(_ place: Int) -> Int { place + (latticeOffset - place) & (latticeStep - 1) }

    static let filters = SiteSearch.scales.map(BlobFilter.init)
    private static let structureWeights = FloatPlane.gaussianKernel(sigma: 1.5)
    private static let largest = SiteSearch.blockSide + 2 * rim

    private let kernels = KernelSet.best
    private let changes = ReducedPlanes(side: largest)
    private let weights = ReducedPlanes(side: largest)
    private let structure = UnsafeMutablePointer<Int8>.allocate(capacity: largest * largest)
    /// Shape: scales × `largest`.
    let responses = UnsafeMutablePointer<Int16>.allocate(capacity: SiteSearch.scales.count * largest)
    let squaredStrength = UnsafeMutablePointer<Float>.allocate(capacity: largest)
    private let nearWeights = UnsafeMutablePointer<Int16>.allocate(capacity: largest)
    private let wideRow = UnsafeMutablePointer<Int16>.allocate(capacity: largest)
    private let wideWeights = UnsafeMutablePointer<Int16>.allocate(capacity: largest)
    private let mixed = UnsafeMutablePointer<Int16>.allocate(capacity: largest)
    private let columnSums = UnsafeMutablePointer<Int16>.allocate(capacity: largest)
    private let squareSums = UnsafeMutablePointer<Float>.allocate(capacity: largest)

    private var scales: Range<Int> = 0..<0
    /// With a whole number of cells; the first pixel is `rim` pixels before the block's.
    private(set) var width = 0
    private(set) var height = 0
    private var pitch: Int { Self.largest }
    /// Some pixel of the window was not observed: near it there may be no response, which then is exactly 0 and belongs to no law.
    private(set) var hasHoles = false
    /// Of the window's cells, row by row: whether a response there may depend on a pixel that was not observed.
    private var isNearHole: [Bool] = []
    /// Columns of a row in one piece, near holes or far from any.
    private var pieces: [(columns: Range<Int>, isNearHole: Bool)] = []

    static var responsePitch: Int { largest }

    deinit {
        for memory in [responses, nearWeights, wideRow, wideWeights, mixed, columnSums] { memory.deallocate() }
        structure.deallocate()
        squaredStrength.deallocate()
        squareSums.deallocate()
    }

    /// Reads a block's window and takes the wide means of its scales.
    ///
    /// What lies beyond the scene was not observed.
    func load(_ planes: SearchPlanes, block: PixelWindow, scales: Range<Int>) {
        self.scales = scales
        width = (block.width + Self.cell - 1) / Self.cell * Self.cell + 2 * Self.rim
        height = (block.height + Self.cell - 1) / Self.cell * Self.cell + 2 * Self.rim
        let window = PixelWindow(x: block.x - Self.rim, y: block.y - Self.rim, width: width, height: height)
        let inside = window.intersection(PixelWindow(x: 0, y: 0, width: planes.width, height: planes.height))
        let (left, top) = (inside.x - window.x, inside.y - window.y)
        hasHoles = inside != window
        if hasHoles { clear() }
        planes.signed.withUnsafeBufferPointer { signed in
            guard let signed = signed.baseAddress else { return }
            for y in 0..<inside.height {
                let target = (top + y) * pitch + left
                let source = signed + (inside.y + y) * planes.width + inside.x
                if kernels.clipLevels(source, limit: BlobFilter.clip, into: changes.levels + target, count: inside.width) {
                    hasHoles = true
                }
                guard let taken = planes.taken else { continue }
                taken.marks.forEach(row: inside.y + y, columns: inside.x..<inside.maxX) { x in
                    guard source[x - inside.x] != -128 else { return }
                    changes.levels[target + x - inside.x] = min(BlobFilter.clip, max(-BlobFilter.clip, taken.level(x: x, y: inside.y + y)))
                }
            }
            planes.structure.withUnsafeBufferPointer { old in
                guard let old = old.baseAddress else { return }
                for y in 0..<inside.height {
                    let target = (top + y) * pitch + left
                    let source = (inside.y + y) * planes.width + inside.x
                    kernels.copyLevels(old + source, whereValid: signed + source, into: structure + target, count: inside.width)
                }
            }
            if hasHoles {
                for y in 0..<inside.height {
                    let source = signed + (inside.y + y) * planes.width + inside.x
                    let target = weights.levels + (top + y) * pitch + left
                    kernels.level(BlobFilter.clip, whereValid: source, into: target, count: inside.width)
                }
            }
        }
        changes.reduce(width: width, height: height, scales: scales)
        guard hasHoles else { return }
        weights.reduce(width: width, height: height, scales: scales)
        findHoles()
    }

    /// No response depends on more than the cells about its own.
    private func findHoles() {
        let (columns, rows) = (width / Self.cell, height / Self.cell)
        isNearHole = [Bool](repeating: false, count: columns * rows)
        for row in 0..<rows {
            for column in 0..<columns {
                let first = weights.levels + row * Self.cell * pitch + column * Self.cell
                guard !(0..<Self.cell).allSatisfy({ Self.isWhole(first + $0 * pitch) }) else { continue }
                for y in max(0, row - 1)...min(rows - 1, row + 1) {
                    for x in max(0, column - 1)...min(columns - 1, column + 1) { isNearHole[y * columns + x] = true }
                }
            }
        }
    }

    /// Whether a cell's row of weights is one of pixels all observed.
    private static func isWhole(_ weights: UnsafePointer<Int8>) -> Bool {
        var different: Int8 = 0
        for x in 0..<cell { different |= weights[x] ^ BlobFilter.clip }
        return different == 0
    }

    /// Splits a row's columns where holes come near and where they end.
    private func findPieces(y: Int, columns: Range<Int>) {
        pieces.removeAll(keepingCapacity: true)
        let cells = y / Self.cell * (width / Self.cell)
        var start = columns.lowerBound
        while start < columns.upperBound {
            let isNear = isNearHole[cells + start / Self.cell]
            var cell = start / Self.cell + 1
            while cell * Self.cell < columns.upperBound, isNearHole[cells + cell] == isNear { cell += 1 }
            let end = min(cell * Self.cell, columns.upperBound)
            pieces.append((start..<end, isNear))
            start = end
        }
    }

    private func clear() {
        let count = height * pitch
        changes.levels.update(repeating: 0, count: count)
        weights.levels.update(repeating: 0, count: count)
        structure.update(repeating: 0, count: count)
    }

    /// Fills `responses` for `count` pixels of a row from column `x` on, both in pixels of the window and multiples of four; in steps of the filters.
    func respond(y: Int, x: Int, count: Int) {
        if hasHoles { findPieces(y: y, columns: x..<(x + count)) }
        for scale in scales {
            let filter = Self.filters[scale]
            let out = responses + scale * Self.responsePitch
            near(changes, filter, y: y, x: x, count: count, into: out)
            wide(changes, scale, y: y, x: x, count: count, into: wideRow)
            guard hasHoles else {
                kernels.subtract(wideRow, from: out, count: count)
                continue
            }
            for piece in pieces {
                let (first, count) = (piece.columns.lowerBound, piece.columns.count)
                let (sums, out) = (wideRow + (first - x), out + (first - x))
                guard piece.isNearHole else {
                    kernels.subtract(sums, from: out, count: count)
                    continue
                }
                near(weights, filter, y: y, x: first, count: count, into: nearWeights)
                wide(weights, scale, y: y, x: first, count: count, into: wideWeights)
                kernels.subtractWeighed(
                    KernelSet.WeighedRow(sums: sums, weights: wideWeights, leastWeight: BlobFilter.leastFar), from: out,
                    weights: nearWeights, leastWeight: BlobFilter.leastNear, whole: Float(BlobFilter.whole), count: count)
            }
        }
    }

    private func near(
        _ planes: ReducedPlanes, _ filter: BlobFilter, y: Int, x: Int, count: Int, into out: UnsafeMutablePointer<Int16>
    ) {
        let reach = filter.rows.count - 1
        filter.columns.withUnsafeBufferPointer { columns in
            filter.rows.withUnsafeBufferPointer { rows in
                guard let columns = columns.baseAddress, let rows = rows.baseAddress else { return }
                kernels.symmetricSums(
                    planes.levels + y * pitch + x - reach, step: pitch, weights: columns, radius: filter.columns.count - 1,
                    into: columnSums, count: count + 2 * reach)
                kernels.symmetricMeans(columnSums + reach, step: 1, weights: rows, triples: reach / 3, into: out, count: count)
            }
        }
    }

    private func wide(_ planes: ReducedPlanes, _ scale: Int, y: Int, x: Int, count: Int, into out: UnsafeMutablePointer<Int16>) {
        let doublings = Self.filters[scale].doublings
        let side = 1 << doublings
        let place = y & (side - 1)
        // Eighths of a reduced pixel from its centre: 2 at a reduction by two, 3, 1, 1 and 3 at one by four.
        let isBefore = place < side / 2
        let eighths = abs(2 * place + 1 - side) * 4 / side
        let plane = planes.wide(scale)
        let reducedPitch = pitch >> doublings
        let here = plane + (y >> doublings) * reducedPitch + (x >> doublings) - 1
        let reducedCount = count >> doublings
        kernels.mixRows(here, isBefore ? here - reducedPitch : here + reducedPitch, eighths: eighths, into: mixed, count: reducedCount + 2)
        kernels.interpolate(mixed + 1, doublings: doublings, into: out, count: reducedCount)
    }

    /// Fills `squaredStrength`: the mean square of old structure over about 3 px, σ².
    func measureStructure(y: Int, x: Int, count: Int) {
        let radius = Self.structureWeights.count - 1
        Self.structureWeights.withUnsafeBufferPointer { weights in
            guard let weights = weights.baseAddress else { return }
            kernels.symmetricSquareSums(
                structure + y * pitch + x - radius, step: pitch, weights: weights, radius: radius, into: squareSums,
                count: count + 2 * radius)
            kernels.symmetricSums(squareSums + radius, weights: weights, radius: radius, into: squaredStrength, count: count)
        }
    }

    /// Fields that wait for the next block.
    final class Pool: Sendable {
        private let idle = Guarded<[BlobField]>([])

        func withField<Result>(_ body: (BlobField) -> Result) -> Result {
            let field = idle.withLock { $0.popLast() } ?? BlobField()
            defer { idle.withLock { $0.append(field) } }
            return body(field)
        }
    }
}

/// Clipped levels of a window, or the weights of what was observed, with the wide means of each scale at their reduction.
private final class ReducedPlanes {
    private let side: Int
    let levels: UnsafeMutablePointer<Int8>
    /// Sums of 2 × 2 and of 4 × 4 pixels as means, in steps of the filters.
    private let sums: [UnsafeMutablePointer<Int16>]
    private let wideMeans: [UnsafeMutablePointer<Int16>]
    private let row: UnsafeMutablePointer<Int16>
    private let kernels = KernelSet.best

    init(side: Int) {
        self.side = side
        levels = .allocate(capacity: side * side)
        sums = (1...2).map { .allocate(capacity: (side >> $0) * (side >> $0)) }
        wideMeans = BlobField.filters.map { .allocate(capacity: (side >> $0.doublings) * (side >> $0.doublings)) }
        row = .allocate(capacity: side)
    }

    deinit {
        levels.deallocate()
        for memory in sums + wideMeans + [row] { memory.deallocate() }
    }

    func wide(_ scale: Int) -> UnsafePointer<Int16> { UnsafePointer(wideMeans[scale]) }

    func reduce(width: Int, height: Int, scales: Range<Int>) {
        let (half, quarter) = (side / 2, side / 4)
        for y in 0..<(height / 2) {
            let upper = levels + 2 * y * side
            kernels.scaledSumsOfFour(upper, upper + side, factor: BlobFilter.stepsPerLevel / 4, into: sums[0] + y * half, count: width / 2)
        }
        for y in 0..<(height / 4) {
            let upper = sums[0] + 2 * y * half
            kernels.meansOfFour(upper, upper + half, into: sums[1] + y * quarter, count: width / 4)
        }
        for scale in scales { blur(scale, width: width, height: height) }
    }

    /// The margin that the kernel would reach beyond is left out.
    private func blur(_ scale: Int, width: Int, height: Int) {
        let filter = BlobField.filters[scale]
        let doublings = filter.doublings
        let (pitch, radius) = (side >> doublings, filter.wide.count - 1)
        let (columns, rows) = (width >> doublings, height >> doublings)
        let (source, target) = (sums[doublings - 1], wideMeans[scale])
        filter.wide.withUnsafeBufferPointer { weights in
            guard let weights = weights.baseAddress else { return }
            for y in radius..<(rows - radius) {
                kernels.symmetricMeans(
                    source + y * pitch, step: pitch, weights: weights, triples: radius / 3, into: row, count: columns)
                kernels.symmetricMeans(
                    row + radius, step: 1, weights: weights, triples: radius / 3, into: target + y * pitch + radius,
                    count: columns - 2 * radius)
            }
        }
    }
}
