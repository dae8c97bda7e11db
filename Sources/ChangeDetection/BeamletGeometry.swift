/// Which pixels the beamlets of a strip run through.
///
/// The four pixels of a beamlet's upper half, and those of its lower half, follow one of eleven patterns whatever its slope: sums over the patterns are
/// made once, and a beamlet's sum is that of two of them.
struct BeamletGeometry: Sendable {
    static let shared = BeamletGeometry()

    /// Column offset of each row of a strip, slope by slope.
    let rowOffsets: [Int]
    /// The sums that beamlets of all slopes are made of, and those of every fourth slope.
    let allHalves: [Half]
    let someHalves: [Half]
    /// Every fourth slope: neighbouring ones share most of their pixels.
    static let someSlopes = Array(stride(from: 0, to: BeamletSums.slopeCount, by: 4))
    /// For rows that lie side by side.
    let noOffsets = [Int](repeating: 0, count: BeamletSums.rowsPerStrip)
    /// Offsets of four rows against the first of them.
    let upperPatterns: [[Int]]
    let lowerPatterns: [[Int]]
    /// By slope: the index of its half's pattern, and the column offset at which that begins.
    let upper: [(pattern: Int, start: Int)]
    let lower: [(pattern: Int, start: Int)]

    /// Four pixels of which some slopes' beamlets have their upper or their lower half.
    struct Half: Sendable {
        /// Row of the first pixel, and columns of the others against it.
        let row: Int
        let offsets: (Int, Int, Int)
        /// Among the patterns of upper halves and, after them, those of lower ones.
        let pattern: Int
    }

    private init() {
        let rows = BeamletSums.rowsPerStrip
        let offsets = (-BeamletSums.maximumSlope...BeamletSums.maximumSlope).map { slope in
            // slope · (row + ½) / rows, rounded.
            (0..<rows).map { row -> Int in
                let position = Double(slope) * (Double(row) + 0.5) / Double(rows)
                return Int((position + 0.5).rounded(.down))
            }
        }
        func halves(_ range: Range<Int>) -> (patterns: [[Int]], use: [(pattern: Int, start: Int)]) {
            var patterns: [[Int]] = []
            let use = offsets.map { offsets -> (pattern: Int, start: Int) in
                let start = offsets[range.lowerBound]
                let pattern = offsets[range].map { $0 - start }
                if let known = patterns.firstIndex(of: pattern) { return (known, start) }
                patterns.append(pattern)
                return (patterns.count - 1, start)
            }
            return (patterns, use)
        }
        rowOffsets = offsets.flatMap { $0 }
        (upperPatterns, upper) = halves(0..<rows / 2)
        (lowerPatterns, lower) = halves(rows / 2..<rows)
        let (upperPatterns, lowerPatterns, upper, lower) = (upperPatterns, lowerPatterns, upper, lower)
        func parts(of slopes: [Int]) -> [Half] {
            func part(_ row: Int, _ pattern: [Int], _ index: Int) -> Half {
                Half(row: row, offsets: (pattern[1], pattern[2], pattern[3]), pattern: index)
            }
            let (ofUpper, ofLower) = (Set(slopes.map { upper[$0].pattern }), Set(slopes.map { lower[$0].pattern }))
            return ofUpper.sorted().map { part(0, upperPatterns[$0], $0) }
                + ofLower.sorted().map { part(rows / 2, lowerPatterns[$0], upperPatterns.count + $0) }
        }
        allHalves = parts(of: Array(0..<BeamletSums.slopeCount))
        someHalves = parts(of: Self.someSlopes)
    }
}
