import PixelKernelsAVX2
import PixelKernelsBaseline

/// How a plane is interpolated between its samples.
public enum Interpolation: Sendable, Hashable, CaseIterable {
    /// Keys' cubic convolution with a = −0.5, four taps each way.
    case cubic
    /// Lanczos' windowed sinc of three lobes, six taps each way, weights made to sum to one.
    case lanczos3

    /// How far the taps reach from the pixel's own place, rounded down: the halo that a shift of less than a pixel needs.
    public var reach: Int { self == .cubic ? 2 : 3 }

    /// The taps that read at `shift` pixels right of (below) a pixel. Taps of weight 0 are left out, so a whole shift has one tap.
    func taps(shift: Double) -> FilterTaps {
        let whole = shift.rounded(.down)
        let fraction = shift - whole
        guard fraction != 0 else { return FilterTaps(first: Int(whole), weights: [1]) }
        let first = 1 - reach
        let weights = (first...reach).map { weight(fraction - Double($0)) }
        let sum = weights.reduce(0, +)
        return FilterTaps(first: Int(whole) + first, weights: weights.map { Float($0 / sum) })
    }

    private func weight(_ distance: Double) -> Double {
        let t = abs(distance)
        switch self {
        case .cubic:
            if t < 1 { return (1.5 * t - 2.5) * t * t + 1 }
            return t < 2 ? ((-0.5 * t + 2.5) * t - 4) * t + 2 : 0
        case .lanczos3:
            return t < 3 ? normalisedSinc(t) * normalisedSinc(t / 3) : 0
        }
    }
}

/// Weights of neighbouring samples; `first` is the place of the first one, relative to the output pixel.
struct FilterTaps {
    let first: Int
    let weights: [Float]
}

/// sin(πx) / (πx), from the Taylor series about the nearest integer: the same bits on every machine, which a C library does not promise.
private func normalisedSinc(_ x: Double) -> Double {
    guard x != 0 else { return 1 }
    let nearest = x.rounded()
    let angle = (x - nearest) * Double.pi
    var term = angle
    var sine = angle
    for n in 1...12 {
        term *= -angle * angle / Double(2 * n * (2 * n + 1))
        sine += term
    }
    let odd = nearest.truncatingRemainder(dividingBy: 2) != 0
    return (odd ? -sine : sine) / (Double.pi * x)
}

extension KernelSet {
    /// Reads planes at a constant sub-pixel shift.
    ///
    /// `out(x, y) = source(x + halo + shiftX, y + halo + shiftY)`, with the taps of `interpolation`, rows first filtered along x and then
    /// along y. The output is smaller than the source by `halo` pixels on each of its four sides. A pixel is valid only if every tap with a weight
    /// other than 0 lies in the source and is valid; the others become 0. A shift that is not finite or above 10⁶ pixels leaves nothing valid.
    ///
    /// - Parameters:
    ///   - planes: with their halo. Shape of each: `height` × `width`.
    ///   - validity: of all planes. Shape: `height` × `width`.
    /// - Returns: planes and their validity. Shape of each: `height − 2·halo` × `width − 2·halo`.
    public func resampleShift(
        _ planes: [[Float]], validity: [UInt8], width: Int, height: Int, halo: Int, shiftX: Double, shiftY: Double,
        interpolation: Interpolation
    ) -> (planes: [[Float]], validity: [UInt8]) {
        let outWidth = width - 2 * halo
        let outHeight = height - 2 * halo
        precondition(halo >= 0 && outWidth >= 0 && outHeight >= 0, "the halo does not fit the planes")
        precondition(validity.count == width * height, "the mask does not fit its shape")
        precondition(planes.allSatisfy { $0.count == validity.count }, "the planes do not fit their shape")
        let count = outWidth * outHeight
        // NaN fails the comparison too.
        guard count > 0, abs(shiftX) <= 1_000_000, abs(shiftY) <= 1_000_000 else {
            return (planes.map { _ in [Float](repeating: 0, count: count) }, [UInt8](repeating: 0, count: count))
        }
        let shift = SeparableShift(
            kernels: self, width: width, height: height, halo: halo, x: interpolation.taps(shift: shiftX),
            y: interpolation.taps(shift: shiftY))
        let outValidity = [UInt8](unsafeUninitializedCapacity: count) { out, written in
            validity.withUnsafeBufferPointer { source in
                if let source = source.baseAddress, let out = out.baseAddress { shift.combine(source, into: out) }
            }
            written = count
        }
        // Where all that is read is valid, what lies beyond the taps is 0 already.
        let isWhole = !validity.contains(0)
        let clear = usesAVX2 ? PixelKernelsAVX2.clearInvalid : PixelKernelsBaseline.clearInvalid
        let outPlanes = planes.map { plane in
            [Float](unsafeUninitializedCapacity: count) { out, written in
                plane.withUnsafeBufferPointer { source in
                    guard let source = source.baseAddress, let out = out.baseAddress else { return }
                    shift.filter(source, into: out)
                    if !isWhole { clear(outValidity, out, count) }
                }
                written = count
            }
        }
        return (outPlanes, outValidity)
    }
}
