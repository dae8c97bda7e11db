// Symmetric filters in 16-bit fixed point along one direction: the pixels at ±k of the centre share a weight, and `step` leads from one pixel of
// the kernel to the next (1 along a row, the pitch along a column).

/// `out[x] = Σ_k weights[k] · (centre[x − k·step] + centre[x + k·step])`, the centre once, wrapping at 16 bits.
package func symmetricSumsInt8(
    _ centre: UnsafePointer<Int8>, _ step: Int, _ weights: UnsafePointer<Int16>, _ radius: Int,
    _ out: UnsafeMutablePointer<Int16>, _ count: Int
) {
    let source = UnsafeRawPointer(centre)
    let target = UnsafeMutableRawPointer(out)
    var x = 0
    // Sums that do not wait for each other.
    while x &+ 32 <= count {
        let middle = SIMD16<Int16>(repeating: weights[0])
        var near = middle &* sixteenLevels(source, x)
        var far = middle &* sixteenLevels(source, x &+ 16)
        var k = 1
        while k <= radius {
            let (before, after) = (x &- k &* step, x &+ k &* step)
            let weight = SIMD16<Int16>(repeating: weights[k])
            near &+= weight &* (sixteenLevels(source, before) &+ sixteenLevels(source, after))
            far &+= weight &* (sixteenLevels(source, before &+ 16) &+ sixteenLevels(source, after &+ 16))
            k &+= 1
        }
        target.storeBytes(of: near, toByteOffset: 2 &* x, as: SIMD16<Int16>.self)
        target.storeBytes(of: far, toByteOffset: 2 &* x &+ 32, as: SIMD16<Int16>.self)
        x &+= 32
        // The last ones overlap those before.
        if x < count, x &+ 32 > count { x = count &- 32 }
    }
    while x < count {
        var sum = weights[0] &* Int16(centre[x])
        var k = 1
        while k <= radius {
            sum &+= weights[k] &* (Int16(centre[x &- k &* step]) &+ Int16(centre[x &+ k &* step]))
            k &+= 1
        }
        out[x] = sum
        x &+= 1
    }
}

/// `out[x] = triples + Σ_k ⌊weights[k] · (centre[x − k·step] + centre[x + k·step]) / 2¹⁶⌋`, the centre once, k to 3 · `triples`. What is added makes up for
/// the rounding down. Sums of two values must fit 16 bits.
package func symmetricMeansInt16(
    _ centre: UnsafePointer<Int16>, _ step: Int, _ weights: UnsafePointer<Int16>, _ triples: Int,
    _ out: UnsafeMutablePointer<Int16>, _ count: Int
) {
    let source = UnsafeRawPointer(centre)
    let target = UnsafeMutableRawPointer(out)
    let offset = Int16(truncatingIfNeeded: triples)
    let radius = 3 &* triples
    let stride = 2 &* step
    var x = 0
    while x &+ 32 <= count {
        let byte = 2 &* x
        var near = SIMD16<Int16>(repeating: offset) &+ upperHalves(sixteenWords(source, byte), weights[0])
        var far = SIMD16<Int16>(repeating: offset) &+ upperHalves(sixteenWords(source, byte &+ 32), weights[0])
        var k = 1
        while k <= radius {
            let (before, after) = (byte &- k &* stride, byte &+ k &* stride)
            near &+= upperHalves(sixteenWords(source, before) &+ sixteenWords(source, after), weights[k])
            far &+= upperHalves(sixteenWords(source, before &+ 32) &+ sixteenWords(source, after &+ 32), weights[k])
            k &+= 1
        }
        target.storeBytes(of: near, toByteOffset: byte, as: SIMD16<Int16>.self)
        target.storeBytes(of: far, toByteOffset: byte &+ 32, as: SIMD16<Int16>.self)
        x &+= 32
        // The last ones overlap those before.
        if x < count, x &+ 32 > count { x = count &- 32 }
    }
    while x < count {
        var sum = offset &+ Int16(truncatingIfNeeded: (Int32(centre[x]) &* Int32(weights[0])) &>> 16)
        var k = 1
        while k <= radius {
            let pair = centre[x &- k &* step] &+ centre[x &+ k &* step]
            sum &+= Int16(truncatingIfNeeded: (Int32(pair) &* Int32(weights[k])) &>> 16)
            k &+= 1
        }
        out[x] = sum
        x &+= 1
    }
}

