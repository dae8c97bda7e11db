/// Random numbers as a function of their place: the same key and coordinates give the same number, in whatever order, tile or thread they
/// are asked for. The mixing is SplitMix64's finaliser (G. L. Steele, D. Lea, C. H. Flood, "Fast splittable pseudorandom number
/// generators", OOPSLA 2014).
struct CounterRandom: Sendable {
    let key: UInt64

    init(seed: UInt64) { key = Self.mix(seed &+ 0x9E37_79B9_7F4A_7C15) }
    private init(key: UInt64) { self.key = key }

    /// What a stream of random numbers is for; streams are independent of each other.
    enum Purpose: UInt64 {
        case texture = 1, colour, dunes, wadis, townShape, townLots, townDistricts, roads
        case shift, gain, offset, haze, clouds, cloudTexture, sensorNoise, vehicles, meander
    }

    func stream(_ purpose: Purpose, _ index: Int = 0) -> CounterRandom {
        CounterRandom(key: Self.mix(key ^ Self.mix(purpose.rawValue << 32 &+ UInt64(bitPattern: Int64(index)))))
    }

    func bits(_ x: Int, _ y: Int = 0) -> UInt64 {
        let column = UInt64(bitPattern: Int64(x)) &* 0xD6E8_FEB8_6659_FD93
        let row = UInt64(bitPattern: Int64(y)) &* 0xA076_1D64_78BD_642F
        return Self.mix(Self.mix(key ^ column) &+ row)
    }

    /// Evenly distributed in [0, 1).
    func uniform(_ x: Int, _ y: Int = 0) -> Double { Double(bits(x, y) >> 11) * 0x1p-53 }

    /// Standard normal.
    func normal(_ x: Int, _ y: Int = 0) -> Double {
        ExactMath.normalQuantile((Double(bits(x, y) >> 12) + 0.5) * 0x1p-52)
    }

    @inline(__always)
    private static func mix(_ value: UInt64) -> UInt64 {
        var z = value
        z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
        z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
        return z ^ (z >> 31)
    }
}
