// A float below 2²² in size is rounded to the nearest integer, halves to even, by adding 1.5 · 2²³: the low bits of the sum's pattern are
// then the integer in two's complement. NaN is told from the bit pattern, since comparing a float with itself keeps the loop scalar.

/// `value` rounded and clamped to ±`most` where usable, else −`most` − 1; in the low bits.
@inline(__always)
private func eightLevels(_ value: SIMD8<Float>, _ most: Float, _ usable: SIMDMask<SIMD8<Int32>>) -> SIMD8<Int32> {
    let (highest, lowest) = (SIMD8<Float>(repeating: most), SIMD8<Float>(repeating: -most))
    var clamped = choose(value .< highest, value, highest)
    clamped = choose(clamped .> lowest, clamped, lowest)
    return unsafeBitCast(
        choose(usable, clamped, SIMD8<Float>(repeating: -most - 1)) + SIMD8<Float>(repeating: 12_582_912), to: SIMD8<Int32>.self)
}

/// Of four bands, `z(x) = Σ_b rows[b][x] · table[steps[x] · 4 + b]`, b rising, in two quantisations: as `quantiseInt8` of `coarseScale` and `quantiseInt16` of
/// `fineScale` make them, without z ever being stored.
///
/// - Parameter fine: nil where it is not wanted.
package func signedChangeOfFour(
    _ rows: UnsafePointer<UnsafePointer<Float>>, _ steps: UnsafePointer<UInt16>, _ table: UnsafePointer<Float>,
    _ validity: UnsafePointer<UInt8>, _ coarseScale: Float, _ coarse: UnsafeMutablePointer<Int8>, _ fineScale: Float,
    _ fine: UnsafeMutablePointer<Int16>?, _ count: Int
) {
    let (r0, r1, r2, r3) = (rows[0], rows[1], rows[2], rows[3])
    var x = 0
    while x &+ 8 <= count {
        let weights = weightsOfEight(table, steps, x)
        var z = eightFloats(r0, x) * weights.0
        z += eightFloats(r1, x) * weights.1
        z += eightFloats(r2, x) * weights.2
        z += eightFloats(r3, x) * weights.3
        let validities = widened(widened(UnsafeRawPointer(validity + x).loadUnaligned(as: SIMD8<Int8>.self)))
        let usable = unsafeBitCast(
            unsafeBitCast(validities .!= SIMD8<Int32>(repeating: 0), to: SIMD8<Int32>.self) & unsafeBitCast(z .== z, to: SIMD8<Int32>.self),
            to: SIMDMask<SIMD8<Int32>>.self)
        UnsafeMutableRawPointer(coarse + x).storeBytes(of: narrowed(eightLevels(z * coarseScale, 127, usable)), as: SIMD8<Int8>.self)
        if let fine {
            UnsafeMutableRawPointer(fine + x).storeBytes(of: narrowed(eightLevels(z * fineScale, 32_767, usable)), as: SIMD8<Int16>.self)
        }
        x &+= 8
    }
    while x < count {
        let weights = table + Int(steps[x]) &* 4
        let z = r0[x] * weights[0] + r1[x] * weights[1] + r2[x] * weights[2] + r3[x] * weights[3]
        let (nearest, finest) = (level(z * coarseScale, 127), level(z * fineScale, 32_767))
        let isUsable = validity[x] != 0 && nearest.isNumber != 0
        coarse[x] = isUsable ? Int8(truncatingIfNeeded: nearest.whole) : -128
        if let fine { fine[x] = isUsable ? Int16(truncatingIfNeeded: finest.whole) : -32_768 }
        x &+= 1
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
