/// The law by which chance objects thin out with their score, fitted on the scene's own objects: beyond `threshold` their number falls as
/// exp(−rate · (score − threshold)), with a rate that is known as well as `shape` objects tell it.
///
/// What is expected far out is the mean over the rates that may be: with a gamma law of the rate, count · (1 + rate · x / shape)^−shape at x beyond the
/// threshold (the predictive law of Lomax). The likeliest rate alone would promise too few of the rarest.
///
/// Real change is in the sample too. The largest scores are therefore censored in the fit (known to be large, not how large), and a prior worth
/// ten objects keeps scenes with few from ruling. Source of the idea: Efron, "Large-Scale Simultaneous Hypothesis Testing: The Choice
/// of a Null Hypothesis" (2004); of the estimate: the maximum likelihood of a censored exponential.
public struct NullTail: Sendable, Equatable, Codable {
    /// Score at which counting begins.
    public var threshold: Double
    /// Objects beyond the threshold.
    public var count: Double
    /// Falling rate, per unit of score.
    public var rate: Double
    /// As many objects would tell the rate as well.
    public var shape: Double

    private static let priorObjects = 10.0

    /// Of no object at all.
    public static let none = NullTail(threshold: 0, count: 0, rate: 1, shape: priorObjects)

    /// The law beyond a threshold, of a sample in which real objects are the strongest.
    ///
    /// - Parameters:
    ///   - scores: of all objects found, in any order.
    ///   - priorRate: rate expected before seeing them.
    ///   - censoredShare: share of the scores that may be real.
    static func fit(scores: [Double], threshold: Double, priorRate: Double, censoredShare: Double) -> NullTail {
        let excess = scores.filter { $0 > threshold }.map { $0 - threshold }.sorted()
        let kept = Int((Double(excess.count) * (1 - censoredShare)).rounded(.up))
        var exposure = priorObjects / priorRate
        for (index, value) in excess.enumerated() { exposure += index < kept ? value : excess[max(0, kept - 1)] }
        let rate = (Double(kept) + priorObjects) / exposure
        return NullTail(threshold: threshold, count: max(1, Double(excess.count)), rate: rate, shape: Double(kept) + priorObjects)
    }

    /// The law of scores within a window, whatever lies beyond it: real objects may be many there, and chance ones few.
    ///
    /// The estimate is the most likely rate of an exponential cut off at the window's upper end, with a gamma prior worth ten objects; the count is
    /// that beyond the lower end, the part beyond the upper one by the law.
    ///
    /// - Parameters:
    ///   - scores: of all objects found, in any order.
    ///   - window: where the law holds: from where objects no longer hide each other to where they may be real.
    ///   - priorRate: rate expected before seeing them.
    static func fit(scores: [Double], within window: ClosedRange<Double>, priorRate: Double) -> NullTail {
        let excess = scores.filter(window.contains).map { $0 - window.lowerBound }
        let width = window.upperBound - window.lowerBound
        let count = Double(excess.count)
        let exposure = excess.reduce(priorObjects / priorRate, +)
        // The derivative of the logarithm of the posterior; it falls with the rate.
        func slope(_ rate: Double) -> Double {
            let beyond = exponential(-rate * width)
            return (count + priorObjects) / rate - exposure - count * width * beyond / (1 - beyond)
        }
        var (low, high) = (0.02, 5.0)
        for _ in 0..<50 {
            let middle = (low + high) / 2
            if slope(middle) > 0 { low = middle } else { high = middle }
        }
        let beyond = exponential(-low * width)
        let seen = 1 - beyond
        // The posterior's curvature at its highest, as a gamma law with that rate would have it.
        let shape = count + priorObjects - count * (low * width) * (low * width) * beyond / (seen * seen)
        return NullTail(threshold: window.lowerBound, count: max(1, count / seen), rate: low, shape: max(1, shape))
    }

    /// How many objects of at least this score chance makes in the whole scene.
    func expectedCount(atLeast score: Double) -> Double {
        count * share(atLeast: score)
    }

    /// Of all objects, those of at least this score.
    func share(atLeast score: Double) -> Double {
        guard score > threshold else { return 1 }
        return exponential(-shape * naturalLogarithm(1 + rate * (score - threshold) / shape))
    }
}

/// An accepted object's standing against chance.
public struct Significance: Sendable, Equatable {
    /// Objects this strong that chance makes in 1 000 km² of imagery without change.
    public var falseAlarmsPer1000SquareKilometres: Double
    /// One minus the chance that noise makes at least one such object in what was observed.
    public var confidence: Double

    init(expectedCount: Double, observedSquareKilometres: Double) {
        falseAlarmsPer1000SquareKilometres = observedSquareKilometres > 0 ? expectedCount * 1000 / observedSquareKilometres : .infinity
        confidence = exponential(-expectedCount)
    }
}
