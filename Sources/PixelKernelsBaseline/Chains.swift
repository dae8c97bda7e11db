// Dynamic programming over chains of beamlets in 16-bit integers, 16 columns at a time. Scores are stored as quarters of a step: the lowest two bits are free
// to carry where a chain came from through the choice of the best. `costs` holds, 16 times each, in quarters: what the chain costs whose slope was one more,
// one less, equal, each with the beamlet's and with its origin in the lowest bits, the same of a chain that begins, the highest score less a beamlet's cost,
// the score from which chains are marked; then the bounds of a beamlet's standardised sum, the lower in quarters, the upper in steps, and both with the
// other sign.

/// Extends, for both signs, the best chain that ends at each column with each slope by the beamlet that follows.
///
/// For slope s: `value = max(nothing, previous(s + 1) − turn, previous(s − 1) − turn, previous(s) − straight)`, and the chain's new score, stored
/// `s − middle` columns to the right, is `value ± sum` clipped `− cost`.
///
/// - Parameters:
///   - sums: standardised, in steps; one row a slope, `sumPitch` apart.
///   - previous: rows of slopes, `pitch` apart, with a row before and one after them that hold the score of nothing; the second sign `signPitch` behind.
///   - current: laid out likewise; the columns that no beamlet ends at are left alone.
///   - origins: two bits a slope, seven slopes a word, the first slope's the highest, `groups` rows of words, `originPitch` apart, for each sign: where the
///     best chain came from, 0, 1, 2 for a slope one more, one less, equal, 3 for a start.
///   - marks: one for each 16 columns: 1 where some chain that goes on from them reaches the score to be marked, else 0.
///   - count: columns, a multiple of 16.
package func extendChains(
    _ sums: UnsafePointer<Int16>, _ sumPitch: Int, _ costs: UnsafePointer<Int16>, _ previous: UnsafePointer<Int16>,
    _ current: UnsafeMutablePointer<Int16>, _ pitch: Int, _ signPitch: Int, _ origins: UnsafeMutablePointer<UInt16>, _ originPitch: Int,
    _ groups: Int, _ marks: UnsafeMutablePointer<UInt8>, _ count: Int
) {
    let figures = UnsafeRawPointer(costs)
    let (ofMore, ofLess, ofSame) = (sixteen(figures, 0), sixteen(figures, 32), sixteen(figures, 64))
    let (begun, marked) = (sixteen(figures, 96), sixteen(figures, 160))
    let none = SIMD16<Int16>(repeating: 0)
    let origin = SIMD16<Int16>(repeating: 3)
    let middle = (7 &* groups &- 1) / 2
    // In bytes; a slope further, and from one sign to the other.
    let (rowStep, step, minus) = (2 &* sumPitch, 2 &* pitch, 2 &* signPitch)
    let (targetStep, originStep) = (step &+ 2, 2 &* originPitch)
    var x = 0
    while x < count {
        var row = UnsafeRawPointer(sums + x)
        var source = UnsafeRawPointer(previous + x)
        var target = UnsafeMutableRawPointer(current + (x &- middle))
        var codes = UnsafeMutableRawPointer(origins + x)
        var peak = begun
        var group = groups
        while group != 0 {
            var (word, wordOfMinus) = (none, none)
            var left = 7
            while left != 0 {
                // Three loads of what each slope needs take less than handing two of them on from slope to slope, and figures read where they are used less
                // than registers that do not suffice.
                let (highest, bottom, top) = (sixteen(figures, 128), sixteen(figures, 192), sixteen(figures, 224))
                let (bottomOfMinus, topOfMinus) = (sixteen(figures, 256), sixteen(figures, 288))
                let gain = lesser(greater(sixteen(row, 0), topOfMinus), top) &<< 2
                let best = greater(
                    greater(sixteen(source, 0) &+ ofSame, sixteen(source, step) &+ ofMore),
                    greater(sixteen(source, 0 &- step) &+ ofLess, begun))
                let code = best & origin
                word = (word &<< 2) | code
                let score = (lesser(best, highest) & ~origin) &+ greater(gain, bottom)
                target.storeBytes(of: score, as: SIMD16<Int16>.self)

                let bestOfMinus = greater(
                    greater(sixteen(source, minus) &+ ofSame, sixteen(source, minus &+ step) &+ ofMore),
                    greater(sixteen(source, minus &- step) &+ ofLess, begun))
                wordOfMinus = (wordOfMinus &<< 2) | (bestOfMinus & origin)
                let scoreOfMinus = (lesser(bestOfMinus, sixteen(figures, 128)) & ~origin) &- lesser(gain, bottomOfMinus)
                target.storeBytes(of: scoreOfMinus, toByteOffset: minus, as: SIMD16<Int16>.self)

                peak = greater(peak, greater(score, scoreOfMinus))
                source += step
                target += targetStep
                row += rowStep
                left &-= 1
            }
            codes.storeBytes(of: word, as: SIMD16<Int16>.self)
            codes.storeBytes(of: wordOfMinus, toByteOffset: groups &* originStep, as: SIMD16<Int16>.self)
            codes += originStep
            group &-= 1
        }
        let higher = unsafeBitCast(peak .> marked, to: SIMD4<UInt64>.self)
        marks[x &>> 4] = (higher[0] | higher[1]) | (higher[2] | higher[3]) != 0 ? 1 : 0
        x &+= 16
    }
}

