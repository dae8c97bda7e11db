import PixelKernels

/// One pass of `ChainSearch` over the strips.
///
/// Scores are kept as 16-bit integers in steps of 1/8 nat, which rounds the turns' priors by some 2 % and a beamlet's score by 0.04 nats (root mean square),
/// and spans 2 000 nats: a line of the highest score over 2 900 rows. Beyond it longer chains no longer win over shorter ones.
struct ChainPass {
    /// Steps of the score a nat.
    private static let steps: Float = 8
    /// Stored score of a chain that is only begun; somewhat above the lowest integer, since scores below it do not matter but must not wrap.
    private static let nothing: Int16 = -8000
    private static let costs: KernelSet.ChainCosts = {
        let rows = Float(BeamletSums.rowsPerStrip)
        let gain = ChainSearch.assumedAmplitude * rows.squareRoot()
        func stepped(_ nats: Float) -> Int16 { Int16((nats * steps).rounded()) }
        return KernelSet.ChainCosts(
            nothing: nothing, highest: 7800, marked: limit,
            beamlet: stepped(rows * ChainSearch.assumedAmplitude * ChainSearch.assumedAmplitude / 2),
            top: stepped(gain * ChainSearch.highestSum), bottom: stepped(gain * ChainSearch.lowestSum), turn: stepped(-ChainSearch.turn),
            straight: stepped(-ChainSearch.straight))
    }()
    private static let limit = nothing + Int16(ChainSearch.lowestScore * steps)
    private static let drop = Int16(ChainSearch.largestDrop * steps)
    /// As the kernel stores it.
    private static let storedNothing = nothing * KernelSet.ChainCosts.stored

    /// By sign, as they were met; but for those of the last strip, see `end`.
    private(set) var candidates: [[ChainSearch.Candidate]] = [[], []]
    /// Chains that end at the last strip, by sign, of which it is not known yet whether a continuation is better.
    private var pending: [[Pending]] = [[], []]
    /// By sign.
    private(set) var trees: [ChainTree]
    private let origins: ChainOrigins

    private let beamlets: BeamletSums
    private let noise: BeamletNoise
    private let kernels = KernelSet.best
    private let slopes = Array(0..<BeamletSums.slopeCount)
    private let scratch: BeamletScratch
    private let rows: Rows
    /// Where the local factor is lowest and the slope's spread least: `KernelSet.standardiseSums` gives steps of the score by these.
    private let numerator: Float
    private let gains: [UInt16]

    init(beamlets: BeamletSums, noise: BeamletNoise) {
        self.beamlets = beamlets
        self.noise = noise
        scratch = BeamletScratch(width: beamlets.width, transposed: beamlets.isTransposed)
        rows = Rows(width: beamlets.width)
        let origins = ChainOrigins(width: beamlets.width)
        self.origins = origins
        trees = ChainSearch.Sign.allCases.map { _ in ChainTree(width: origins.pitch) }
        let gain = ChainSearch.assumedAmplitude * Float(BeamletSums.rowsPerStrip).squareRoot() * Self.steps
        // A multiplier of 2¹⁵ stands for noise far below that of rounding to the plane's steps.
        let sigmas = noise.sigmaOfSlope.map { max($0 / beamlets.unit, gain * 131_072 / 32_767) }
        let least = sigmas.min() ?? 1
        numerator = gain * 131_072 / least
        gains = sigmas.map { UInt16(min(65_535, 65_536 * least / $0)) }
    }

    /// Rows of scores and what else a strip needs, at fixed addresses.
    private final class Rows {
        static let margin = 32
        let paddedWidth: Int
        let pitch: Int
        let signPitch: Int
        /// Two generations; column 0 of the first row of each.
        var previous: Generation
        var current: Generation
        let factors: UnsafeMutablePointer<UInt16>
        let sums: UnsafeMutablePointer<Int16>
        let marks: UnsafeMutablePointer<UInt8>
        /// Best scores over the slopes, and 16 columns on each side that have none.
        let best: UnsafeMutablePointer<Int16>
        /// Columns at which chains end.
        let peaks: UnsafeMutablePointer<Int32>
        private let scores: UnsafeMutablePointer<Int16>
        private let notes: UnsafeMutablePointer<Bool>

        struct Generation {
            let scores: UnsafeMutablePointer<Int16>
            /// The highest score that each chain had, where it is known, else that of nothing.
            let peaks: UnsafeMutablePointer<Int16>
            /// One for each 16 columns: whether peaks are known of chains that went on from them.
            let isNoted: UnsafeMutablePointer<Bool>
        }

