/// Line sums over short, straight pieces ("beamlets") of a plane whose lines run roughly down the rows.
///
/// A beamlet begins at the upper edge of a strip of `rowsPerStrip` rows at column b and ends at its lower edge at column b + slope, slope from
/// −`maximumSlope` to `maximumSlope`; the sum is over one pixel a row of the plane filtered across the line. Near-horizontal lines are found in
/// the transposed plane. Source of the construction: Donoho & Huo, "Beamlets and Multiscale Image Analysis" (2002).
struct BeamletSums: Sendable {
    static let rowsPerStrip = 8
    /// Ten columns in eight rows is 51°: the two families overlap about the diagonals.
    static let maximumSlope = 10
    static let slopeCount = 2 * maximumSlope + 1
    /// A pixel's change counts up to this many standard deviations: no single pixel makes a line.
    static let clip: Float = 5

    let width: Int
    let height: Int
    let stripCount: Int
    private let source: [Int8]
    private let scale: Float
    private let limit: Int8
    private let taps: [Float]
    /// Column offset of each row of a strip for each slope.
    private let offsets: [[Int]]

    /// - Parameters:
    ///   - source: the plane, −128 counting as no change; row by row.
    ///   - step: value of one step of it. - limit: magnitude, in steps, at which values are clipped.
    init(source: [Int8], width: Int, height: Int, step: Float, limit: Int8, profile: LineProfile) {
        self.source = source
        self.width = width
        self.height = height
        scale = step
        self.limit = limit
        stripCount = (height + Self.rowsPerStrip - 1) / Self.rowsPerStrip
        taps = profile.taps
        offsets = (-Self.maximumSlope...Self.maximumSlope).map { slope in
            (0..<Self.rowsPerStrip).map { row in
                Int(((Double(slope) * (Double(row) + 0.5)) / Double(Self.rowsPerStrip) + 0.5).rounded(.down))
            }
        }
    }

    /// Room for `fill`: filtered rows with a margin, so that beamlets may lean over the edge.
    struct Scratch {
        static let margin = LineProfile.radius + BeamletSums.maximumSlope + 1
        fileprivate var line: [Float]
        fileprivate var filtered: [Float]

        init(width: Int) {
            line = [Float](repeating: 0, count: width + 2 * Self.margin)
            filtered = [Float](repeating: 0, count: BeamletSums.rowsPerStrip * (width + 2 * Self.margin))
        }
    }

    /// Sums of all beamlets of one strip: `sums[slopeIndex * width + column]`, column that of the upper end.
    func fill(_ sums: inout [Float], strip: Int, scratch: inout Scratch) {
        let margin = Scratch.margin
        let pitch = width + 2 * margin
        let radius = LineProfile.radius
        scratch.filtered.withUnsafeMutableBufferPointer { filtered in
            scratch.line.withUnsafeMutableBufferPointer { line in
                source.withUnsafeBufferPointer { source in
                    for r in 0..<Self.rowsPerStrip {
                        let out = filtered.baseAddress.unsafelyUnwrapped + r * pitch
                        let y = strip * Self.rowsPerStrip + r
                        guard y < height else {
                            for x in 0..<pitch { out[x] = 0 }
                            continue
                        }
                        let row = source.baseAddress.unsafelyUnwrapped + y * width
                        let values = line.baseAddress.unsafelyUnwrapped + margin
                        for x in 0..<width {
                            let v = row[x]
                            values[x] = v == -128 ? 0 : Float(max(-limit, min(limit, v))) * scale
                        }
                        // The outermost columns lack a flank on one side: their sums stay zero.
                        for x in 0..<pitch { out[x] = 0 }
                        guard width > 2 * radius else { continue }
                        for k in taps.indices where taps[k] != 0 {
                            let w = taps[k]
                            let shifted = values + (k - radius)
                            for x in radius..<(width - radius) { out[margin + x] += w * shifted[x] }
                        }
                        // Beside what was not observed a flank is missing too, and the edge of a mask is no line.
                        for x in 0..<width where row[x] == -128 {
                            for k in max(0, x - radius)...min(width - 1, x + radius) { out[margin + k] = 0 }
                        }
                    }
                }
            }
            sums.withUnsafeMutableBufferPointer { sums in
                for slope in 0..<Self.slopeCount {
                    let target = sums.baseAddress.unsafelyUnwrapped + slope * width
                    let base = filtered.baseAddress.unsafelyUnwrapped + margin
                    let o = offsets[slope]
                    let (r0, r1, r2, r3) = (base + o[0], base + pitch + o[1], base + 2 * pitch + o[2], base + 3 * pitch + o[3])
                    let (r4, r5, r6, r7) = (
                        base + 4 * pitch + o[4], base + 5 * pitch + o[5], base + 6 * pitch + o[6], base + 7 * pitch + o[7]
                    )
                    for x in 0..<width {
                        target[x] = ((r0[x] + r1[x]) + (r2[x] + r3[x])) + ((r4[x] + r5[x]) + (r6[x] + r7[x]))
                    }
                }
            }
        }
    }

    /// One beamlet's sum, from its pixels; 0 where it leaves the plane.
    func sum(strip: Int, column: Int, slopeIndex: Int) -> Float {
        let radius = LineProfile.radius
        var sum: Float = 0
        for r in 0..<Self.rowsPerStrip {
            let y = strip * Self.rowsPerStrip + r
            let x = column + offsets[slopeIndex][r]
            guard y < height, x >= radius, x < width - radius else { continue }
            var filtered: Float = 0
            for k in taps.indices {
                let v = source[y * width + x + k - radius]
                guard v != -128 else {
                    filtered = 0
                    break
                }
                filtered += taps[k] * Float(max(-limit, min(limit, v))) * scale
            }
            sum += filtered
        }
        return sum
    }
}
