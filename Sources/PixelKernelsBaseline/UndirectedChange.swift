/// `energy = Σ_b min(d_b² · table[step · bands + b], most)`, b rising, and `weights = 1` where observed (not −32 768), else both 0. What is not a
/// number counts as `most`. Returns whether all were observed.
package func clippedEnergy(
    _ rows: UnsafePointer<UnsafePointer<Float>>, _ bands: Int, _ steps: UnsafePointer<UInt16>, _ table: UnsafePointer<Float>, _ most: Float,
    _ observed: UnsafePointer<Int16>, _ energy: UnsafeMutablePointer<Float>, _ weights: UnsafeMutablePointer<Float>, _ count: Int
) -> Bool {
    var hidden: Int16 = 0
    for x in 0..<count {
        let isHidden = observed[x] == -32_768
        hidden |= isHidden ? 1 : 0
        // On the bits, since a choice becomes a masked store, which the baseline lacks.
        weights[x] = Float(bitPattern: 0x3F80_0000 & (isHidden ? 0 : ~0))
    }
    let highest = SIMD4<Float>(repeating: most)
    let none = SIMD4<Float>(repeating: 0)
    var x = 0
    if bands == 4 {
        let (r0, r1, r2, r3) = (rows[0], rows[1], rows[2], rows[3])
        while x &+ 8 <= count {
            let (near, far) = (weightsOfFour(table, steps, x), weightsOfFour(table, steps, x &+ 4))
            var sum = clipped(fourFloats(r0, x), near.0, highest)
            var next = clipped(fourFloats(r0, x &+ 4), far.0, highest)
            sum += clipped(fourFloats(r1, x), near.1, highest)
            next += clipped(fourFloats(r1, x &+ 4), far.1, highest)
            sum += clipped(fourFloats(r2, x), near.2, highest)
            next += clipped(fourFloats(r2, x &+ 4), far.2, highest)
            sum += clipped(fourFloats(r3, x), near.3, highest)
            next += clipped(fourFloats(r3, x &+ 4), far.3, highest)
            let target = UnsafeMutableRawPointer(energy + x)
            target.storeBytes(of: none.replacing(with: sum, where: fourFloats(weights, x) .!= none), as: SIMD4<Float>.self)
            target.storeBytes(
                of: none.replacing(with: next, where: fourFloats(weights, x &+ 4) .!= none), toByteOffset: 16, as: SIMD4<Float>.self)
            x &+= 8
        }
    }
    while x < count {
        let factors = table + Int(steps[x]) &* bands
        var sum: Float = 0
        var b = 0
        while b < bands {
            let d = rows[b][x]
            let square = d * d * factors[b]
            sum += square < most ? square : most
            b &+= 1
        }
        energy[x] = weights[x] != 0 ? sum : 0
        x &+= 1
    }
    return hidden == 0
}

@inline(__always)
private func clipped(_ d: SIMD4<Float>, _ factor: SIMD4<Float>, _ most: SIMD4<Float>) -> SIMD4<Float> {
    let square = d * d * factor
    return most.replacing(with: square, where: square .< most)
}

/// `√((a / sharesA + b / sharesB) · scale)`, rounded, at most 32 767; −32 768 where the weight is 0. No share is less than the least normal number.
package func rootOfMeans(
    _ a: UnsafePointer<Float>, _ sharesA: UnsafePointer<Float>, _ b: UnsafePointer<Float>, _ sharesB: UnsafePointer<Float>, _ scale: Float,
    _ weights: UnsafePointer<Float>, _ out: UnsafeMutablePointer<Int16>, _ count: Int
) {
    let least = Float.leastNormalMagnitude
    for x in 0..<count {
        let shareA = sharesA[x] > least ? sharesA[x] : least
        let shareB = sharesB[x] > least ? sharesB[x] : least
        let root = ((a[x] / shareA + b[x] / shareB) * scale).squareRoot()
        let clamped = root < 32_767 ? root : 32_767
        // As in the other quantisations: the integer stands in the low bits of the sum's pattern.
        let level = Int16(truncatingIfNeeded: (clamped + 12_582_912).bitPattern)
        out[x] = weights[x] != 0 ? level : -32_768
    }
}
