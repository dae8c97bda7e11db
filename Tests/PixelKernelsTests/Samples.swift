import PixelKernels

/// SplitMix64: the same samples on every machine.
struct SeededGenerator: RandomNumberGenerator {
    private var state: UInt64

    init(seed: UInt64) { state = seed }

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var z = state
        z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
        z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
        return z ^ (z >> 31)
    }

    mutating func integers<Value: FixedWidthInteger>(_ type: Value.Type = Value.self, count: Int) -> [Value] {
        (0..<count).map { _ in Value(truncatingIfNeeded: next()) }
    }

    mutating func floats(count: Int, in range: ClosedRange<Float> = -3...3) -> [Float] {
        (0..<count).map { _ in Float.random(in: range, using: &self) }
    }

    /// Floats among which every kind of odd one turns up.
    mutating func oddFloats(count: Int) -> [Float] {
        let odd: [Float] = [.nan, .infinity, -.infinity, 0, -0.0, .leastNonzeroMagnitude, 3e38, -3e38]
        return floats(count: count).map { next() % 5 == 0 ? odd[Int(next() % 8)] : $0 }
    }

    /// About one in `holes` pixels is not valid; none is where `holes` is 1.
    mutating func validity(count: Int, holes: UInt64 = 7) -> [UInt8] {
        (0..<count).map { _ in next() % holes == 0 ? 0 : 255 }
    }
}

/// Counts about the widths of vectors, of unrolled loops and of chunks.
let counts = [0, 1, 2, 7, 8, 15, 16, 17, 31, 33, 63, 64, 65, 255, 256, 257, 1001]

/// Shapes with odd sides, thin ones, and one wider than a chunk.
let shapes: [(width: Int, height: Int)] = [(1, 1), (1, 9), (9, 1), (5, 3), (16, 16), (33, 17), (67, 41), (261, 12)]

/// The patterns of floats, by which NaN equals itself and −0 is not 0. Which NaN it is does not matter.
func bits(_ values: [Float]) -> [UInt32] { values.map { $0.isNaN ? 0x7FC0_0000 : $0.bitPattern } }