@inline(__always)
private func sixteenWords(_ source: UnsafeRawPointer, _ byte: Int) -> SIMD16<Int16> {
    source.loadUnaligned(fromByteOffset: byte, as: SIMD16<Int16>.self)
}

@inline(__always)
private func sixteenLevels(_ source: UnsafeRawPointer, _ x: Int) -> SIMD16<Int16> {
    widened(source.loadUnaligned(fromByteOffset: x, as: SIMD16<Int8>.self))
}

/// `out[x] = Σ_k weights[k] · (centre[x − k·step]² + centre[x + k·step]²)`, the centre once, k rising, each product and sum rounded. −128 is no level.
package func symmetricSquareSums(
    _ centre: UnsafePointer<Int8>, _ step: Int, _ weights: UnsafePointer<Float>, _ radius: Int,
    _ out: UnsafeMutablePointer<Float>, _ count: Int
) {
    let source = UnsafeRawPointer(centre)
    let target = UnsafeMutableRawPointer(out)
    var x = 0
    while x &+ 16 <= count {
        let first = SIMD8<Float>(repeating: weights[0])
        let middle = sixteenLevels(source, x)
        let square = middle &* middle
        var near = first * SIMD8<Float>(widened(square.lowHalf))
        var far = first * SIMD8<Float>(widened(square.highHalf))
        var k = 1
        while k <= radius {
            let (a, b) = (sixteenLevels(source, x &- k &* step), sixteenLevels(source, x &+ k &* step))
            let squares = a &* a &+ b &* b
            let weight = SIMD8<Float>(repeating: weights[k])
            near += weight * SIMD8<Float>(widened(squares.lowHalf))
            far += weight * SIMD8<Float>(widened(squares.highHalf))
            k &+= 1
        }
        target.storeBytes(of: near, toByteOffset: x &* 4, as: SIMD8<Float>.self)
        target.storeBytes(of: far, toByteOffset: x &* 4 &+ 32, as: SIMD8<Float>.self)
        x &+= 16
        // The last ones overlap those before.
        if x < count, x &+ 16 > count { x = count &- 16 }
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
    while x &+ 16 <= count {
        let byte = x &* 4
        let first = SIMD8<Float>(repeating: weights[0])
        var near = first * source.loadUnaligned(fromByteOffset: byte, as: SIMD8<Float>.self)
        var far = first * source.loadUnaligned(fromByteOffset: byte &+ 32, as: SIMD8<Float>.self)
        var k = 1
        while k <= radius {
            let (before, after) = (byte &- 4 &* k, byte &+ 4 &* k)
            let weight = SIMD8<Float>(repeating: weights[k])
            near +=
                weight
                * (source.loadUnaligned(fromByteOffset: before, as: SIMD8<Float>.self)
                    + source.loadUnaligned(fromByteOffset: after, as: SIMD8<Float>.self))
            far +=
                weight
                * (source.loadUnaligned(fromByteOffset: before &+ 32, as: SIMD8<Float>.self)
                    + source.loadUnaligned(fromByteOffset: after &+ 32, as: SIMD8<Float>.self))
            k &+= 1
        }
        target.storeBytes(of: near, toByteOffset: byte, as: SIMD8<Float>.self)
        target.storeBytes(of: far, toByteOffset: byte &+ 32, as: SIMD8<Float>.self)
        x &+= 16
        // The last ones overlap those before.
        if x < count, x &+ 16 > count { x = count &- 16 }
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
