import PixelKernels
import Raster

/// The taps of a one-dimensional Lanczos-3 interpolation at given positions: six weights for each.
///
/// Source of the kernel: Duchon, "Lanczos Filtering in One and Two Dimensions", J. Appl. Meteorol. 18 (1979):
/// L(t) = sinc(t) · sinc(t/3) for |t| < 3. The weights of each position are divided by their sum, so that a constant stays a constant.
/// At a whole pixel the weights are 0, 0, 1, 0, 0, 0: the sample itself.
public struct InterpolationTaps: Sendable {
    public static let count = 6
    /// Pixels that a window needs beyond the outermost position on each side.
    public static let reach = 4

    /// Index of the first tap of each position, in the source window.
    let first: [Int32]
    /// Six weights a position.
    let weights: [Float]

    /// - Parameters:
    ///   - positions: continuous pixel coordinates (0.5 is the centre of pixel 0) along one axis of the source raster.
    ///   - origin: the pixel at which the source window begins.
    ///   - length: pixels of the source window along the axis. A position whose taps do not all lie in the window gets zero weights.
    public init(positions: [Double], origin: Int, length: Int) {
        var first = [Int32](repeating: 0, count: positions.count)
        var weights = [Float](repeating: 0, count: positions.count * Self.count)
        for (index, position) in positions.enumerated() {
            let centred = position - 0.5
            let base = centred.rounded(.down)
            // Snapped to 1/4096 px, so that positions equal but for rounding noise give the same weights.
            let fraction = ((centred - base) * 4096).rounded() / 4096
            let start = Int(base) - 2 - origin
            guard position.isFinite, start >= 0, start + Self.count <= length else {
                first[index] = -1
                continue
            }
            first[index] = Int32(start)
            var taps = (0..<Self.count).map { Self.lanczos3(fraction + 2 - Double($0)) }
            let sum = taps.reduce(0, +)
            for k in 0..<Self.count {
                taps[k] /= sum
                weights[index * Self.count + k] = Float(taps[k])
            }
        }
        self.first = first
        self.weights = weights
    }

    private static func lanczos3(_ t: Double) -> Double {
        if t == 0 { return 1 }
        if abs(t) >= 3 || t == t.rounded() { return 0 }
        let x = Double.pi * t
        return 3 * sine(x) * sine(x / 3) / (x * x)
    }

    /// Sine by its Taylor series after reduction to [−π/2, π/2]: the same on every machine, unlike the C library's.
    private static func sine(_ x: Double) -> Double {
        let turns = (x / Double.pi).rounded()
        let r = x - turns * Double.pi
        var term = r
        var sum = r
        for n in 1...10 {
            term *= -r * r / Double(2 * n * (2 * n + 1))
            sum += term
        }
        return Int(turns).isMultiple(of: 2) ? sum : -sum
    }
}

extension SceneBlock {
    /// The block's planes read at a constant shift: `result(x, y) = self(x + shift)`, by Lanczos-3.
    ///
    /// - Parameter halo: pixels that the result is smaller by on each side; at least the shift and `InterpolationTaps.reach` for all of the result
    ///   to be usable.
    public func shifted(x: Double, y: Double, halo: Int) -> SceneBlock {
        let target = window.expanded(by: -halo)
        let result = KernelSet.best.resampleShift(
            planes.map(\.values), validity: validity.values, width: window.width, height: window.height, halo: halo, shiftX: x, shiftY: y,
            interpolation: .lanczos3)
        return SceneBlock(
            window: target, planes: result.planes.map { FloatPlane(width: target.width, height: target.height, values: $0) },
            validity: BytePlane(width: target.width, height: target.height, values: result.validity))
    }

