import Raster

/// Samples of widths that no machine's type has, as they stand in a decoded block: they become the next wider type, their values as they are.
///
/// Source: TIFF 6.0, `BitsPerSample` and `FillOrder`: a row begins on a whole byte, and within it samples follow one another from the most
/// significant bit on. libtiff turns round halves, which are thus in the machine's order, but not single bits.
struct PackedSamples {
    enum Width: Equatable {
        /// 1 to 7, to bytes; 9 to 15, to 16 bits.
        case bits(Int)
        /// IEEE 754 binary16, to 32 bits.
        case half
    }

    let width: Width
    /// From one row of the block to the next.
    let rowBytes: Int

    func copy(_ samples: UnsafeRawPointer, of piece: SamplePiece, along route: SampleRoute) {
        guard let target = route.to else { return }
        let step = piece.samplesPerPixel
        for y in piece.wanted.y..<piece.wanted.maxY {
            let row = samples + (y - piece.held.y) * rowBytes
            let first = (piece.wanted.x - piece.held.x) * step + route.from
            let output = (y - piece.window.y) * piece.window.width + piece.wanted.x - piece.window.x
            let count = piece.wanted.width
            switch width {
            case .bits(let bits) where bits < 8:
                let out = target.assumingMemoryBound(to: UInt8.self) + output
                for x in 0..<count { out[x] = UInt8(truncatingIfNeeded: Self.sample(row, at: (first + x * step) * bits, bits)) }
            case .bits(let bits):
                let out = target.assumingMemoryBound(to: UInt16.self) + output
                for x in 0..<count { out[x] = UInt16(truncatingIfNeeded: Self.sample(row, at: (first + x * step) * bits, bits)) }
            case .half:
                let out = target.assumingMemoryBound(to: Float.self) + output
                for x in 0..<count {
                    out[x] = Self.float(half: row.loadUnaligned(fromByteOffset: 2 * (first + x * step), as: UInt16.self))
                }
            }
        }
    }

    /// At most 15 bits from the bit `start` of a row; touches only the bytes they stand in.
    private static func sample(_ row: UnsafeRawPointer, at start: Int, _ bits: Int) -> UInt32 {
        let end = start + bits
        let last = (end - 1) >> 3
        var word: UInt32 = 0
        for byte in (start >> 3)...last { word = word << 8 | UInt32(row.load(fromByteOffset: byte, as: UInt8.self)) }
        return word >> UInt32((last + 1) << 3 - end) & (1 << UInt32(bits) - 1)
    }

    /// By its parts, since not every machine that Swift knows has the type.
    static func float(half: UInt16) -> Float {
        let sign: Float = half & 0x8000 == 0 ? 1 : -1
        let exponent = Int(half >> 10 & 0x1F)
        let fraction = Float(half & 0x3FF)
        switch exponent {
        case 0: return sign * fraction * 0x1p-24
        case 31: return fraction == 0 ? sign * .infinity : .nan
        default: return sign * Float(sign: .plus, exponent: exponent - 15, significand: 1 + fraction / 1024)
        }
    }
}
