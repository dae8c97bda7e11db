import Raster

/// Values between the pixels of a plane.
///
/// Cubic convolution with a = -1/2 (R. Keys, "Cubic convolution interpolation for digital image processing", IEEE Trans. ASSP 29, 1981),
/// which keeps constants, slopes and parabolas. Where one of the 16 pixels is not usable: bilinear over the usable ones of the nearest four, and
/// not usable itself where the nearest is not. Beyond the raster's edge its outermost pixels repeat.
///
/// A position gives the same value, to the last bit, whatever the window and whichever of the two ways it is asked for.
struct CubicSampler {
    private let window: PixelWindow
    private let validity: [UInt8]
    private let isAllValid: Bool

    /// - Parameters:
    ///   - window: the part of a raster that the plane holds. It reaches two pixels beyond every position, unless the raster ends there.
    ///   - validity: of the window's shape, 0 where not usable.
    init(window: PixelWindow, validity: [UInt8]) {
        self.window = window
        self.validity = validity
        isAllValid = !validity.contains(0)
    }

    /// Values at positions of their own.
    ///
    /// - Parameters:
    ///   - values: of the plane, row by row.
    ///   - columns: positions in the raster, continuous: 0.5 is the centre of its first pixel.
    ///   - target: validity of the positions; becomes 0 where there is no usable value.
    func sample(_ values: [Float], columns: [Double], rows: [Double], validity target: inout [UInt8]) -> [Float] {
        var out = [Float](repeating: 0, count: columns.count)
        for i in out.indices {
            let x = Taps(position: columns[i], start: window.x, count: window.width)
            let y = Taps(position: rows[i], start: window.y, count: window.height)
            if let value = value(values, x, y) { out[i] = value } else { target[i] = 0 }
        }
        return out
    }

    /// Values where each of `columns` crosses each of `rows`, row by row.
    func sample(_ values: [Float], acrossColumns columns: [Double], rows: [Double], validity target: inout [UInt8]) -> [Float] {
        let across = columns.map { Taps(position: $0, start: window.x, count: window.width) }
        let down = rows.map { Taps(position: $0, start: window.y, count: window.height) }
        if isAllValid, across.allSatisfy(\.isInside), down.allSatisfy(\.isInside) {
            return separable(values, across, down)
        }
        var out = [Float](repeating: 0, count: columns.count * rows.count)
        for (j, y) in down.enumerated() {
            for (i, x) in across.enumerated() {
                let index = j * across.count + i
                if let value = value(values, x, y) { out[index] = value } else { target[index] = 0 }
            }
        }
        return out
    }

    /// The four pixels around a position along one axis, held inside the plane, and their weights.
    private struct Taps {
        var indices: SIMD4<Int32>
        var weights: SIMD4<Float>
        /// From the second pixel's centre to the third's.
        var fraction: Float
        var nearest: Int32
        var isInside: Bool

        @inline(__always)
        init(position: Double, start: Int, count: Int) {
            isInside = position >= Double(start) && position < Double(start + count)
            guard isInside else {
                indices = .zero
                weights = .zero
                fraction = 0
                nearest = 0
                return
            }
            let second = (position - 0.5).rounded(.down)
            let t = Float(position - 0.5 - second)
            let index = Int32(truncatingIfNeeded: Int(second) - start)
            let last = Int32(truncatingIfNeeded: count - 1)
            indices = SIMD4(max(index - 1, 0), max(index, 0), min(index + 1, last), min(index + 2, last))
            let t2 = t * t
            let t3 = t2 * t
            weights = SIMD4(-0.5 * t + t2 - 0.5 * t3, 1 - 2.5 * t2 + 1.5 * t3, 0.5 * t + 2 * t2 - 1.5 * t3, 0.5 * (t3 - t2))
            fraction = t
            nearest = Int32(truncatingIfNeeded: Int(position.rounded(.down)) - start)
        }
    }

    @inline(__always)
    private static func along(_ row: UnsafePointer<Float>, _ x: Taps) -> Float {
        let products =
            SIMD4(row[Int(x.indices[0])], row[Int(x.indices[1])], row[Int(x.indices[2])], row[Int(x.indices[3])]) * x.weights
        return (products[0] + products[1]) + (products[2] + products[3])
    }

    /// nil where not usable.
    private func value(_ values: [Float], _ x: Taps, _ y: Taps) -> Float? {
        guard x.isInside, y.isInside else { return nil }
        if isAllValid || isValid(x, y) {
            return values.withUnsafeBufferPointer { values in
                guard let base = values.baseAddress else { return nil }
                var sum: Float = 0
                for j in 0..<4 { sum += y.weights[j] * Self.along(base + Int(y.indices[j]) * window.width, x) }
                return sum
            }
        }
        return validity[Int(y.nearest) * window.width + Int(x.nearest)] == 0 ? nil : bilinear(values, x, y)
    }

    /// Row by row: what each row of the plane gives at the columns serves every target row that it touches.
    private func separable(_ values: [Float], _ across: [Taps], _ down: [Taps]) -> [Float] {
        let width = across.count
        // Source row r is kept in slot r mod 4; the four that a target row needs never share one, but for repeats at the edge.
        var rows = [Float](repeating: 0, count: 4 * width)
        var held = SIMD4<Int32>(repeating: -1)
        var out = [Float](repeating: 0, count: width * down.count)
        values.withUnsafeBufferPointer { values in
            rows.withUnsafeMutableBufferPointer { rows in
                out.withUnsafeMutableBufferPointer { out in
                    guard let source = values.baseAddress, let rows = rows.baseAddress, let out = out.baseAddress else { return }
                    for (j, y) in down.enumerated() {
                        for k in 0..<4 where held[Int(y.indices[k]) & 3] != y.indices[k] {
                            let row = y.indices[k]
                            let slot = rows + (Int(row) & 3) * width
                            let line = source + Int(row) * window.width
                            for i in 0..<width { slot[i] = Self.along(line, across[i]) }
                            held[Int(row) & 3] = row
                        }
                        let first = rows + (Int(y.indices[0]) & 3) * width
                        let second = rows + (Int(y.indices[1]) & 3) * width
                        let third = rows + (Int(y.indices[2]) & 3) * width
                        let fourth = rows + (Int(y.indices[3]) & 3) * width
                        let (a, b, c, d) = (y.weights[0], y.weights[1], y.weights[2], y.weights[3])
                        let line = out + j * width
                        for i in 0..<width { line[i] = (((0 + a * first[i]) + b * second[i]) + c * third[i]) + d * fourth[i] }
                    }
                }
            }
        }
        return out
    }

    private func isValid(_ x: Taps, _ y: Taps) -> Bool {
        for j in 0..<4 {
            for i in 0..<4 where validity[Int(y.indices[j]) * window.width + Int(x.indices[i])] == 0 { return false }
        }
        return true
    }

    private func bilinear(_ values: [Float], _ x: Taps, _ y: Taps) -> Float {
        var sum: Float = 0
        var total: Float = 0
        for j in 1...2 {
            for i in 1...2 {
                let index = Int(y.indices[j]) * window.width + Int(x.indices[i])
                guard validity[index] != 0 else { continue }
                let weight = (i == 1 ? 1 - x.fraction : x.fraction) * (j == 1 ? 1 - y.fraction : y.fraction)
                sum += weight * values[index]
                total += weight
            }
        }
        // The nearest pixel is usable and has a quarter of the weight or more.
        return total > 0 ? sum / total : 0
    }
}
