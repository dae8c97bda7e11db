import CTIFF

/// One image directory of a little-endian TIFF as it stands in a file: its entries, then the values that do not fit into them.
///
/// Source: TIFF 6.0 section 2; the BigTIFF form has entries of 20 bytes, counts and offsets of 8.
struct TIFFDirectoryBytes {
    private struct Entry {
        var tag: Int32
        var type: Int32
        var count: Int
        var payload: [UInt8]
    }

    let isBigTIFF: Bool
    private var entries: [Entry] = []

    init(isBigTIFF: Bool) {
        self.isBigTIFF = isBigTIFF
    }

    mutating func set(_ tag: Int32, shorts: [Int]) {
        entries.append(
            Entry(tag: tag, type: 3, count: shorts.count, payload: shorts.flatMap { Self.bytes(UInt16(truncatingIfNeeded: $0)) }))
    }

    mutating func set(_ tag: Int32, longs: [Int]) {
        entries.append(Entry(tag: tag, type: 4, count: longs.count, payload: longs.flatMap { Self.bytes(UInt32(truncatingIfNeeded: $0)) }))
    }

    /// File offsets: 8 bytes each in BigTIFF, else 4.
    mutating func set(_ tag: Int32, offsets: [Int]) {
        guard isBigTIFF else { return set(tag, longs: offsets) }
        entries.append(Entry(tag: tag, type: 16, count: offsets.count, payload: offsets.flatMap { Self.bytes(UInt64($0)) }))
    }

    mutating func set(_ tag: Int32, doubles: [Double]) {
        entries.append(Entry(tag: tag, type: 12, count: doubles.count, payload: doubles.flatMap { Self.bytes($0.bitPattern) }))
    }

    mutating func set(_ tag: Int32, text: String) {
        let bytes = Array(text.utf8.filter { $0 != 0 }) + [0]
        entries.append(Entry(tag: tag, type: 2, count: bytes.count, payload: bytes))
    }

    private var inlineBytes: Int { isBigTIFF ? 8 : 4 }
    private var entryTableBytes: Int { isBigTIFF ? 8 + 20 * entries.count + 8 : 2 + 12 * entries.count + 4 }

    /// Bytes that `bytes(at:next:)` returns, the same whatever the values are.
    var byteCount: Int {
        entries.reduce(entryTableBytes) { $1.payload.count > inlineBytes ? ($0 + 7) / 8 * 8 + $1.payload.count : $0 }.roundedUpTo8
    }

    /// - Parameters:
    ///   - offset: where the directory starts in the file; a multiple of 8.
    ///   - next: where the next one starts; 0 for none.
    func bytes(at offset: Int, next: Int) -> [UInt8] {
        var table: [UInt8] = isBigTIFF ? Self.bytes(UInt64(entries.count)) : Self.bytes(UInt16(entries.count))
        var values: [UInt8] = []
        for entry in entries.sorted(by: { $0.tag < $1.tag }) {
            table += Self.bytes(UInt16(entry.tag)) + Self.bytes(UInt16(entry.type)) + word(entry.count)
            if entry.payload.count > inlineBytes {
                let place = (entryTableBytes + values.count).roundedUpTo8
                values += [UInt8](repeating: 0, count: place - entryTableBytes - values.count)
                table += word(offset + place)
                values += entry.payload
            } else {
                table += entry.payload + [UInt8](repeating: 0, count: inlineBytes - entry.payload.count)
            }
        }
        let all = table + word(next) + values
        return all + [UInt8](repeating: 0, count: byteCount - all.count)
    }

    private func word(_ value: Int) -> [UInt8] { isBigTIFF ? Self.bytes(UInt64(value)) : Self.bytes(UInt32(truncatingIfNeeded: value)) }

    private static func bytes<T: FixedWidthInteger>(_ value: T) -> [UInt8] { withUnsafeBytes(of: value.littleEndian) { Array($0) } }
}

extension Int {
    var roundedUpTo8: Int { (self + 7) / 8 * 8 }
}
