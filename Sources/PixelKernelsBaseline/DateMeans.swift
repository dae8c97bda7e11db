/// Adds one date to weighted sums: `sums += clamp(level, ±clip) · scale` and `weights += weight` where the level is not −128.
package func addWeighedLevels(
    _ levels: UnsafePointer<Int8>, _ clip: Int8, _ scale: Float, _ weight: Float, _ sums: UnsafeMutablePointer<Float>,
    _ weights: UnsafeMutablePointer<Float>, _ count: Int
) {
    let (most, least) = (Int32(clip), -Int32(clip))
    for i in 0..<count {
        let level = Int32(levels[i])
        var clipped = level < most ? level : most
        clipped = clipped > least ? clipped : least
        let seen: Float = level != -128 ? 1 : 0
        sums[i] += Float(clipped) * scale * seen
        weights[i] += weight * seen
    }
}

/// The difference of two weighted means in standard deviations, `scale` steps each: (b/n − a/m) / √(½ (1/m + 1/n)), rounded and clamped to ±127;
/// −128 where either weight is zero.
package func standardisedStep(
    _ before: UnsafePointer<Float>, _ beforeWeights: UnsafePointer<Float>, _ after: UnsafePointer<Float>,
    _ afterWeights: UnsafePointer<Float>, _ scale: Float, _ out: UnsafeMutablePointer<Int8>, _ count: Int
) {
    for i in 0..<count {
        let (m, n) = (beforeWeights[i], afterWeights[i])
        // One division: the means' difference and its variance over the same product.
        let product = m * n
        let variance = 0.5 * (m + n) * product
        let z = (after[i] * m - before[i] * n) / variance.squareRoot() * scale
        var clamped = z < 127 ? z : 127
        clamped = clamped > -127 ? clamped : -127
        let level = Int8(truncatingIfNeeded: (clamped + 12_582_912).bitPattern)
        out[i] = product > 0 ? level : -128
    }
}
