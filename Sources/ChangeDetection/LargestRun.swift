/// The run of neighbouring scores with the largest sum.
struct LargestRun {
    let range: Range<Int>

    /// nil where no score is positive.
    init?<Score: BinaryFloatingPoint>(of scores: [Score]) {
        var best: (sum: Score, range: Range<Int>)?
        var (sum, start): (Score, Int) = (0, 0)
        for (i, score) in scores.enumerated() {
            if sum <= 0 {
                sum = 0
                start = i
            }
            sum += score
            if sum > (best?.sum ?? 0) { best = (sum, start..<(i + 1)) }
        }
        guard let best else { return nil }
        range = best.range
    }
}