        init(width: Int) {
            let slopes = BeamletSums.slopeCount
            paddedWidth = (width + 15) / 16 * 16
            // An odd number of cache lines, so that the rows of slopes do not contend for the same places.
            pitch = (paddedWidth + 2 * Self.margin + 63) / 64 * 64 + 32
            signPitch = (slopes + 1) * pitch
            let (size, blocks) = (2 * signPitch, paddedWidth / 16)
            // Before the first slope's row stands one of nothing, as after the last one's.
            scores = .allocate(capacity: pitch + 4 * size)
            scores.initialize(repeating: ChainPass.storedNothing, count: pitch + 4 * size)
            notes = .allocate(capacity: 2 * blocks)
            notes.initialize(repeating: false, count: 2 * blocks)
            let first = scores + pitch + Self.margin
            previous = Generation(scores: first, peaks: first + size, isNoted: notes)
            current = Generation(scores: first + 2 * size, peaks: first + 3 * size, isNoted: notes + blocks)
            factors = .allocate(capacity: paddedWidth)
            factors.initialize(repeating: 0, count: paddedWidth)
            sums = .allocate(capacity: slopes * BeamletScratch.tile)
            sums.initialize(repeating: 0, count: slopes * BeamletScratch.tile)
            marks = .allocate(capacity: paddedWidth / 16 + 2)
            marks.initialize(repeating: 0, count: paddedWidth / 16 + 2)
            peaks = .allocate(capacity: paddedWidth)
            best = .allocate(capacity: paddedWidth + 32)
            best.initialize(repeating: ChainPass.storedNothing, count: paddedWidth + 32)
        }

        deinit {
            peaks.deallocate()
            scores.deallocate()
            notes.deallocate()
            factors.deallocate()
            sums.deallocate()
            marks.deallocate()
            best.deallocate()
        }
    }

    /// Extends all chains by the beamlets of one strip; strips come one after another.
    mutating func extend(strip: Int) {
        let tile = BeamletScratch.tile
        beamlets.filterRows(strip: strip, columns: 0..<beamlets.width, scratch: scratch)
        noise.fillInverseFactors(rows.factors, strip: strip, numerator: numerator)
        for left in stride(from: 0, to: rows.paddedWidth, by: tile) {
            let count = min(tile, rows.paddedWidth - left)
            beamlets.sumHalves(from: left, count: count, halves: BeamletGeometry.shared.allHalves, scratch: scratch)
            for slope in slopes {
                kernels.standardiseSums(
                    scratch.upper(slope), scratch.lower(slope), factors: rows.factors + left, gain: gains[slope],
                    into: rows.sums + slope * tile, count: count)
            }
            kernels.extendChains(
                sums: rows.sums, sumPitch: tile, costs: Self.costs, previous: rows.previous.scores + left,
                current: rows.current.scores + left, pitch: rows.pitch, signPitch: rows.signPitch,
                origins: origins.row(strip: strip) + left, originPitch: origins.pitch, groups: ChainOrigins.words,
                marks: rows.marks + 1 + left / 16, count: count)
        }
        endFallen(strip: strip)
        clearEdges()
        for sign in trees.indices { trees[sign].begin(strip: strip) }
        settle(strip: strip - 1, isLast: false)
        collect(strip: strip)
        swap(&rows.previous, &rows.current)
    }

    /// Ends the chains that have lost what a chain may.
    private func endFallen(strip: Int) {
        let (previous, current) = (rows.previous, rows.current)
        let marks = rows.marks + 1
        let blocks = rows.paddedWidth / 16
        // What this generation knew two strips ago. Chains from one block end in the next ones too, so that all is forgotten before anything is noted.
        for block in 0..<blocks where current.isNoted[block] {
            for row in 0..<ChainSearch.Sign.allCases.count * (slopes.count + 1) where row % (slopes.count + 1) < slopes.count {
                let shift = row % (slopes.count + 1) - BeamletSums.maximumSlope
                (current.peaks + row * rows.pitch + 16 * block + shift).update(repeating: Self.storedNothing, count: 16)
            }
        }
        for block in 0..<blocks {
            current.isNoted[block] = marks[block] != 0
            guard marks[block] != 0 else { continue }
            kernels.endFallenChains(
                previousPeaks: previous.peaks + 16 * block, currentPeaks: current.peaks + 16 * block, current: current.scores + 16 * block,
                pitch: rows.pitch, signPitch: rows.signPitch, origins: origins.row(strip: strip) + 16 * block,
                originPitch: origins.pitch, groups: ChainOrigins.words, nothing: Self.nothing, drop: Self.drop)
        }
    }

