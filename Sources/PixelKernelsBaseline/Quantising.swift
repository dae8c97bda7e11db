// A float below 2²² in size is rounded to the nearest integer, halves to even, by adding 1.5 · 2²³: the low bits of the sum's pattern are
// then the integer in two's complement. NaN is told from the bit pattern, since comparing a float with itself keeps the loop scalar.

/// `value · scale` rounded and clamped to ±127; −128 where not valid or NaN.
package func quantiseInt8(
    _ values: UnsafePointer<Float>, _ scale: Float, _ validity: UnsafePointer<UInt8>, _ out: UnsafeMutablePointer<Int8>, _ count: Int
) {
    for i in 0..<count {
        let value = values[i] * scale
        let valid = validity[i]
        var clamped = value < 127 ? value : 127
        clamped = clamped > -127 ? clamped : -127
        let level = Int8(truncatingIfNeeded: (clamped + 12_582_912).bitPattern)
        let usable = (value.bitPattern & 0x7FFF_FFFF) <= 0x7F80_0000 ? valid : 0
        out[i] = usable != 0 ? level : -128
    }
}

/// `value · scale` rounded and clamped to ±32 767; −32 768 where not valid or NaN.
package func quantiseInt16(
    _ values: UnsafePointer<Float>, _ scale: Float, _ validity: UnsafePointer<UInt8>, _ out: UnsafeMutablePointer<Int16>, _ count: Int
) {
    for i in 0..<count {
        let value = values[i] * scale
        let valid = validity[i]
        var clamped = value < 32_767 ? value : 32_767
        clamped = clamped > -32_767 ? clamped : -32_767
        let level = Int16(truncatingIfNeeded: (clamped + 12_582_912).bitPattern)
        let usable = (value.bitPattern & 0x7FFF_FFFF) <= 0x7F80_0000 ? valid : 0
        out[i] = usable != 0 ? level : -32_768
    }
}
