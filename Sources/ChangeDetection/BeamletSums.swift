import PixelKernels

/// Line sums over short, straight pieces ("beamlets") of a plane whose lines run roughly down the rows.
///
/// A beamlet begins at the upper edge of a strip of `rowsPerStrip` rows at column b and ends at its lower edge at column b + slope, slope from
/// −`maximumSlope` to `maximumSlope`; the sum is over one pixel a row of the plane filtered across the line. Near-horizontal lines are found in
/// the transposed plane. Sums are integers, so that they are the same however they are put together. Source of the construction: Donoho & Huo,
/// "Beamlets and Multiscale Image Analysis" (2002).
struct BeamletSums: Sendable {
    static let rowsPerStrip = 8
    /// Ten columns in eight rows is 51°: the two families overlap about the diagonals.
    static let maximumSlope = 10
    static let slopeCount = 2 * maximumSlope + 1
    /// A pixel's change counts up to this many standard deviations: no single pixel makes a line.
    static let clip: Float = 5
    /// Filtered pixels are sums of products over two to this power: then eight of them fit 16 bits where one sum of products does.
    private static let shift = 3

    /// Columns and rows as the search sees them, which are the plane's rows and columns where that is transposed.
    let width: Int
    let height: Int
    let stripCount: Int
    let isTransposed: Bool
    /// Value of one step of the sums, in units of the plane's values.
    let unit: Float
    private let source: [Int8]
    private let limit: Int8
    private let filter: KernelSet.RowFilter
    /// And one of zero, for the kernels.
    private let taps: [Int16]
    private let kernels = KernelSet.best

    /// - Parameters:
    ///   - source: the plane, `width` × `height`, −128 counting as no change; row by row.
    ///   - step: value of one step of it. - limit: magnitude, in steps, at which values are clipped.
    ///   - transposed: whether the lines run roughly along the plane's rows.
    init(source: [Int8], width: Int, height: Int, transposed: Bool, step: Float, limit: Int8, profile: LineProfile) {
        self.source = source
        self.width = transposed ? height : width
        self.height = transposed ? width : height
        isTransposed = transposed
        self.limit = limit
        stripCount = (self.height + Self.rowsPerStrip - 1) / Self.rowsPerStrip
        let scale = Self.scale(profile, limit: limit)
        let taps = Self.integers(profile, scale: scale)
        self.taps = taps + [0]
        unit = step * Float(1 << Self.shift) / Float(scale)
        let radius = LineProfile.radius
        let distances = (1...radius).filter { taps[radius + $0] != 0 }
        filter = KernelSet.RowFilter(
            centre: taps[radius], distances: distances, weights: distances.map { taps[radius + $0] }, isOdd: profile == .dipole,
            shift: Self.shift)
    }

    /// The taps times `scale`, as integers.
    private static func integers(_ profile: LineProfile, scale: Int) -> [Int16] {
        profile.taps.map { Int16(($0 * Float(scale)).rounded()) }
    }

    /// The largest scale by which the filtered values fit 16 bits and the taps still have sum zero, so that an even plane gives nothing.
    private static func scale(_ profile: LineProfile, limit: Int8) -> Int {
        let largest = Int(32_700 / (Float(limit) * profile.taps.reduce(0) { $0 + abs($1) }))
        return (largest / 2...largest).last { scale in
            let taps = integers(profile, scale: scale)
            return taps.reduce(0) { $0 + Int($1) } == 0 && taps.reduce(0) { $0 + abs(Int($1)) } * Int(limit) <= 32_700
        } ?? largest / 2
    }

    /// Filters the rows of one strip into `scratch.rows`.
    ///
    /// - Parameter columns: where they are wanted; what stands beside them is undefined within the plane, and zero outside.
    func filterRows(strip: Int, columns: Range<Int>, scratch: BeamletScratch) {
        let radius = LineProfile.radius
        let margin = BeamletScratch.margin
        let read = max(0, columns.lowerBound - radius)..<min(width, columns.upperBound + radius)
        source.withUnsafeBufferPointer { source in
            for r in 0..<Self.rowsPerStrip {
                let origin = scratch.rows + r * scratch.pitch + margin
                let y = strip * Self.rowsPerStrip + r
                guard y < height, width > 2 * radius, let base = source.baseAddress else {
                    (origin - margin).update(repeating: 0, count: scratch.pitch)
                    continue
                }
                let row = isTransposed ? column(y, of: base, range: read, scratch: scratch) : base + y * width
                let line = scratch.line + margin
                let hasHoles = kernels.widenClipped(row + read.lowerBound, limit: limit, into: line + read.lowerBound, count: read.count)
                let inner = max(radius, columns.lowerBound)..<min(width - radius, columns.upperBound)
                if !inner.isEmpty {
                    kernels.filter(
                        UnsafePointer(line + inner.lowerBound), by: filter, into: origin + inner.lowerBound, count: inner.count)
                    // Beside what was not observed a flank is missing, and the edge of a mask is no line.
                    if hasHoles {
                        kernels.clearBesideInvalid(
                            row + inner.lowerBound - radius, marks: scratch.marks, values: origin + inner.lowerBound, count: inner.count)
                    }
                }
                // The outermost columns lack a flank on one side: they count as zero.
                (origin - margin).update(repeating: 0, count: margin + radius)
                (origin + width - radius).update(repeating: 0, count: scratch.pitch - margin - width + radius)
            }
        }
    }

