import ChangeDetection

/// The law of the undirected change where nothing changed, from the middle and the lower side of the scene's own histogram.
///
/// By Wilson & Hilferty (1931) the cube root of a χ² is nearly normal; real change lies above the median only, so that the mean is read at the
/// median and the deviation below it (16th percentile). Source of the idea: Efron's empirical null (2004). Where much has changed, change moves the
/// median too; so the law is found again from what its own limit leaves, until that no longer changes.
struct UndirectedLaw: Sendable {
    /// Standard deviations from the mean to the limit: a normal law exceeds it with probability 0.001.
    private static let deviations = 3.0902
    /// Share of a normal law below one standard deviation under its mean.
    private static let lowerSide = 0.158_655
    /// Most rounds; the count of pixels left stands still after some ten.
    private static let rounds = 100
    private var counts = [UInt64](repeating: 0, count: 32768)

    mutating func add(_ block: ChangeBlock) {
        for value in block.size where value >= 0 { counts[Int(value)] += 1 }
    }

    /// The limit of no change, in stored units: the law's, but no less than `floor`. nil where nothing was added.
    var threshold: Double? { limit.map { max($0, Self.floor) } }

    /// Where the change has the power that the noise has: √2 standard deviations. Noise differs from place to place by more than its model knows,
    /// which the lower side of an even scene does not show; where nothing changed in simulated desert, 3 % of the pixels lay above the law's own
    /// limit and 0.1 % above this, with a town in it 7 % and 1 %.
    private static let floor = 2.0.squareRoot() / Double(ChangeBlock.rasterStep)

    /// The law's own limit, in stored units; nil where nothing was added.
    var limit: Double? {
        // `below[v]`: pixels of at most the value v − 1.
        var below: [UInt64] = [0]
        below.reserveCapacity(counts.count + 1)
        for count in counts { below.append(below[below.count - 1] + count) }
        var kept = below[counts.count]
        guard kept > 0 else { return nil }
        var limit = 0.0
        for _ in 0..<Self.rounds {
            // √χ² is stored; its power 2/3 is the cube root of χ².
            let median = Self.root(Self.quantile(0.5, of: kept, below))
            let root = median + Self.deviations * (median - Self.root(Self.quantile(Self.lowerSide, of: kept, below)))
            limit = (root * root * root).squareRoot()
            let left = below[min(counts.count, Int(limit) + 1)]
            guard left != kept else { break }
            kept = left
        }
        return limit
    }

    /// The quantile of the `kept` lowest values. Those of one stored unit are spread evenly over it.
    private static func quantile(_ fraction: Double, of kept: UInt64, _ below: [UInt64]) -> Double {
        let rank = fraction * Double(kept)
        var low = 0
        var high = below.count - 1
        // The first value with at least that many at or below it.
        while low < high {
            let middle = (low + high) / 2
            if Double(below[middle]) >= rank { high = middle } else { low = middle + 1 }
        }
        let value = max(1, low)
        let inside = Double(below[value] - below[value - 1])
        let part = inside > 0 ? (rank - Double(below[value - 1])) / inside : 0
        return max(0, Double(value - 1) - 0.5 + part)
    }

    private static func root(_ value: Double) -> Double { cubeRoot(value * value) }

    /// By Newton's steps, the same on every machine.
    private static func cubeRoot(_ x: Double) -> Double {
        guard x > 0 else { return 0 }
        var y = max(1, x.squareRoot())
        for _ in 0..<60 { y = (2 * y + x / (y * y)) / 3 }
        return y
    }
}
