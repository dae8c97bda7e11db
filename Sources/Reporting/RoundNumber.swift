/// The numbers that scale bars and axes show.
enum RoundNumber {
    /// The largest of 1, 2 or 5 times a power of ten that is no larger than asked for; 1 where that is beyond all use.
    static func largest(atMost most: Double) -> Double {
        guard most.isFinite, most > 1e-9, most < 1e12 else { return 1 }
        var power = 1.0
        while power * 10 <= most { power *= 10 }
        while power > most { power /= 10 }
        return [5.0, 2].first { $0 * power <= most }.map { $0 * power } ?? power
    }
}
