/// `sums += row`.
package func addRow(_ sums: UnsafeMutablePointer<Double>, _ row: UnsafePointer<Float>, _ count: Int) {
    for x in 0..<count { sums[x] += Double(row[x]) }
}

/// `sums −= row`.
package func subtractRow(_ sums: UnsafeMutablePointer<Double>, _ row: UnsafePointer<Float>, _ count: Int) {
    for x in 0..<count { sums[x] -= Double(row[x]) }
}

/// `sums += 1` where `row` is not 0.
package func addValid(_ sums: UnsafeMutablePointer<Double>, _ row: UnsafePointer<UInt8>, _ count: Int) {
    for x in 0..<count { sums[x] += row[x] != 0 ? 1 : 0 }
}

/// `sums −= 1` where `row` is not 0.
package func subtractValid(_ sums: UnsafeMutablePointer<Double>, _ row: UnsafePointer<UInt8>, _ count: Int) {
    for x in 0..<count { sums[x] -= row[x] != 0 ? 1 : 0 }
}

/// `out[x]` is the sum of `padded[x + 1 ... x + window]`, taken along as a running sum: `s += padded[x + window] − padded[x]`.
package func slidingSum(_ padded: UnsafePointer<Double>, _ window: Int, _ out: UnsafeMutablePointer<Float>, _ count: Int) {
    var sum = 0.0
    for x in 0..<window { sum += padded[x] }
    for x in 0..<count {
        sum += padded[x &+ window] - padded[x]
        out[x] = Float(sum)
    }
}
