/// The law by which chance makes sites: how blob peaks thin out with their score, and at which score each would stand out enough to be a work.
///
/// A wide blob needs a far higher score to stand out by `SiteSearch.lowestContrast` a pixel than a narrow one. Peaks that do not are no sites, and a count
/// of all peaks would expect several times the chance sites that there are.
public struct SiteLaw: Sendable, Equatable, Codable {
    /// Of all peaks.
    let tail: NullTail
    /// Peaks by the score that they would need to stand out: bin k from `tail.threshold` + k · `binWidth`; those that would need more than the last are left out.
    private let counts: [Double]

    private static let binWidth = 0.5
    private static let bins = 96

    /// - Parameter neededScores: for every peak the score with which it would stand out.
    init(tail: NullTail, neededScores: [Double]) {
        self.tail = tail
        var counts = [Double](repeating: 0, count: Self.bins)
        for needed in neededScores {
            let bin = max(0, (needed - tail.threshold) / Self.binWidth)
            if bin < Double(Self.bins) { counts[Int(bin)] += 1 }
        }
        self.counts = counts
    }

    /// How many sites of at least this score chance makes in the whole scene.
    func expectedCount(atLeast score: Double) -> Double {
        var sum = 0.0
        for (bin, count) in counts.enumerated() where count > 0 {
            sum += count * tail.share(atLeast: max(score, tail.threshold + Double(bin) * Self.binWidth))
        }
        // One peak is what a scene without any could have had.
        return max(sum, tail.share(atLeast: score))
    }
}
