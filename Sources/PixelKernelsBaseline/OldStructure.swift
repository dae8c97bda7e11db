// Cells of 32 pixels; what of a difference the ground's own old structure explains.

/// Rows around the one that the terms are made for, in this order: the soft ground above, here and below, the softer, the coarse, the curved above,
/// here and below. Soft and curved rows here and beside are readable from one sample before the first to one behind the last.
private struct StructureRows {
    let softAbove: UnsafePointer<Float>
    let soft: UnsafePointer<Float>
    let softBelow: UnsafePointer<Float>
    let softer: UnsafePointer<Float>
    let coarse: UnsafePointer<Float>
    let curvedAbove: UnsafePointer<Float>
    let curved: UnsafePointer<Float>
    let curvedBelow: UnsafePointer<Float>

    @inline(__always)
    init(_ rows: UnsafePointer<UnsafePointer<Float>>) {
        softAbove = rows[0]
        soft = rows[1]
        softBelow = rows[2]
        softer = rows[3]
        coarse = rows[4]
        curvedAbove = rows[5]
        curved = rows[6]
        curvedBelow = rows[7]
    }
}

@inline(__always)
private func eight(_ row: UnsafePointer<Float>, _ x: Int) -> SIMD8<Float> {
    UnsafeRawPointer(row + x).loadUnaligned(as: SIMD8<Float>.self)
}

@inline(__always)
private func put(_ value: SIMD8<Float>, _ row: UnsafeMutablePointer<Float>, _ x: Int) {
    UnsafeMutableRawPointer(row + x).storeBytes(of: value, as: SIMD8<Float>.self)
}

/// The terms of eight pixels: ∂x, ∂y, fine detail, coarse detail, ∂xx, ∂yy, ∂xy.
@inline(__always)
private func terms(
    _ rows: StructureRows, _ x: Int
) -> (SIMD8<Float>, SIMD8<Float>, SIMD8<Float>, SIMD8<Float>, SIMD8<Float>, SIMD8<Float>, SIMD8<Float>) {
    let half = SIMD8<Float>(repeating: 0.5)
    let quarter = SIMD8<Float>(repeating: 0.25)
    let soft = eight(rows.soft, x)
    let curved = eight(rows.curved, x)
    let twice = curved + curved
    return (
        half * (eight(rows.soft, x &+ 1) - eight(rows.soft, x &- 1)),
        half * (eight(rows.softBelow, x) - eight(rows.softAbove, x)),
        soft - eight(rows.softer, x),
        soft - eight(rows.coarse, x),
        eight(rows.curved, x &+ 1) - twice + eight(rows.curved, x &- 1),
        eight(rows.curvedBelow, x) - twice + eight(rows.curvedAbove, x),
        quarter
            * (eight(rows.curvedBelow, x &+ 1) - eight(rows.curvedBelow, x &- 1) - eight(rows.curvedAbove, x &+ 1)
                + eight(rows.curvedAbove, x &- 1))
    )
}

/// The terms of a row of cells of 32 pixels: in each cell term after term, `stride` floats apart; cell after cell, `pitch` floats apart.
package func structureTerms(
    _ pointers: UnsafePointer<UnsafePointer<Float>>, _ cells: Int, _ out: UnsafeMutablePointer<Float>, _ stride: Int, _ pitch: Int
) {
    let rows = StructureRows(pointers)
    var x = 0
    while x < cells &* 32 {
        let t = terms(rows, x)
        let k = (x >> 5) &* pitch &+ (x & 31)
        put(t.0, out, k)
        put(t.1, out, stride &+ k)
        put(t.2, out, 2 &* stride &+ k)
        put(t.3, out, 3 &* stride &+ k)
        put(t.4, out, 4 &* stride &+ k)
        put(t.5, out, 5 &* stride &+ k)
        put(t.6, out, 6 &* stride &+ k)
        x &+= 8
    }
}

/// A row of cells of 32 pixels, each to its own place: `pitch` floats apart.
package func spreadCells(_ row: UnsafePointer<Float>, _ cells: Int, _ out: UnsafeMutablePointer<Float>, _ pitch: Int) {
    var x = 0
    while x < cells &* 32 {
        put(eight(row, x), out, (x >> 5) &* pitch &+ (x & 31))
        x &+= 8
    }
}

/// How much each pixel counts in a fit: `1 / (1 + share · Σ_b (d_b · inverseNoise[b])²)` where valid, else 0.
///
/// `differences` holds `bands` planes of `count` floats. - Precondition: `count` is a multiple of 8.
package func fitWeights(
    _ differences: UnsafePointer<Float>, _ bands: Int, _ inverseNoise: UnsafePointer<Float>, _ share: Float,
    _ validity: UnsafePointer<UInt8>, _ out: UnsafeMutablePointer<Float>, _ count: Int
) {
    for i in 0..<count { out[i] = 1 }
    var b = 0
    while b < bands {
        let plane = differences + b &* count
        let scale = inverseNoise[b]
        for i in 0..<count {
            let t = plane[i] * scale
            out[i] += share * (t * t)
        }
        b &+= 1
    }
    for i in 0..<count {
        let weight = 1 / out[i]
        out[i] = Float(bitPattern: weight.bitPattern & (validity[i] != 0 ? ~0 : 0))
    }
}

