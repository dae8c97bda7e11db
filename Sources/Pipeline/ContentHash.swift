import CCrypto
import Foundation
import Raster

/// SHA-256 of files and bytes, as 64 lower-case hexadecimal digits.
public enum ContentHash {
    private static let chunkBytes = 1 << 20

    /// Reads the file once, in chunks.
    ///
    /// - Throws: `InputError` where it cannot be read, or is a pipe, socket or device, whose end may not come.
    public static func sha256(fileAt path: String) throws -> (digest: String, byteCount: Int) {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
        guard descriptor >= 0 else { throw failure(path, "cannot be opened") }
        defer { close(descriptor) }
        var status = stat()
        guard fstat(descriptor, &status) == 0 else { throw failure(path, "cannot be read") }
        guard status.st_mode & S_IFMT == S_IFREG else { throw InputError(path: path, problem: "is not a regular file") }
        var digest = try Digest()
        var byteCount = 0
        let chunk = UnsafeMutableRawBufferPointer.allocate(byteCount: chunkBytes, alignment: 16)
        defer { chunk.deallocate() }
        while true {
            let count = read(descriptor, chunk.baseAddress, chunkBytes)
            if count < 0 {
                if errno == EINTR { continue }
                throw failure(path, "cannot be read")
            }
            if count == 0 { break }
            try digest.add(UnsafeRawBufferPointer(rebasing: chunk[..<count]))
            byteCount += count
        }
        return (try digest.finish(), byteCount)
    }

    public static func sha256(_ bytes: [UInt8]) throws -> String {
        var digest = try Digest()
        try bytes.withUnsafeBytes { try digest.add($0) }
        return try digest.finish()
    }

    private static func failure(_ path: String, _ problem: String) -> InputError {
        InputError(path: path, problem: "\(problem) (\(String(cString: strerror(errno))))")
    }

    /// One running SHA-256 of libcrypto.
    private struct Digest: ~Copyable {
        private let context: OpaquePointer

        init() throws {
            guard let context = EVP_MD_CTX_new() else { throw InputError(problem: "libcrypto has no memory for a hash") }
            guard EVP_DigestInit_ex(context, EVP_sha256(), nil) == 1 else {
                EVP_MD_CTX_free(context)
                throw InputError(problem: "libcrypto offers no SHA-256", advice: "see whether its provider configuration disables it")
            }
            self.context = context
        }

        deinit { EVP_MD_CTX_free(context) }

        mutating func add(_ bytes: UnsafeRawBufferPointer) throws {
            guard EVP_DigestUpdate(context, bytes.baseAddress, bytes.count) == 1 else {
                throw InputError(problem: "libcrypto failed to hash")
            }
        }

        mutating func finish() throws -> String {
            var bytes = [UInt8](repeating: 0, count: 32)
            guard EVP_DigestFinal_ex(context, &bytes, nil) == 1 else { throw InputError(problem: "libcrypto failed to hash") }
            let digits = Array("0123456789abcdef".utf8)
            return String(decoding: bytes.flatMap { [digits[Int($0 >> 4)], digits[Int($0 & 15)]] }, as: UTF8.self)
        }
    }
}
