import Foundation
import Raster

/// The regular files below a folder, in an order that depends on their names only.
struct FolderWalk {
    struct File {
        var path: String
        /// Names of the folders between the root and the file.
        var folders: [String]
    }

    private(set) var files: [File] = []
    private(set) var refused: [RefusedInput] = []
    private var seen: Set<FolderIdentity> = []

    private struct FolderIdentity: Hashable {
        var device: UInt64
        var inode: UInt64

        init(_ status: stat) {
            device = UInt64(status.st_dev)
            inode = UInt64(status.st_ino)
        }
    }

    private static let maxDepth = 64

    /// - Parameters:
    ///   - others: folders that are not entered, unless one is `root` itself.
    ///   - isWanted: by file name; others are neither looked at nor mentioned.
    /// - Throws: `InputError` where `root` is no readable folder.
    init(root: String, besides others: [String] = [], isWanted: (String) -> Bool) throws {
        var status = stat()
        guard stat(root, &status) == 0 else {
            throw InputError(path: root, problem: "there is no such folder", advice: "name the folder that holds the imagery")
        }
        guard status.st_mode & S_IFMT == S_IFDIR else {
            throw InputError(path: root, problem: "is not a folder", advice: "name the folder that holds the imagery")
        }
        guard access(root, R_OK | X_OK) == 0 else {
            throw InputError(path: root, problem: "cannot be listed", advice: "check its permissions")
        }
        for other in others {
            var otherStatus = stat()
            if stat(other, &otherStatus) == 0 { seen.insert(FolderIdentity(otherStatus)) }
        }
        seen.remove(FolderIdentity(status))
        walk(root, folders: [], status: status, isWanted: isWanted)
    }

    private mutating func walk(_ folder: String, folders: [String], status: stat, isWanted: (String) -> Bool) {
        // A link may lead back up: each folder is entered once, whatever the way to it.
        guard seen.insert(FolderIdentity(status)).inserted else { return }
        guard folders.count < Self.maxDepth else {
            refused.append(RefusedInput(path: folder, reason: "lies more than \(Self.maxDepth) folders deep"))
            return
        }
        let names: [String]
        do {
            names = try FileManager.default.contentsOfDirectory(atPath: folder)
        } catch {
            refused.append(RefusedInput(path: folder, reason: "cannot be listed; check its permissions"))
            return
        }
        for name in names.sorted(by: { $0.utf8.lexicographicallyPrecedes($1.utf8) }) where !name.hasPrefix(".") {
            let path = folder.hasSuffix("/") ? folder + name : folder + "/" + name
            var status = stat()
            guard stat(path, &status) == 0 else {
                if isWanted(name) { refused.append(RefusedInput(path: path, reason: "cannot be opened: a link that leads nowhere?")) }
                continue
            }
            switch status.st_mode & S_IFMT {
            case S_IFDIR: walk(path, folders: folders + [name], status: status, isWanted: isWanted)
            case S_IFREG: if isWanted(name) { files.append(File(path: path, folders: folders)) }
            default: if isWanted(name) { refused.append(RefusedInput(path: path, reason: "is not a regular file")) }
            }
        }
    }
}