    /// Address of a column of the plane, taken out together with its neighbours.
    private func column(
        _ x: Int, of plane: UnsafePointer<Int8>, range: Range<Int>, scratch: BeamletScratch
    ) -> UnsafePointer<Int8> {
        let block = x / 64
        if block != scratch.columnBlock || range != scratch.columnRange {
            // The plane's rows are as long as the search's columns.
            kernels.transposeColumns(
                plane + range.lowerBound * height + block * 64, pitch: height, rows: range.count, columns: min(64, height - block * 64),
                into: scratch.columns + range.lowerBound, outPitch: scratch.columnPitch)
            scratch.columnBlock = block
            scratch.columnRange = range
        }
        return UnsafePointer(scratch.columns + (x % 64) * scratch.columnPitch)
    }

    /// Sums over halves of beamlets, for the tile that begins at `column`; after `filterRows`.
    ///
    /// - Parameters:
    ///   - count: columns of the tile, at most `BeamletScratch.capacity`.
    ///   - halves: `BeamletGeometry`'s, of all slopes or of some.
    func sumHalves(from column: Int, count: Int, halves: [BeamletGeometry.Half], scratch: BeamletScratch) {
        let first = scratch.rows + BeamletScratch.margin + column - BeamletScratch.tileMargin
        let pitch = scratch.pitch
        for half in halves {
            let start = first + half.row * pitch
            kernels.addFour(
                start, start + pitch + half.offsets.0, start + 2 * pitch + half.offsets.1, start + 3 * pitch + half.offsets.2,
                into: scratch.quads + half.pattern * BeamletScratch.quadPitch, count: count + 2 * BeamletScratch.tileMargin)
        }
    }

    /// The sum of one beamlet of the strip whose rows have been filtered; it ends in the plane.
    func sum(column: Int, slopeIndex: Int, scratch: BeamletScratch) -> Float {
        let first = slopeIndex * Self.rowsPerStrip
        let rows = UnsafePointer(scratch.rows) + BeamletScratch.margin + column
        let total = BeamletGeometry.shared.rowOffsets.withUnsafeBufferPointer { offsets in
            var total = 0
            for r in 0..<Self.rowsPerStrip { total &+= Int(rows[r &* scratch.pitch &+ offsets[first &+ r]]) }
            return total
        }
        return Float(total) * unit
    }

    /// One beamlet's sum, from its pixels; what lies outside the plane counts as zero.
    func sum(strip: Int, column: Int, slopeIndex: Int) -> Float {
        let radius = LineProfile.radius
        let offsets = BeamletGeometry.shared.rowOffsets
        let first = slopeIndex * Self.rowsPerStrip
        let ends = (column + offsets[first], column + offsets[first + Self.rowsPerStrip - 1])
        let top = strip * Self.rowsPerStrip
        let left = column - radius
        let total = source.withUnsafeBufferPointer { source in
            taps.withUnsafeBufferPointer { taps in
                offsets.withUnsafeBufferPointer { offsets in
                    guard let plane = source.baseAddress, let taps = taps.baseAddress, let start = offsets.baseAddress else { return 0 }
                    let offsets = start + first
                    guard top + Self.rowsPerStrip <= height, min(ends.0, ends.1) >= radius, max(ends.0, ends.1) + radius + 1 < width
                    else {
                        return edgeSum(plane, top: top, left: left, offsets: offsets, taps: taps)
                    }
                    if isTransposed { return transposedSum(plane, top: top, left: left, offsets: offsets, taps: taps) }
                    return kernels.beamletSum(
                        plane + top * width + left, along: width, offsets: offsets, rows: Self.rowsPerStrip, taps: taps, limit: limit,
                        shift: Self.shift)
                }
            }
        }
        return Float(total) * unit
    }

    /// Of a beamlet whose rows are columns of the plane: these are put side by side first.
    private func transposedSum(
        _ plane: UnsafePointer<Int8>, top: Int, left: Int, offsets: UnsafePointer<Int>, taps: UnsafePointer<Int16>
    ) -> Int {
        withUnsafeTemporaryAllocation(of: Int8.self, capacity: 16 * Self.rowsPerStrip) { levels in
            guard let levels = levels.baseAddress else { return 0 }
            for r in 0..<Self.rowsPerStrip {
                var pixel = plane + ((left + offsets[r]) * height + top + r)
                for k in 0..<16 {
                    levels[16 * r + k] = pixel.pointee
                    pixel += height
                }
            }
            return kernels.beamletSum(
                levels, along: 16, offsets: BeamletGeometry.shared.noOffsets, rows: Self.rowsPerStrip, taps: taps, limit: limit,
                shift: Self.shift)
        }
    }

    /// Of a beamlet that comes near the plane's edge, row by row.
    private func edgeSum(
        _ plane: UnsafePointer<Int8>, top: Int, left: Int, offsets: UnsafePointer<Int>, taps: UnsafePointer<Int16>
    ) -> Int {
        let (across, along) = isTransposed ? (height, 1) : (1, width)
        let reach = 2 * LineProfile.radius
        var total = 0
        for r in 0..<Self.rowsPerStrip {
            let x = left + offsets[r]
            guard top + r < height, x >= 0, x + reach < width else { continue }
            var sum = 0
            var isWhole = true
            for k in 0...reach {
                let level = Int(plane[(top + r) * along + (x + k) * across])
                if level == -128 { isWhole = false }
                sum += Int(taps[k]) * max(-Int(limit), min(Int(limit), level))
            }
            if isWhole { total += (sum + (1 << Self.shift) / 2 + (sum < 0 ? -1 : 0)) >> Self.shift }
        }
        return total
    }
}
