import Glibc
import Raster

/// An open TIFF file and the libtiff handles over it. Each thread that reads borrows a handle of its own, so that N threads decode at once;
/// all share one descriptor, so that a file replaced meanwhile is still the one that was opened.
final class TIFFFile: Sendable {
    let path: String
    let size: UInt64
    let identity: FileIdentity
    let limits: ReadLimits
    private let descriptor: Int32
    private let idle = Guarded(Idle())
    private let rowStreams = Guarded(RowStreams())

    /// Handles move between threads only through the pool's lock.
    private struct Idle: @unchecked Sendable {
        var handles: [TIFFHandle] = []
    }

    /// The decoders of tall strips, the one used last at the end.
    private struct RowStreams {
        var streams: [(place: TIFFRowStream.Place, stream: TIFFRowStream)] = []
    }

    /// More idle handles than this are closed; each keeps a decoded block and its directory in memory.
    private static let maxIdle = 16
    /// More strips than this are not decoded in turn without starting over; a row of windows needs one for each band that stands apart.
    private static let maxRowStreams = 32

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
        identity = FileIdentity(path: path, status: status)
        self.limits = limits
    }

    deinit {
        idle.withLock { $0.handles.removeAll() }
        rowStreams.withLock { $0.streams.removeAll() }
        close(descriptor)
    }

    /// Of libtiff, for undecoded bytes and its tables: in one handle, and in all decoders of tall strips together.
    private var maxAllocation: Int { max(limits.maxBlockBytes, 1 << 28) }

    func makeHandle() throws -> TIFFHandle {
        try TIFFHandle(path: path, descriptor: descriptor, fileSize: size, maxAllocation: maxAllocation)
    }

    func withHandle<R>(_ body: (TIFFHandle) throws -> R) throws -> R {
        let handle = try idle.withLock { $0.handles.popLast() } ?? makeHandle()
        // After an error a decoder may stand anywhere in its stream: such a handle is not lent again.
        let result = try body(handle)
        idle.withLock { if $0.handles.count < Self.maxIdle { $0.handles.append(handle) } }
        return result
    }

    /// The decoder of a tall strip that all threads share.
    ///
    /// - Parameter stripCount: of the image. libtiff keeps a strip's undecoded bytes while it decodes rows of it, so that large strips
    ///   leave room for fewer decoders.
    func rowStream(_ place: TIFFRowStream.Place, of stripCount: Int) -> TIFFRowStream {
        let storedBytes = max(1, Int(clamping: size) / max(1, stripCount))
        let capacity = max(1, min(Self.maxRowStreams, maxAllocation / storedBytes))
        return rowStreams.withLock { held in
            let index = held.streams.firstIndex { $0.place == place }
            let stream = index.map { held.streams.remove(at: $0).stream } ?? TIFFRowStream()
            while held.streams.count >= capacity { held.streams.removeFirst() }
            held.streams.append((place, stream))
            return stream
        }
    }
}

/// The C library's words for the last system error of this thread.
func systemReason() -> String { String(cString: strerror(errno)) }

/// Opens a file for reading; anything but a regular file is refused, since reading a pipe or device may never end.
func openRegularFile(_ path: String) throws(InputError) -> Int32 {
    let descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
    guard descriptor >= 0 else { throw InputError(path: path, problem: "cannot be opened: \(systemReason())") }
    var status = stat()
    guard fstat(descriptor, &status) == 0, status.st_mode & S_IFMT == S_IFREG else {
        close(descriptor)
        throw InputError(path: path, problem: "is not a regular file", advice: "name a GeoTIFF or PNG file")
    }
    return descriptor
}
