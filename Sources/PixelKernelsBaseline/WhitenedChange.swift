/// For each pixel `sum = Σ_b direction[b] · d_b` and the quadratic form `square = Σ_b d_b · (Σ_{c≥b} form[b,c] · d_c)`, b and c rising.
///
/// `planes` holds `bands` planes of `stride` floats; `form` the upper triangle row by row, with the off-diagonal elements already doubled.
/// - Precondition: `count` is a multiple of 16 and not above `stride`.
package func changeSums(
    _ planes: UnsafePointer<Float>, _ bands: Int, _ stride: Int, _ direction: UnsafePointer<Float>, _ form: UnsafePointer<Float>,
    _ sum: UnsafeMutablePointer<Float>, _ square: UnsafeMutablePointer<Float>, _ count: Int
) {
    let source = UnsafeRawPointer(planes)
    let sums = UnsafeMutableRawPointer(sum)
    let squares = UnsafeMutableRawPointer(square)
    let rowBytes = stride &* 4
    var x = 0
    while x < count {
        let byte = x &* 4
        var sum0 = SIMD8<Float>(repeating: 0)
        var sum1 = SIMD8<Float>(repeating: 0)
        var square0 = SIMD8<Float>(repeating: 0)
        var square1 = SIMD8<Float>(repeating: 0)
        var element = 0
        var b = 0
        while b < bands {
            let own = byte &+ b &* rowBytes
            let d0 = source.loadUnaligned(fromByteOffset: own, as: SIMD8<Float>.self)
            let d1 = source.loadUnaligned(fromByteOffset: own &+ 32, as: SIMD8<Float>.self)
            let weight = SIMD8<Float>(repeating: direction[b])
            sum0 += weight * d0
            sum1 += weight * d1
            let diagonal = SIMD8<Float>(repeating: form[element])
            element &+= 1
            var y0 = diagonal * d0
            var y1 = diagonal * d1
            var c = b &+ 1
            while c < bands {
                let other = byte &+ c &* rowBytes
                let factor = SIMD8<Float>(repeating: form[element])
                element &+= 1
                y0 += factor * source.loadUnaligned(fromByteOffset: other, as: SIMD8<Float>.self)
                y1 += factor * source.loadUnaligned(fromByteOffset: other &+ 32, as: SIMD8<Float>.self)
                c &+= 1
            }
            square0 += d0 * y0
            square1 += d1 * y1
            b &+= 1
        }
        sums.storeBytes(of: sum0, toByteOffset: byte, as: SIMD8<Float>.self)
        sums.storeBytes(of: sum1, toByteOffset: byte &+ 32, as: SIMD8<Float>.self)
        squares.storeBytes(of: square0, toByteOffset: byte, as: SIMD8<Float>.self)
        squares.storeBytes(of: square1, toByteOffset: byte &+ 32, as: SIMD8<Float>.self)
        x &+= 16
    }
}

/// `values · inverseNoise` where valid, else 0; in place.
package func scaleByNoise(
    _ values: UnsafeMutablePointer<Float>, _ inverseNoise: UnsafePointer<Float>, _ validity: UnsafePointer<UInt8>, _ count: Int
) {
    for i in 0..<count {
        let scaled = values[i] * inverseNoise[i]
        values[i] = validity[i] != 0 ? scaled : 0
    }
}

/// `values · inverseNoise²` where valid, else 0; in place. What rounding has made negative becomes 0.
package func scaleBySquaredNoise(
    _ values: UnsafeMutablePointer<Float>, _ inverseNoise: UnsafePointer<Float>, _ validity: UnsafePointer<UInt8>, _ count: Int
) {
    for i in 0..<count {
        let scaled = values[i] * (inverseNoise[i] * inverseNoise[i])
        let floored = scaled < 0 ? 0 : scaled
        values[i] = validity[i] != 0 ? floored : 0
    }
}
