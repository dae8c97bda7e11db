/// Keys' cubic convolution (a = −0.5) at arbitrary places; NaN and places outside give 0 and validity 0.
///
/// A tap of weight 0 is not looked at, so a place on a pixel's centre needs only that pixel. Source: R. Keys, "Cubic convolution
/// interpolation for digital image processing", IEEE Trans. ASSP 29 (1981), eq. 15.
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
        let fx = column - Float(x)
        let fy = row - Float(y)
        let left = fx == 0 ? x : x &- 1
        let right = fx == 0 ? x : x &+ 2
        let top = fy == 0 ? y : y &- 1
        let bottom = fy == 0 ? y : y &+ 2
        guard left >= 0, right < width, top >= 0, bottom < height else { continue }
        var valid: UInt8 = 255
        var total: Float = 0
        var r = top
        while r <= bottom {
            let base = r &* width
            var sum: Float = 0
            var c = left
            while c <= right {
                valid &= validity[base &+ c]
                sum += keysWeight(fx - Float(c &- x)) * source[base &+ c]
                c &+= 1
            }
            total += keysWeight(fy - Float(r &- y)) * sum
            r &+= 1
        }
        outValidity[i] = valid
        out[i] = valid != 0 ? total : 0
    }
}

/// Weight of a sample `distance` pixels away.
@inline(__always)
private func keysWeight(_ distance: Float) -> Float {
    let t = distance < 0 ? -distance : distance
    if t < 1 { return (1.5 * t - 2.5) * t * t + 1 }
    return t < 2 ? ((-0.5 * t + 2.5) * t - 4) * t + 2 : 0
}
