// Sums of 16-bit rows along slanting lines. Sums wrap: who calls sees to it that they fit.

/// `out = a + b + c + d`.
package func addFourRows(
    _ a: UnsafePointer<Int16>, _ b: UnsafePointer<Int16>, _ c: UnsafePointer<Int16>, _ d: UnsafePointer<Int16>,
    _ out: UnsafeMutablePointer<Int16>, _ count: Int
) {
    let (a, b, c, d) = (UnsafeRawPointer(a), UnsafeRawPointer(b), UnsafeRawPointer(c), UnsafeRawPointer(d))
    let target = UnsafeMutableRawPointer(out)
    let end = count &* 2
    var byte = 0
    while byte < end {
        let upper =
            a.loadUnaligned(fromByteOffset: byte, as: SIMD16<Int16>.self) &+ b.loadUnaligned(fromByteOffset: byte, as: SIMD16<Int16>.self)
        let lower =
            c.loadUnaligned(fromByteOffset: byte, as: SIMD16<Int16>.self) &+ d.loadUnaligned(fromByteOffset: byte, as: SIMD16<Int16>.self)
        target.storeBytes(of: upper &+ lower, toByteOffset: byte, as: SIMD16<Int16>.self)
        byte &+= 32
    }
}

/// `out = a + b`.
package func addTwoRows(
    _ a: UnsafePointer<Int16>, _ b: UnsafePointer<Int16>, _ out: UnsafeMutablePointer<Int16>, _ count: Int
) {
    for x in 0..<count { out[x] = a[x] &+ b[x] }
}

/// `sums += a + b`.
package func accumulateTwoRows(
    _ a: UnsafePointer<Int16>, _ b: UnsafePointer<Int16>, _ sums: UnsafeMutablePointer<Int32>, _ count: Int
) {
    for x in 0..<count { sums[x] &+= Int32(a[x] &+ b[x]) }
}

/// `out = (a + b) · factor · gain / 2³³`, rounded; `factor · gain` below 2³¹.
package func standardiseSums(
    _ a: UnsafePointer<Int16>, _ b: UnsafePointer<Int16>, _ factors: UnsafePointer<UInt16>, _ gain: UInt16,
    _ out: UnsafeMutablePointer<Int16>, _ count: Int
) {
    let gain = UInt32(gain)
    for x in 0..<count {
        let multiplier = Int16(truncatingIfNeeded: (UInt32(factors[x]) &* gain) &>> 16)
        let sum = a[x] &+ b[x]
        let doubled = Int16(truncatingIfNeeded: (Int32(sum) &* Int32(multiplier)) &>> 16)
        out[x] = (doubled &+ 1) &>> 1
    }
}

/// `squares += min(48, |a + b| · gain / 2¹⁷)²`, and `counts` one more where the sum is not 0.
package func addClippedSquares(
    _ a: UnsafePointer<Int16>, _ b: UnsafePointer<Int16>, _ gain: Int16, _ squares: UnsafeMutablePointer<Int16>,
    _ counts: UnsafeMutablePointer<Int16>, _ count: Int
) {
    let gain = Int32(gain)
    for x in 0..<count {
        let sum = a[x] &+ b[x]
        let size = sum < 0 ? 0 &- sum : sum
        let doubled = Int16(truncatingIfNeeded: (Int32(size) &* gain) &>> 16)
        var steps = (doubled &+ 1) &>> 1
        steps = steps > 48 ? 48 : steps
        squares[x] &+= steps &* steps
        counts[x] &+= sum != 0 ? 1 : 0
    }
}

/// `out(k) = min(32 767, numerator / (left + (right − left) · (k + first + ½) / spacing))`, rounded.
package func interpolatedInverse(
    _ left: Float, _ right: Float, _ numerator: Float, _ first: Int, _ spacing: Float, _ out: UnsafeMutablePointer<UInt16>, _ count: Int
) {
    let step = (right - left) / spacing
    for k in 0..<count {
        let value = numerator / (left + step * (Float(Int32(truncatingIfNeeded: k &+ first)) + 0.5))
        let clamped = value < 32_767 ? value : 32_767
        out[k] = UInt16(truncatingIfNeeded: (clamped + 12_582_912).bitPattern)
    }
}