    /// No chain leaves the plane, and none begins beside it.
    private func clearEdges() {
        let width = beamlets.width
        for sign in ChainSearch.Sign.allCases {
            for slope in slopes {
                let row = rows.current.scores + sign.rawValue * rows.signPitch + slope * rows.pitch
                let shift = slope - BeamletSums.maximumSlope
                let first = min(width, max(0, shift))
                let end = max(0, min(width, width + shift))
                row.update(repeating: Self.storedNothing, count: first)
                (row + end).update(repeating: Self.storedNothing, count: rows.paddedWidth - end)
            }
        }
    }

    private struct Pending {
        let score: Int16
        let column: Int
        let slope: Int
        /// Of its sign's tree.
        let beamlet: Int32
    }

    /// Keeps of the chains that end at a strip those that no beamlet of the next one improves, if they are long enough to be looked at.
    private mutating func settle(strip: Int, isLast: Bool) {
        for sign in ChainSearch.Sign.allCases {
            // Taken out and put back, so that they are changed in place.
            var kept: [ChainSearch.Candidate] = []
            swap(&kept, &candidates[sign.rawValue])
            for end in pending[sign.rawValue]
            where trees[sign.rawValue].chain(endingWith: end.beamlet, hasAtLeast: ChainSearch.fewestBeamlets)
                && (isLast || !isImproved(end, strip: strip, sign: sign))
            {
                kept.append(
                    ChainSearch.Candidate(
                        steps: (Int32(end.score) - Int32(Self.storedNothing)) / Int32(KernelSet.ChainCosts.stored), strip: Int32(strip),
                        column: Int32(end.column), beamlet: end.beamlet))
            }
            swap(&kept, &candidates[sign.rawValue])
            pending[sign.rawValue].removeAll(keepingCapacity: true)
        }
    }

    /// Whether a beamlet of the next strip continues the chain to a better score.
    private func isImproved(_ end: Pending, strip: Int, sign: ChainSearch.Sign) -> Bool {
        let scores = rows.current.scores + sign.rawValue * rows.signPitch
        for slope in max(0, end.slope - 1)...min(slopes.count - 1, end.slope + 1) {
            let column = end.column + slope - BeamletSums.maximumSlope
            guard column >= 0, column < beamlets.width, scores[slope * rows.pitch + column] > end.score else { continue }
            if origins.slopeBefore(strip: strip + 1, sign: sign, column: end.column, slope: slope) == end.slope { return true }
        }
        return false
    }

    /// After the last strip.
    mutating func end() { settle(strip: beamlets.stripCount - 1, isLast: true) }

    /// Notes the ends of chains that are better than all about them.
    private mutating func collect(strip: Int) {
        let blocks = rows.paddedWidth / 16
        let marks = rows.marks + 1
        let best = rows.best + 16
        for sign in ChainSearch.Sign.allCases {
            let scores = rows.current.scores + sign.rawValue * rows.signPitch
            for block in 0..<blocks {
                // Chains end up to ten columns beside where their last beamlet begins.
                if marks[block - 1] | marks[block] | marks[block + 1] != 0 {
                    kernels.greatestOfRows(scores + 16 * block, pitch: rows.pitch, rows: slopes.count, into: best + 16 * block)
                } else {
                    (best + 16 * block).update(repeating: Self.storedNothing, count: 16)
                }
            }
            // Neighbouring ends belong to the same line; the best of them speaks for it.
            let count = kernels.peaks(
                of: best, above: Self.limit * KernelSet.ChainCosts.stored, reach: ChainSearch.reach, into: rows.peaks,
                count: rows.paddedWidth)
            var ends: [Pending] = []
            swap(&ends, &pending[sign.rawValue])
            for k in 0..<count {
                let column = Int(rows.peaks[k])
                let score = best[column]
                var slope = 0
                while scores[slope * rows.pitch + column] != score { slope += 1 }
                let beamlet = trees[sign.rawValue].add(strip: strip, column: column, slope: slope, sign: sign, origins: origins)
                ends.append(Pending(score: score, column: column, slope: slope, beamlet: beamlet))
            }
            swap(&ends, &pending[sign.rawValue])
        }
    }
}
