/// At which splits of a stack of dates a step is looked for.
///
/// A step between dates t − 1 and t shows itself at other splits too. Of N clear dates of equal weight its contrast to noise at the split s is √(o(s)/o(t)) of that at its own, where
/// o(k) = k / (N − k), or the inverse where s > t: the logarithm of o is an even measure of the splits. The middle splits of many dates lie close together, so that few have to be searched,
/// and their number grows with the logarithm of N. When a work came is told from all dates (`ObjectSeries`), whatever split found it.
public enum SplitLattice {
    /// Most of its contrast that a step may lose, between two splits that are searched.
    public static let largestLoss = 0.15

    /// The fewest splits, ascending, beside which no step loses more; each the index of the first later date.
    public static func splits(of dateCount: Int) -> [Int] {
        var chosen: [Int] = []
        var uncovered = 1
        while uncovered < dateCount {
            let split = (uncovered..<dateCount).last { contrast(of: uncovered, at: $0, of: dateCount) >= 1 - largestLoss } ?? uncovered
            chosen.append(split)
            uncovered = (split..<dateCount).first { contrast(of: $0, at: split, of: dateCount) < 1 - largestLoss } ?? dateCount
        }
        return chosen
    }

    /// Contrast to noise of a step between the dates before `step` and those from it on at another split, relative to that at its own.
    public static func contrast(of step: Int, at split: Int, of dateCount: Int) -> Double {
        func odds(_ k: Int) -> Double { Double(k) / Double(dateCount - k) }
        return (min(odds(step), odds(split)) / max(odds(step), odds(split))).squareRoot()
    }
}
