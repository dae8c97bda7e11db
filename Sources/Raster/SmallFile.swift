import Glibc

/// Files that are read whole: never more bytes than the limit, and never a pipe or device, whose end may not come.
public enum SmallFile {
    /// Text beside the imagery.
    public static let usualLimit = 8 << 20

    /// nil where there is no such file.
    ///
    /// - Throws: `InputError` where it is no regular file, larger than `limit` bytes, or cannot be read.
    public static func read(_ path: String, atMost limit: Int = usualLimit) throws(InputError) -> [UInt8]? {
        // Without waiting: opening a pipe would last until somebody writes to it.
        let descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
        guard descriptor >= 0 else {
            if errno == ENOENT || errno == ENOTDIR || errno == ENAMETOOLONG { return nil }
            // Sockets cannot even be opened.
            if errno == ENXIO { throw InputError(path: path, problem: "is not a regular file") }
            throw InputError(path: path, problem: "cannot be read: \(String(cString: strerror(errno)))", advice: "check its permissions")
        }
        defer { close(descriptor) }
        var status = stat()
        guard fstat(descriptor, &status) == 0, status.st_mode & S_IFMT == S_IFREG else {
            throw InputError(path: path, problem: "is not a regular file")
        }
        guard status.st_size <= limit else {
            throw InputError(path: path, problem: "has \(status.st_size) bytes, more than the \(limit) that are read of such a file")
        }
        let size = Int(status.st_size)
        var failure: Int32 = 0
        let bytes = [UInt8](unsafeUninitializedCapacity: size) { buffer, count in
            while count < size {
                let read = Glibc.read(descriptor, buffer.baseAddress.map { $0 + count }, size - count)
                if read > 0 {
                    count += read
                } else if read == 0 {
                    break
                } else if errno != EINTR {
                    failure = errno
                    break
                }
            }
        }
        guard failure == 0 else { throw InputError(path: path, problem: "cannot be read: \(String(cString: strerror(failure)))") }
        return bytes
    }
}
