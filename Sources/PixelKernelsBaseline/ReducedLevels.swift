// Planes of levels at half their size and back.

/// Levels clipped to ±`limit`, −128 (not valid) as 0.
/// - Returns: whether any was not valid.
package func clipLevels(_ values: UnsafePointer<Int8>, _ limit: Int8, _ out: UnsafeMutablePointer<Int8>, _ count: Int) -> Bool {
    let lowest = 0 &- limit
    var valid: Int8 = -1
    for i in 0..<count {
        let value = values[i]
        let mask: Int8 = value == -128 ? 0 : -1
        var clipped = value > limit ? limit : value
        clipped = clipped < lowest ? lowest : clipped
        out[i] = clipped & mask
        valid &= mask
    }
    return valid == 0
}

/// `level` where valid, else 0.
package func levelWhereValid(_ values: UnsafePointer<Int8>, _ level: Int8, _ out: UnsafeMutablePointer<Int8>, _ count: Int) {
    for i in 0..<count { out[i] = values[i] == -128 ? 0 : level }
}

/// `out = source` where `values` is valid, else 0.
package func copyLevelsWhereValid(
    _ source: UnsafePointer<Int8>, _ values: UnsafePointer<Int8>, _ out: UnsafeMutablePointer<Int8>, _ count: Int
) {
    for i in 0..<count {
        let mask: Int8 = values[i] == -128 ? 0 : -1
        out[i] = source[i] & mask
    }
}

/// `out[u] = factor · (the four of columns 2u and 2u + 1 of both rows)`, wrapping.
package func scaledSumsOfFour(
    _ upper: UnsafePointer<Int8>, _ lower: UnsafePointer<Int8>, _ factor: Int16, _ out: UnsafeMutablePointer<Int16>, _ count: Int
) {
    // Two levels at a time: the bytes of a little-endian word.
    let (upper, lower) = (UnsafeRawPointer(upper), UnsafeRawPointer(lower))
    for u in 0..<count {
        let a = upper.loadUnaligned(fromByteOffset: 2 &* u, as: Int16.self)
        let b = lower.loadUnaligned(fromByteOffset: 2 &* u, as: Int16.self)
        out[u] = factor &* ((((a &<< 8) &>> 8) &+ (a &>> 8)) &+ (((b &<< 8) &>> 8) &+ (b &>> 8)))
    }
}

/// The mean of the four of columns 2u and 2u + 1 of both rows, rounded down.
package func meansOfFour(
    _ upper: UnsafePointer<Int16>, _ lower: UnsafePointer<Int16>, _ out: UnsafeMutablePointer<Int16>, _ count: Int
) {
    let (upper, lower) = (UnsafeRawPointer(upper), UnsafeRawPointer(lower))
    for u in 0..<count {
        let a = upper.loadUnaligned(fromByteOffset: 4 &* u, as: Int32.self)
        let b = lower.loadUnaligned(fromByteOffset: 4 &* u, as: Int32.self)
        let sum = (((a &<< 16) &>> 16) &+ (a &>> 16)) &+ (((b &<< 16) &>> 16) &+ (b &>> 16))
        out[u] = Int16(truncatingIfNeeded: sum &>> 2)
    }
}

/// `out = near + ⌊eighths · (far − near) / 8⌋`, `eighths` up to 3; differences must fit 16 bits.
package func mixRows(
    _ near: UnsafePointer<Int16>, _ far: UnsafePointer<Int16>, _ eighths: Int, _ out: UnsafeMutablePointer<Int16>, _ count: Int
) {
    let weight = Int16(truncatingIfNeeded: eighths &* 8192)
    for x in 0..<count {
        let difference = far[x] &- near[x]
        out[x] = near[x] &+ Int16(truncatingIfNeeded: (Int32(difference) &* Int32(weight)) &>> 16)
    }
}

