/// What two signed changes against the same reference date have in common: the reference's own noise.
public enum SharedNoise {
    /// Pixels that the correlation is learnt from, at most; they tell it to one in a hundred.
    private static let sampleCount = 1 << 15

    /// Correlation of two changes where nothing changed, by the robust spreads of their sum and difference; 0 where too little was seen of both.
    ///
    /// - Parameters: levels of one size, −128 not observed.
    public static func correlation(_ first: [Int8], _ second: [Int8]) -> Double {
        precondition(first.count == second.count, "the changes differ in size")
        var (sums, differences): ([Float], [Float]) = ([], [])
        for i in stride(from: 0, to: first.count, by: max(1, first.count / sampleCount) | 1) where first[i] != -128 && second[i] != -128 {
            sums.append(Float(first[i]) + Float(second[i]))
            differences.append(Float(first[i]) - Float(second[i]))
        }
        let (common, own) = (RobustStatistics.trimmedRootMeanSquare(sums), RobustStatistics.trimmedRootMeanSquare(differences))
        guard sums.count >= 256, common + own > 0 else { return 0 }
        return Double((common * common - own * own) / (common * common + own * own))
    }
}
