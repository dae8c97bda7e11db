import ChangeDetection
import Raster

/// What is implanted into a tile, and how much of it.
struct InjectionPlan: Sendable, Equatable {
    /// A round compares all dates with the reference and searches them once more, by what is known from the run. So many cost no more than the run's own analysis, which of
    /// several dates compares neighbours in time too.
    var roundsOfPairs = 3
    var roundsOfStacks = 4
    /// Of a larger tile a window of this side is searched in each round; a further analysis of all of it would tell little more.
    var largestSide = 2048
    var mostLines = 2000
    var pixelsPerSite = 12_000
    /// Share of the pixels that lines may change, at three pixels of width. The laws are those of the run; but noise still varies from place to place, and lines need room
    /// beside them. Of the lines of 800 m and more in plain desert, at 0.01 were found 51 in company and 53 apart, at 0.015 59 and 60, at 0.02 67 and 82.
    var implantedShare = 0.015
    /// Implants keep this far from each other and from what was found: the reach of the line search's flanks and of its gaps.
    var spacingPixels = 28
    /// Strengths in turn. Most are of the reference section, which answers are about; the others show how far an answer hangs on it.
    var strengths = [1, 1, 1, 0.5, 1, 1, 1, 1, 1, 1, 2, 1, 1, 1, 1, 1]
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

    /// Windows of a larger tile are each a new piece of ground: no more of them than make up the tile.
    ///
    /// - Parameters:
    ///   - searched: pixels that one round searches.
    ///   - tile: pixels of the tile.
    func roundCount(searched: Int, tile: Int, dates: Int) -> Int {
        let most = dates > 2 ? roundsOfStacks : roundsOfPairs
        return searched >= tile ? most : min(most, max(1, tile / max(1, searched)))
    }

    /// Of the lengths those that another round is worth: the shortest of which nearly all were found, and the next. What is shown of these holds for all longer ones.
    ///
    /// - Parameter tried: what earlier rounds gave; nothing before the first.
    func lengths(worthMore lengths: [Double], tried: [InjectionOutcome.Implant]) -> [Double] {
        let meant = tried.filter { $0.kind == .linear && $0.strength == 1 }
        guard !meant.isEmpty else { return lengths }
        let crossing = lengths.firstIndex { length in
            let same = meant.filter { $0.sizeMetres == length }
            return !same.isEmpty && 7 * same.count { $0.isRecovered } >= 6 * same.count
        }
        guard let crossing else { return lengths.suffix(2) }
        return Array(lengths[crossing...].prefix(2))
    }

    /// Lengths of the lines of a round, the longest first, that have `room` in metres together.
    ///
    /// The two longest come twice as often as the others, since a claim is rarely of a short line and what is true of the longest answers for all that are longer still.
    func lengths(filling room: Double, from lengths: [Double]) -> [Double] {
        var room = room
        var chosen: [Double] = []
        let turn = lengths.reversed() + lengths.suffix(2).reversed()
        while true {
            let fitting = turn.filter { length in
                guard length <= room else { return false }
                room -= length
                return true
            }
            guard !fitting.isEmpty, chosen.count < mostLines else { break }
            chosen += fitting
        }
        return chosen.sorted(by: >)
    }

    /// The diameters of a round's compact works in turn, going on where the rounds before left off.
    func diameters(count: Int, round: Int) -> [Double] {
        guard !compactDiametersPixels.isEmpty else { return [] }
        return (0..<count).map { compactDiametersPixels[(round * count + $0) % compactDiametersPixels.count] }
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
