import Foundation
import Raster

/// Another run holds the lock of this output folder.
public struct RunLockedError: TrenchWatchError {
    public var path: String?
    public var problem: String { "another run is writing here" }
    public var advice: String? { "wait until it has ended, or give another --output" }
}

/// Keeps two runs from writing into one output folder. The system takes the lock back when its holder dies, however it dies.
public struct RunLock: ~Copyable {
    private let descriptor: Int32
    /// Why nothing keeps another run out; nil where the lock is held.
    let warning: String?

    /// Makes the folder where it is missing and locks it; never waits. The folder itself is locked, so that no lock file stays behind.
    ///
    /// - Throws: `RunLockedError` where another process holds it; `InputError` where the folder cannot be made or opened.
    public init(folder: String) throws {
        do {
            try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        } catch {
            throw InputError(path: folder, problem: "the output folder cannot be made", advice: "see that its parent is writable")
        }
        let descriptor = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard descriptor >= 0 else {
            throw InputError(path: folder, problem: "the output folder cannot be opened (\(String(cString: strerror(errno))))")
        }
        var reason: Int32 = 0
        repeat { reason = flock(descriptor, LOCK_EX | LOCK_NB) == 0 ? 0 : errno } while reason == EINTR
        switch reason {
        case 0: warning = nil
        case ENOLCK, EOPNOTSUPP, ENOSYS, EINVAL:
            // Some network file systems have no locks. A run that could never be made there would help nobody.
            warning =
                "\(folder): the file system has no locks (\(String(cString: strerror(reason)))); "
                + "see to it that no other run writes there at the same time"
        default:
            close(descriptor)
            if reason == EWOULDBLOCK { throw RunLockedError(path: folder) }
            throw InputError(path: folder, problem: "the output folder cannot be locked (\(String(cString: strerror(reason))))")
        }
        self.descriptor = descriptor
    }

    deinit { close(descriptor) }
}
