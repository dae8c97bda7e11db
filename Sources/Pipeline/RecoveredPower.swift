import ChangeDetection
import Claims
import Geodesy
import Raster

/// What the recovered share of implants says of earthworks that were not found: answers for the claims.
///
/// An answer is a lower bound with 90 % confidence for one of the reference section (Clopper and Pearson, "The use of confidence or fiducial
/// limits illustrated in the case of the binomial", Biometrika 26 (1934)). A longer or stronger earthwork is not harder to find than a shorter
/// or weaker one; so implants up to the asked size and strength bound the power together, from whichever least size and strength bounds it best.
struct RecoveredPower: Sendable {
    private let outcomes: [InjectionOutcome]
    private let minimumPower: Double

    /// So many implants can bound a power of 0.9 if all of them are recovered; with fewer inside a place all of its tiles answer for it.
    static let enough = 22
    private static let confidence = 0.9

    /// - Parameter minimumPower: what the detectable size is found with.
    init(outcomes: [InjectionOutcome], minimumPower: Double = 0.9) {
        self.outcomes = outcomes
        self.minimumPower = minimumPower
    }

    /// nil where no implant fits the question: none of its kind in tiles that touch the place, or none with an onset between its days.
    func answer(_ question: PowerQuestion) throws -> DetectionPower? {
        let near = try outcomes.filter { try question.place.overlaps(Place(id: $0.tile, polygons: [[$0.footprint]])) }
        let fitting = near.flatMap(\.implants).filter { implant in
            implant.kind == question.kind && question.since.map { implant.firstSeen > $0 } ?? true
                && question.by.map { implant.firstSeen <= $0 } ?? true
        }
        guard !fitting.isEmpty else { return nil }
        let isInside = try question.place.containment(of: fitting.map(\.middle))
        let inside = zip(fitting, isInside).filter(\.1).map(\.0)
        let counted = inside.count(where: Self.isReference) >= Self.enough ? inside : fitting
        guard counted.contains(where: Self.isReference) else { return nil }
        let trials = counted.map { implant in
            Trial(
                size: implant.sizeMetres, strength: implant.strength,
                isFound: implant.isRecovered && question.by.map { by in implant.recoveredFirstSeen.map { $0 <= by } ?? false } ?? true)
        }
        let sizes = Set(trials.map(\.size)).sorted()
        return DetectionPower(
            detectableLengthMetres: sizes.first { Self.power(of: $0, trials) >= minimumPower },
            power: Self.power(of: question.sizeMetres, trials))
    }

    private static func isReference(_ implant: InjectionOutcome.Implant) -> Bool { implant.strength == 1 }

    struct Trial: Sendable {
        var size: Double
        var strength: Double
        var isFound: Bool
    }

    /// The bound for a size, of the reference strength. 0 below the smallest size tried; beyond the largest that one's.
    static func power(of size: Double, _ trials: [Trial]) -> Double {
        let noEasier = trials.filter { $0.size <= size * (1 + 1e-9) && $0.strength <= 1 && $0.strength > 0 }
        var best = 0.0
        for leastStrength in Set(noEasier.map(\.strength)) {
            for leastSize in Set(noEasier.map(\.size)) {
                let pooled = noEasier.filter { $0.strength >= leastStrength && $0.size >= leastSize }
                best = max(best, lowerBound(found: pooled.count(where: \.isFound), of: pooled.count))
            }
        }
        return best
    }

    /// The chance p for which `found` or more of `count` have a chance of one less the confidence.
    static func lowerBound(found: Int, of count: Int) -> Double {
        guard found > 0, found <= count else { return 0 }
        var (low, high) = (0.0, 1.0)
        for _ in 0..<50 {
            let middle = (low + high) / 2
            if atLeast(found, of: count, chance: middle) > 1 - confidence { high = middle } else { low = middle }
        }
        return low
    }

    /// P(X ≥ found) of a binomial law. Terms are taken relative to the likeliest, so that none that matters underflows.
    private static func atLeast(_ found: Int, of count: Int, chance: Double) -> Double {
        guard chance > 0 else { return 0 }
        guard chance < 1 else { return 1 }
        let odds = chance / (1 - chance)
        let mode = min(count, Int(Double(count + 1) * chance))
        var (all, above) = (0.0, 0.0)
        func add(_ term: Double, _ i: Int) {
            all += term
            if i >= found { above += term }
        }
        var term = 1.0
        for i in mode...count {
            add(term, i)
            term *= Double(count - i) / Double(i + 1) * odds
        }
        term = 1.0
        for i in stride(from: mode, to: 0, by: -1) {
            term *= Double(i) / Double(count - i + 1) / odds
            add(term, i - 1)
        }
        return above / all
    }
}
