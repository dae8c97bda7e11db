/// `out[x] = Σ_k weights[k] · rows[k][x]`, k rising, each product and sum rounded; the one inner loop of every separable filter.
/// Neighbours in a row are reached by pointers into the same row, one sample apart.
package func weightedRows(
    _ rows: UnsafePointer<UnsafePointer<Float>>, _ weights: UnsafePointer<Float>, _ taps: Int,
    _ out: UnsafeMutablePointer<Float>, _ count: Int
) {
    let target = UnsafeMutableRawPointer(out)
    var x = 0
    while x &+ 32 <= count {
        let byte = x &* 4
        let first = UnsafeRawPointer(rows[0])
        var weight = SIMD8<Float>(repeating: weights[0])
        var a = weight * first.loadUnaligned(fromByteOffset: byte, as: SIMD8<Float>.self)
        var b = weight * first.loadUnaligned(fromByteOffset: byte &+ 32, as: SIMD8<Float>.self)
        var c = weight * first.loadUnaligned(fromByteOffset: byte &+ 64, as: SIMD8<Float>.self)
        var d = weight * first.loadUnaligned(fromByteOffset: byte &+ 96, as: SIMD8<Float>.self)
        var k = 1
        while k < taps {
            let row = UnsafeRawPointer(rows[k])
            weight = SIMD8<Float>(repeating: weights[k])
            a += weight * row.loadUnaligned(fromByteOffset: byte, as: SIMD8<Float>.self)
            b += weight * row.loadUnaligned(fromByteOffset: byte &+ 32, as: SIMD8<Float>.self)
            c += weight * row.loadUnaligned(fromByteOffset: byte &+ 64, as: SIMD8<Float>.self)
            d += weight * row.loadUnaligned(fromByteOffset: byte &+ 96, as: SIMD8<Float>.self)
            k &+= 1
        }
        target.storeBytes(of: a, toByteOffset: byte, as: SIMD8<Float>.self)
        target.storeBytes(of: b, toByteOffset: byte &+ 32, as: SIMD8<Float>.self)
        target.storeBytes(of: c, toByteOffset: byte &+ 64, as: SIMD8<Float>.self)
        target.storeBytes(of: d, toByteOffset: byte &+ 96, as: SIMD8<Float>.self)
        x &+= 32
    }
    while x < count {
        var sum = weights[0] * rows[0][x]
        var k = 1
        while k < taps {
            sum += weights[k] * rows[k][x]
            k &+= 1
        }
        out[x] = sum
        x &+= 1
    }
}

/// `out[x]` is the bitwise and of all `rows[k][x]`: 255 only where every tap is valid.
package func andRows(
    _ rows: UnsafePointer<UnsafePointer<UInt8>>, _ taps: Int, _ out: UnsafeMutablePointer<UInt8>, _ count: Int
) {
    let first = rows[0]
    for x in 0..<count { out[x] = first[x] }
    var k = 1
    while k < taps {
        let row = rows[k]
        for x in 0..<count { out[x] &= row[x] }
        k &+= 1
    }
}

/// Sets to 0 what is not valid, NaN too. On the bits, since a choice becomes a masked store, which the baseline lacks.
package func clearInvalid(_ validity: UnsafePointer<UInt8>, _ values: UnsafeMutablePointer<Float>, _ count: Int) {
    for x in 0..<count { values[x] = Float(bitPattern: values[x].bitPattern & (validity[x] != 0 ? ~0 : 0)) }
}
