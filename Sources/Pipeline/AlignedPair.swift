import ChangeDetection
import Geodesy
import Raster
import Scenes

/// Anything that gives the pixels of one scene, window by window.
public protocol SceneSource: Sendable {
    var grid: RasterGrid { get }
    /// Reflectance and validity; the window may reach outside the scene, where validity is 0.
    func read(_ window: PixelWindow) throws -> SceneBlock
    /// The same of the window's first row, and of each that lies a multiple of `step` below it: a block that begins where the window does, and is as high as
    /// there are such rows.
    func readRows(_ window: PixelWindow, every step: Int) throws -> SceneBlock
    /// The same rows, of which the planes are sums of bands.
    func readRows(_ window: PixelWindow, every step: Int, mixed mix: BandMix) throws -> SceneBlock
    /// Whether what is decoded at a time spans the scene from side to side, so that windows beside each other are best read together.
    var isReadByRows: Bool { get }
    /// Bytes that a pixel takes as it comes from the files' codecs.
    var decodedBytesPerPixel: Double { get }
    /// Says that nothing of a window will be asked for again soon.
    func release(_ window: PixelWindow)
}

extension SceneSource {
    public var isReadByRows: Bool { false }
    public var decodedBytesPerPixel: Double { 0 }
    public func release(_ window: PixelWindow) {}
    public func readRows(_ window: PixelWindow, every step: Int) throws -> SceneBlock { try read(window).rows(every: step) }
    public func readRows(_ window: PixelWindow, every step: Int, mixed mix: BandMix) throws -> SceneBlock {
        try readRows(window, every: step).mixed(by: mix)
    }
}

extension SceneReader: SceneSource {}

/// Two dates on one grid: the earlier one's.
///
/// Each date is interpolated once. Of the shift between the dates the whole pixels move the later date alone; the fraction is shared half and
/// half, so that interpolation softens both alike (on town imagery that takes away three quarters of the false lines); turn, scale and shear likewise. The
/// result therefore lies `displacement` pixels right and down of the earlier date's own pixels, at most a quarter where the shift is the same everywhere.
struct AlignedPair: Sendable {
    let before: any SceneSource
    let after: any SceneSource
    let registration: Registration
    /// Sums of bands that are read in place of the bands.
    private var mixes: (before: BandMix, after: BandMix)?
    private let keepsReference: Bool
    private let mapping: GridMapping

    init(before: any SceneSource, after: any SceneSource, registration: Registration = .none) throws {
        self.before = before
        self.after = after
        self.registration = registration
        keepsReference = false
        mapping = try GridMapping(from: before.grid, to: after.grid)
    }

    private init(_ other: AlignedPair, registration: Registration, keepsReference: Bool) {
        self.keepsReference = keepsReference
        mixes = other.mixes
        before = other.before
        after = other.after
        mapping = other.mapping
        self.registration = registration
    }

    /// The same pair with a shift taken out; with `keepsReference` by moving the later date alone.
    func registered(by registration: Registration, keepsReference: Bool = false) -> AlignedPair {
        AlignedPair(self, registration: registration, keepsReference: keepsReference)
    }

    /// The same pair, of which sums of bands are read: as many of the one date as of the other.
    func mixed(before: BandMix, after: BandMix) -> AlignedPair {
        var pair = self
        pair.mixes = (before, after)
        return pair
    }

    private func earlier(_ window: PixelWindow, every step: Int = 1) throws -> SceneBlock {
        try Self.read(before, mixes?.before, window, step)
    }

    private func later(_ window: PixelWindow, every step: Int = 1) throws -> SceneBlock {
        try Self.read(after, mixes?.after, window, step)
    }

    private static func read(_ source: any SceneSource, _ mix: BandMix?, _ window: PixelWindow, _ step: Int) throws -> SceneBlock {
        if let mix { return try source.readRows(window, every: step, mixed: mix) }
        return step == 1 ? try source.read(window) : try source.readRows(window, every: step)
    }

    var size: RasterSize { before.grid.size }

