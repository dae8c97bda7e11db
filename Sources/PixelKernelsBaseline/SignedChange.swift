// A float below 2²² in size is rounded to the nearest integer, halves to even, by adding 1.5 · 2²³: the low bits of the sum's pattern are
// then the integer in two's complement. NaN is told from the bit pattern, since comparing a float with itself keeps the loop scalar.

/// `table[steps[x + i] · 4 + b]` of four pixels i, for each of four bands b: lines of four turned, which is faster than gathering sixteen floats.
@inline(__always)
func weightsOfFour(
    _ table: UnsafePointer<Float>, _ steps: UnsafePointer<UInt16>, _ x: Int
) -> (SIMD4<Float>, SIMD4<Float>, SIMD4<Float>, SIMD4<Float>) {
    let a = fourFloats(table, Int(steps[x]) &* 4)
    let b = fourFloats(table, Int(steps[x &+ 1]) &* 4)
    let c = fourFloats(table, Int(steps[x &+ 2]) &* 4)
    let d = fourFloats(table, Int(steps[x &+ 3]) &* 4)
    return (
        SIMD4<Float>(a[0], b[0], c[0], d[0]), SIMD4<Float>(a[1], b[1], c[1], d[1]), SIMD4<Float>(a[2], b[2], c[2], d[2]),
        SIMD4<Float>(a[3], b[3], c[3], d[3])
    )
}

@inline(__always)
func fourFloats(_ row: UnsafePointer<Float>, _ x: Int) -> SIMD4<Float> {
    UnsafeRawPointer(row + x).loadUnaligned(as: SIMD4<Float>.self)
}

/// `out[x] = Σ_b rows[b][x] · table[steps[x] · bands + b]`, b rising.
package func weighedByStep(
    _ rows: UnsafePointer<UnsafePointer<Float>>, _ bands: Int, _ steps: UnsafePointer<UInt16>, _ table: UnsafePointer<Float>,
    _ out: UnsafeMutablePointer<Float>, _ count: Int
) {
    var x = 0
    if bands == 4 {
        let (r0, r1, r2, r3) = (rows[0], rows[1], rows[2], rows[3])
        while x &+ 4 <= count {
            let weights = weightsOfFour(table, steps, x)
            var sum = fourFloats(r0, x) * weights.0
            sum += fourFloats(r1, x) * weights.1
            sum += fourFloats(r2, x) * weights.2
            sum += fourFloats(r3, x) * weights.3
            UnsafeMutableRawPointer(out + x).storeBytes(of: sum, as: SIMD4<Float>.self)
            x &+= 4
        }
    }
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

/// `value · scale` rounded and clamped to ±127; 0 for NaN.
package func quantiseAllInt8(_ values: UnsafePointer<Float>, _ scale: Float, _ out: UnsafeMutablePointer<Int8>, _ count: Int) {
    for i in 0..<count {
        let level = level(values[i] * scale, 127)
        out[i] = Int8(truncatingIfNeeded: level.whole & level.isNumber)
    }
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
