import ChangeDetection
import Raster

/// What is implanted into a tile, and how much of it.
struct InjectionPlan: Sendable, Equatable {
    /// Each round is one more analysis of the searched ground. Small tiles take more, to have implants enough for an answer.
    var rounds = 2...3
    var wantedLines = 24
    /// Of a larger tile a window of this side is searched in each round; a further analysis of all of it would tell little more.
    var largestSide = 2048
    /// One line for so many pixels. The search knows chance lines by their number, one in some 4 000 pixels, and takes up to a fifth of all for real: more
    /// implants than that would pass for noise and hide each other.
    var pixelsPerLine = 32_000
    var pixelsPerSite = 16_000
    /// Share of the pixels that lines may change, at three pixels of width, so that the noise and the law of chance lines that are estimated stay the tile's own:
    /// on plain desert twice as much raised the noise by a tenth and halved the rate at which chance lines thin out.
    var implantedShare = 0.01
    /// Implants keep this far from each other and from what was found: the reach of the line search's flanks and of its gaps.
    var spacingPixels = 20
    /// Strengths in turn. Most are of the reference section, which answers are about; the others show how far an answer hangs on it.
    var strengths = [1, 1, 0.5, 1, 1, 1, 1, 2, 1, 0.5, 1, 1]
    /// From the shortest length that is looked for, each twice the one before, up to this share of the searched side: few of the longest take the room of many.
    var longestShare = 0.4
    /// Two pixels are the least that can have a middle and a rim; beyond seven it is no position but a pad.
    var compactDiametersPixels = [2.0, 3, 4.5, 7]
    var trench = ImplantSection.referenceTrench
    var position = ImplantSection.referencePosition

    /// Lengths in metres, ascending.
    func lengths(from shortest: Double, side: Double) -> [Double] {
        var lengths: [Double] = []
        var length = max(1, shortest)
        while length <= longestShare * side, lengths.count < 12 {
            lengths.append(length)
            length *= 2
        }
        // What is left at the end of the ladder is worth a rung of its own if it is a good deal longer.
        if let last = lengths.last, longestShare * side >= 1.4 * last { lengths.append((longestShare * side).rounded()) }
        return lengths
    }

    func roundCount(pixels: Int) -> Int {
        let lines = max(1, pixels / max(1, pixelsPerLine))
        return min(rounds.upperBound, max(rounds.lowerBound, (wantedLines + lines - 1) / lines))
    }

    /// Which of the sizes, by index, come in a round, in the order in which they have a claim to room. The longest comes three times as often as the short ones, and the
    /// next twice: a claim is rarely of a short line, and what is true of the longest answers for all that are longer still.
    func sequence(of sizes: Int, count: Int, round: Int, favouringLarge: Bool) -> [Int] {
        let turns = (0..<sizes).flatMap { [Int](repeating: $0, count: favouringLarge ? max(1, $0 + 4 - sizes) : 1) }
        guard !turns.isEmpty else { return [] }
        return (0..<count).map { turns[(round * count + $0) % turns.count] }
    }
}

/// Random numbers in a fixed order: SplitMix64 (G. L. Steele, D. Lea, C. H. Flood, "Fast splittable pseudorandom number generators", OOPSLA 2014).
struct InjectionRandom {
    private var state: UInt64

    /// Seeded by a name (FNV-1a) and a number.
    init(_ name: String, _ number: Int) {
        var hash: UInt64 = 0xCBF2_9CE4_8422_2325
        for byte in name.utf8 { hash = (hash ^ UInt64(byte)) &* 0x100_0000_01B3 }
        state = hash ^ (UInt64(bitPattern: Int64(number)) &* 0x9E37_79B9_7F4A_7C15)
    }

    /// In [0, 1).
    mutating func uniform() -> Double {
        state &+= 0x9E37_79B9_7F4A_7C15
        var z = state
        z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
        z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
        return Double((z ^ (z >> 31)) >> 11) * 0x1p-53
    }

    /// About normal, of variance 1 (the sum of four even ones).
    mutating func normal() -> Double { (uniform() + uniform() + uniform() + uniform() - 2) * 3.0.squareRoot() }
}