/// From a row of half the columns: each pixel lies a quarter of a step from the nearer one. Reads one beyond both ends.
package func interpolateByTwo(_ row: UnsafePointer<Int16>, _ out: UnsafeMutablePointer<Int16>, _ count: Int) {
    for u in 0..<count {
        let here = row[u]
        out[2 &* u] = here &+ ((row[u &- 1] &- here) &>> 2)
        out[2 &* u &+ 1] = here &+ ((row[u &+ 1] &- here) &>> 2)
    }
}

/// From a row of a quarter of the columns: its pixels lie three and one eighths of a step to both sides of the nearer one. Reads one beyond both ends.
package func interpolateByFour(_ row: UnsafePointer<Int16>, _ out: UnsafeMutablePointer<Int16>, _ count: Int) {
    for u in 0..<count {
        let here = row[u]
        let before = (row[u &- 1] &- here) &>> 3
        let after = (row[u &+ 1] &- here) &>> 3
        out[4 &* u] = here &+ before &+ (before &+ before)
        out[4 &* u &+ 1] = here &+ before
        out[4 &* u &+ 2] = here &+ after
        out[4 &* u &+ 3] = here &+ after &+ (after &+ after)
    }
}

/// `values −= other`, wrapping.
package func subtractInt16(_ values: UnsafeMutablePointer<Int16>, _ other: UnsafePointer<Int16>, _ count: Int) {
    let (source, target) = (UnsafeRawPointer(other), UnsafeMutableRawPointer(values))
    var x = 0
    while x &+ 32 <= count {
        let byte = 2 &* x
        let near =
            target.loadUnaligned(fromByteOffset: byte, as: SIMD16<Int16>.self)
            &- source.loadUnaligned(fromByteOffset: byte, as: SIMD16<Int16>.self)
        let far =
            target.loadUnaligned(fromByteOffset: byte &+ 32, as: SIMD16<Int16>.self)
            &- source.loadUnaligned(fromByteOffset: byte &+ 32, as: SIMD16<Int16>.self)
        target.storeBytes(of: near, toByteOffset: byte, as: SIMD16<Int16>.self)
        target.storeBytes(of: far, toByteOffset: byte &+ 32, as: SIMD16<Int16>.self)
        x &+= 32
    }
    while x < count {
        values[x] &-= other[x]
        x &+= 1
    }
}

/// Beside what was not observed: `values = whole · (values / weights − other / otherWeights)`, rounded and clamped to ±32 767; 0 where a weight is not above
/// its limit.
package func subtractWeighed(
    _ values: UnsafeMutablePointer<Int16>, _ weights: UnsafePointer<Int16>, _ limit: Int16,
    _ other: UnsafePointer<Int16>, _ otherWeights: UnsafePointer<Int16>, _ otherLimit: Int16, _ whole: Float, _ count: Int
) {
    for x in 0..<count {
        let (a, b) = (weights[x], otherWeights[x])
        let mean = Float(Int32(values[x])) / Float(Int32(a > 1 ? a : 1))
        let otherMean = Float(Int32(other[x])) / Float(Int32(b > 1 ? b : 1))
        let difference = (mean - otherMean) * whole
        // The integer stands in the low bits of the sum's pattern. Of patterns the lesser is one instruction, of floats before an addition two.
        let pattern = Int32(bitPattern: ((difference > -32_767 ? difference : -32_767) + 12_582_912).bitPattern)
        let rounded = Int16(truncatingIfNeeded: pattern < 0x4B40_7FFF ? pattern : 0x4B40_7FFF)
        let known: Int16 = a > limit ? -1 : 0
        let otherKnown: Int16 = b > otherLimit ? -1 : 0
        values[x] = rounded & known & otherKnown
    }
}

