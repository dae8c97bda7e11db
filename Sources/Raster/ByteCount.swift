extension Collection<UInt8> {
    /// How many of the bytes have a value, sixteen and more at a time.
    public func countOf(_ value: UInt8) -> Int {
        withContiguousStorageIfAvailable { bytes in
            var total = 0
            // As many as a byte can count.
            for start in stride(from: 0, to: bytes.count, by: 255) {
                var count: UInt8 = 0
                for i in start..<Swift.min(bytes.count, start + 255) { count &+= bytes[i] == value ? 1 : 0 }
                total += Int(count)
            }
            return total
        } ?? reduce(0) { $0 + ($1 == value ? 1 : 0) }
    }
}

extension Array<Int8> {
    /// How many of the bytes have a value.
    public func countOf(_ value: Int8) -> Int {
        withUnsafeBytes { $0.bindMemory(to: UInt8.self).countOf(UInt8(bitPattern: value)) }
    }
}
