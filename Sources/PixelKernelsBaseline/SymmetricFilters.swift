// Symmetric filters in 16-bit fixed point along one direction: the pixels at ±k of the centre share a weight, and `step` leads from one pixel of
// the kernel to the next (1 along a row, the pitch along a column).

/// `out[x] = Σ_k weights[k] · (centre[x − k·step] + centre[x + k·step])`, the centre once, wrapping at 16 bits.
package func symmetricSumsInt8(
    _ centre: UnsafePointer<Int8>, _ step: Int, _ weights: UnsafePointer<Int16>, _ radius: Int,
    _ out: UnsafeMutablePointer<Int16>, _ count: Int
) {
    // Three pairs at a time, in plain loops, which keep more of the processor's units busy than one pixel's sum after the other.
    let middle = weights[0]
    for x in 0..<count { out[x] = middle &* Int16(centre[x]) }
    var k = 1
    while k &+ 2 <= radius {
        let (a, b, c) = (weights[k], weights[k &+ 1], weights[k &+ 2])
        let (beforeA, afterA) = (centre - k &* step, centre + k &* step)
        let (beforeB, afterB) = (beforeA - step, afterA + step)
        let (beforeC, afterC) = (beforeB - step, afterB + step)
        for x in 0..<count {
            let first = a &* (Int16(beforeA[x]) &+ Int16(afterA[x]))
            let second = b &* (Int16(beforeB[x]) &+ Int16(afterB[x]))
            let third = c &* (Int16(beforeC[x]) &+ Int16(afterC[x]))
            out[x] &+= first &+ second &+ third
        }
        k &+= 3
    }
    while k <= radius {
        let weight = weights[k]
        let (before, after) = (centre - k &* step, centre + k &* step)
        for x in 0..<count { out[x] &+= weight &* (Int16(before[x]) &+ Int16(after[x])) }
        k &+= 1
    }
}

/// `out[x] = triples + Σ_k ⌊weights[k] · (centre[x − k·step] + centre[x + k·step]) / 2¹⁶⌋`, the centre once, k to 3 · `triples`. What is added makes up for
/// the rounding down. Sums of two values must fit 16 bits.
///
/// Three pairs at a time, in plain loops: they become the multiplication for the upper half, which the compiler does not find in explicit vectors.
package func symmetricMeansInt16(
    _ centre: UnsafePointer<Int16>, _ step: Int, _ weights: UnsafePointer<Int16>, _ triples: Int,
    _ out: UnsafeMutablePointer<Int16>, _ count: Int
) {
    let middle = weights[0]
    let offset = Int16(truncatingIfNeeded: triples)
    for x in 0..<count { out[x] = offset &+ Int16(truncatingIfNeeded: (Int32(middle) &* Int32(centre[x])) &>> 16) }
    var k = 1
    while k <= 3 &* triples {
        let (a, b, c) = (weights[k], weights[k &+ 1], weights[k &+ 2])
        let (beforeA, afterA) = (centre - k &* step, centre + k &* step)
        let (beforeB, afterB) = (beforeA - step, afterA + step)
        let (beforeC, afterC) = (beforeB - step, afterB + step)
        for x in 0..<count {
            let first = Int16(truncatingIfNeeded: (Int32(beforeA[x] &+ afterA[x]) &* Int32(a)) &>> 16)
            let second = Int16(truncatingIfNeeded: (Int32(beforeB[x] &+ afterB[x]) &* Int32(b)) &>> 16)
            let third = Int16(truncatingIfNeeded: (Int32(beforeC[x] &+ afterC[x]) &* Int32(c)) &>> 16)
            out[x] &+= first &+ second &+ third
        }
        k &+= 3
    }
}

/// `out[x] = Σ_k weights[k] · (centre[x − k·step]² + centre[x + k·step]²)`, the centre once, k rising, each product and sum rounded. −128 is no level.
package func symmetricSquareSums(
    _ centre: UnsafePointer<Int8>, _ step: Int, _ weights: UnsafePointer<Float>, _ radius: Int,
    _ out: UnsafeMutablePointer<Float>, _ count: Int
) {
    let source = UnsafeRawPointer(centre)
    let target = UnsafeMutableRawPointer(out)
    var x = 0
    while x &+ 8 <= count {
        let middle = SIMD8<Int16>(truncatingIfNeeded: source.loadUnaligned(fromByteOffset: x, as: SIMD8<Int8>.self))
        var sum = SIMD8<Float>(repeating: weights[0]) * SIMD8<Float>(SIMD8<Int32>(truncatingIfNeeded: middle &* middle))
        var k = 1
        while k <= radius {
            let a = SIMD8<Int16>(truncatingIfNeeded: source.loadUnaligned(fromByteOffset: x &- k &* step, as: SIMD8<Int8>.self))
            let b = SIMD8<Int16>(truncatingIfNeeded: source.loadUnaligned(fromByteOffset: x &+ k &* step, as: SIMD8<Int8>.self))
            sum += SIMD8<Float>(repeating: weights[k]) * SIMD8<Float>(SIMD8<Int32>(truncatingIfNeeded: a &* a &+ b &* b))
            k &+= 1
        }
        target.storeBytes(of: sum, toByteOffset: x &* 4, as: SIMD8<Float>.self)
        x &+= 8
    }
    while x < count {
        let middle = Int32(centre[x])
        var sum = weights[0] * Float(middle &* middle)
        var k = 1
        while k <= radius {
            let (a, b) = (Int32(centre[x &- k &* step]), Int32(centre[x &+ k &* step]))
            sum += weights[k] * Float(a &* a &+ b &* b)
            k &+= 1
        }
        out[x] = sum
        x &+= 1
    }
}

/// `out[x] = Σ_k weights[k] · (centre[x − k] + centre[x + k])`, the centre once, k rising, each product and sum rounded.
package func symmetricSumsFloat(
    _ centre: UnsafePointer<Float>, _ weights: UnsafePointer<Float>, _ radius: Int, _ out: UnsafeMutablePointer<Float>, _ count: Int
) {
    let source = UnsafeRawPointer(centre)
    let target = UnsafeMutableRawPointer(out)
    var x = 0
    while x &+ 8 <= count {
        let byte = x &* 4
        var sum = SIMD8<Float>(repeating: weights[0]) * source.loadUnaligned(fromByteOffset: byte, as: SIMD8<Float>.self)
        var k = 1
        while k <= radius {
            let pair =
                source.loadUnaligned(fromByteOffset: byte &- 4 &* k, as: SIMD8<Float>.self)
                + source.loadUnaligned(fromByteOffset: byte &+ 4 &* k, as: SIMD8<Float>.self)
            sum += SIMD8<Float>(repeating: weights[k]) * pair
            k &+= 1
        }
        target.storeBytes(of: sum, toByteOffset: byte, as: SIMD8<Float>.self)
        x &+= 8
    }
    while x < count {
        var sum = weights[0] * centre[x]
        var k = 1
        while k <= radius {
            sum += weights[k] * (centre[x &- k] + centre[x &+ k])
            k &+= 1
        }
        out[x] = sum
        x &+= 1
    }
}
