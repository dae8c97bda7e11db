/// `energy = Σ_b min(d_b² · table[step · bands + b], most)`, b rising, and `weights = 1` where observed (not −32 768), else both 0. What is not a
/// number counts as `most`. Returns whether all were observed.
package func clippedEnergy(
    _ rows: UnsafePointer<UnsafePointer<Float>>, _ bands: Int, _ steps: UnsafePointer<UInt16>, _ table: UnsafePointer<Float>, _ most: Float,
    _ observed: UnsafePointer<Int16>, _ energy: UnsafeMutablePointer<Float>, _ weights: UnsafeMutablePointer<Float>, _ count: Int
) -> Bool {
    var b = 0
    while b < bands {
        let row = rows[b]
        let factors = table + b
        if b == 0 {
            for x in 0..<count {
                let d = row[x]
                let square = d * d * factors[Int(steps[x]) &* bands]
                energy[x] = square < most ? square : most
            }
        } else {
            for x in 0..<count {
                let d = row[x]
                let square = d * d * factors[Int(steps[x]) &* bands]
                energy[x] += square < most ? square : most
            }
        }
        b &+= 1
    }
    var hidden: Int16 = 0
    for x in 0..<count {
        let isHidden = observed[x] == -32_768
        hidden |= isHidden ? 1 : 0
        // On the bits, since a choice becomes a masked store, which the baseline lacks.
        let mask: UInt32 = isHidden ? 0 : ~0
        energy[x] = Float(bitPattern: energy[x].bitPattern & mask)
        weights[x] = Float(bitPattern: 0x3F80_0000 & mask)
    }
    return hidden == 0
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
