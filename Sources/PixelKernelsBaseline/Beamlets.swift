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
    while byte &+ 32 < end {
        let (near, far) = (fourSummed(a, b, c, d, byte), fourSummed(a, b, c, d, byte &+ 32))
        target.storeBytes(of: near, toByteOffset: byte, as: SIMD16<Int16>.self)
        target.storeBytes(of: far, toByteOffset: byte &+ 32, as: SIMD16<Int16>.self)
        byte &+= 64
    }
    if byte < end { target.storeBytes(of: fourSummed(a, b, c, d, byte), toByteOffset: byte, as: SIMD16<Int16>.self) }
}

@inline(__always)
private func fourSummed(
    _ a: UnsafeRawPointer, _ b: UnsafeRawPointer, _ c: UnsafeRawPointer, _ d: UnsafeRawPointer, _ byte: Int
) -> SIMD16<Int16> {
    let upper =
        a.loadUnaligned(fromByteOffset: byte, as: SIMD16<Int16>.self) &+ b.loadUnaligned(fromByteOffset: byte, as: SIMD16<Int16>.self)
    let lower =
        c.loadUnaligned(fromByteOffset: byte, as: SIMD16<Int16>.self) &+ d.loadUnaligned(fromByteOffset: byte, as: SIMD16<Int16>.self)
    return upper &+ lower
}

/// `sums += a + b`.
package func accumulateTwoRows(
    _ a: UnsafePointer<Int16>, _ b: UnsafePointer<Int16>, _ sums: UnsafeMutablePointer<Int32>, _ count: Int
) {
    let (first, second, target) = (UnsafeRawPointer(a), UnsafeRawPointer(b), UnsafeMutableRawPointer(sums))
    var x = 0
    while x &+ 16 <= count {
        let pair =
            first.loadUnaligned(fromByteOffset: 2 &* x, as: SIMD16<Int16>.self)
            &+ second.loadUnaligned(fromByteOffset: 2 &* x, as: SIMD16<Int16>.self)
        let near = target.loadUnaligned(fromByteOffset: 4 &* x, as: SIMD8<Int32>.self) &+ widened(pair.lowHalf)
        let far = target.loadUnaligned(fromByteOffset: 4 &* x &+ 32, as: SIMD8<Int32>.self) &+ widened(pair.highHalf)
        target.storeBytes(of: near, toByteOffset: 4 &* x, as: SIMD8<Int32>.self)
        target.storeBytes(of: far, toByteOffset: 4 &* x &+ 32, as: SIMD8<Int32>.self)
        x &+= 16
    }
    while x < count {
        sums[x] &+= Int32(a[x] &+ b[x])
        x &+= 1
    }
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

/// Sum over the rows of a beamlet of the filtered, clipped levels: one row after another, `taps` from its first level on.
///
/// - Parameters:
///   - levels: first level of the first row's filter; the others `along` further each, and `offsets[r]` to the side.
///   - taps: 16, which reach as many levels.
/// - Returns: Σ_r (Σ_k taps[k] · level) / 2^shift, halves rounded away from zero; rows with a level of −128 among the first 15 count as 0.
package func beamletSum(
    _ levels: UnsafePointer<Int8>, _ along: Int, _ offsets: UnsafePointer<Int>, _ rows: Int, _ taps: UnsafePointer<Int16>, _ limit: Int8,
    _ shift: Int32
) -> Int32 {
    let source = UnsafeRawPointer(levels)
    let weights = UnsafeRawPointer(taps).loadUnaligned(as: SIMD16<Int16>.self)
    let highest = SIMD16<Int8>(repeating: limit)
    let lowest = SIMD16<Int8>(repeating: 0 &- limit)
    let half = (1 &<< shift) &>> 1
    var total: Int32 = 0
    var r = 0
    while r < rows {
        var row = source.loadUnaligned(fromByteOffset: r &* along &+ offsets[r], as: SIMD16<Int8>.self)
        row[15] = 0
        let holes = SIMD16<Int8>(repeating: 0).replacing(with: SIMD16<Int8>(repeating: 1), where: row .== SIMD16<Int8>(repeating: -128))
        let marks = unsafeBitCast(holes, to: SIMD2<UInt64>.self)
        let hasHole = marks[0] | marks[1] != 0
        row.replace(with: highest, where: row .> highest)
        row.replace(with: lowest, where: row .< lowest)
        // A level in the upper byte of a word becomes the word by an arithmetic shift.
        var words = SIMD32<Int8>(repeating: 0)
        words.oddHalf = row
        let sum = Int32(laneSum((unsafeBitCast(words, to: SIMD16<Int16>.self) &>> 8) &* weights))
        total &+= hasHole ? 0 : (sum &+ half &+ (sum &>> 31)) &>> shift
        r &+= 1
    }
    return total
}

/// The sum of all lanes, wrapping. By halves, since the vector's own sum is a generic function that need not become part of the kernel.
@inline(__always)
func laneSum(_ lanes: SIMD16<Int16>) -> Int16 {
    let eight = lanes.lowHalf &+ lanes.highHalf
    let four = eight.lowHalf &+ eight.highHalf
    let two = four.lowHalf &+ four.highHalf
    return two[0] &+ two[1]
}
