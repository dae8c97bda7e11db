/// Transcendental functions built of + − × ÷ and √ only, which IEEE 754 defines to the last bit. The C library's differ between
/// systems, and with them a simulated scene's pixels would.
enum ExactMath {
    private static let ln2High = 0x1.62e42feep-1
    private static let ln2Low = 0x1.a39ef35793c76p-33

    /// eˣ to about 1e-15 relative; 0 below −700, infinity above 700.
    static func exp(_ x: Double) -> Double {
        guard x > -700 else { return x.isNaN ? x : 0 }
        guard x < 700 else { return .infinity }
        let k = (x * 1.4426950408889634).rounded()
        let r = (x - k * ln2High) - k * ln2Low
        // Taylor series; |r| ≤ ln2 / 2 leaves an error below 1e-16 after the thirteenth power.
        var sum = 1.0
        for n in stride(from: 13.0, through: 1.0, by: -1.0) { sum = 1 + r / n * sum }
        return sum * Double(sign: .plus, exponent: Int(k), significand: 1)
    }

    /// Natural logarithm to about 1e-15. - Precondition: `x` is positive, normal and finite.
    static func log(_ x: Double) -> Double {
        var exponent = Double(x.exponent)
        var m = x.significand
        if m > 1.4142135623730951 {
            m *= 0.5
            exponent += 1
        }
        // ln m = 2 artanh((m − 1) / (m + 1)); |t| ≤ 0.1716.
        let t = (m - 1) / (m + 1)
        let t2 = t * t
        var sum = 0.0
        for n in stride(from: 21.0, through: 1.0, by: -2.0) { sum = sum * t2 + 1 / n }
        return exponent * ln2High + (2 * t * sum + exponent * ln2Low)
    }

    /// Sine and cosine of an angle in degrees.
    static func sinCos(degrees: Double) -> (sin: Double, cos: Double) {
        let quarter = (degrees / 90).rounded()
        let r = (degrees - quarter * 90) * (Double.pi / 180)
        let r2 = r * r
        var s = 0.0
        for n in stride(from: 9.0, through: 1.0, by: -1.0) { s = (1 + s) * -r2 / (2 * n * (2 * n + 1)) }
        var c = 0.0
        for n in stride(from: 9.0, through: 1.0, by: -1.0) { c = (1 + c) * -r2 / ((2 * n - 1) * 2 * n) }
        let sine = r * (1 + s)
        let cosine = 1 + c
        switch Int(quarter - 4 * (quarter / 4).rounded(.down)) {
        case 0: return (sine, cosine)
        case 1: return (cosine, -sine)
        case 2: return (-sine, -cosine)
        default: return (-cosine, sine)
        }
    }

    /// The standard normal quantile to about 1e-7. - Precondition: `p` lies in (0, 1).
    ///
    /// Source: M. J. Wichura, "Algorithm AS 241: The percentage points of the normal distribution", Applied Statistics 37 (1988), PPND7.
    static func normalQuantile(_ p: Double) -> Double {
        let q = p - 0.5
        if q.magnitude <= 0.425 {
            let r = 0.180625 - q * q
            let above = ((59.109374720 * r + 159.29113202) * r + 50.434271938) * r + 3.3871327179
            let below = ((67.187563600 * r + 78.757757664) * r + 17.895169469) * r + 1
            return q * above / below
        }
        var r = (-log(q < 0 ? p : 1 - p)).squareRoot()
        let magnitude: Double
        if r <= 5 {
            r -= 1.6
            let above = ((0.17023821103 * r + 1.3067284816) * r + 2.7568153900) * r + 1.4234372777
            magnitude = above / ((0.12021132975 * r + 0.73700164250) * r + 1)
        } else {
            r -= 5
            let above = ((0.017337203997 * r + 0.42868294337) * r + 3.0812263860) * r + 6.6579051150
            magnitude = above / ((0.012258202635 * r + 0.24197894225) * r + 1)
        }
        return q < 0 ? -magnitude : magnitude
    }

    /// 0 at or below 0, 1 at or above 1, 3x² − 2x³ between.
    static func smoothStep(_ x: Double) -> Double {
        let t = min(max(x, 0), 1)
        return t * t * (3 - 2 * t)
    }
}
