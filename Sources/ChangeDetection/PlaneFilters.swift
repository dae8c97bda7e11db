import PixelKernels
import Raster

extension FloatPlane {
    /// Convolution with a symmetric kernel along rows, then columns; edges are continued by their last value.
    ///
    /// - Parameter kernel: weights at 0, 1, 2, … pixels from the centre.
    func filtered(symmetric kernel: [Float]) -> FloatPlane {
        let taps = Self.taps(symmetric: kernel)
        return FloatPlane(width: width, height: height) {
            KernelSet.best.gaussianBlur(values.span, width: width, height: height, taps: taps, into: $0.mutableSpan)
        }
    }

    private static func taps(symmetric kernel: [Float]) -> [Float] { kernel.dropFirst().reversed() + kernel }

    /// All of a Gaussian's weights.
    static func gaussianTaps(sigma: Double) -> [Float] { taps(symmetric: gaussianKernel(sigma: sigma)) }

    /// Half of a Gaussian's weights for `filtered(symmetric:)`, their sum over the whole kernel 1. `sigma` in pixels.
    static func gaussianKernel(sigma: Double) -> [Float] {
        let radius = max(1, Int((3 * sigma).rounded(.up)))
        let raw = (0...radius).map { exponential(-Double($0 * $0) / (2 * sigma * sigma)) }
        let sum = raw[0] + 2 * raw.dropFirst().reduce(0, +)
        return raw.map { Float($0 / sum) }
    }
}

/// eˣ for x ≤ 0 by its series after halving: the same on every machine, unlike the C library's.
func exponential(_ x: Double) -> Double {
    var halvings = 0
    var r = x
    while abs(r) > 0.5 && halvings < 40 {
        r /= 2
        halvings += 1
    }
    var term = 1.0
    var sum = 1.0
    for n in 1...14 {
        term *= r / Double(n)
        sum += term
    }
    for _ in 0..<halvings { sum *= sum }
    return sum
}

extension SceneBlock {
    /// The mean over the bands, row by row.
    var brightness: FloatPlane {
        FloatPlane(width: window.width, height: window.height) { KernelSet.best.mean(of: planes.map(\.values), into: $0.mutableSpan) }
    }
}
