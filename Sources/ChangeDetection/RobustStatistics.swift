/// Location and spread that a share of outliers does not move.
enum RobustStatistics {
    /// The `fraction` quantile (0…1) of the values; 0 for none. Reorders `values`.
    static func quantile(_ values: inout [Float], _ fraction: Double) -> Float {
        guard !values.isEmpty else { return 0 }
        let rank = min(values.count - 1, max(0, Int(Double(values.count - 1) * fraction + 0.5)))
        return select(&values, rank)
    }

    static func median(_ values: inout [Float]) -> Float { quantile(&values, 0.5) }

    /// 1.4826 · median |x|: the standard deviation of a centred normal sample.
    static func centredDeviation(_ values: [Float]) -> Float {
        var magnitudes = values.map(abs)
        return 1.4826 * median(&magnitudes)
    }

    /// The root mean square of the values left when the largest `share` in magnitude is taken away, corrected so that a normal sample gives
    /// its standard deviation. Unlike the median deviation it sees heavy tails up to the share, which is what edges make.
    static func trimmedRootMeanSquare(_ values: [Float], trimming share: Double = 0.01) -> Float {
        var magnitudes = values
        return trimmedRootMeanSquare(&magnitudes, in: values.indices, trimming: share)
    }

    /// The same of some of the values, which are replaced by their magnitudes and reordered.
    static func trimmedRootMeanSquare(_ values: inout [Float], in range: Range<Int>, trimming share: Double = 0.01) -> Float {
        guard !range.isEmpty else { return 0 }
        let kept = max(1, Int(Double(range.count) * (1 - share)))
        let sum = values.withUnsafeMutableBufferPointer { values in
            let magnitudes = UnsafeMutableBufferPointer(rebasing: values[range])
            for i in magnitudes.indices { magnitudes[i] = abs(magnitudes[i]) }
            let limit = select(magnitudes, kept - 1)
            var sum = 0.0
            for value in magnitudes.prefix(kept) where value <= limit { sum += Double(value) * Double(value) }
            return sum
        }
        return Float((sum / Double(kept)).squareRoot()) * Float(trimCorrection(share))
    }

    /// One over the standard deviation of a standard normal cut at its two-sided `share` quantile: E[x² ; |x| < c] = 1 − share − 2 c φ(c).
    static func trimCorrection(_ share: Double) -> Double {
        guard share > 0 else { return 1 }
        let c = Normal.upperQuantile(share / 2)
        let inside = 1 - share - 2 * c * Normal.density(c)
        return 1 / (inside / (1 - share)).squareRoot()
    }

    /// Hoare's selection: the value of the given rank; the array is partly ordered around it.
    static func select(_ values: inout [Float], _ rank: Int) -> Float {
        values.withUnsafeMutableBufferPointer { select($0, rank) }
    }

    /// The same in place. - Precondition: the rank is one of the indices.
    private static func select(_ v: UnsafeMutableBufferPointer<Float>, _ rank: Int) -> Float {
        var low = 0
        var high = v.count - 1
        while low < high {
            let middle = low + (high - low) / 2
            let (a, b, c) = (v[low], v[middle], v[high])
            let pivot = max(min(a, b), min(max(a, b), c))
            var i = low
            var j = high
            while i <= j {
                while v[i] < pivot { i += 1 }
                while v[j] > pivot { j -= 1 }
                if i <= j {
                    v.swapAt(i, j)
                    i += 1
                    j -= 1
                }
            }
            if rank <= j {
                high = j
            } else if rank >= i {
                low = i
            } else {
                return v[rank]
            }
        }
        return v[rank]
    }
}

/// The standard normal distribution.
enum Normal {
    static func density(_ x: Double) -> Double { 0.398_942_280_401_432_7 * exponential(-x * x / 2) }

    /// x such that a standard normal exceeds it with probability `p`, 0 < p < 1. Source: Abramowitz & Stegun 26.2.23, error below 4.5e-4.
    static func upperQuantile(_ p: Double) -> Double {
        if p > 0.5 { return -upperQuantile(1 - p) }
        let t = (-2 * naturalLogarithm(p)).squareRoot()
        return t - (2.515517 + t * (0.802853 + t * 0.010328)) / (1 + t * (1.432788 + t * (0.189269 + t * 0.001308)))
    }
}

/// ln x for x > 0, by the series of artanh after taking out the power of two: the same on every machine.
func naturalLogarithm(_ x: Double) -> Double {
    guard x > 0, x.isFinite else { return x == 0 ? -.infinity : .nan }
    let s = x.significand > 1.414_213_562_373_095 ? x.significand / 2 : x.significand
    let exponent = x.significand > 1.414_213_562_373_095 ? Int(x.exponent) + 1 : Int(x.exponent)
    let t = (s - 1) / (s + 1)
    var term = t
    var sum = 0.0
    for n in 0..<14 {
        sum += term / Double(2 * n + 1)
        term *= t * t
    }
    return 2 * sum + Double(exponent) * 0.693_147_180_559_945_3
}
