import Foundation

/// Limits of a count of rare, independent events.
enum Poisson {
    /// The largest mean at which `count` or fewer still happen in one case of twenty (F. Garwood, "Fiducial limits for the Poisson
    /// distribution", Biometrika 28, 1936): 3.0 for none.
    static func upperLimit(count: Int) -> Double {
        var low = Double(count)
        var high = 2 * Double(count) + 10
        for _ in 0..<60 {
            let middle = (low + high) / 2
            if cumulative(count, mean: middle) > 0.05 { low = middle } else { high = middle }
        }
        return (low + high) / 2
    }

    /// The smallest number that is not exceeded in 95 of 100 cases.
    static func quantile95(mean: Double) -> Int {
        guard mean > 0, mean.isFinite else { return 0 }
        // Beyond this the normal curve serves as well, and the sum below would underflow.
        guard mean < 500 else { return Int(min(mean + 1.645 * mean.squareRoot(), 1e9).rounded(.up)) }
        var term = exp(-mean)
        var sum = term
        var count = 0
        while sum < 0.95 {
            count += 1
            term *= mean / Double(count)
            sum += term
        }
        return count
    }

    /// P(X ≤ count), by logarithms, so that large means do not underflow.
    private static func cumulative(_ count: Int, mean: Double) -> Double {
        guard mean > 0 else { return 1 }
        var logTerm = -mean
        var sum = exp(logTerm)
        for k in stride(from: 1, through: count, by: 1) {
            logTerm += log(mean / Double(k))
            sum += exp(logTerm)
        }
        return sum
    }
}
