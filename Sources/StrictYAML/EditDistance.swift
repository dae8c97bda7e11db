/// How many letters two words differ by.
public enum EditDistance {
    /// Levenshtein's distance: the fewest insertions, deletions and replacements of one letter that turn `a` into `b`.
    public static func between(_ a: String, _ b: String) -> Int {
        let a = Array(a.unicodeScalars)
        let b = Array(b.unicodeScalars)
        var row = Array(0...b.count)
        for i in 0..<a.count {
            var diagonal = row[0]
            row[0] = i + 1
            for j in 0..<b.count {
                let replaced = diagonal + (a[i] == b[j] ? 0 : 1)
                diagonal = row[j + 1]
                row[j + 1] = min(replaced, row[j] + 1, row[j + 1] + 1)
            }
        }
        return row[b.count]
    }

    /// The known word nearest to `word`, of equals the first; nil where nothing is known.
    public static func nearest(to word: String, among known: [String]) -> String? {
        // A word longer than any key by far is no slip of the pen, and comparing it whole would cost its length squared.
        let start = String(word.prefix(64))
        return known.enumerated().min { (between(start, $0.element), $0.offset) < (between(start, $1.element), $1.offset) }?.element
    }
}
