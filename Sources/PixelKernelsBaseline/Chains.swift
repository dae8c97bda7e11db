// Dynamic programming over chains of beamlets in 16-bit integers, 16 columns at a time. `costs` holds, in steps of the score: the score of nothing, the
// highest score, the score from which chains are marked; a beamlet's cost, the bounds of its standardised sum; the costs of a turn and of none.

/// Extends, for both signs, the best chain that ends at each column with each slope by the beamlet that follows.
///
/// For slope s: `value = max(nothing, previous(s − 1) − turn, previous(s) − straight, previous(s + 1) − turn)`, and the chain's new score, stored
/// `s − middle` columns to the right, is `value ± sum` clipped `− cost`.
///
/// - Parameters:
///   - sums: standardised; one row a slope, `sumPitch` apart.
///   - previous: rows of slopes, `pitch` apart, one more than slopes that holds the score of nothing; the second sign `signPitch` behind the first.
///   - current: likewise; the columns that no beamlet ends at are left alone.
///   - origins: two bits a slope, seven slopes a word, `groups` rows of words, `originPitch` apart, for each sign: where the best chain came from, 0, 1, 2
///     for a slope one less, equal, one more, 3 for a start.
///   - marks: one for each 16 columns: 1 where some chain that goes on from them reaches the score to be marked, else 0.
///   - count: columns, a multiple of 16.
package func extendChains(
    _ sums: UnsafePointer<Int16>, _ sumPitch: Int, _ costs: UnsafePointer<Int16>, _ previous: UnsafePointer<Int16>,
    _ current: UnsafeMutablePointer<Int16>, _ pitch: Int, _ signPitch: Int, _ origins: UnsafeMutablePointer<UInt16>, _ originPitch: Int,
    _ groups: Int, _ marks: UnsafeMutablePointer<UInt8>, _ count: Int
) {
    let sumRows = UnsafeRawPointer(sums)
    let plus = UnsafeRawPointer(previous)
    let minus = UnsafeRawPointer(previous + signPitch)
    let plusOut = UnsafeMutableRawPointer(current)
    let minusOut = UnsafeMutableRawPointer(current + signPitch)
    let originRows = UnsafeMutableRawPointer(origins)
    let nothing = SIMD16<Int16>(repeating: costs[0])
    let highest = SIMD16<Int16>(repeating: costs[1])
    let marked = SIMD16<Int16>(repeating: costs[2])
    let cost = SIMD16<Int16>(repeating: costs[3])
    let top = SIMD16<Int16>(repeating: costs[4] &- costs[3])
    let bottom = SIMD16<Int16>(repeating: costs[5] &- costs[3])
    let turn = SIMD16<Int16>(repeating: costs[6])
    let straight = SIMD16<Int16>(repeating: costs[7])
    let none = SIMD16<Int16>(repeating: 0)
    let middle = (7 &* groups &- 1) / 2
    var x = 0
    while x < count {
        let column = x &* 2
        var plusLess = nothing
        var minusLess = nothing
        var plusSame = plus.loadUnaligned(fromByteOffset: column, as: SIMD16<Int16>.self)
        var minusSame = minus.loadUnaligned(fromByteOffset: column, as: SIMD16<Int16>.self)
        var peak = nothing
        var slope = 0
        var group = 0
        while group < groups {
            var plusWord = none
            var minusWord = none
            var one = SIMD16<Int16>(repeating: 1)
            var two = SIMD16<Int16>(repeating: 2)
            var three = SIMD16<Int16>(repeating: 3)
            let end = slope &+ 7
            while slope < end {
                let sum = sumRows.loadUnaligned(fromByteOffset: column &+ slope &* sumPitch &* 2, as: SIMD16<Int16>.self)
                let next = column &+ (slope &+ 1) &* pitch &* 2
                let out = column &+ (slope &* pitch &+ slope &- middle) &* 2

                let plusMore = plus.loadUnaligned(fromByteOffset: next, as: SIMD16<Int16>.self)
                var gain = sum &- cost
                gain.replace(with: top, where: gain .> top)
                gain.replace(with: bottom, where: gain .< bottom)
                var turned = plusMore &- turn
                var code = two.replacing(with: none, where: plusLess .>= turned)
                turned.replace(with: plusLess, where: plusLess .> turned)
                var value = plusSame &- straight
                code.replace(with: one, where: value .>= turned)
                value.replace(with: turned, where: turned .> value)
                code.replace(with: three, where: nothing .>= value)
                value.replace(with: nothing, where: nothing .> value)
                value.replace(with: highest, where: highest .< value)
                value &+= gain
                plusWord |= code
                peak.replace(with: value, where: value .> peak)
                plusOut.storeBytes(of: value, toByteOffset: out, as: SIMD16<Int16>.self)
                plusLess = plusSame &- turn
                plusSame = plusMore

                let minusMore = minus.loadUnaligned(fromByteOffset: next, as: SIMD16<Int16>.self)
                gain = (none &- cost) &- sum
                gain.replace(with: top, where: gain .> top)
                gain.replace(with: bottom, where: gain .< bottom)
                turned = minusMore &- turn
                code = two.replacing(with: none, where: minusLess .>= turned)
                turned.replace(with: minusLess, where: minusLess .> turned)
                value = minusSame &- straight
                code.replace(with: one, where: value .>= turned)
                value.replace(with: turned, where: turned .> value)
                code.replace(with: three, where: nothing .>= value)
                value.replace(with: nothing, where: nothing .> value)
                value.replace(with: highest, where: highest .< value)
                value &+= gain
                minusWord |= code
                peak.replace(with: value, where: value .> peak)
                minusOut.storeBytes(of: value, toByteOffset: out, as: SIMD16<Int16>.self)
                minusLess = minusSame &- turn
                minusSame = minusMore

                one = one &<< 2
                two = two &<< 2
                three = three &<< 2
                slope &+= 1
            }
            let word = column &+ group &* originPitch &* 2
            originRows.storeBytes(of: plusWord, toByteOffset: word, as: SIMD16<Int16>.self)
            originRows.storeBytes(of: minusWord, toByteOffset: word &+ groups &* originPitch &* 2, as: SIMD16<Int16>.self)
            group &+= 1
        }
        marks[x &>> 4] = any(peak .> marked) ? 1 : 0
        x &+= 16
    }
}

