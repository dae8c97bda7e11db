/// The check sums of a PNG's chunks.
enum PNGCheckSums {
    /// The same file with the right sum behind each chunk that it holds whole. Source: PNG specification, annex D.
    static func mended(_ file: [UInt8]) -> [UInt8] {
        var file = file
        var start = 8
        while start + 12 <= file.count {
            let length = file[start..<(start + 4)].reduce(0) { $0 << 8 | Int($1) }
            guard length <= file.count - start - 12 else { break }
            let end = start + 8 + length
            let sum = crc(file[(start + 4)..<end])
            for (index, shift) in [24, 16, 8, 0].enumerated() { file[end + index] = UInt8(truncatingIfNeeded: sum >> UInt32(shift)) }
            start = end + 4
        }
        return file
    }

    private static func crc(_ bytes: ArraySlice<UInt8>) -> UInt32 {
        ~bytes.reduce(~0) { sum, byte in table[Int((sum ^ UInt32(byte)) & 0xFF)] ^ (sum >> 8) }
    }

    private static let table: [UInt32] = (0..<256).map { index in
        (0..<8).reduce(UInt32(index)) { sum, _ in sum & 1 == 1 ? 0xEDB8_8320 ^ (sum >> 1) : sum >> 1 }
    }
}
