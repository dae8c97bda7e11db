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
        guard let names = Self.names(in: folder) else {
            refused.append(RefusedInput(path: folder, reason: "cannot be listed; check its permissions"))
            return
        }
        for bytes in names.sorted(by: { $0.lexicographicallyPrecedes($1) }) where bytes.first != UInt8(ascii: ".") {
            let name = String(decoding: bytes, as: UTF8.self)
            let path = folder.hasSuffix("/") ? folder + name : folder + "/" + name
            guard name.utf8.elementsEqual(bytes) else {
                // Nothing can be opened by a text that its name is not; without an extension it may be a folder.
                if isWanted(name) || !name.contains(".") {
                    refused.append(RefusedInput(path: path, reason: "its name is not UTF-8 text; rename it"))
                }
                continue
            }
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

    /// The names in a folder as they are stored, which need not be text; nil where it cannot be listed.
    private static func names(in folder: String) -> [[UInt8]]? {
        guard let stream = opendir(folder), let place = MemoryLayout<dirent>.offset(of: \.d_name) else { return nil }
        defer { closedir(stream) }
        var names: [[UInt8]] = []
        while let entry = readdir(stream) {
            // An entry is as long as its name, not as long as the type.
            let name = UnsafeRawPointer(entry).advanced(by: place)
            names.append([UInt8](UnsafeRawBufferPointer(start: name, count: strlen(name.assumingMemoryBound(to: CChar.self)))))
        }
        return names
    }
}
