/// `energy = Σ_b min(d_b² · table[step · bands + b], most)`, b rising, and `weights = 1` where observed (not −32 768), else both 0. What is not a
/// number counts as `most`. Returns whether all were observed.
package func clippedEnergy(
    _ rows: UnsafePointer<UnsafePointer<Float>>, _ bands: Int, _ steps: UnsafePointer<UInt16>, _ table: UnsafePointer<Float>, _ most: Float,
    _ observed: UnsafePointer<Int16>, _ energy: UnsafeMutablePointer<Float>, _ weights: UnsafeMutablePointer<Float>, _ count: Int
) -> Bool {
    let highest = SIMD8<Float>(repeating: most)
    let none = SIMD8<Int32>(repeating: 0)
    let one = SIMD8<Int32>(repeating: 0x3F80_0000)
    var hidden = none
    var x = 0
    if bands == 4 {
        let (r0, r1, r2, r3) = (rows[0], rows[1], rows[2], rows[3])
        while x &+ 8 <= count {
            let factors = weightsOfEight(table, steps, x)
            var sum = clipped(eightFloats(r0, x), factors.0, highest)
            sum += clipped(eightFloats(r1, x), factors.1, highest)
            sum += clipped(eightFloats(r2, x), factors.2, highest)
            sum += clipped(eightFloats(r3, x), factors.3, highest)
            let levels = widened(UnsafeRawPointer(observed + x).loadUnaligned(as: SIMD8<Int16>.self))
            let isHidden = unsafeBitCast(levels .== SIMD8<Int32>(repeating: -32_768), to: SIMD8<Int32>.self)
            hidden |= isHidden
            UnsafeMutableRawPointer(weights + x).storeBytes(of: one & ~isHidden, as: SIMD8<Int32>.self)
            UnsafeMutableRawPointer(energy + x).storeBytes(of: unsafeBitCast(sum, to: SIMD8<Int32>.self) & ~isHidden, as: SIMD8<Int32>.self)
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
        let isHidden = observed[x] == -32_768
        hidden[0] |= isHidden ? -1 : 0
        weights[x] = isHidden ? 0 : 1
        energy[x] = isHidden ? 0 : sum
        x &+= 1
    }
    let words = unsafeBitCast(hidden, to: SIMD4<UInt64>.self)
    return (words[0] | words[1]) | (words[2] | words[3]) == 0
}

@inline(__always)
private func clipped(_ d: SIMD8<Float>, _ factor: SIMD8<Float>, _ most: SIMD8<Float>) -> SIMD8<Float> {
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
