import Raster

/// A blob filter in 16-bit fixed point: a Gaussian mean less the mean around it, a Gaussian three times as wide.
///
/// Means are kept in steps of 1/`stepsPerLevel` of a level. The wide mean is taken on sums of 2 × 2 or 4 × 4 pixels and interpolated linearly; what both
/// blur is taken from the kernel's own width. Against exact Gaussians this changes the filter by up to a tenth of its norm, half a hundredth of the
/// signal-to-noise ratio; the law is measured with the same filter.
struct BlobFilter: Sendable {
    /// The greatest change that counts, in levels: no single pixel makes a blob.
    static let clip = Int8(BeamletSums.clip / ChangeBlock.searchStep)
    /// Sums of two means of clipped levels fit 16 bits.
    static let stepsPerLevel: Int16 = 32_000 / 2 / Int16(clip)
    /// The weight of pixels all observed.
    static let whole = Int16(clip) * stepsPerLevel
    /// Beside a mask or an edge the rest of the disc speaks for the whole, where it is nearly all of the inner and some of the outer.
    static let leastNear = Int16(0.95 * Double(whole))
    static let leastFar = Int16(0.4 * Double(whole))
    /// Pixels that a response depends on, at most: the wide kernel of the coarsest scale, and what interpolation adds.
    static let reach = 32

    /// Half the kernel down the columns, of levels; they sum to `stepsPerLevel` over the kernel.
    let columns: [Int16]
    /// Half the kernel along the rows, of 2¹⁶; filled up with zeros to the centre and a multiple of three.
    let rows: [Int16]
    /// The wide mean is taken on a plane reduced by two so many times.
    let doublings: Int
    /// Both ways on that plane, of 2¹⁶.
    let wide: [Int16]
    /// White noise of variance 1 has a response of variance near 1 times this: σ of a step.
    let sigmaPerStep: Float

    /// - Parameter scale: the Gaussian's σ in pixels.
    init(scale: Double) {
        columns = Self.weights(sigma: scale, sum: Double(Self.stepsPerLevel))
        rows = Self.filled(Self.weights(sigma: scale, sum: 65_536))
        doublings = scale < 1.5 ? 1 : 2
        let step = Double(1 << doublings)
        // A mean over n pixels has variance (n² − 1) / 12, and linear interpolation between such means adds (2 n² + 1) / 12 on average over the pixels.
        wide = Self.filled(Self.weights(sigma: (9 * scale * scale / (step * step) - 0.25).squareRoot(), sum: 65_536))
        sigmaPerStep = Self.norm(scale: scale) * ChangeBlock.searchStep / Float(Self.stepsPerLevel)
    }

    /// Half a Gaussian's weights; over the whole kernel they sum to `sum`.
    private static func weights(sigma: Double, sum: Double) -> [Int16] {
        var weights = FloatPlane.gaussianKernel(sigma: sigma).map { Int16((Double($0) * sum).rounded()) }
        weights[0] = Int16(sum - 2 * weights.dropFirst().reduce(0.0) { $0 + Double($1) })
        while weights.last == 0 { weights.removeLast() }
        return weights
    }

    /// Kernels take three pairs of pixels at a time.
    private static func filled(_ weights: [Int16]) -> [Int16] {
        weights + [Int16](repeating: 0, count: (3 - (weights.count - 1) % 3) % 3)
    }

    /// 2 √π s, the inverse of a Gaussian's norm: white noise of variance 1, filtered and multiplied by it, has a variance near 1.
    private static func norm(scale: Double) -> Float { Float(2 * scale * 1.772_453_85) }
}
