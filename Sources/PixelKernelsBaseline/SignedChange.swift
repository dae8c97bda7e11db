// A float below 2²² in size is rounded to the nearest integer, halves to even, by adding 1.5 · 2²³: the low bits of the sum's pattern are
// then the integer in two's complement. NaN is told from the bit pattern, since comparing a float with itself keeps the loop scalar.

/// Pixels that `signedChangeOfOne` weighs before it quantises them: few enough to be still in the first cache.
@inline(__always)
package var signedChangePiece: Int { 256 }

/// `value` rounded and clamped to ±`most`, NaN as −`most` − 1; in the low bits. `highest` is `most` with the added number's pattern.
@inline(__always)
private func levelOrNone(_ value: Float, _ most: Float, _ highest: Int32) -> Int32 {
    // NaN comes through the first comparison and not through the second. Patterns of positive floats are in the floats' order.
    let raised = value < -most ? -most : value
    let known = raised > -most - 1 ? raised : -most - 1
    let pattern = Int32(bitPattern: (known + 12_582_912).bitPattern)
    return pattern < highest ? pattern : highest
}

/// Of one band, `z(x) = row[x] · table[steps[x]]`, in two quantisations: `z · coarseScale` rounded and clamped to ±127, −128 where not valid or NaN, and
/// `z · fineScale` rounded and clamped to ±32 767, −32 768 where not valid or NaN.
///
/// - Parameters:
///   - fine: nil where it is not wanted.
///   - z: memory for `signedChangePiece` numbers. Weights are fetched in a loop of their own, so that the compiler vectorises the others.
package func signedChangeOfOne(
    _ row: UnsafePointer<Float>, _ steps: UnsafePointer<UInt16>, _ table: UnsafePointer<Float>, _ validity: UnsafePointer<UInt8>,
    _ coarseScale: Float, _ coarse: UnsafeMutablePointer<Int8>, _ fineScale: Float, _ fine: UnsafeMutablePointer<Int16>?,
    _ z: UnsafeMutablePointer<Float>, _ count: Int
) {
    var first = 0
    while first < count {
        let pixels = count &- first < signedChangePiece ? count &- first : signedChangePiece
        let (source, places, valid) = (row + first, steps + first, validity + first)
        var i = 0
        // Four steps in one word: less to load than each by itself.
        while i &+ 4 <= pixels {
            let four = UnsafeRawPointer(places + i).loadUnaligned(as: UInt64.self)
            let weights = SIMD4<Float>(
                table[Int(four & 0xFFFF)], table[Int((four &>> 16) & 0xFFFF)], table[Int((four &>> 32) & 0xFFFF)], table[Int(four &>> 48)])
            UnsafeMutableRawPointer(z + i).storeBytes(
                of: UnsafeRawPointer(source + i).loadUnaligned(as: SIMD4<Float>.self) * weights, as: SIMD4<Float>.self)
            i &+= 4
        }
        while i < pixels {
            z[i] = source[i] * table[Int(places[i])]
            i &+= 1
        }
        let (weighed, nearest) = (UnsafePointer(z), coarse + first)
        for i in 0..<pixels { nearest[i] = Int8(truncatingIfNeeded: levelOrNone(weighed[i] * coarseScale, 127, 0x4B40_007F)) }
        // Of single bytes a register holds four times as many as of floats. Validity is 0 or all bits.
        for i in 0..<pixels {
            let mask = Int8(bitPattern: valid[i])
            nearest[i] = (nearest[i] & mask) | (-128 & ~mask)
        }
        if let fine {
            let finest = fine + first
            for i in 0..<pixels { finest[i] = Int16(truncatingIfNeeded: levelOrNone(weighed[i] * fineScale, 32_767, 0x4B40_7FFF)) }
            for i in 0..<pixels {
                let mask = Int16(Int8(bitPattern: valid[i]))
                finest[i] = (finest[i] & mask) | (-32_768 & ~mask)
            }
        }
        first &+= pixels
    }
}

/// `value` rounded and clamped to ±`most`, and whether it is a number: all bits set, or none.
@inline(__always)
private func level(_ value: Float, _ most: Float) -> (whole: Int32, isNumber: Int32) {
    var clamped = value < most ? value : most
    clamped = clamped > -most ? clamped : -most
    return (Int32(bitPattern: (clamped + 12_582_912).bitPattern), (value.bitPattern & 0x7FFF_FFFF) <= 0x7F80_0000 ? -1 : 0)
}

/// `(a − b) · scale` rounded and clamped to ±127; 0 for NaN.
package func quantiseDifferenceInt8(
    _ a: UnsafePointer<Float>, _ b: UnsafePointer<Float>, _ scale: Float, _ out: UnsafeMutablePointer<Int8>, _ count: Int
) {
    let target = UnsafeMutableRawPointer(out)
    var x = 0
    while x &+ 16 <= count {
        target.storeBytes(
            of: narrowed(
                eightLevels((eightFloats(a, x) - eightFloats(b, x)) * scale),
                eightLevels((eightFloats(a, x &+ 8) - eightFloats(b, x &+ 8)) * scale)),
            toByteOffset: x, as: SIMD16<Int8>.self)
        x &+= 16
    }
    while x < count {
        let level = level((a[x] - b[x]) * scale, 127)
        out[x] = Int8(truncatingIfNeeded: level.whole & level.isNumber)
        x &+= 1
    }
}

/// `value` rounded and clamped to ±127, 0 for NaN; in the low bits.
@inline(__always)
private func eightLevels(_ value: SIMD8<Float>) -> SIMD8<Int32> {
    let (highest, lowest) = (SIMD8<Float>(repeating: 127), SIMD8<Float>(repeating: -127))
    var clamped = choose(value .< highest, value, highest)
    clamped = choose(clamped .> lowest, clamped, lowest)
    return unsafeBitCast(
        choose(value .== value, clamped, SIMD8<Float>(repeating: 0)) + SIMD8<Float>(repeating: 12_582_912), to: SIMD8<Int32>.self)
}
