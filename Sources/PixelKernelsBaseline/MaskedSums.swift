/// Adds a chunk to eight lanes each of count, Σx and Σx²: the pixel at place i goes to lane i mod 8.
///
/// `lanes` holds 24 doubles: eight counts, eight sums, eight sums of squares. A pixel that is not valid or not finite adds nothing.
/// - Precondition: `count` is at most 256; all chunks but the last hold a multiple of 8; `scratch` has room for 512 doubles.
package func maskedSums(
    _ values: UnsafePointer<Float>, _ validity: UnsafePointer<UInt8>, _ scratch: UnsafeMutablePointer<Double>,
    _ lanes: UnsafeMutablePointer<Double>, _ count: Int
) {
    let ones = scratch + 256
    for i in 0..<count {
        let bits = values[i].bitPattern
        let valid = validity[i]
        let usable = (bits & 0x7FFF_FFFF) < 0x7F80_0000 ? valid : 0
        scratch[i] = usable != 0 ? Double(values[i]) : 0
    }
    for i in 0..<count {
        let bits = values[i].bitPattern
        let valid = validity[i]
        let usable = (bits & 0x7FFF_FFFF) < 0x7F80_0000 ? valid : 0
        ones[i] = usable != 0 ? 1 : 0
    }
    let source = UnsafeRawPointer(scratch)
    let target = UnsafeMutableRawPointer(lanes)
    var counts = target.loadUnaligned(as: SIMD8<Double>.self)
    var sums = target.loadUnaligned(fromByteOffset: 64, as: SIMD8<Double>.self)
    var squares = target.loadUnaligned(fromByteOffset: 128, as: SIMD8<Double>.self)
    let padded = (count &+ 7) & ~7
    var pad = count
    while pad < padded {
        scratch[pad] = 0
        ones[pad] = 0
        pad &+= 1
    }
    var i = 0
    while i < padded {
        let x = source.loadUnaligned(fromByteOffset: i &* 8, as: SIMD8<Double>.self)
        counts += source.loadUnaligned(fromByteOffset: (i &+ 256) &* 8, as: SIMD8<Double>.self)
        sums += x
        squares += x * x
        i &+= 8
    }
    target.storeBytes(of: counts, as: SIMD8<Double>.self)
    target.storeBytes(of: sums, toByteOffset: 64, as: SIMD8<Double>.self)
    target.storeBytes(of: squares, toByteOffset: 128, as: SIMD8<Double>.self)
}

/// Takes the least and the greatest finite valid value into lanes of 64 each; a zero's sign is dropped, so that the order does not matter.
/// - Precondition: `count` is at most 64.
package func maskedExtremes(
    _ values: UnsafePointer<Float>, _ validity: UnsafePointer<UInt8>, _ least: UnsafeMutablePointer<Float>,
    _ greatest: UnsafeMutablePointer<Float>, _ count: Int
) {
    for i in 0..<count {
        let value = values[i] + 0
        let valid = validity[i]
        let usable = (value.bitPattern & 0x7FFF_FFFF) < 0x7F80_0000 ? valid : 0
        let low = usable != 0 ? value : .infinity
        let high = usable != 0 ? value : -.infinity
        least[i] = low < least[i] ? low : least[i]
        greatest[i] = high > greatest[i] ? high : greatest[i]
    }
}
