import PixelKernels

/// Location and spread that a share of outliers does not move.
package enum RobustStatistics {
    /// The `fraction` quantile (0…1) of the values; 0 for none.
    static func quantile(_ values: [Float], _ fraction: Double) -> Float {
        guard !values.isEmpty else { return 0 }
        let rank = min(values.count - 1, max(0, Int(Double(values.count - 1) * fraction + 0.5)))
        return select(values, rank)
    }

    static func median(_ values: [Float]) -> Float { quantile(values, 0.5) }

    /// 1.4826 · median |x|: the standard deviation of a centred normal sample.
    static func centredDeviation(_ values: [Float]) -> Float { 1.4826 * median(values.map(abs)) }

    /// The root mean square of the values left when the largest `share` in magnitude is taken away, corrected so that a normal sample gives
    /// its standard deviation. Unlike the median deviation it sees heavy tails up to the share, which is what edges make.
    static func trimmedRootMeanSquare(_ values: some Collection<Float>, trimming share: Double = 0.01) -> Float {
        let magnitudes = values.map(abs)
        guard !magnitudes.isEmpty else { return 0 }
        let kept = max(1, Int(Double(magnitudes.count) * (1 - share)))
        let limit = select(magnitudes, kept - 1)
        var (sum, below) = (0.0, 0)
        for value in magnitudes where value < limit {
            sum += Double(value) * Double(value)
            below += 1
        }
        sum += Double(kept - below) * Double(limit) * Double(limit)
        return Float((sum / Double(kept)).squareRoot()) * Float(trimCorrection(share))
    }

    /// One over the standard deviation of a standard normal cut at its two-sided `share` quantile: E[x² ; |x| < c] = 1 − share − 2 c φ(c).
    static func trimCorrection(_ share: Double) -> Double {
        guard share > 0 else { return 1 }
        let c = Normal.upperQuantile(share / 2)
        let inside = 1 - share - 2 * c * Normal.density(c)
        return 1 / (inside / (1 - share)).squareRoot()
    }

    /// The value of the given rank, from 0 for the smallest. - Precondition: the rank is one of the indices.
    static func select(_ values: [Float], _ rank: Int) -> Float {
        withUnsafeTemporaryAllocation(of: Float.self, capacity: values.count) { copy in
            _ = copy.initialize(fromContentsOf: values)
            return select(copy, rank)
        }
    }

    /// The same; what it leaves in the buffer is of no use.
    ///
    /// A sample says between which two values the one looked for lies; the few between them are gathered, and of them a sample again. The result is exact:
    /// where the sample was wrong all values are searched. Source: Floyd & Rivest, "Expected time bounds for selection", Comm. ACM 18 (1975).
    private static func select(_ values: UnsafeMutableBufferPointer<Float>, _ rank: Int) -> Float {
        var (values, rank) = (values, rank)
        while values.count > 512, let (low, high) = bracket(values, rank) {
            let (below, inside) = KernelSet.best.count(of: values, from: low, upTo: high)
            guard rank >= below, rank < below + inside, inside < values.count / 2 else { break }
            if low == high { return low }
            KernelSet.best.gather(values, from: low, upTo: high)
            values = UnsafeMutableBufferPointer(rebasing: values[..<inside])
            rank -= below
        }
        return partition(values, rank)
    }

    /// Two of the values, between which the one of the rank is very likely; nil where no sample can tell them.
    private static func bracket(_ values: UnsafeMutableBufferPointer<Float>, _ rank: Int) -> (low: Float, high: Float)? {
        let count = max(64, min(512, values.count / 32))
        return withUnsafeTemporaryAllocation(of: Float.self, capacity: count) { sample in
            for i in 0..<count { sample.initializeElement(at: i, to: values[i * values.count / count]) }
            let share = Double(rank) / Double(values.count)
            let middle = Double(count) * share
            let reach = 3 * (Double(count) * share * (1 - share)).squareRoot() + 2
            let (first, last) = (Int(middle - reach), Int(middle + reach))
            // At an end of the order the sample has no limit.
            let low = first > 0 ? partition(sample, first) : -.infinity
            let high = last < count - 1 ? partition(sample, last) : .infinity
            return low <= high ? (low, high) : nil
        }
    }

    /// Hoare's selection, for few values: those of lower ranks come before it.
    private static func partition(_ v: UnsafeMutableBufferPointer<Float>, _ rank: Int) -> Float {
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

    /// The values in ascending order, by the bits of three digits each; a NaN has no place in it.
    package static func sorted(_ values: [Float]) -> [Float] {
        // In the order of these whole numbers: those of negative values turned, all above them raised.
        var keys = values.map { value in
            let bits = value.bitPattern
            return bits ^ (UInt32(bitPattern: Int32(bitPattern: bits) >> 31) | 0x8000_0000)
        }
        var other = keys
        for shift in [UInt32(0), 11, 22] {
            var places = [Int](repeating: 0, count: 2048)
            for key in keys { places[Int(key >> shift & 2047)] += 1 }
            var next = 0
            for digit in places.indices { (places[digit], next) = (next, next + places[digit]) }
            keys.withUnsafeBufferPointer { keys in
                other.withUnsafeMutableBufferPointer { other in
                    places.withUnsafeMutableBufferPointer { places in
                        for key in keys {
                            let digit = Int(key >> shift & 2047)
                            other[places[digit]] = key
                            places[digit] &+= 1
                        }
                    }
                }
            }
            swap(&keys, &other)
        }
        return keys.map { key in Float(bitPattern: key ^ (key >> 31 == 1 ? 0x8000_0000 : .max)) }
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
