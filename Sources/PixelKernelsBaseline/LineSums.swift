/// −128, the level of a pixel that is not valid, becomes 0; the others are widened.
package func widenLevels(_ values: UnsafePointer<Int8>, _ out: UnsafeMutablePointer<Int16>, _ count: Int) {
    for i in 0..<count {
        let value = values[i]
        out[i] = value == -128 ? 0 : Int16(value)
    }
}

/// −128 becomes 0.
package func zeroInvalidLevels(_ values: UnsafePointer<Int8>, _ out: UnsafeMutablePointer<Int8>, _ count: Int) {
    for i in 0..<count {
        let value = values[i]
        out[i] = value == -128 ? 0 : value
    }
}

/// −32 768 becomes 0.
package func zeroInvalidLevelsInt16(_ values: UnsafePointer<Int16>, _ out: UnsafeMutablePointer<Int16>, _ count: Int) {
    for i in 0..<count {
        let value = values[i]
        out[i] = value == -32_768 ? 0 : value
    }
}

/// `sums += a + b + c + d`, wrapping.
package func addFourLevels(
    _ sums: UnsafeMutablePointer<Int16>, _ a: UnsafePointer<Int8>, _ b: UnsafePointer<Int8>, _ c: UnsafePointer<Int8>,
    _ d: UnsafePointer<Int8>, _ count: Int
) {
    for x in 0..<count {
        sums[x] &+= (Int16(a[x]) &+ Int16(b[x])) &+ (Int16(c[x]) &+ Int16(d[x]))
    }
}

/// `sums += row`, wrapping.
package func addLevelsInt16(_ sums: UnsafeMutablePointer<Int32>, _ row: UnsafePointer<Int16>, _ count: Int) {
    for x in 0..<count { sums[x] &+= Int32(row[x]) }
}

/// `out = a + b`, saturating.
package func addSaturating(
    _ a: UnsafePointer<Int16>, _ b: UnsafePointer<Int16>, _ out: UnsafeMutablePointer<Int16>, _ count: Int
) {
    for x in 0..<count {
        var sum = Int32(a[x]) &+ Int32(b[x])
        sum = sum > 32_767 ? 32_767 : sum
        sum = sum < -32_768 ? -32_768 : sum
        out[x] = Int16(truncatingIfNeeded: sum)
    }
}

/// Where the candidate is greater than the response it takes its place, and `index` is noted.
package func takeGreaterInt16(
    _ response: UnsafeMutablePointer<Int16>, _ indices: UnsafeMutablePointer<UInt8>, _ candidate: UnsafePointer<Int16>,
    _ index: UInt8, _ count: Int
) {
    for x in 0..<count {
        let old = response[x]
        let new = candidate[x]
        let kept = indices[x]
        response[x] = new > old ? new : old
        indices[x] = new > old ? index : kept
    }
}

package func takeGreaterFloat(
    _ response: UnsafeMutablePointer<Float>, _ indices: UnsafeMutablePointer<UInt8>, _ candidate: UnsafePointer<Float>,
    _ index: UInt8, _ count: Int
) {
    for x in 0..<count {
        let old = response[x]
        let new = candidate[x]
        let kept = indices[x]
        response[x] = new > old ? new : old
        indices[x] = new > old ? index : kept
    }
}
