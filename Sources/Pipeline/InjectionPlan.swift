import ChangeDetection
import Raster

/// What is implanted into a tile, and how much of it.
struct InjectionPlan: Sendable, Equatable {
    /// Times the shares of a tile are searched again with implants in them.
    var rounds = 2
    /// Of a larger tile a window of this side is searched in each round; a further analysis of all of it would tell little more.
    var largestSide = 2048
    /// Share of the pixels that implants may change, at three pixels of width: the noise that an analysis estimates is then the tile's own.
    var implantedShare = 0.015
    /// Implants keep this far from each other and from what was found: the reach of the line search's flanks and of its gaps.
    var spacingPixels = 20
    /// At most so many of one length in a round; more would not narrow the power's interval usefully.
    var mostOfOneSize = 60
    /// Strengths in turn. Most are of the reference section, which answers are about.
    var strengths = [1, 1, 0.5, 1, 2, 0.5]
    /// From the shortest length that is looked for, each twice the one before, up to this share of the searched side.
    var longestShare = 0.6
    /// Two pixels are the least that can have a middle and a rim; beyond seven it is no position but a pad.
    var compactDiametersPixels = [2.0, 3, 4.5, 7]
    var compactOfEachSize = 4
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
        if let last = lengths.last, longestShare * side >= 1.4 * last { lengths.append(longestShare * side) }
        return lengths
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
