import PixelKernels

/// Room for the sums of one strip of beamlets.
final class BeamletScratch {
    /// Columns beside a row that may be read: what a filter, a lean and a kernel's last step reach.
    static let margin = 64
    /// Columns whose sums are made at a time, so that they stay in the first-level cache.
    static let tile = 256
    /// Columns for whose sums there is room.
    static let capacity = 512
    /// Columns beside a tile at which beamlets of the tile have their halves.
    static let tileMargin = 8
    static let quadPitch = capacity + 2 * tileMargin + 32

    /// Clipped pixels of one row; zeros in the margins.
    let line: UnsafeMutablePointer<Int16>
    /// Filtered rows of one strip, `pitch` apart, the first at column 0.
    let rows: UnsafeMutablePointer<Int16>
    let pitch: Int
    let marks: UnsafeMutablePointer<Int8>
    /// Sums over the patterns of upper and of lower halves, `quadPitch` apart, from `tileMargin` before the tile's first column on.
    let quads: UnsafeMutablePointer<Int16>
    /// 64 columns of a plane as rows, `columnPitch` apart.
    let columns: UnsafeMutablePointer<Int8>
    let columnPitch: Int
    /// Which columns, and which pixels of them, stand there.
    var columnBlock = -1
    var columnRange = 0..<0

    init(width: Int, transposed: Bool) {
        pitch = (width + 2 * Self.margin + 31) / 32 * 32 + 32
        let rowCount = BeamletSums.rowsPerStrip
        line = .allocate(capacity: pitch)
        rows = .allocate(capacity: rowCount * pitch)
        marks = .allocate(capacity: 2 * (width + 2 * Self.margin))
        let quadCount = (BeamletGeometry.shared.upperPatterns.count + BeamletGeometry.shared.lowerPatterns.count) * Self.quadPitch
        quads = .allocate(capacity: quadCount)
        // An odd number of cache lines apart, so that the columns do not contend for the same places.
        columnPitch = (width + 127) / 128 * 128 + 64
        columns = .allocate(capacity: transposed ? 64 * columnPitch : 0)
        line.initialize(repeating: 0, count: pitch)
        rows.initialize(repeating: 0, count: rowCount * pitch)
        quads.initialize(repeating: 0, count: quadCount)
    }

    deinit {
        line.deallocate()
        rows.deallocate()
        marks.deallocate()
        quads.deallocate()
        columns.deallocate()
    }

    /// Sums of the upper halves of a slope's beamlets, from the tile's first column on.
    func upper(_ slope: Int) -> UnsafePointer<Int16> {
        let half = BeamletGeometry.shared.upper[slope]
        return UnsafePointer(quads + half.pattern * Self.quadPitch + Self.tileMargin + half.start)
    }

    func lower(_ slope: Int) -> UnsafePointer<Int16> {
        let half = BeamletGeometry.shared.lower[slope]
        let pattern = BeamletGeometry.shared.upperPatterns.count + half.pattern
        return UnsafePointer(quads + pattern * Self.quadPitch + Self.tileMargin + half.start)
    }
}
