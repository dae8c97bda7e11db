import Glibc
import Raster

/// A file or folder that could not be written.
public struct OutputError: TrenchWatchError, Equatable {
    public var path: String?
    public var problem: String
    public var advice: String?

    public init(path: String? = nil, problem: String, advice: String? = nil) {
        self.path = path
        self.problem = problem
        self.advice = advice
    }

    /// What a failed system call means for the user.
    init(path: String, doing action: String, code: Int32) {
        let (reason, advice): (String, String?) =
            switch code {
            case ENOSPC: ("the disk is full", "free some space and run again")
            case EDQUOT: ("the disk quota is used up", "free some space and run again")
            case EROFS: ("the file system is read-only", "choose another output folder")
            case EACCES, EPERM: ("permission denied", "choose an output folder that you may write to")
            case ENOTDIR: ("a part of the path is a file, not a folder", "choose another output folder")
            case EISDIR: ("there is a folder of that name", "move it away or choose another output folder")
            case ENAMETOOLONG: ("the name is too long", "choose a shorter one")
            case EFBIG: ("the file is larger than the file system or a limit (ulimit -f) allows", nil)
            default: (String(cString: strerror(code)), nil)
            }
        self.init(path: path, problem: "cannot \(action): \(reason)", advice: advice)
    }
}

/// A file that appears under its name whole or not at all: written to a private file beside it, flushed to the disk, then renamed.
///
/// Without `commit()` nothing is left behind when the value goes. Not safe to use from two threads at once.
public final class AtomicFile {
    /// The name that the file gets at `commit()`.
    public let path: String
    /// The private file that is written meanwhile; of mode 0600.
    public let temporaryPath: String
    private var descriptor: Int32
    private var isCommitted = false

    /// Opens the private file; missing parent folders are made.
    ///
    /// - Throws: `OutputError` where a folder or the file cannot be made, or a folder stands at `path`.
    public init(path: String) throws {
        var status = stat()
        if stat(path, &status) == 0, status.st_mode & S_IFMT == S_IFDIR {
            throw OutputError(path: path, doing: "write the file", code: EISDIR)
        }
        let folder = Self.folder(of: path)
        try Self.createFolders(folder)
        // A name of its own, not the target's with a suffix: that could exceed the longest name allowed.
        var template = Array((folder + "/.trenchwatch-XXXXXX").utf8CString)
        var (descriptor, code, made) = (Int32(-1), Int32(0), "")
        Unfinished.begin {
            descriptor = mkstemp(&template)
            code = errno
            made = template.withUnsafeBufferPointer { String(decoding: UnsafeRawBufferPointer($0).dropLast(), as: UTF8.self) }
            return descriptor >= 0 ? made : nil
        }
        guard descriptor >= 0 else { throw OutputError(path: path, doing: "write the file", code: code) }
        _ = fcntl(descriptor, F_SETFD, FD_CLOEXEC)
        self.path = path
        temporaryPath = made
        self.descriptor = descriptor
    }

    deinit {
        if descriptor >= 0 { close(descriptor) }
        if !isCommitted { unlink(temporaryPath) }
        Unfinished.end(temporaryPath)
    }

    /// Writes a whole file: all of `bytes` or, on an error, nothing.
    public static func write(_ bytes: [UInt8], to path: String) throws {
        let file = try AtomicFile(path: path)
        try file.write(bytes)
        try file.commit()
    }

    /// Writes a whole file of UTF-8 text.
    public static func write(_ text: String, to path: String) throws {
        try write(Array(text.utf8), to: path)
    }

    /// Appends at the current position.
    public func write(_ bytes: [UInt8]) throws {
        try bytes.withUnsafeBytes { try write($0) }
    }

    /// Appends at the current position.
    public func write(_ bytes: UnsafeRawBufferPointer) throws {
        var rest = bytes[...]
        while !rest.isEmpty {
            let count = Glibc.write(descriptor, UnsafeRawBufferPointer(rebasing: rest).baseAddress, rest.count)
            if count < 0 {
                if errno == EINTR { continue }
                throw OutputError(path: path, doing: "write the file", code: errno)
            }
            rest = rest.dropFirst(count)
        }
    }

    /// Writes over or beyond what is there, from byte `offset` on; the current position stays.
    public func write(_ bytes: [UInt8], at offset: Int) throws {
        try bytes.withUnsafeBytes { raw in
            var done = 0
            while done < raw.count {
                let count = pwrite(
                    descriptor, UnsafeRawBufferPointer(rebasing: raw[done...]).baseAddress, raw.count - done, off_t(offset + done))
                if count < 0 {
                    if errno == EINTR { continue }
                    throw OutputError(path: path, doing: "write the file", code: errno)
                }
                done += count
            }
        }
    }

    /// Flushes the file to the disk and gives it its name, in place of any file that had it. Nothing can be written afterwards.
    ///
    /// - Throws: `OutputError`; the old file of that name, if any, is then untouched.
    public func commit() throws {
        guard descriptor >= 0 else { return }
        func check(_ result: Int32) throws {
            guard result == 0 else { throw OutputError(path: path, doing: "write the file", code: errno) }
        }
        try check(fchmod(descriptor, 0o666 & ~Self.creationMask))
        try check(fsync(descriptor))
        let open = descriptor
        descriptor = -1
        // Network file systems report a failed write at close.
        try check(close(open))
        try check(rename(temporaryPath, path))
        isCommitted = true
        Self.flushFolder(Self.folder(of: path))
    }

    /// The process's umask. Asking through umask(2) would change it for a moment under the feet of other threads.
    private static let creationMask: mode_t = {
        guard let status = fopen("/proc/self/status", "re") else { return 0o022 }
        defer { fclose(status) }
        var line = [CChar](repeating: 0, count: 256)
        while fgets(&line, Int32(line.count), status) != nil {
            let text = String(decoding: line.prefix { $0 != 0 }.map(UInt8.init(bitPattern:)), as: UTF8.self)
            if text.hasPrefix("Umask:") {
                return mode_t(text.dropFirst(6).filter(\.isNumber), radix: 8) ?? 0o022
            }
        }
        return 0o022
    }()

    private static func folder(of path: String) -> String {
        guard let slash = path.utf8.lastIndex(of: UInt8(ascii: "/")) else { return "." }
        return slash == path.startIndex ? "/" : String(path[..<slash])
    }

    private static func createFolders(_ folder: String) throws {
        if mkdir(folder, 0o777) == 0 { return }
        switch errno {
        case EEXIST:
            var status = stat()
            if stat(folder, &status) == 0, status.st_mode & S_IFMT != S_IFDIR {
                throw OutputError(path: folder, doing: "make the folder", code: ENOTDIR)
            }
        case ENOENT:
            let parent = self.folder(of: folder)
            guard parent != folder else { throw OutputError(path: folder, doing: "make the folder", code: ENOENT) }
            try createFolders(parent)
            guard mkdir(folder, 0o777) == 0 || errno == EEXIST else {
                throw OutputError(path: folder, doing: "make the folder", code: errno)
            }
        case let code: throw OutputError(path: folder, doing: "make the folder", code: code)
        }
    }

    /// Makes the rename itself durable. A file system that cannot do it keeps the file all the same, so a failure is none of ours.
    private static func flushFolder(_ folder: String) {
        let descriptor = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard descriptor >= 0 else { return }
        _ = fsync(descriptor)
        close(descriptor)
    }
}
