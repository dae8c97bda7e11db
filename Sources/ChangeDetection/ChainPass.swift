import PixelKernels

/// One pass of `ChainSearch` over the strips.
///
/// Scores are kept as 16-bit integers in steps of 1/8 nat, which rounds the turns' priors by some 2 % and a beamlet's score by 0.04 nats (root mean square),
/// and spans 8 100 nats: a line of the highest score over 11 700 rows. Beyond it longer chains no longer win over shorter ones.
struct ChainPass {
    /// Steps of the score a nat.
    private static let steps: Float = 8
    /// Stored score of a chain that is only begun; somewhat above the lowest integer, since scores below it do not matter but must not wrap.
    private static let nothing: Int16 = -32_600
    private static let costs: KernelSet.ChainCosts = {
        let rows = Float(BeamletSums.rowsPerStrip)
        let gain = ChainSearch.assumedAmplitude * rows.squareRoot()
        func stepped(_ nats: Float) -> Int16 { Int16((nats * steps).rounded()) }
        return KernelSet.ChainCosts(
            nothing: nothing, highest: 32_700, marked: limit,
            beamlet: stepped(rows * ChainSearch.assumedAmplitude * ChainSearch.assumedAmplitude / 2),
            top: stepped(gain * ChainSearch.highestSum), bottom: stepped(gain * ChainSearch.lowestSum), turn: stepped(-ChainSearch.turn),
            straight: stepped(-ChainSearch.straight))
    }()
    private static let limit = nothing + Int16(ChainSearch.lowestScore * steps)

    /// By sign, as they were met; but for those of the last strip, see `end`.
    private(set) var candidates: [[ChainSearch.Candidate]] = [[], []]
    /// Chains that end at the last strip, by sign, of which it is not known yet whether a continuation is better.
    private var pending: [[Pending]] = [[], []]
    /// Words of origins in a row of them.
    let originPitch: Int

    private let beamlets: BeamletSums
    private let noise: BeamletNoise
    private let words: Int
    private let kernels = KernelSet.best
    private let slopes = Array(0..<BeamletSums.slopeCount)
    private let scratch: BeamletScratch
    private let rows: Rows
    /// Where the local factor is lowest and the slope's spread least: `KernelSet.standardiseSums` gives steps of the score by these.
    private let numerator: Float
    private let gains: [UInt16]

    init(beamlets: BeamletSums, noise: BeamletNoise, words: Int) {
        self.beamlets = beamlets
        self.noise = noise
        self.words = words
        scratch = BeamletScratch(width: beamlets.width, transposed: beamlets.isTransposed)
        rows = Rows(width: beamlets.width)
        originPitch = rows.paddedWidth
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
        var previous: UnsafeMutablePointer<Int16>
        var current: UnsafeMutablePointer<Int16>
        let factors: UnsafeMutablePointer<UInt16>
        let sums: UnsafeMutablePointer<Int16>
        let marks: UnsafeMutablePointer<UInt8>
        /// Best scores over the slopes, for 16 columns at a time and as many on each side.
        let best: UnsafeMutablePointer<Int16>
        private let scores: UnsafeMutablePointer<Int16>

        init(width: Int) {
            let slopes = BeamletSums.slopeCount
            paddedWidth = (width + 15) / 16 * 16
            // An odd number of cache lines, so that the rows of slopes do not contend for the same places.
            pitch = (paddedWidth + 2 * Self.margin + 63) / 64 * 64 + 32
            signPitch = (slopes + 1) * pitch
            scores = .allocate(capacity: 4 * signPitch)
            scores.initialize(repeating: ChainPass.nothing, count: 4 * signPitch)
            previous = scores + Self.margin
            current = scores + 2 * signPitch + Self.margin
            factors = .allocate(capacity: paddedWidth)
            factors.initialize(repeating: 0, count: paddedWidth)
            sums = .allocate(capacity: slopes * BeamletScratch.tile)
            sums.initialize(repeating: 0, count: slopes * BeamletScratch.tile)
            marks = .allocate(capacity: paddedWidth / 16 + 2)
            marks.initialize(repeating: 0, count: paddedWidth / 16 + 2)
            best = .allocate(capacity: paddedWidth + 32)
            best.initialize(repeating: ChainPass.nothing, count: paddedWidth + 32)
        }

        deinit {
            scores.deallocate()
            factors.deallocate()
            sums.deallocate()
            marks.deallocate()
            best.deallocate()
        }
    }

