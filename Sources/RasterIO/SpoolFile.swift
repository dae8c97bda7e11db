import Glibc
import Raster

/// A nameless file for bytes that are wanted again later. It goes with the value, or with the process however that ends.
final class SpoolFile: Sendable {
    struct Extent: Sendable {
        var offset: Int
        var count: Int
    }

    private let descriptor: Int32
    private let path: String
    private let end = Guarded(0)

    /// - Parameter path: the output beside which it is kept, so that it uses the disk that the output will.
    init(beside path: String) throws {
        let folder = path.utf8.lastIndex(of: UInt8(ascii: "/")).map { String(path[..<$0]) + "/" } ?? "./"
        var template = Array((folder + ".trenchwatch-spool-XXXXXX").utf8CString)
        var (descriptor, code): (Int32, Int32) = (-1, 0)
        // It has a name for a moment, in which the process is not to be ended.
        Unfinished.begin {
            descriptor = mkstemp(&template)
            code = errno
            if descriptor >= 0 { unlink(template) }
            return nil
        }
        guard descriptor >= 0 else { throw OutputError(path: path, doing: "write beside it", code: code) }
        _ = fcntl(descriptor, F_SETFD, FD_CLOEXEC)
        self.descriptor = descriptor
        self.path = path
    }

    deinit { close(descriptor) }

    /// Safe to call from many threads at once.
    func append(_ bytes: [UInt8]) throws -> Extent {
        let extent = end.withLock { end in
            defer { end += bytes.count }
            return Extent(offset: end, count: bytes.count)
        }
        try bytes.withUnsafeBytes { raw in
            var done = 0
            while done < raw.count {
                let count = pwrite(descriptor, raw.baseAddress.map { $0 + done }, raw.count - done, off_t(extent.offset + done))
                if count < 0, errno == EINTR { continue }
                guard count > 0 else { throw OutputError(path: path, doing: "write beside it", code: errno) }
                done += count
            }
        }
        return extent
    }

    func read(_ extent: Extent) throws -> [UInt8] {
        try [UInt8](unsafeUninitializedCapacity: extent.count) { out, written in
            while written < extent.count {
                let count = pread(descriptor, out.baseAddress.map { $0 + written }, extent.count - written, off_t(extent.offset + written))
                if count < 0, errno == EINTR { continue }
                guard count > 0 else {
                    throw OutputError(path: path, problem: "what was kept beside it cannot be read back: \(systemReason())")
                }
                written += count
            }
        }
    }
}
