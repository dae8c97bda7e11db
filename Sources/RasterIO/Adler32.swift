import CDeflate

/// The checksum of zlib streams (RFC 1950), by libdeflate, which uses the processor's vectors: zlib's own takes a fifth of the time of the quick compression.
enum Adler32 {
    static func checksum(of bytes: UnsafeBufferPointer<UInt8>) -> UInt32 { libdeflate_adler32(1, bytes.baseAddress, bytes.count) }
}
