/// How often each magnitude of 16-bit integers was seen.
struct LevelHistogram {
    private var counts = [UInt32](repeating: 0, count: 32_769)
    private var total = 0

    mutating func add(_ value: Int16) {
        counts[Int(value.magnitude)] += 1
        total += 1
    }

    /// `RobustStatistics.trimmedRootMeanSquare` of the values.
    func trimmedRootMeanSquare(trimming share: Double) -> Float {
        guard total > 0 else { return 0 }
        let kept = max(1, Int(Double(total) * (1 - share)))
        var left = kept
        var sum = 0.0
        for (magnitude, count) in counts.enumerated() where count > 0 {
            let taken = min(left, Int(count))
            sum += Double(taken) * Double(magnitude) * Double(magnitude)
            left -= taken
            if left == 0 { break }
        }
        return Float((sum / Double(kept)).squareRoot()) * Float(RobustStatistics.trimCorrection(share))
    }
}
