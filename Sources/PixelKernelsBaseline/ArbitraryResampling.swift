/// Keys' cubic convolution (a = −0.5) at arbitrary places; NaN and places outside give 0 and validity 0.
///
/// Columns of the 4 × 4 taps are first summed along y, then along x, both in rising order. A tap of weight 0 is not looked at, so a place on a
/// pixel's centre needs only that pixel. Source: R. Keys, "Cubic convolution interpolation for digital image processing", IEEE Trans.
/// ASSP 29 (1981), eq. 15, written out for the four distances 1 + f, f, 1 − f, 2 − f.
package func cubicAt(
    _ source: UnsafePointer<Float>, _ validity: UnsafePointer<UInt8>, _ width: Int, _ height: Int,
    _ columns: UnsafePointer<Float>, _ rows: UnsafePointer<Float>,
    _ out: UnsafeMutablePointer<Float>, _ outValidity: UnsafeMutablePointer<UInt8>, _ count: Int
) {
    let lastColumn = Float(width &- 1)
    let lastRow = Float(height &- 1)
    for i in 0..<count {
        out[i] = 0
        outValidity[i] = 0
        let column = columns[i]
        let row = rows[i]
        guard column >= 0, column <= lastColumn, row >= 0, row <= lastRow else { continue }
        let x = Int(column)
        let y = Int(row)
        let weightsX = keysWeights(column - Float(x))
        let weightsY = keysWeights(row - Float(y))
        // On a centre only the tap of weight one is left of the four.
        let onColumn = weightsX[1] == 1
        let onRow = weightsY[1] == 1
        let left = onColumn ? x : x &- 1
        let right = onColumn ? x : x &+ 2
        let top = onRow ? y : y &- 1
        let bottom = onRow ? y : y &+ 2
        guard left >= 0, right < width, top >= 0, bottom < height else { continue }
        let corner = top &* width &+ left
        if !onColumn && !onRow {
            var valid = ~UInt32(0)
            var sums = SIMD4<Float>(repeating: 0)
            for j in 0..<4 {
                let start = corner &+ j &* width
                valid &= UnsafeRawPointer(validity + start).loadUnaligned(as: UInt32.self)
                sums += weightsY[j] * UnsafeRawPointer(source + start).loadUnaligned(as: SIMD4<Float>.self)
            }
            guard valid == ~0 else { continue }
            let terms = weightsX * sums
            out[i] = ((terms[0] + terms[1]) + terms[2]) + terms[3]
            outValidity[i] = 255
        } else {
            let step = onColumn ? width : 1
            let weights = onColumn ? weightsY : weightsX
            let taps = onColumn && onRow ? 1 : 4
            var valid: UInt8 = 255
            var sum: Float = 0
            for j in 0..<taps {
                valid &= validity[corner &+ j &* step]
                sum += (taps == 1 ? 1 : weights[j]) * source[corner &+ j &* step]
            }
            guard valid == 255 else { continue }
            out[i] = sum
            outValidity[i] = 255
        }
    }
}

/// Weights of the samples at −1, 0, 1 and 2 for a place `f` of a pixel beyond sample 0.
@inline(__always)
private func keysWeights(_ f: Float) -> SIMD4<Float> {
    SIMD4(((-0.5 * f + 1) * f - 0.5) * f, (1.5 * f - 2.5) * f * f + 1, ((-1.5 * f + 2) * f + 0.5) * f, (0.5 * f - 0.5) * f * f)
}