    /// Extends all chains by the beamlets of one strip; strips come one after another.
    ///
    /// - Parameter origins: the strip's room in `ChainSearch.origins`.
    mutating func extend(strip: Int, origins: UnsafeMutablePointer<UInt16>) {
        let tile = BeamletScratch.tile
        beamlets.filterRows(strip: strip, columns: 0..<beamlets.width, scratch: scratch)
        noise.fillInverseFactors(rows.factors, strip: strip, numerator: numerator)
        for left in stride(from: 0, to: rows.paddedWidth, by: tile) {
            let count = min(tile, rows.paddedWidth - left)
            beamlets.sumHalves(from: left, count: count, slopes: slopes, scratch: scratch)
            for slope in slopes {
                kernels.standardiseSums(
                    scratch.upper(slope), scratch.lower(slope), factors: rows.factors + left, gain: gains[slope],
                    into: rows.sums + slope * tile, count: count)
            }
            kernels.extendChains(
                sums: rows.sums, sumPitch: tile, costs: Self.costs, previous: rows.previous + left, current: rows.current + left,
                pitch: rows.pitch, signPitch: rows.signPitch, origins: origins + left, originPitch: originPitch, groups: words,
                marks: rows.marks + 1 + left / 16, count: count)
        }
        clearEdges()
        settle(strip: strip - 1, origins: UnsafePointer(origins))
        collect(strip: strip)
        swap(&rows.previous, &rows.current)
    }

    /// No chain leaves the plane, and none begins beside it.
    private func clearEdges() {
        let width = beamlets.width
        for sign in ChainSearch.Sign.allCases {
            for slope in slopes {
                let row = rows.current + sign.rawValue * rows.signPitch + slope * rows.pitch
                let shift = slope - BeamletSums.maximumSlope
                let first = min(width, max(0, shift))
                let end = max(0, min(width, width + shift))
                row.update(repeating: Self.nothing, count: first)
                (row + end).update(repeating: Self.nothing, count: rows.paddedWidth - end)
            }
        }
    }

    private struct Pending {
        let score: Int16
        let column: Int
        let slope: Int
    }

    /// Keeps of the chains that end at a strip those that no beamlet of the next one improves.
    ///
    /// - Parameter origins: of the next strip; nil where there is none.
    private mutating func settle(strip: Int, origins: UnsafePointer<UInt16>?) {
        for sign in ChainSearch.Sign.allCases {
            let scores = rows.current + sign.rawValue * rows.signPitch
            for end in pending[sign.rawValue] {
                let isImproved =
                    origins.map { origins in
                        (max(0, end.slope - 1)...min(slopes.count - 1, end.slope + 1)).contains { slope in
                            let (word, place) = slope.quotientAndRemainder(dividingBy: KernelSet.slopesPerWord)
                            let origin = origins[(sign.rawValue * words + word) * originPitch + end.column] >> UInt16(2 * place) & 3
                            let column = end.column + slope - BeamletSums.maximumSlope
                            return Int(origin) == end.slope - slope + 1 && column >= 0 && column < beamlets.width
                                && scores[slope * rows.pitch + column] > end.score
                        }
                    } ?? false
                if !isImproved {
                    candidates[sign.rawValue].append(
                        ChainSearch.Candidate(
                            score: Float(Int(end.score) - Int(Self.nothing)) / Self.steps, strip: strip, column: end.column,
                            slopeIndex: end.slope))
                }
            }
            pending[sign.rawValue].removeAll(keepingCapacity: true)
        }
    }

    /// After the last strip.
    mutating func end() { settle(strip: beamlets.stripCount - 1, origins: nil) }

    /// Notes the ends of chains that are better than all about them.
    private mutating func collect(strip: Int) {
        let blocks = rows.paddedWidth / 16
        let marks = rows.marks + 1
        // Chains end up to ten columns beside where their last beamlet begins.
        for block in 0..<blocks where marks[block - 1] | marks[block] | marks[block + 1] != 0 {
            for sign in ChainSearch.Sign.allCases {
                let scores = rows.current + sign.rawValue * rows.signPitch
                guard greatest(of: scores, block: block) else { continue }
                // Beside the block the columns of its neighbours are wanted; the first and the last have none.
                let best = rows.best + 16 * (block + 1)
                if block > 0 { _ = greatest(of: scores, block: block - 1) }
                if block + 1 < blocks { _ = greatest(of: scores, block: block + 1) }
                for x in 0..<16 where best[x] > Self.limit {
                    // Neighbouring ends belong to the same line; the best of them speaks for it.
                    let value = best[x]
                    guard best[x - 2] < value, best[x - 1] < value, best[x + 1] <= value, best[x + 2] <= value else { continue }
                    let column = 16 * block + x
                    let slope = slopes.first { scores[$0 * rows.pitch + column] == value } ?? 0
                    pending[sign.rawValue].append(Pending(score: value, column: column, slope: slope))
                }
            }
        }
    }

    private func greatest(of scores: UnsafeMutablePointer<Int16>, block: Int) -> Bool {
        kernels.greatestOfRows(
            scores + 16 * block, pitch: rows.pitch, rows: BeamletSums.slopeCount, limit: Self.limit, into: rows.best + 16 * (block + 1))
    }
}
