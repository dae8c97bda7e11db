/// How often each magnitude of 16-bit integers was seen.
struct LevelHistogram {
    private var counts = [UInt32](repeating: 0, count: 32_769)
    private var total = 0

    /// Adds the sums of two rows at every `step`th place below `count` from the `first` on, but those of zero.
    mutating func add(_ upper: UnsafePointer<Int16>, _ lower: UnsafePointer<Int16>, from first: Int, step: Int, count: Int) {
        total += counts.withUnsafeMutableBufferPointer { counts in
            var added = 0
            for x in stride(from: first, to: count, by: step) {
                let value = upper[x] &+ lower[x]
                guard value != 0 else { continue }
                counts[Int(value.magnitude)] &+= 1
                added &+= 1
            }
            return added
        }
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
