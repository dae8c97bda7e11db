// A filter along a row of 8-bit levels in 16-bit integers. Rows of the 16-bit planes are reached through raw pointers, 16 columns at a time, and may
// be read and written up to 31 columns past the end.

/// Levels clipped to ±`limit`, −128 (not valid) as 0. Returns whether any was −128.
package func widenClippedLevels(
    _ levels: UnsafePointer<Int8>, _ limit: Int8, _ out: UnsafeMutablePointer<Int16>, _ count: Int
) -> Bool {
    let lowest = 0 &- limit
    var holes: Int8 = 0
    for x in 0..<count {
        let level = levels[x]
        var clipped = level > limit ? limit : level
        clipped = clipped < lowest ? lowest : clipped
        holes |= level == -128 ? 1 : 0
        out[x] = level == -128 ? 0 : Int16(clipped)
    }
    return holes != 0
}

/// `out(x) = (centre · line(x) + Σ_j weights[j] · (line(x + distances[j]) ± line(x − distances[j]))) / 2^shift`, halves rounded away from zero; minus
/// where `isOdd`.
package func filterAcross(
    _ line: UnsafePointer<Int16>, _ centre: Int16, _ distances: UnsafePointer<Int>, _ weights: UnsafePointer<Int16>, _ pairs: Int,
    _ isOdd: Bool,
    _ shift: Int16, _ out: UnsafeMutablePointer<Int16>, _ count: Int
) {
    let source = UnsafeRawPointer(line)
    let target = UnsafeMutableRawPointer(out)
    let middle = SIMD16<Int16>(repeating: centre)
    let half = SIMD16<Int16>(repeating: (1 &<< shift) &>> 1)
    let places = SIMD16<Int16>(repeating: shift)
    let end = count &* 2
    var byte = 0
    while byte < end {
        var sum0 = middle &* source.loadUnaligned(fromByteOffset: byte, as: SIMD16<Int16>.self)
        var sum1 = middle &* source.loadUnaligned(fromByteOffset: byte &+ 32, as: SIMD16<Int16>.self)
        var j = 0
        if isOdd {
            while j < pairs {
                let weight = SIMD16<Int16>(repeating: weights[j])
                let right = byte &+ distances[j] &* 2
                let left = byte &- distances[j] &* 2
                sum0 &+=
                    weight
                    &* (source.loadUnaligned(fromByteOffset: right, as: SIMD16<Int16>.self)
                        &- source.loadUnaligned(fromByteOffset: left, as: SIMD16<Int16>.self))
                sum1 &+=
                    weight
                    &* (source.loadUnaligned(fromByteOffset: right &+ 32, as: SIMD16<Int16>.self)
                        &- source.loadUnaligned(fromByteOffset: left &+ 32, as: SIMD16<Int16>.self))
                j &+= 1
            }
        } else {
            while j < pairs {
                let weight = SIMD16<Int16>(repeating: weights[j])
                let right = byte &+ distances[j] &* 2
                let left = byte &- distances[j] &* 2
                sum0 &+=
                    weight
                    &* (source.loadUnaligned(fromByteOffset: right, as: SIMD16<Int16>.self)
                        &+ source.loadUnaligned(fromByteOffset: left, as: SIMD16<Int16>.self))
                sum1 &+=
                    weight
                    &* (source.loadUnaligned(fromByteOffset: right &+ 32, as: SIMD16<Int16>.self)
                        &+ source.loadUnaligned(fromByteOffset: left &+ 32, as: SIMD16<Int16>.self))
                j &+= 1
            }
        }
        target.storeBytes(of: (sum0 &+ half &+ (sum0 &>> 15)) &>> places, toByteOffset: byte, as: SIMD16<Int16>.self)
        target.storeBytes(of: (sum1 &+ half &+ (sum1 &>> 15)) &>> places, toByteOffset: byte &+ 32, as: SIMD16<Int16>.self)
        byte &+= 64
    }
}

/// `values(x) = 0` where any of the levels from x to x + 14 is −128: the value's filter reaches 7 columns to each side of level x + 7.
///
/// - Parameters:
///   - levels: `count` + 14 of them.
///   - marks: room for two rows of `count` + 14.
package func clearBesideInvalid(
    _ levels: UnsafePointer<Int8>, _ marks: UnsafeMutablePointer<Int8>, _ values: UnsafeMutablePointer<Int16>, _ count: Int
) {
    let a = marks
    let b = marks + (count &+ 14)
    // Each row marks twice the reach of the one before.
    for x in 0..<(count &+ 14) { a[x] = levels[x] == -128 ? 0 : -1 }
    for x in 0..<(count &+ 13) { b[x] = a[x] & a[x &+ 1] }
    for x in 0..<(count &+ 11) { a[x] = b[x] & b[x &+ 2] }
    for x in 0..<(count &+ 7) { b[x] = a[x] & a[x &+ 4] }
    for x in 0..<count { values[x] &= Int16(b[x] & b[x &+ 7]) }
}
