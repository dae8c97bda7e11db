/// The chains that stand out, of one sign: each beamlet with the one before it. Chains that part from one another share what lies before.
struct ChainTree: Sendable {
    struct Beamlet: Sendable {
        /// Of the upper end.
        let column: Int32
        /// Place in the tree of the beamlet before; below zero for the first.
        fileprivate(set) var before: Int32
        let slopeIndex: Int8
    }

    /// What stands for no beamlet.
    static let none: Int32 = -1

    private(set) var beamlets: [Beamlet] = []
    /// For the strips whose origins are remembered: by column of the upper end the beamlet last noted.
    private var noted: [Int32]
    private let width: Int

    /// - Parameter width: columns at which beamlets may begin.
    init(width: Int) {
        self.width = width
        noted = [Int32](repeating: Self.none, count: ChainOrigins.strips * width)
    }

    subscript(beamlet: Int32) -> Beamlet { beamlets[Int(beamlet)] }

    /// Forgets the places of the strip whose origins this one's have replaced.
    mutating func begin(strip: Int) {
        let first = strip % ChainOrigins.strips * width
        noted.withUnsafeMutableBufferPointer { noted in
            guard let noted = noted.baseAddress else { return }
            (noted + first).update(repeating: Self.none, count: width)
        }
    }

    /// Adds what is new of the chain whose last beamlet ends at a column of the lower edge of `strip`, the last one passed.
    ///
    /// - Returns: place of the last beamlet.
    mutating func add(strip last: Int, column end: Int, slope: Int, sign: ChainSearch.Sign, origins: ChainOrigins) -> Int32 {
        var (strip, column, slope) = (last, end, slope)
        var newest = Self.none
        while true {
            column -= slope - BeamletSums.maximumSlope
            let place = strip % ChainOrigins.strips * width + column
            let known = noted[place]
            if known != Self.none, Int(self[known].slopeIndex) == slope {
                link(known, after: &newest)
                return newest
            }
            let added = Int32(truncatingIfNeeded: beamlets.count)
            link(added, after: &newest)
            beamlets.append(
                Beamlet(column: Int32(truncatingIfNeeded: column), before: Self.none, slopeIndex: Int8(truncatingIfNeeded: slope)))
            noted[place] = added
            guard let before = origins.slopeBefore(strip: strip, sign: sign, column: column, slope: slope), strip > 0,
                last - strip < ChainOrigins.strips - 1
            else { return newest }
            slope = before
            strip -= 1
        }
    }

    /// Notes a beamlet as the one before that which was added last.
    private mutating func link(_ beamlet: Int32, after newest: inout Int32) {
        if newest == Self.none { newest = beamlet } else { beamlets[beamlets.count - 1].before = beamlet }
    }

    /// Whether the chain that ends with a beamlet has at least so many.
    func chain(endingWith beamlet: Int32, hasAtLeast count: Int) -> Bool {
        var beamlet = beamlet
        for _ in 0..<count {
            guard beamlet != Self.none else { return false }
            beamlet = self[beamlet].before
        }
        return true
    }

    /// The beamlets alone, of a tree that is complete.
    consuming func completed() -> ChainTree {
        noted = []
        return self
    }
}
