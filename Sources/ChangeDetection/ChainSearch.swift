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

    enum Sign: Int, CaseIterable, Sendable {
        /// Lines brighter than before (or the dipole as its taps have it), or the reverse.
        case plus
        case minus

        var factor: Float { self == .plus ? 1 : -1 }
    }

    private let width: Int
    /// Where the chain that a node's beamlet of each slope continues came from, as `KernelSet.extendChains` writes it: by strip, sign, word and column
    /// of the beamlet's upper end.
    private let origins: [UInt16]
    private let originPitch: Int
    /// By sign, the best first.
    private let candidates: [[Candidate]]

    static func score(of standardisedSum: Float) -> Float {
        let rows = Float(BeamletSums.rowsPerStrip)
        let clipped = max(lowestSum, min(highestSum, standardisedSum))
        return assumedAmplitude * rows.squareRoot() * clipped - rows * assumedAmplitude * assumedAmplitude / 2
    }

    private static let words = BeamletSums.slopeCount / KernelSet.slopesPerWord
    private static let signs = Sign.allCases.count

    init(beamlets: BeamletSums, noise: BeamletNoise) {
        width = beamlets.width
        var pass = ChainPass(beamlets: beamlets, noise: noise, words: Self.words)
        let pitch = pass.originPitch
        originPitch = pitch
        let perStrip = Self.signs * Self.words * pitch
        origins = [UInt16](unsafeUninitializedCapacity: beamlets.stripCount * perStrip) { buffer, count in
            for strip in 0..<beamlets.stripCount {
                if let base = buffer.baseAddress { pass.extend(strip: strip, origins: base + strip * perStrip) }
            }
            pass.end()
            count = beamlets.stripCount * perStrip
        }
        candidates = pass.candidates.map { $0.sorted { ($1.score, $0.strip, $0.column) < ($0.score, $1.strip, $1.column) } }
    }

    func candidates(_ sign: Sign) -> [Candidate] { candidates[sign.rawValue] }

    /// Nodes in a row that another chain has taken before this one is that chain's: lines cross in fewer, but for such as run into each other.
    private static let sharedNodes = 3
    /// Beamlets that a chain needs to be looked at.
    private static let fewestBeamlets = 3

    /// The nodes of a candidate's chain from its start to its end, and the slope index of each beamlet between them: as far back as it is its own.
    ///
    /// - Parameter isTaken: whether a stronger chain passes a node. Where one does, node after node, this chain had its first part from that one.
    /// - Returns: nil where too little is its own.
    func trace(_ end: Candidate, sign: Sign, unless isTaken: (Node) -> Bool) -> (nodes: [Node], slopes: [Int])? {
        var nodes = [Node(strip: end.strip + 1, column: end.column)]
        var slopes: [Int] = []
        var (strip, column, slope) = (end.strip, end.column, end.slopeIndex)
        var shared = 0
        while true {
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
            let (word, place) = slope.quotientAndRemainder(dividingBy: KernelSet.slopesPerWord)
            let row = (strip * Self.signs + sign.rawValue) * Self.words + word
            let origin = (origins[row * originPitch + column] >> UInt16(2 * place)) & 3
            guard origin != 3, strip > 0 else { break }
            slope += Int(origin) - 1
            strip -= 1
        }
        guard slopes.count >= Self.fewestBeamlets else { return nil }
        return (nodes.reversed(), slopes.reversed())
    }
}