/// Two rows at half the size: the sum of the valid ones of four levels over the root of their number, so that white noise keeps its variance, and the root
/// mean square of `structure` over the same pixels; both rounded, halves to even. −128 and 0 where less than two are valid.
package func halveLevels(
    _ upper: UnsafePointer<Int8>, _ lower: UnsafePointer<Int8>, _ upperStructure: UnsafePointer<Int8>,
    _ lowerStructure: UnsafePointer<Int8>, _ out: UnsafeMutablePointer<Int8>, _ outStructure: UnsafeMutablePointer<Int8>, _ count: Int
) {
    // Two levels at a time: the bytes of a little-endian word.
    let (upper, lower) = (UnsafeRawPointer(upper), UnsafeRawPointer(lower))
    let (upperStructure, lowerStructure) = (UnsafeRawPointer(upperStructure), UnsafeRawPointer(lowerStructure))
    for u in 0..<count {
        let ab = upper.loadUnaligned(fromByteOffset: 2 &* u, as: Int16.self)
        let cd = lower.loadUnaligned(fromByteOffset: 2 &* u, as: Int16.self)
        let pq = upperStructure.loadUnaligned(fromByteOffset: 2 &* u, as: Int16.self)
        let rs = lowerStructure.loadUnaligned(fromByteOffset: 2 &* u, as: Int16.self)
        let (a, b, c, d) = ((ab &<< 8) &>> 8, ab &>> 8, (cd &<< 8) &>> 8, cd &>> 8)
        let (p, q, r, s) = ((pq &<< 8) &>> 8, pq &>> 8, (rs &<< 8) &>> 8, rs &>> 8)
        let ma: Int16 = a == -128 ? 0 : -1
        let mb: Int16 = b == -128 ? 0 : -1
        let mc: Int16 = c == -128 ? 0 : -1
        let md: Int16 = d == -128 ? 0 : -1
        let number = 0 &- (ma &+ mb &+ mc &+ md)
        let sum = ((a & ma) &+ (b & mb)) &+ ((c & mc) &+ (d & md))
        // Four squares fit 16 bits without a sign.
        let squares = UInt16(truncatingIfNeeded: ((p &* p & ma) &+ (q &* q & mb)) &+ ((r &* r & mc) &+ (s &* s & md)))
        // 1/√2, 1/√3 and 1/√4.
        var inverseRoot: Float = number == 4 ? 0.5 : 0.577_350_26
        inverseRoot = number == 2 ? 0.707_106_77 : inverseRoot
        var change = Float(Int32(sum)) * inverseRoot
        change = change < 127 ? change : 127
        change = change > -127 ? change : -127
        let root = (Float(Int32(squares)) * (inverseRoot * inverseRoot)).squareRoot()
        let level = Int8(truncatingIfNeeded: (change + 12_582_912).bitPattern)
        let rootLevel = Int8(truncatingIfNeeded: ((root < 127 ? root : 127) + 12_582_912).bitPattern)
        out[u] = number >= 2 ? level : -128
        outStructure[u] = number >= 2 ? rootLevel : 0
    }
}

/// For groups of 16 pixels, whether any of the `rowCount` rows has one above the group's threshold of that row in size.
///
/// - Parameters:
///   - rows: the rows, `pitch` apart, none with −32 768.
///   - thresholds: from 0; those of a row's groups together.
///   - out: 1 or 0 for each group.
package func groupsAbove(
    _ rows: UnsafePointer<Int16>, _ pitch: Int, _ rowCount: Int, _ thresholds: UnsafePointer<Int16>,
    _ out: UnsafeMutablePointer<UInt8>, _ groups: Int
) {
    let source = UnsafeRawPointer(rows)
    var group = 0
    while group < groups {
        var margins = SIMD16<Int16>(repeating: 0)
        var row = 0
        while row < rowCount {
            let values = source.loadUnaligned(fromByteOffset: 2 &* (row &* pitch &+ 16 &* group), as: SIMD16<Int16>.self)
            let negative = values &>> 15
            let sizes = (values ^ negative) &- negative
            margins |= SIMD16<Int16>(repeating: thresholds[row &* groups &+ group]) &- sizes
            row &+= 1
        }
        let signs = unsafeBitCast(margins, to: SIMD4<UInt64>.self)
        let any = ((signs[0] | signs[1]) | (signs[2] | signs[3])) & 0x8000_8000_8000_8000
        out[group] = any != 0 ? 1 : 0
        group &+= 1
    }
}
