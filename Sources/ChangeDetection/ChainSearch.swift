/// The best chains of beamlets: curves that bend by at most one slope step from strip to strip.
///
/// Each beamlet scores the logarithm of the likelihood ratio of "a line of `assumedAmplitude` σ a pixel" against "nothing", each turn the logarithm
/// of its prior probability; a chain's score is the sum. Since the sum over all chains of prior × likelihood ratio has expectation one where nothing
/// changed, the number of chance chains beyond a score falls exponentially with it, which `NullTail` fits on the scene. The best chain ending at
/// every node is found by dynamic programming with restarts at zero, in one pass over the strips.
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

    /// The end of a chain that no continuation improves.
    struct Candidate: Sendable {
        let score: Float
        let strip: Int
        let column: Int
        let slopeIndex: Int
    }

    /// One node of a chain: a place on the upper edge of `strip` (or, for the last, on the lower edge of the strip before).
    struct Node: Sendable, Equatable {
        let strip: Int
        let column: Int
    }

    let beamlets: BeamletSums
    let noise: BeamletNoise
    /// +1 for lines brighter than before (or the dipole as its taps have it), −1 for the reverse.
    let sign: Float
    private let width: Int
    /// Where the chain ending at a node with a slope came from: two bits a slope; 0, 1, 2 for a slope one less, equal, one more, 3 for a start.
    private var origins: [UInt64] = []
    private(set) var candidates: [Candidate] = []

    static func score(of standardisedSum: Float) -> Float {
        let rows = Float(BeamletSums.rowsPerStrip)
        let clipped = max(lowestSum, min(highestSum, standardisedSum))
        return assumedAmplitude * rows.squareRoot() * clipped - rows * assumedAmplitude * assumedAmplitude / 2
    }

    init(beamlets: BeamletSums, noise: BeamletNoise, sign: Float) {
        self.beamlets = beamlets
        self.noise = noise
        self.sign = sign
        width = beamlets.width
        run()
    }

    private mutating func run() {
        let slopes = BeamletSums.slopeCount
        let impossible: Float = -1e9
        var scratch = BeamletSums.Scratch(width: width)
        var sums = [Float](repeating: 0, count: slopes * width)
        var factors = [Float](repeating: 1, count: width)
        var previous = [Float](repeating: impossible, count: slopes * width)
        var current = previous
        var nodes = [UInt64](repeating: 0, count: width)
        var best = [Float](repeating: 0, count: width)
        var bestSlope = [Int32](repeating: 0, count: width)
        var origins: [UInt64] = []
        origins.reserveCapacity(beamlets.stripCount * width)
        let rows = Float(BeamletSums.rowsPerStrip)
        let gain = Self.assumedAmplitude * rows.squareRoot() * sign
        let cost = rows * Self.assumedAmplitude * Self.assumedAmplitude / 2
        let (top, bottom) = (
            Self.assumedAmplitude * rows.squareRoot() * Self.highestSum, Self.assumedAmplitude * rows.squareRoot() * Self.lowestSum
        )
        for strip in 0..<beamlets.stripCount {
            beamlets.fill(&sums, strip: strip, scratch: &scratch)
            noise.fillFactors(&factors, strip: strip)
            for x in 0..<width { factors[x] = gain / factors[x] }
            for i in current.indices { current[i] = impossible }
            for x in 0..<width { nodes[x] = 0xFFFF_FFFF_FFFF_FFFF }
            for slope in 0..<slopes {
                let shift = slope - BeamletSums.maximumSlope
                let from = max(0, -shift)
                let to = min(width, width - shift)
                guard from < to else { continue }
                let inverse = 1 / noise.sigmaOfSlope[slope]
                previous.withUnsafeBufferPointer { previous in
                    let same = previous.baseAddress.unsafelyUnwrapped + slope * width
                    let less = previous.baseAddress.unsafelyUnwrapped + max(0, slope - 1) * width
                    let more = previous.baseAddress.unsafelyUnwrapped + min(slopes - 1, slope + 1) * width
                    let lessCost = slope > 0 ? Self.turn : impossible
                    let moreCost = slope < slopes - 1 ? Self.turn : impossible
                    sums.withUnsafeBufferPointer { sums in
                        factors.withUnsafeBufferPointer { factors in
                            current.withUnsafeMutableBufferPointer { current in
                                nodes.withUnsafeMutableBufferPointer { nodes in
                                    let sum = sums.baseAddress.unsafelyUnwrapped + slope * width
                                    let out = current.baseAddress.unsafelyUnwrapped + slope * width + shift
                                    let node = nodes.baseAddress.unsafelyUnwrapped + shift
                                    for x in from..<to {
                                        let a = less[x] + lessCost
                                        let b = same[x] + Self.straight
                                        let c = more[x] + moreCost
                                        var from: UInt64 = 3
                                        var value: Float = 0
                                        if a > value { value = a; from = 0 }
                                        if b > value { value = b; from = 1 }
                                        if c > value { value = c; from = 2 }
                                        let s = max(bottom, min(top, sum[x] * inverse * factors[x])) - cost
                                        out[x] = value + s
                                        node[x] = (node[x] & ~(3 << UInt64(2 * slope))) | (from << UInt64(2 * slope))
                                    }
                                }
                            }
                        }
                    }
                }
            }
            origins.append(contentsOf: nodes)
            for x in 0..<width { best[x] = impossible }
            for slope in 0..<slopes {
                for x in 0..<width where current[slope * width + x] > best[x] {
                    best[x] = current[slope * width + x]
                    bestSlope[x] = Int32(slope)
                }
            }
            for x in 0..<width where best[x] > Self.lowestScore {
                // Neighbouring ends belong to the same line; the best of them speaks for it.
                var highest = true
                for k in max(0, x - 2)...min(width - 1, x + 2) where best[k] > best[x] || (best[k] == best[x] && k < x) { highest = false }
                if highest {
                    candidates.append(Candidate(score: best[x], strip: strip, column: x, slopeIndex: Int(bestSlope[x])))
                }
            }
            swap(&previous, &current)
        }
        self.origins = origins
        candidates.sort { ($1.score, $0.strip, $0.column) < ($0.score, $1.strip, $1.column) }
    }

    /// Nodes in a row that another chain has taken before this one is that chain's: lines cross in fewer, but for such as run into each other.
    private static let sharedNodes = 3
    /// Beamlets that a chain needs to be looked at.
    private static let fewestBeamlets = 3

    /// The nodes of a candidate's chain from its start to its end, and the slope index of each beamlet between them: as far back as it is its own.
    ///
    /// - Parameter isTaken: whether a stronger chain passes a node. Where one does, node after node, this chain had its first part from that one.
    /// - Returns: nil where too little is its own.
    func trace(_ end: Candidate, unless isTaken: (Node) -> Bool) -> (nodes: [Node], slopes: [Int])? {
        var nodes = [Node(strip: end.strip + 1, column: end.column)]
        var slopes: [Int] = []
        var (strip, column, slope) = (end.strip, end.column, end.slopeIndex)
        var shared = 0
        while true {
            let origin = (origins[strip * width + column] >> UInt64(2 * slope)) & 3
            column -= slope - BeamletSums.maximumSlope
            let node = Node(strip: strip, column: column)
            slopes.append(slope)
            nodes.append(node)
            shared = isTaken(node) ? shared + 1 : 0
            if shared == Self.sharedNodes {
                nodes.removeLast(shared - 1)
                slopes.removeLast(shared - 1)
                break
            }
            guard origin != 3, strip > 0 else { break }
            slope += Int(origin) - 1
            strip -= 1
        }
        guard slopes.count >= Self.fewestBeamlets else { return nil }
        return (nodes.reversed(), slopes.reversed())
    }
}
