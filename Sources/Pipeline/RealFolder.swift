import Foundation
import RasterIO

/// A folder below the output folder, opened name by name and never through a symbolic link: who plants links in an output folder could otherwise
/// have a run write, or take away, elsewhere with its user's rights.
final class RealFolder {
    /// For `renameat` and its like, which so act in this very folder, whatever stands under its name by then.
    let descriptor: Int32

    /// - Parameters:
    ///   - relative: plain names with `/` between them; empty for `root` itself, which may be a link, since the user has named it.
    ///   - mode: of folders to be made where they are missing, before the umask; nil to make none.
    /// - Throws: `OutputError` that names the first part which is missing, a link or no folder.
    init(_ relative: String, below root: String, makingWith mode: mode_t? = nil) throws {
        var path = root
        var descriptor = open(root, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard descriptor >= 0 else { throw Self.failure(path, errno) }
        for part in relative.split(separator: "/") {
            let name = String(part)
            path += "/" + name
            let parent = descriptor
            defer { close(parent) }
            if let mode, mkdirat(parent, name, mode) != 0, errno != EEXIST { throw Self.failure(path, errno) }
            descriptor = openat(parent, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC)
            guard descriptor >= 0 else { throw Self.failure(path, errno) }
        }
        self.descriptor = descriptor
    }

    deinit { close(descriptor) }

    private static func failure(_ path: String, _ code: Int32) -> OutputError {
        if isLink(path) {
            return OutputError(
                path: path, problem: "is a symbolic link, and a run writes only into folders of its own",
                advice: "take the link away, or give another --output")
        }
        return OutputError(
            path: path, problem: "the folder cannot be made or opened (\(String(cString: strerror(code))))",
            advice: "see that the output folder is writable")
    }

    /// True for a symbolic link, wherever it leads.
    static func isLink(_ path: String) -> Bool { kind(path) == S_IFLNK }

    /// What stands at `path` itself, as `st_mode` has it; nil where nothing does.
    static func kind(_ path: String) -> mode_t? {
        var status = stat()
        return lstat(path, &status) == 0 ? status.st_mode & S_IFMT : nil
    }
}