    /// The block's planes interpolated at the crossing points of `columns` and `rows`.
    ///
    /// A pixel of the result is valid where all 36 samples it is made from are (samples of weight zero do not count).
    /// - Returns: a block of `window`'s place and size. - Precondition: the taps' counts are the window's size.
    public func resampled(columns: InterpolationTaps, rows: InterpolationTaps, to window: PixelWindow) -> SceneBlock {
        precondition(columns.first.count == window.width && rows.first.count == window.height, "one position for each column and row")
        let sourceWidth = self.window.width
        let sourceHeight = self.window.height
        let width = window.width
        let height = window.height
        var planes: [FloatPlane] = []
        var scratch = [Float](repeating: 0, count: sourceHeight * width)
        for plane in self.planes {
            plane.values.withUnsafeBufferPointer { source in
                scratch.withUnsafeMutableBufferPointer { out in
                    for y in 0..<sourceHeight {
                        let row = source.baseAddress.unsafelyUnwrapped + y * sourceWidth
                        let target = out.baseAddress.unsafelyUnwrapped + y * width
                        columns.weights.withUnsafeBufferPointer { weights in
                            for x in 0..<width {
                                let start = Int(columns.first[x])
                                guard start >= 0 else {
                                    target[x] = 0
                                    continue
                                }
                                let w = weights.baseAddress.unsafelyUnwrapped + 6 * x
                                let s = row + start
                                target[x] = s[0] * w[0] + s[1] * w[1] + s[2] * w[2] + s[3] * w[3] + s[4] * w[4] + s[5] * w[5]
                            }
                        }
                    }
                }
            }
            var result = FloatPlane(width: width, height: height)
            result.values.withUnsafeMutableBufferPointer { out in
                scratch.withUnsafeBufferPointer { source in
                    for y in 0..<height {
                        let start = Int(rows.first[y])
                        guard start >= 0 else { continue }
                        let target = out.baseAddress.unsafelyUnwrapped + y * width
                        let s0 = source.baseAddress.unsafelyUnwrapped + start * width
                        let w = (0..<6).map { rows.weights[6 * y + $0] }
                        let (w0, w1, w2, w3, w4, w5) = (w[0], w[1], w[2], w[3], w[4], w[5])
                        for x in 0..<width {
                            target[x] =
                                s0[x] * w0 + s0[x + width] * w1 + s0[x + 2 * width] * w2
                                + s0[x + 3 * width] * w3 + s0[x + 4 * width] * w4 + s0[x + 5 * width] * w5
                        }
                    }
                }
            }
            planes.append(result)
        }
        return SceneBlock(
            window: window, planes: planes, validity: resampledValidity(columns: columns, rows: rows, width: width, height: height))
    }

    private func resampledValidity(columns: InterpolationTaps, rows: InterpolationTaps, width: Int, height: Int) -> BytePlane {
        let sourceHeight = window.height
        var scratch = [UInt8](repeating: 0, count: sourceHeight * width)
        for x in 0..<width {
            let start = Int(columns.first[x])
            guard start >= 0 else { continue }
            let used = (0..<6).filter { columns.weights[6 * x + $0] != 0 }
            for y in 0..<sourceHeight {
                var valid: UInt8 = 255
                for k in used { valid &= validity.values[y * window.width + start + k] }
                scratch[y * width + x] = valid
            }
        }
        var result = BytePlane(width: width, height: height)
        for y in 0..<height {
            let start = Int(rows.first[y])
            guard start >= 0 else { continue }
            let used = (0..<6).filter { rows.weights[6 * y + $0] != 0 }
            for x in 0..<width {
                var valid: UInt8 = 255
                for k in used { valid &= scratch[(start + k) * width + x] }
                result.values[y * width + x] = valid
            }
        }
        return result
    }

    /// The block's planes interpolated at any positions (bending or turning grids): Lanczos-3 in both directions, 36 taps a pixel.
    ///
    /// - Parameters `columns`, `rows`: continuous source pixel coordinates of each target pixel's centre, row by row.
    /// - Returns: a block of `window`'s place and size; validity as for the separable form.
    public func resampled(columnPositions: [Double], rowPositions: [Double], to target: PixelWindow) -> SceneBlock {
        precondition(columnPositions.count == target.pixelCount && rowPositions.count == target.pixelCount, "one position for each pixel")
        let across = InterpolationTaps(positions: columnPositions, origin: window.x, length: window.width)
        let down = InterpolationTaps(positions: rowPositions, origin: window.y, length: window.height)
        var result = SceneBlock(
            window: target, planes: planes.map { _ in FloatPlane(width: target.width, height: target.height) },
            validity: BytePlane(width: target.width, height: target.height))
        for i in 0..<target.pixelCount {
            let x = Int(across.first[i])
            let y = Int(down.first[i])
            guard x >= 0, y >= 0 else { continue }
            var valid: UInt8 = 255
            for r in 0..<6 where down.weights[6 * i + r] != 0 {
                for c in 0..<6 where across.weights[6 * i + c] != 0 {
                    valid &= validity.values[(y + r) * window.width + x + c]
                }
            }
            guard valid != 0 else { continue }
            result.validity.values[i] = 255
            for band in planes.indices {
                var sum: Float = 0
                for r in 0..<6 {
                    var row: Float = 0
                    let base = (y + r) * window.width + x
                    for c in 0..<6 { row += planes[band].values[base + c] * across.weights[6 * i + c] }
                    sum += row * down.weights[6 * i + r]
                }
                result.planes[band].values[i] = sum
            }
        }
        return result
    }
}
