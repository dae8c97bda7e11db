import Glibc
import Raster
import Synchronization

/// An open TIFF file and the libtiff handles over it. Each thread that reads borrows a handle of its own, so that N threads decode at once;
/// all share one descriptor, so that a file replaced meanwhile is still the one that was opened.
final class TIFFFile: Sendable {
    let path: String
    let size: UInt64
    private let descriptor: Int32
    private let maxAllocation: Int
    private let idle = Mutex(Idle())

    /// Handles move between threads only through the pool's lock.
    private struct Idle: @unchecked Sendable {
        var handles: [TIFFHandle] = []
    }

    /// More idle handles than this are closed; each keeps a decoded block and its directory in memory.
    private static let maxIdle = 16

    init(path: String, limits: ReadLimits) throws {
        let descriptor = try openRegularFile(path)
        var status = stat()
        guard fstat(descriptor, &status) == 0 else {
            close(descriptor)
            throw InputError(path: path, problem: "its size cannot be read: \(systemReason())")
        }
        self.path = path
        self.descriptor = descriptor
        size = UInt64(status.st_size)
        maxAllocation = max(limits.maxBlockBytes, 1 << 26)
    }

    deinit {
        idle.withLock { $0.handles.removeAll() }
        close(descriptor)
    }

    func withHandle<R>(_ body: (TIFFHandle) throws -> R) throws -> R {
        let handle =
            try idle.withLock { $0.handles.popLast() }
            ?? TIFFHandle(path: path, descriptor: descriptor, fileSize: size, maxAllocation: maxAllocation)
        // After an error a decoder may stand anywhere in its stream: such a handle is not lent again.
        let result = try body(handle)
        idle.withLock { if $0.handles.count < Self.maxIdle { $0.handles.append(handle) } }
        return result
    }
}

/// The C library's words for the last system error of this thread.
func systemReason() -> String { String(cString: strerror(errno)) }

/// Opens a file for reading; anything but a regular file is refused, since reading a pipe or device may never end.
func openRegularFile(_ path: String) throws -> Int32 {
    let descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
    guard descriptor >= 0 else { throw InputError(path: path, problem: "cannot be opened: \(systemReason())") }
    var status = stat()
    guard fstat(descriptor, &status) == 0, status.st_mode & S_IFMT == S_IFREG else {
        close(descriptor)
        throw InputError(path: path, problem: "is not a regular file", advice: "name a GeoTIFF or PNG file")
    }
    return descriptor
}