@inline(__always)
private func sixteen(_ row: UnsafeRawPointer, _ byte: Int) -> SIMD16<Int16> {
    row.loadUnaligned(fromByteOffset: byte, as: SIMD16<Int16>.self)
}

/// Ends, for both signs, the chains of 16 columns whose score has fallen by more than `drop` below the highest that they had: they get the score of nothing.
///
/// - Parameters:
///   - previousPeaks: the highest score that each chain had; laid out as `previous` of `extendChains`, the score of nothing where it is not known.
///   - currentPeaks: gets the highest scores of the chains of `current`, laid out likewise.
///   - current: what `extendChains` has made. - origins: likewise.
package func endFallenChains(
    _ previousPeaks: UnsafePointer<Int16>, _ currentPeaks: UnsafeMutablePointer<Int16>, _ current: UnsafeMutablePointer<Int16>,
    _ pitch: Int, _ signPitch: Int, _ origins: UnsafePointer<UInt16>, _ originPitch: Int, _ groups: Int, _ nothing: Int16, _ drop: Int16
) {
    let nothing = SIMD16<Int16>(repeating: nothing)
    let drop = SIMD16<Int16>(repeating: drop)
    let none = SIMD16<Int16>(repeating: 0)
    let middle = (7 &* groups &- 1) / 2
    var sign = 0
    while sign < 2 {
        var source = UnsafeRawPointer(previousPeaks + sign &* signPitch)
        var scores = UnsafeMutableRawPointer(current + (sign &* signPitch &- middle))
        var peaks = UnsafeMutableRawPointer(currentPeaks + (sign &* signPitch &- middle))
        var less = nothing
        var same = source.loadUnaligned(as: SIMD16<Int16>.self)
        var group = 0
        while group < groups {
            let word = UnsafeRawPointer(origins + (sign &* groups &+ group) &* originPitch).loadUnaligned(as: SIMD16<Int16>.self)
            var ofLess = SIMD16<Int16>(repeating: 1 << 12)
            var ofSame = SIMD16<Int16>(repeating: 2 << 12)
            var both = SIMD16<Int16>(repeating: 3 << 12)
            var left = 7
            while left > 0 {
                source += 2 &* pitch
                let more = source.loadUnaligned(as: SIMD16<Int16>.self)
                let code = word & both
                let value = scores.loadUnaligned(as: SIMD16<Int16>.self)
                var peak = nothing.replacing(with: more, where: code .== none)
                peak.replace(with: less, where: code .== ofLess)
                peak.replace(with: same, where: code .== ofSame)
                peak.replace(with: value, where: value .> peak)
                let isOver = peak .> value &+ drop
                scores.storeBytes(of: value.replacing(with: nothing, where: isOver), as: SIMD16<Int16>.self)
                peaks.storeBytes(of: peak.replacing(with: nothing, where: isOver), as: SIMD16<Int16>.self)
                less = same
                same = more
                // Two bits on, towards the lowest; none of these has the sign's bit.
                ofLess = ofLess &>> 2
                ofSame = ofSame &>> 2
                both = both &>> 2
                scores += 2 &* pitch &+ 2
                peaks += 2 &* pitch &+ 2
                left &-= 1
            }
            group &+= 1
        }
        sign &+= 1
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