    /// How far right and down a ground point lies in the result from where the earlier date has it, in pixels.
    var displacement: Displacement { keepsReference ? .none : registration.displacement.halfOfFraction }

    /// Both dates in a window of the earlier grid; it may reach outside.
    func read(_ window: PixelWindow) throws -> PairBlock {
        PairBlock(before: try readBefore(window), after: try readAfter(window))
    }

    /// Says that all that is still to be read lies beside a window of the earlier grid or below it. The dates are not told where more than whole pixels and the
    /// shift lie between their grids.
    func release(_ window: PixelWindow) {
        guard registration.slope == nil, let offset = wholeOffset else { return }
        func told(_ source: any SceneSource, x: Int, y: Int, reach: Int) {
            source.release(
                PixelWindow(x: window.x + x + reach, y: window.y + y, width: window.width - 2 * reach, height: window.height - reach))
        }
        told(before, x: 0, y: 0, reach: InterpolationTaps.reach + 1)
        told(
            after, x: offset.x, y: offset.y,
            reach: InterpolationTaps.reach + 1 + Int(max(abs(registration.x), abs(registration.y)).rounded(.up)))
    }

    /// Both dates in some rows of a window of the earlier grid: the first, and each that lies a multiple of `step` below it. Not interpolated where whole
    /// pixels bring them within half a pixel of each other. The blocks' window begins where the one asked for does, and is as high as there are such rows.
    func readNearestRows(_ window: PixelWindow, every step: Int) throws -> PairBlock {
        guard let offset = wholeOffset else {
            let pair = try read(window)
            return PairBlock(before: pair.before.rows(every: step), after: pair.after.rows(every: step))
        }
        let shift = registration.displacement.map.map(column: Double(window.x + window.maxX) / 2, row: Double(window.y + window.maxY) / 2)
        let moved = PixelWindow(
            x: window.x + offset.x + Int((shift.column - Double(window.x + window.maxX) / 2).rounded()),
            y: window.y + offset.y + Int((shift.row - Double(window.y + window.maxY) / 2).rounded()),
            width: window.width, height: window.height)
        let first = try earlier(window, every: step)
        return PairBlock(before: first, after: try later(moved, every: step).placed(at: first.window))
    }

    private func readBefore(_ window: PixelWindow) throws -> SceneBlock {
        let displacement = displacement
        guard !displacement.isNone else { return try earlier(window) }
        let halo = InterpolationTaps.reach
        guard displacement.slope == nil else {
            let map = displacement.mapBack
            return try earlier(map.sourceWindow(for: window, halo: halo)).resampled(by: map, to: window)
        }
        return try earlier(window.expanded(by: halo)).shifted(x: -displacement.x, y: -displacement.y, halo: halo)
    }

    private func readAfter(_ window: PixelWindow) throws -> SceneBlock {
        if registration.slope != nil { return try readTurnedAfter(window) }
        let (dx, dy) = (registration.x - displacement.x, registration.y - displacement.y)
        let reach = InterpolationTaps.reach + Int(max(abs(dx), abs(dy)).rounded(.up))
        if let offset = wholeOffset {
            let moved = PixelWindow(x: window.x + offset.x, y: window.y + offset.y, width: window.width, height: window.height)
            guard dx != 0 || dy != 0 else { return try later(moved).placed(at: window) }
            return try later(moved.expanded(by: reach)).shifted(x: dx, y: dy, halo: reach).placed(at: window)
        }
        let source = mapping.sourceWindow(for: window, halo: reach)
        guard !source.isEmpty else { return emptyBlock(window) }
        let block = try later(source)
        if let affine = mapping.affine, affine.columnPerRow == 0, affine.rowPerColumn == 0 {
            let columns = InterpolationTaps(
                positions: (window.x..<window.maxX).map { affine.columnOrigin + affine.columnPerColumn * (Double($0) + 0.5 + dx) },
                origin: source.x, length: source.width)
            let rows = InterpolationTaps(
                positions: (window.y..<window.maxY).map { affine.rowOrigin + affine.rowPerRow * (Double($0) + 0.5 + dy) },
                origin: source.y, length: source.height)
            return block.resampled(columns: columns, rows: rows, to: window)
        }
        return resampled(block, to: window) { ($0 + dx, $1 + dy) }
    }

