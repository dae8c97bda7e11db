/// Cuts chains into the pieces that stand out by themselves, and measures these.
///
/// A chain was found with a faint line in mind, and such a chain reaches past the ends of a strong one. Here the amplitude is estimated from the middle
/// three fifths of the beamlets, and the piece is cut where the likelihood ratio of *that* amplitude has its largest run sum; twice more with the new
/// piece. What is left on either side is tried in the same way.
struct ChainMeasuring {
    private let beamlets: BeamletSums
    private let noise: BeamletNoise
    private let coherence: StructureCoherence
    private let profile: LineProfile
    private let transposed: Bool

    // Of the chain in hand; kept, since there are many chains.
    private var nodes: [ChainSearch.Node] = []
    private var slopes: [Int] = []
    private var sums: [Float] = []
    private var scores: [Float] = []
    private var sorted: [Float] = []
    private var pending: [Range<Int>] = []

    init(beamlets: BeamletSums, noise: BeamletNoise, coherence: StructureCoherence, profile: LineProfile, transposed: Bool) {
        self.beamlets = beamlets
        self.noise = noise
        self.coherence = coherence
        self.profile = profile
        self.transposed = transposed
    }

    /// The pieces of all chains, in the chains' order.
    mutating func traces(of list: ChainList) -> [LineTrace] {
        let all = list.sums(of: beamlets)
        var found: [LineTrace] = []
        for chain in list.chains {
            list.copy(chain, nodes: &nodes, slopes: &slopes)
            sums.removeAll(keepingCapacity: true)
            var beamlet = chain.beamlets.upperBound
            for i in 0..<slopes.count {
                beamlet -= 1
                sums.append(
                    chain.sign.factor * all[beamlet]
                        * noise.inverseSigma(strip: nodes[i].strip, column: nodes[i].column, slopeIndex: slopes[i]))
            }
            found += pieces(sign: chain.sign.factor)
        }
        return found
    }

    private mutating func pieces(sign: Float) -> [LineTrace] {
        pending.removeAll(keepingCapacity: true)
        pending.append(slopes.indices)
        var found: [LineTrace] = []
        while let range = pending.popLast() {
            guard let piece = standingOut(in: range) else { continue }
            if piece.lowerBound - range.lowerBound >= ChainSearch.fewestBeamlets { pending.append(range.lowerBound..<piece.lowerBound) }
            if range.upperBound - piece.upperBound >= ChainSearch.fewestBeamlets { pending.append(piece.upperBound..<range.upperBound) }
            if let trace = trace(piece, sign: sign) { found.append(trace) }
        }
        return found.sorted { $0.nodes[0].strip < $1.nodes[0].strip }
    }

    /// What a piece measures; nil where old structure explains too much of it.
    private func trace(_ piece: Range<Int>, sign: Float) -> LineTrace? {
        // Old structure can only take from the score.
        var plain = 0.0
        for i in piece { plain += Double(ChainSearch.score(of: sums[i])) }
        guard plain > Double(ChainSearch.lowestScore) else { return nil }
        let root = Float(BeamletSums.rowsPerStrip).squareRoot()
        let measured = piece.map { i -> LineTrace.Beamlet in
            let (strip, column, slope) = (nodes[i].strip, nodes[i].column, slopes[i])
            let structure = coherence.structure(strip: strip, column: column, slopeIndex: slope)
            let unit = noise.sigma(strip: strip, column: column, slopeIndex: slope) * root
            return LineTrace.Beamlet(sum: sums[i], single: structure.single / unit, dipole: structure.dipole / unit, offset: 0)
        }
        guard LineTrace.score(of: measured, structureShare: coherence.share) > Double(ChainSearch.lowestScore) else { return nil }
        let trace = LineTrace(
            nodes: Array(nodes[piece.lowerBound...piece.upperBound]), beamlets: measured, profile: profile, sign: sign,
            transposed: transposed, structureShare: coherence.share)
        return trace.centred(slopes: Array(slopes[piece]), on: beamlets)
    }

    private mutating func standingOut(in range: Range<Int>) -> Range<Int>? {
        let rows = Float(BeamletSums.rowsPerStrip)
        let root = rows.squareRoot()
        var amplitude = ChainSearch.assumedAmplitude
        var piece = range
        for _ in 0..<3 {
            let peak = 2 * rows * amplitude * amplitude
            scores.removeAll(keepingCapacity: true)
            for i in range { scores.append(max(-peak, min(peak, amplitude * root * sums[i] - rows * amplitude * amplitude / 2))) }
            guard let best = LargestRun(of: scores)?.range else { return nil }
            piece = (range.lowerBound + best.lowerBound)..<(range.lowerBound + best.upperBound)
            sorted.removeAll(keepingCapacity: true)
            sorted.append(contentsOf: sums[piece])
            sorted.sort()
            let trim = sorted.count / 5
            let middle = trim..<(sorted.count - trim)
            var total: Float = 0
            for i in middle { total += sorted[i] }
            amplitude = max(0.5, min(6, total / Float(middle.count) / root))
        }
        return piece
    }
}
