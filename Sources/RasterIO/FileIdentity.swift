import Glibc

/// Which file it was that was opened. A file that takes another's name, or that is written anew in its place, is another one.
struct FileIdentity: Hashable, Sendable {
    /// Errors name the path, so that a file of two names counts as two.
    private let path: String
    private let device: UInt64
    private let inode: UInt64
    private let byteCount: Int64
    private let modifiedSeconds: Int64
    private let modifiedNanoseconds: Int64

    /// - Parameter status: of the opened descriptor, not of the path, which may name another file by then.
    init(path: String, status: stat) {
        self.path = path
        device = UInt64(status.st_dev)
        inode = UInt64(status.st_ino)
        byteCount = Int64(status.st_size)
        modifiedSeconds = Int64(status.st_mtim.tv_sec)
        modifiedNanoseconds = Int64(status.st_mtim.tv_nsec)
    }
}
