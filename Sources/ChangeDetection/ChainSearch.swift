import PixelKernels

/// The best chains of beamlets: curves that bend by at most one slope step from strip to strip.
///
/// Each beamlet scores the logarithm of the likelihood ratio of "a line of `assumedAmplitude` σ a pixel" against "nothing", each turn the logarithm
/// of its prior probability; a chain's score is the sum. Since the sum over all chains of prior × likelihood ratio has expectation one where nothing
/// changed, the number of chance chains beyond a score falls exponentially with it, which `NullTail` fits on the scene. The best chain ending at
/// every node is found by dynamic programming with restarts at zero, in one pass over the strips, for both signs at once.
///
/// Sources: Arias-Castro, Donoho & Huo, "Adaptive multiscale detection of filamentary structures in a background of uniform random points" (2006)
/// for chains of beamlets; Smith & Waterman (1981) and Karlin & Altschul (1990) for the restarts and the law of the scores.
struct ChainSearch: Sendable {
    /// Contrast to noise, a pixel of length, of the faintest line that one pair can show at the default rate of false alarms.
    static let assumedAmplitude: Float = 1
    /// Standardised beamlet sums beyond these limits count as the limit: a chain needs many beamlets, not one strong one, and survives a gap.
    static let highestSum: Float = 3.5
    static let lowestSum: Float = -3
    /// Logarithms of the prior probabilities: 0.70 to keep the slope, 0.15 for a step to each side.
    static let straight: Float = -0.356_675
    static let turn: Float = -1.897_12
    /// Chains below this score are not kept. A plain scene has some ten a square kilometre above zero, two above this.
    static let lowestScore: Float = 8

    /// A chain that has lost so much since it was best is over, and what follows begins anew: else all that lies behind a strong line would be called its tail.
    /// A chain of nothing loses 4.4 in a strip, so that a line may be missing for some 60 px.
    static let largestDrop: Float = 32

    /// Columns to each side of a chain's node that are its own.
    static let reach = 5
    /// Beamlets that a chain needs to be looked at.
    static let fewestBeamlets = 3

    /// The end of a chain that no continuation improves.
    struct Candidate: Sendable {
        /// The score, in steps of `ChainPass`.
        let steps: Int32
        let strip: Int32
        let column: Int32
        /// Of its sign's tree, the last one.
        let beamlet: Int32
    }

    /// One node of a chain: a place on the upper edge of `strip` (or, for the last, on the lower edge of the strip before).
    struct Node: Sendable, Equatable {
        let strip: Int
        let column: Int
    }

    enum Sign: Int, CaseIterable, Sendable {
        /// Lines brighter than before (or the dipole as its taps have it), or the reverse.
        case plus
        case minus

        var factor: Float { self == .plus ? 1 : -1 }
    }

    /// By sign.
    private let trees: [ChainTree]
    /// By sign, the best first.
    private let candidates: [[Candidate]]

    static func score(of standardisedSum: Float) -> Float {
        let rows = Float(BeamletSums.rowsPerStrip)
        let clipped = max(lowestSum, min(highestSum, standardisedSum))
        return assumedAmplitude * rows.squareRoot() * clipped - rows * assumedAmplitude * assumedAmplitude / 2
    }

    init(beamlets: BeamletSums, noise: BeamletNoise) {
        var pass = ChainPass(beamlets: beamlets, noise: noise)
        for strip in 0..<beamlets.stripCount { pass.extend(strip: strip) }
        pass.end()
        trees = pass.trees.map { $0.completed() }
        // They were met strip by strip and column by column.
        candidates = pass.candidates.map { candidates in
            let most = candidates.reduce(0) { max($0, Int($1.steps)) }
            return StableOrder(keys: candidates.map { most - Int($0.steps) }).indices.map { candidates[$0] }
        }
    }

    func candidates(_ sign: Sign) -> [Candidate] { candidates[sign.rawValue] }

    /// Nodes in a row that another chain has taken before this one is that chain's: lines cross in fewer, but for such as run into each other.
    private static let sharedNodes = 3
    /// A candidate's chain from its end to its start: as far back as it is its own.
    ///
    /// - Parameters:
    ///   - isTaken: whether a stronger chain passes a node. Where one does, node after node, this chain had its first part from that one.
    ///   - chains: gets the chain, unless too little is its own.
    /// - Returns: whether it was added.
    func trace(_ end: Candidate, sign: Sign, into chains: inout ChainList, unless isTaken: (Node) -> Bool) -> Bool {
        let tree = trees[sign.rawValue]
        var strip = Int(end.strip)
        var next = end.beamlet
        var shared = 0
        var count = 0
        while next != ChainTree.none {
            let beamlet = tree[next]
            count += 1
            chains.append(column: beamlet.column, slope: beamlet.slopeIndex)
            shared = isTaken(Node(strip: strip, column: Int(beamlet.column))) ? shared + 1 : 0
            if shared == Self.sharedNodes {
                count -= shared - 1
                chains.removeLast(shared - 1)
                break
            }
            next = beamlet.before
            strip -= 1
        }
        guard count >= Self.fewestBeamlets else {
            chains.removeLast(count)
            return false
        }
        chains.end(sign: sign, strip: Int(end.strip), column: Int(end.column), count: count)
        return true
    }
}
