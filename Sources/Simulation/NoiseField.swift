/// Smooth random fields over the plane, of zero mean and unit variance an octave, as functions of map position; so neighbouring tiles share them.
///
/// Source: K. Perlin, "Improving noise", SIGGRAPH 2002 (gradient noise with the quintic fade).
struct NoiseField: Sendable {
    private let random: CounterRandom

    init(_ random: CounterRandom) { self.random = random }

    /// One octave of wavelength 1.
    func value(_ x: Double, _ y: Double) -> Double {
        let left = x.rounded(.down)
        let bottom = y.rounded(.down)
        let i = Int(left)
        let j = Int(bottom)
        let u = x - left
        let v = y - bottom
        let fadeX = u * u * u * (u * (u * 6 - 15) + 10)
        let fadeY = v * v * v * (v * (v * 6 - 15) + 10)
        let near = gradient(i, j, u, v)
        let nearRight = gradient(i + 1, j, u - 1, v)
        let far = gradient(i, j + 1, u, v - 1)
        let farRight = gradient(i + 1, j + 1, u - 1, v - 1)
        let low = near + fadeX * (nearRight - near)
        let high = far + fadeX * (farRight - far)
        return (low + fadeY * (high - low)) * Self.unitVariance
    }

    /// Octaves from `longest` to `shortest` wavelength, each half as long and `persistence` times as strong as the one before.
    ///
    /// `x`, `y` and the wavelengths are in metres.
    func fractal(_ x: Double, _ y: Double, longest: Double, shortest: Double, persistence: Double) -> Double {
        var wavelength = longest
        var strength = 1.0
        var sum = 0.0
        var (u, v) = (x, y)
        while wavelength >= shortest {
            sum += strength * value(u / wavelength + 17.37, v / wavelength - 9.71)
            // Each octave's lattice is turned against the one before (by a 3-4-5 triangle's angle), or their grids would show together.
            (u, v) = (0.8 * u - 0.6 * v, 0.6 * u + 0.8 * v)
            wavelength *= 0.5
            strength *= persistence
        }
        return sum
    }

    /// One over the standard deviation of the raw noise over a cell, by integrating the fades' squares times half the squared distance.
    private static let unitVariance = 4.635836

    /// Dot product of the lattice point's gradient, one of sixteen unit vectors, with the way to the point.
    @inline(__always)
    private func gradient(_ i: Int, _ j: Int, _ u: Double, _ v: Double) -> Double {
        let direction = Int(random.bits(i, j) >> 60)
        return Self.gradientX[direction] * u + Self.gradientY[direction] * v
    }

    private static let gradientX: InlineArray<16, Double> = [
        1, 0.924, 0.707, 0.383, 0, -0.383, -0.707, -0.924, -1, -0.924, -0.707, -0.383, 0, 0.383, 0.707, 0.924,
    ]
    private static let gradientY: InlineArray<16, Double> = [
        0, 0.383, 0.707, 0.924, 1, 0.924, 0.707, 0.383, 0, -0.383, -0.707, -0.924, -1, -0.924, -0.707, -0.383,
    ]
}