    /// Pixels of the later date where each pixel's centre lies on its grid.
    ///
    /// - Parameter moved: where on the earlier grid, continuous, to take what belongs to a place of the result.
    private func resampled(
        _ block: SceneBlock, to window: PixelWindow, _ moved: (Double, Double) -> (column: Double, row: Double)
    ) -> SceneBlock {
        var columns: [Double] = []
        var rows: [Double] = []
        columns.reserveCapacity(window.pixelCount)
        rows.reserveCapacity(window.pixelCount)
        for y in window.y..<window.maxY {
            for x in window.x..<window.maxX {
                let place = moved(Double(x) + 0.5, Double(y) + 0.5)
                let position = mapping.map(column: place.column, row: place.row)
                columns.append(position.column)
                rows.append(position.row)
            }
        }
        return block.resampled(columnPositions: columns, rowPositions: rows, to: window)
    }

    /// The later date where the shift grows over the scene: from the result to the earlier date's pixels, by the registration to where the ground lies on
    /// the later date, from there to its own grid.
    private func readTurnedAfter(_ window: PixelWindow) throws -> SceneBlock {
        let moved = registration.displacement.map.after(displacement.mapBack)
        let halo = InterpolationTaps.reach
        if let map = mapping.affine?.after(moved), map.isNearlyIdentity {
            return try later(map.sourceWindow(for: window, halo: halo)).resampled(by: map, to: window)
        }
        let source = mapping.sourceWindow(for: moved.sourceWindow(for: window, halo: 1), halo: halo)
        guard !source.isEmpty else { return emptyBlock(window) }
        return resampled(try later(source), to: window) { moved.map(column: $0, row: $1) }
    }

    /// Where the later grid is the earlier one but for whole pixels: column and row of the earlier grid's first pixel in it.
    private var wholeOffset: (x: Int, y: Int)? {
        guard let affine = mapping.affine, affine.columnPerRow == 0, affine.rowPerColumn == 0,
            abs(affine.columnPerColumn - 1) < 1e-9, abs(affine.rowPerRow - 1) < 1e-9
        else { return nil }
        let (x, y) = (affine.columnOrigin.rounded(), affine.rowOrigin.rounded())
        guard abs(affine.columnOrigin - x) < 1e-6, abs(affine.rowOrigin - y) < 1e-6, abs(x) < 1e9, abs(y) < 1e9 else { return nil }
        return (Int(x), Int(y))
    }

    /// A block of which nothing can be seen: the later scene does not reach here.
    private func emptyBlock(_ window: PixelWindow) -> SceneBlock {
        let bandCount = (try? before.read(PixelWindow(x: 0, y: 0, width: 1, height: 1)).planes.count) ?? 0
        return SceneBlock(
            window: window, planes: (0..<bandCount).map { _ in FloatPlane(width: window.width, height: window.height) },
            validity: BytePlane(width: window.width, height: window.height))
    }
}

extension GridMapping.Affine {
    /// Whether pixels keep their size and direction but for a few thousandths, so that lines of them stay close to lines.
    fileprivate var isNearlyIdentity: Bool {
        max(abs(columnPerColumn - 1), abs(rowPerRow - 1), abs(columnPerRow), abs(rowPerColumn)) < 0.01
    }
}

extension SceneBlock {
    /// Of the rows the first, and each that lies a multiple of `step` below it.
    fileprivate func rows(every step: Int) -> SceneBlock {
        let (width, count) = (window.width, window.rowCount(every: step))
        return SceneBlock(
            window: PixelWindow(x: window.x, y: window.y, width: width, height: count),
            planes: planes.map { FloatPlane(width: width, height: count, values: $0.values.rows(every: step, width: width)) },
            validity: BytePlane(width: width, height: count, values: validity.values.rows(every: step, width: width)))
    }

    /// The same pixels under another window of their size.
    fileprivate func placed(at window: PixelWindow) -> SceneBlock {
        SceneBlock(window: window, planes: planes, validity: validity)
    }
}
