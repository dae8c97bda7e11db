/// Adds dates, one after the other, to weighted sums: `sums += clamp(level, ±clip) · scale` and `weights += weight` where the level is not −128.
///
/// - Parameters:
///   - levels: where each date's begin. - offset: of the first that counts.
///   - scales, dateWeights: one a date. - dateCount: of dates.
///   - clip: 0 or more.
package func addWeighedLevels(
    _ levels: UnsafePointer<UnsafePointer<Int8>>, _ offset: Int, _ scales: UnsafePointer<Float>, _ dateWeights: UnsafePointer<Float>,
    _ dateCount: Int, _ clip: Int8, _ sums: UnsafeMutablePointer<Float>, _ weights: UnsafeMutablePointer<Float>, _ count: Int
) {
    var date = 0
    // By fours, for which the sums are fetched and stored once.
    while date + 4 <= dateCount {
        let (a, b, c, d) = (levels[date] + offset, levels[date + 1] + offset, levels[date + 2] + offset, levels[date + 3] + offset)
        let (p, q, r, s) = (scales[date], scales[date + 1], scales[date + 2], scales[date + 3])
        let (t, u, v, w) = (dateWeights[date], dateWeights[date + 1], dateWeights[date + 2], dateWeights[date + 3])
        for i in 0..<count {
            sums[i] =
                (((sums[i] + clipped(a[i], clip) * p) + clipped(b[i], clip) * q) + clipped(c[i], clip) * r) + clipped(d[i], clip) * s
        }
        for i in 0..<count { weights[i] = (((weights[i] + seen(a[i], t)) + seen(b[i], u)) + seen(c[i], v)) + seen(d[i], w) }
        date += 4
    }
    while date < dateCount {
        let (a, p, t) = (levels[date] + offset, scales[date], dateWeights[date])
        for i in 0..<count { sums[i] += clipped(a[i], clip) * p }
        for i in 0..<count { weights[i] += seen(a[i], t) }
        date += 1
    }
}

@inline(__always)
private func clipped(_ level: Int8, _ clip: Int8) -> Float {
    var clipped = level < clip ? level : clip
    clipped = clipped > 0 &- clip ? clipped : 0 &- clip
    return Float(level != -128 ? clipped : 0)
}

@inline(__always)
private func seen(_ level: Int8, _ weight: Float) -> Float { level != -128 ? weight : 0 }

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
