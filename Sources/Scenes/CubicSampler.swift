import Raster

/// Values between the pixels of a plane.
///
/// Cubic convolution with a = -1/2 (R. Keys, "Cubic convolution interpolation for digital image processing", IEEE Trans. ASSP 29, 1981),
/// which keeps constants, slopes and parabolas. Where one of the 16 pixels is not usable: bilinear over the usable ones of the nearest four, and
/// not usable itself where the nearest is not. Beyond the plane's edge its outermost pixels repeat.
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

    /// - Parameters:
    ///   - values: of the plane, row by row.
    ///   - columns: positions in the raster, continuous: 0.5 is the centre of its first pixel. A position gives the same value, to the last
    ///     bit, whatever the window.
    ///   - target: validity of the positions; becomes 0 where there is no usable value.
    func sample(_ values: [Float], columns: [Double], rows: [Double], validity target: inout [UInt8]) -> [Float] {
        var out = [Float](repeating: 0, count: columns.count)
        let width = window.width
        let height = window.height
        values.withUnsafeBufferPointer { values in
            for i in out.indices {
                let u = columns[i]
                let v = rows[i]
                guard u >= Double(window.x), v >= Double(window.y), u < Double(window.maxX), v < Double(window.maxY) else {
                    target[i] = 0
                    continue
                }
                let x = (u - 0.5).rounded(.down)
                let y = (v - 0.5).rounded(.down)
                let neighbourhood = Neighbourhood(x: Int(x) - window.x, y: Int(y) - window.y, width: width, height: height)
                let tx = Float(u - 0.5 - x)
                let ty = Float(v - 0.5 - y)
                if isAllValid || isValid(neighbourhood) {
                    out[i] = neighbourhood.weigh(values, Self.weights(tx), Self.weights(ty), width: width)
                } else if validity[(Int(v) - window.y) * width + Int(u) - window.x] == 0 {
                    target[i] = 0
                } else {
                    out[i] = bilinear(values, neighbourhood, tx, ty)
                }
            }
        }
        return out
    }

    /// The four columns and rows around a position, held inside the plane.
    private struct Neighbourhood {
        var columns: SIMD4<Int>
        var rows: SIMD4<Int>

        init(x: Int, y: Int, width: Int, height: Int) {
            func held(_ value: Int, _ count: Int) -> Int { min(max(value, 0), count - 1) }
            columns = SIMD4(held(x - 1, width), held(x, width), held(x + 1, width), held(x + 2, width))
            rows = SIMD4(held(y - 1, height), held(y, height), held(y + 1, height), held(y + 2, height))
        }

        @inline(__always)
        func weigh(_ values: UnsafeBufferPointer<Float>, _ wx: SIMD4<Float>, _ wy: SIMD4<Float>, width: Int) -> Float {
            var sum: Float = 0
            for j in 0..<4 {
                let row = rows[j] * width
                let taps = SIMD4(values[row + columns[0]], values[row + columns[1]], values[row + columns[2]], values[row + columns[3]])
                let products = taps * wx
                sum += wy[j] * ((products[0] + products[1]) + (products[2] + products[3]))
            }
            return sum
        }
    }

    private static func weights(_ t: Float) -> SIMD4<Float> {
        let t2 = t * t
        let t3 = t2 * t
        return SIMD4(-0.5 * t + t2 - 0.5 * t3, 1 - 2.5 * t2 + 1.5 * t3, 0.5 * t + 2 * t2 - 1.5 * t3, 0.5 * (t3 - t2))
    }

    private func isValid(_ neighbourhood: Neighbourhood) -> Bool {
        for j in 0..<4 {
            for i in 0..<4 where validity[neighbourhood.rows[j] * window.width + neighbourhood.columns[i]] == 0 { return false }
        }
        return true
    }

    private func bilinear(_ values: UnsafeBufferPointer<Float>, _ neighbourhood: Neighbourhood, _ tx: Float, _ ty: Float) -> Float {
        var sum: Float = 0
        var total: Float = 0
        for j in 1...2 {
            for i in 1...2 {
                let index = neighbourhood.rows[j] * window.width + neighbourhood.columns[i]
                guard validity[index] != 0 else { continue }
                let weight = (i == 1 ? 1 - tx : tx) * (j == 1 ? 1 - ty : ty)
                sum += weight * values[index]
                total += weight
            }
        }
        // The nearest pixel is usable and has a quarter of the weight or more.
        return total > 0 ? sum / total : 0
    }
}
