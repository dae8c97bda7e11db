// A float below 2²² in size is rounded to the nearest integer, halves to even, by adding 1.5 · 2²³: the low bits of the sum's pattern are
// then the integer in two's complement. NaN is told from the bit pattern, since comparing a float with itself keeps the loop scalar.

/// Pixels that `signedChangeOfFour` weighs before it quantises them: few enough to be still in the first cache.
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

/// Of four bands, `z(x) = Σ_b rows[b][x] · table[steps[x] · 4 + b]`, b rising, in two quantisations: as `quantiseInt8` of `coarseScale` and `quantiseInt16` of
/// `fineScale` make them.
///
/// - Parameters:
///   - fine: nil where it is not wanted.
///   - z: memory for `signedChangePiece` numbers. A loop of its own, which the compiler vectorises, quantises them with half the instructions that vectors written
///     out take beside the weighing.
package func signedChangeOfFour(
    _ rows: UnsafePointer<UnsafePointer<Float>>, _ steps: UnsafePointer<UInt16>, _ table: UnsafePointer<Float>,
    _ validity: UnsafePointer<UInt8>, _ coarseScale: Float, _ coarse: UnsafeMutablePointer<Int8>, _ fineScale: Float,
    _ fine: UnsafeMutablePointer<Int16>?, _ z: UnsafeMutablePointer<Float>, _ count: Int
) {
    let (r0, r1, r2, r3) = (rows[0], rows[1], rows[2], rows[3])
    var first = 0
    while first < count {
        let end = count &- first < signedChangePiece ? count : first &+ signedChangePiece
        var x = first
        while x &+ 8 <= end {
            let weights = weightsOfEight(table, steps, x)
            var sum = eightFloats(r0, x) * weights.0
            sum += eightFloats(r1, x) * weights.1
            sum += eightFloats(r2, x) * weights.2
            sum += eightFloats(r3, x) * weights.3
            let validities = widened(widened(UnsafeRawPointer(validity + x).loadUnaligned(as: SIMD8<Int8>.self)))
            // All bits set are a NaN.
            let isHidden = unsafeBitCast(validities .== SIMD8<Int32>(repeating: 0), to: SIMD8<Int32>.self)
            UnsafeMutableRawPointer(z + (x &- first)).storeBytes(
                of: unsafeBitCast(sum, to: SIMD8<Int32>.self) | isHidden, as: SIMD8<Int32>.self)
            x &+= 8
        }
        while x < end {
            let weights = table + Int(steps[x]) &* 4
            let sum = r0[x] * weights[0] + r1[x] * weights[1] + r2[x] * weights[2] + r3[x] * weights[3]
            z[x &- first] = validity[x] != 0 ? sum : .nan
            x &+= 1
        }
        let (weighed, nearest) = (UnsafePointer(z), coarse + first)
        if let fine {
            let finest = fine + first
            for i in 0..<(end &- first) {
                nearest[i] = Int8(truncatingIfNeeded: levelOrNone(weighed[i] * coarseScale, 127, 0x4B40_007F))
                finest[i] = Int16(truncatingIfNeeded: levelOrNone(weighed[i] * fineScale, 32_767, 0x4B40_7FFF))
            }
        } else {
            for i in 0..<(end &- first) {
                nearest[i] = Int8(truncatingIfNeeded: levelOrNone(weighed[i] * coarseScale, 127, 0x4B40_007F))
            }
        }
        first = end
    }
}

/// `out[x] = Σ_b rows[b][x] · table[steps[x] · bands + b]`, b rising.
package func weighedByStep(
    _ rows: UnsafePointer<UnsafePointer<Float>>, _ bands: Int, _ steps: UnsafePointer<UInt16>, _ table: UnsafePointer<Float>,
    _ out: UnsafeMutablePointer<Float>, _ count: Int
) {
    var x = 0
    while x < count {
        let weights = table + Int(steps[x]) &* bands
        var sum = rows[0][x] * weights[0]
        var b = 1
        while b < bands {
            sum += rows[b][x] * weights[b]
            b &+= 1
        }
        out[x] = sum
        x &+= 1
    }
}

/// `value` rounded and clamped to ±`most`, and whether it is a number: all bits set, or none.
@inline(__always)
private func level(_ value: Float, _ most: Float) -> (whole: Int32, isNumber: Int32) {
    var clamped = value < most ? value : most
    clamped = clamped > -most ? clamped : -most
    return (Int32(bitPattern: (clamped + 12_582_912).bitPattern), (value.bitPattern & 0x7FFF_FFFF) <= 0x7F80_0000 ? -1 : 0)
}

/// `value · scale` rounded and clamped to ±127; −128 where not valid or NaN.
package func quantiseInt8(
    _ values: UnsafePointer<Float>, _ scale: Float, _ validity: UnsafePointer<UInt8>, _ out: UnsafeMutablePointer<Int8>, _ count: Int
) {
    // Lanes of one width to the end, where they are narrowed.
    for i in 0..<count {
        let level = level(values[i] * scale, 127)
        let isValid: Int32 = validity[i] != 0 ? -1 : 0
        let mask = level.isNumber & isValid
        out[i] = Int8(truncatingIfNeeded: (level.whole & mask) | (-128 & ~mask))
    }
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

/// `value · scale` rounded and clamped to ±32 767; −32 768 where not valid or NaN.
package func quantiseInt16(
    _ values: UnsafePointer<Float>, _ scale: Float, _ validity: UnsafePointer<UInt8>, _ out: UnsafeMutablePointer<Int16>, _ count: Int
) {
    for i in 0..<count {
        let level = level(values[i] * scale, 32_767)
        let isValid: Int32 = validity[i] != 0 ? -1 : 0
        let mask = level.isNumber & isValid
        out[i] = Int16(truncatingIfNeeded: (level.whole & mask) | (-32_768 & ~mask))
    }
}