/// Σ a · b, eight sums side by side that are added up at the end.
@inline(__always)
private func product(_ a: UnsafePointer<Float>, _ b: UnsafePointer<Float>, _ count: Int) -> Float {
    var first = SIMD8<Float>(repeating: 0)
    var second = SIMD8<Float>(repeating: 0)
    var i = 0
    while i < count {
        first += eight(a, i) * eight(b, i)
        second += eight(a, i &+ 8) * eight(b, i &+ 8)
        i &+= 16
    }
    let sums = first + second
    return ((sums[0] + sums[1]) + (sums[2] + sums[3])) + ((sums[4] + sums[5]) + (sums[6] + sums[7]))
}

@inline(__always)
private func total(_ a: UnsafePointer<Float>, _ count: Int) -> Float {
    var first = SIMD8<Float>(repeating: 0)
    var second = SIMD8<Float>(repeating: 0)
    var i = 0
    while i < count {
        first += eight(a, i)
        second += eight(a, i &+ 8)
        i &+= 16
    }
    let sums = first + second
    return ((sums[0] + sums[1]) + (sums[2] + sums[3])) + ((sums[4] + sums[5]) + (sums[6] + sums[7]))
}

/// Weighted sums of products of one cell, for the normal equations of a fit: of each of the `terms` terms and a constant 1 with itself and those
/// before it (`out[0...]`, row by row of the lower triangle), then of each of them and the 1 with every band.
///
/// `planes` holds the terms, each `count` floats, and `differences` the bands; `scratch` has room for `count` floats.
/// - Precondition: `count` is a multiple of 16.
package func weightedMoments(
    _ planes: UnsafePointer<Float>, _ terms: Int, _ differences: UnsafePointer<Float>, _ bands: Int, _ weights: UnsafePointer<Float>,
    _ scratch: UnsafeMutablePointer<Float>, _ out: UnsafeMutablePointer<Float>, _ count: Int
) {
    var k = 0
    var own = (terms &+ 1) &* (terms &+ 2) / 2
    var a = 0
    while a <= terms {
        if a < terms {
            let plane = planes + a &* count
            for i in 0..<count { scratch[i] = weights[i] * plane[i] }
        } else {
            for i in 0..<count { scratch[i] = weights[i] }
        }
        var b = 0
        while b <= a {
            out[k] = b < terms ? product(scratch, planes + b &* count, count) : total(scratch, count)
            k &+= 1
            b &+= 1
        }
        b = 0
        while b < bands {
            out[own] = product(scratch, differences + b &* count, count)
            own &+= 1
            b &+= 1
        }
        a &+= 1
    }
}

/// The cells of 32 pixels between whose middles eight pixels lie, and how far from the one to the other each of them; the outermost cell twice beyond it.
@inline(__always)
private func middles(around x: Int, _ cells: Int) -> (lower: Int, upper: Int, weights: SIMD8<Float>) {
    let lanes = SIMD8<Float>(0.5, 1.5, 2.5, 3.5, 4.5, 5.5, 6.5, 7.5) * SIMD8<Float>(repeating: 1 / 32)
    let cell = x >> 5
    let inCell = x & 31
    // Halves of cells: from the middle before, or to the middle behind.
    let lower = inCell < 16 ? cell &- 1 : cell
    let upper = lower &+ 1
    let start = Float(inCell < 16 ? inCell &+ 16 : inCell &- 16) * (1 / 32)
    return (lower < 0 ? 0 : lower, upper < cells ? upper : cells &- 1, lanes + SIMD8<Float>(repeating: start))
}

