/// One bit a pixel.
struct PixelBits: Sendable {
    /// The first pixel lowest; rows in whole words.
    private var words: [UInt64]
    private let pitch: Int

    /// None is set.
    init(width: Int, height: Int) {
        pitch = (width + 63) / 64
        words = [UInt64](repeating: 0, count: pitch * height)
    }

    /// - Precondition: the pixel lies within.
    func contains(x: Int, y: Int) -> Bool { words[y * pitch + x >> 6] >> UInt64(x & 63) & 1 == 1 }

    func containsAny(row: Int) -> Bool { words[(row * pitch)..<((row + 1) * pitch)].contains { $0 != 0 } }

    /// Calls `body` with the columns that are set among some of a row. - Precondition: they lie within.
    @inline(__always)
    func forEach(row: Int, columns: Range<Int>, _ body: (Int) -> Void) {
        guard !columns.isEmpty else { return }
        for word in (columns.lowerBound >> 6)...((columns.upperBound - 1) >> 6) {
            var bits = words[row * pitch + word]
            while bits != 0 {
                let x = 64 * word + bits.trailingZeroBitCount
                if columns.contains(x) { body(x) }
                bits &= bits - 1
            }
        }
    }

    /// - Precondition: the columns lie within.
    mutating func insert(row: Int, columns: Range<Int>) {
        guard !columns.isEmpty else { return }
        for word in (columns.lowerBound >> 6)...((columns.upperBound - 1) >> 6) {
            let left = max(0, columns.lowerBound - 64 * word)
            let right = min(64, columns.upperBound - 64 * word)
            words[row * pitch + word] |= (UInt64.max >> UInt64(64 - (right - left))) << UInt64(left)
        }
    }
}
