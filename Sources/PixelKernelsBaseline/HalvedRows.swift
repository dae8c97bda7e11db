/// Means of 2 × 2 samples of two rows: `out[i] = ((a[2i] + a[2i + 1]) + (b[2i] + b[2i + 1])) / 4`.
package func halvedRows(
    _ a: UnsafePointer<Float>, _ b: UnsafePointer<Float>, _ out: UnsafeMutablePointer<Float>, _ count: Int
) {
    for i in 0..<count {
        let above = a[2 &* i] + a[2 &* i &+ 1]
        let below = b[2 &* i] + b[2 &* i &+ 1]
        out[i] = (above + below) * 0.25
    }
}

/// A row of twice as many samples, linear between the middles of the old ones. - Precondition: one more sample is readable on each side.
package func doubledRow(_ row: UnsafePointer<Float>, _ out: UnsafeMutablePointer<Float>, _ count: Int) {
    for i in 0..<count {
        let near = 0.75 * row[i]
        out[2 &* i] = near + 0.25 * row[i &- 1]
        out[2 &* i &+ 1] = near + 0.25 * row[i &+ 1]
    }
}