/// One row of every band less what old structure explains, from the pixel `first` of the row of cells on.
///
/// `coefficients` holds, for each cell of 32 pixels, `bands` × 7 numbers that count at the cell's middle; between middles they are interpolated,
/// before the first and behind the last they stay.
/// - Precondition: the row is `cells` · 32 pixels long; `first` and `count` are multiples of 8.
package func subtractExplained(
    _ pointers: UnsafePointer<UnsafePointer<Float>>, _ coefficients: UnsafePointer<Float>, _ cells: Int, _ first: Int, _ count: Int,
    _ differences: UnsafePointer<UnsafePointer<Float>>, _ out: UnsafePointer<UnsafeMutablePointer<Float>>, _ bands: Int
) {
    let rows = StructureRows(pointers)
    let pitch = bands &* 7
    var x = first
    while x < first &+ count {
        let (lower, upper, u) = middles(around: x, cells)
        let t = terms(rows, x)
        var b = 0
        while b < bands {
            let p = coefficients + (lower &* pitch &+ b &* 7)
            let q = coefficients + (upper &* pitch &+ b &* 7)
            var near = t.0 * SIMD8<Float>(repeating: p[0])
            var far = t.0 * SIMD8<Float>(repeating: q[0])
            near += t.1 * SIMD8<Float>(repeating: p[1])
            far += t.1 * SIMD8<Float>(repeating: q[1])
            near += t.2 * SIMD8<Float>(repeating: p[2])
            far += t.2 * SIMD8<Float>(repeating: q[2])
            near += t.3 * SIMD8<Float>(repeating: p[3])
            far += t.3 * SIMD8<Float>(repeating: q[3])
            near += t.4 * SIMD8<Float>(repeating: p[4])
            far += t.4 * SIMD8<Float>(repeating: q[4])
            near += t.5 * SIMD8<Float>(repeating: p[5])
            far += t.5 * SIMD8<Float>(repeating: q[5])
            near += t.6 * SIMD8<Float>(repeating: p[6])
            far += t.6 * SIMD8<Float>(repeating: q[6])
            put(eight(differences[b], x) - (near + u * (far - near)), out[b], x &- first)
            b &+= 1
        }
        x &+= 8
    }
}

/// Takes off one row what is given at the middles of its cells of 32 pixels and linear between them.
/// - Precondition: the row is `cells` · 32 pixels long; `field` is readable from one cell before the first to one behind the last.
package func subtractInterpolated(_ row: UnsafeMutablePointer<Float>, _ field: UnsafePointer<Float>, _ cells: Int) {
    // The halves of cells around a border lie between the same two middles.
    let lanes = SIMD8<Float>(0.5, 1.5, 2.5, 3.5, 4.5, 5.5, 6.5, 7.5) * SIMD8<Float>(repeating: 1 / 32)
    let places = (
        lanes, lanes + SIMD8<Float>(repeating: 0.25), lanes + SIMD8<Float>(repeating: 0.5), lanes + SIMD8<Float>(repeating: 0.75)
    )
    var border = 0
    while border <= cells {
        let lower = field[border &- 1]
        let near = SIMD8<Float>(repeating: lower)
        let step = SIMD8<Float>(repeating: field[border] - lower)
        let x = border &* 32 &- 16
        if border > 0 {
            put(eight(row, x) - (near + places.0 * step), row, x)
            put(eight(row, x &+ 8) - (near + places.1 * step), row, x &+ 8)
        }
        if border < cells {
            put(eight(row, x &+ 16) - (near + places.2 * step), row, x &+ 16)
            put(eight(row, x &+ 24) - (near + places.3 * step), row, x &+ 24)
        }
        border &+= 1
    }
}

/// `out = (a − b)²`.
package func squaredDifference(
    _ a: UnsafePointer<Float>, _ b: UnsafePointer<Float>, _ out: UnsafeMutablePointer<Float>, _ count: Int
) {
    for i in 0..<count {
        let d = a[i] - b[i]
        out[i] = d * d
    }
}

/// The square root of each value, in place.
package func roots(_ values: UnsafeMutablePointer<Float>, _ count: Int) {
    for i in 0..<count { values[i] = values[i].squareRoot() }
}

/// `out = Σ_b rows[b] · scale`, four rows, b rising.
package func scaledSumOfFour(
    _ rows: UnsafePointer<UnsafePointer<Float>>, _ scale: Float, _ out: UnsafeMutablePointer<Float>, _ count: Int
) {
    let (r0, r1, r2, r3) = (rows[0], rows[1], rows[2], rows[3])
    for i in 0..<count { out[i] = ((r0[i] * scale + r1[i] * scale) + r2[i] * scale) + r3[i] * scale }
}

/// `sums += row · scale`.
package func addScaled(_ sums: UnsafeMutablePointer<Float>, _ row: UnsafePointer<Float>, _ scale: Float, _ count: Int) {
    for i in 0..<count { sums[i] += row[i] * scale }
}

/// `value · scale + 0.5` as a whole number, at most `most`; 0 where not valid. Values are not negative.
package func wholeSteps(
    _ values: UnsafePointer<Float>, _ scale: Float, _ most: Float, _ validity: UnsafePointer<UInt8>, _ out: UnsafeMutablePointer<UInt16>,
    _ count: Int
) {
    for i in 0..<count {
        let value = values[i] * scale
        let valid = validity[i]
        let bounded = value < most ? value : most
        // 2²³ takes the fraction away; the low bits of the pattern are the number.
        let step = UInt16(truncatingIfNeeded: (bounded + 8_388_608).bitPattern)
        out[i] = valid != 0 ? step : 0
    }
}

/// `out = near + weight · (far − near)`.
package func interpolated(
    _ near: UnsafePointer<Float>, _ far: UnsafePointer<Float>, _ weight: Float, _ out: UnsafeMutablePointer<Float>, _ count: Int
) {
    for i in 0..<count { out[i] = near[i] + weight * (far[i] - near[i]) }
}