/// The greatest of `rows` rows at each of 16 columns.
package func greatestOfRows(_ values: UnsafePointer<Int16>, _ pitch: Int, _ rows: Int, _ out: UnsafeMutablePointer<Int16>) {
    let source = UnsafeRawPointer(values)
    var greatest = source.loadUnaligned(as: SIMD16<Int16>.self)
    var row = 1
    while row < rows {
        let value = source.loadUnaligned(fromByteOffset: row &* pitch &* 2, as: SIMD16<Int16>.self)
        greatest.replace(with: value, where: value .> greatest)
        row &+= 1
    }
    UnsafeMutableRawPointer(out).storeBytes(of: greatest, as: SIMD16<Int16>.self)
}

/// The columns whose value is above the limit, greater than the `reach` to the left and not less than those to the right. Returns how many.
///
/// - Parameter count: a multiple of 16; `reach` values more are read on each side.
package func peaksOfRow(
    _ values: UnsafePointer<Int16>, _ limit: Int16, _ reach: Int, _ out: UnsafeMutablePointer<Int32>, _ count: Int
) -> Int {
    let source = UnsafeRawPointer(values)
    let lowest = SIMD16<Int16>(repeating: limit)
    let none = SIMD16<Int16>(repeating: 0)
    let places = SIMD16<Int16>(1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 1024, 2048, 4096, 8192, 16384, -32768)
    var found = 0
    var x = 0
    while x < count {
        let byte = x &* 2
        let value = source.loadUnaligned(fromByteOffset: byte, as: SIMD16<Int16>.self)
        let higher = unsafeBitCast(
            none.replacing(with: SIMD16<Int16>(repeating: 1), where: value .> lowest), to: SIMD4<UInt64>.self)
        if (higher[0] | higher[1]) | (higher[2] | higher[3]) != 0 {
            var bits = places.replacing(with: none, where: value .<= lowest)
            var k = 1
            while k <= reach {
                let left = source.loadUnaligned(fromByteOffset: byte &- 2 &* k, as: SIMD16<Int16>.self)
                let right = source.loadUnaligned(fromByteOffset: byte &+ 2 &* k, as: SIMD16<Int16>.self)
                bits.replace(with: none, where: left .>= value)
                bits.replace(with: none, where: right .> value)
                k &+= 1
            }
            var peaks = UInt16(bitPattern: laneSum(bits))
            while peaks != 0 {
                out[found] = Int32(truncatingIfNeeded: x &+ peaks.trailingZeroBitCount)
                found &+= 1
                peaks &= peaks &- 1
            }
        }
        x &+= 16
    }
    return found
}
