import Foundation
import Raster

/// Text files beside the imagery: bounded, and never a pipe or device, whose end may not come.
enum SmallFile {
    static let limit = 8 << 20

    /// nil where there is no such file.
    ///
    /// - Throws: `InputError` where it is no regular file, too large, or cannot be read.
    static func read(_ path: String) throws -> Data? {
        var status = stat()
        guard stat(path, &status) == 0 else { return nil }
        guard status.st_mode & S_IFMT == S_IFREG else { throw InputError(path: path, problem: "is not a regular file") }
        guard status.st_size <= limit else {
            throw InputError(path: path, problem: "has \(status.st_size) bytes, more than the \(limit) that are read of such a file")
        }
        do {
            return try Data(contentsOf: URL(fileURLWithPath: path))
        } catch {
            throw InputError(path: path, problem: "cannot be read", advice: "check its permissions")
        }
    }
}
