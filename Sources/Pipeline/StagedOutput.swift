import Foundation
import Raster
import RasterIO

/// The output folder of a run while it is being made: files are written into a folder within it and moved to their places together at the end, so
/// that a run that fails or is killed leaves what was there before.
final class StagedOutput: Sendable {
    let folder: String
    private let staging: String

    /// Clears what a killed run left. The caller holds the folder's lock.
    ///
    /// - Throws: `OutputError` where the folder cannot be written, or holds links in the place of folders that a run writes into.
    init(folder: String) throws {
        self.folder = folder
        staging = folder + "/.trenchwatch-staging"
        // Seen again when files are put in place; said here, before hours of work.
        for name in ["diffs", "change"] where RealFolder.isLink(folder + "/" + name) { _ = try RealFolder(name, below: folder) }
        do {
            // Of a link that stands there only the link itself goes.
            if RealFolder.kind(staging) != nil { try FileManager.default.removeItem(atPath: staging) }
            try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        } catch {
            throw Self.unwritable(folder, Self.reason(error))
        }
        var code: Int32 = 0
        Unfinished.begin { [staging] in
            code = mkdir(staging, 0o700) == 0 ? 0 : errno
            return code == 0 ? staging : nil
        }
        guard code == 0 else { throw Self.unwritable(folder, String(cString: strerror(code))) }
    }

    private static func unwritable(_ folder: String, _ reason: String) -> OutputError {
        OutputError(
            path: folder, problem: "the output folder cannot be written (\(reason))", advice: "check its permissions and the free space")
    }

    deinit {
        try? FileManager.default.removeItem(atPath: staging)
        Unfinished.end(staging)
    }

    /// Where to write a file that shall stand at `relative` below the output folder.
    func path(_ relative: String) -> String { staging + "/" + relative }

    /// Forgets what was written below `relative`.
    func discard(_ relative: String) { try? FileManager.default.removeItem(atPath: path(relative)) }

    /// Paths below the output folder of all that has been written, sorted.
    func written() -> [String] {
        guard let walker = FileManager.default.enumerator(atPath: staging) else { return [] }
        return walker.compactMap { $0 as? String }.filter { relative in
            var isFolder: ObjCBool = false
            return FileManager.default.fileExists(atPath: staging + "/" + relative, isDirectory: &isFolder) && !isFolder.boolValue
        }.sorted()
    }

    /// Moves everything to its place, `last` after all the rest. A signal to end waits for it.
    func publish(last: String) throws { try Unfinished.wholly { try moveAll(last: last) } }

    private func moveAll(last: String) throws {
        let files = written()
        // Before any file moves, so that a folder which is refused leaves everything as it was.
        for parent in Set(files.map(Self.parent)).sorted() { _ = try RealFolder(parent, below: folder, makingWith: 0o777) }
        for relative in files.filter({ $0 != last }) + files.filter({ $0 == last }) {
            let place = try RealFolder(Self.parent(relative), below: folder, makingWith: 0o777)
            // In the place of a link comes the file itself.
            guard renameat(AT_FDCWD, staging + "/" + relative, place.descriptor, Self.name(relative)) == 0 else {
                throw OutputError(
                    path: folder + "/" + relative, problem: "it cannot be put in place (\(String(cString: strerror(errno))))")
            }
        }
    }

    /// Takes a file away that no run makes any more, and folders that it leaves empty.
    func remove(_ relative: String) {
        guard Manifest.staysInside(relative), let place = try? RealFolder(Self.parent(relative), below: folder) else { return }
        unlinkat(place.descriptor, Self.name(relative), 0)
        var emptied = Self.parent(relative)
        while !emptied.isEmpty, let above = try? RealFolder(Self.parent(emptied), below: folder),
            unlinkat(above.descriptor, Self.name(emptied), AT_REMOVEDIR) == 0
        {
            emptied = Self.parent(emptied)
        }
    }

    private static func parent(_ relative: String) -> String { (relative as NSString).deletingLastPathComponent }
    private static func name(_ relative: String) -> String { (relative as NSString).lastPathComponent }

    /// What the system said.
    static func reason(_ error: any Error) -> String {
        let underlying = (error as NSError).userInfo[NSUnderlyingErrorKey] as? NSError
        if let underlying, underlying.domain == NSPOSIXErrorDomain { return String(cString: strerror(Int32(underlying.code))) }
        return (error as NSError).localizedDescription
    }
}

/// A name from data made fit to be one file's or folder's name: nothing in it can lead out of the output folder. One that had to be altered ends
/// with its hash, so that different names stay different.
func fileNameComponent(_ text: String) -> String {
    var result = ""
    for scalar in text.unicodeScalars {
        let isSafe =
            scalar.isASCII && (scalar.properties.isAlphabetic || ("0"..."9").contains(scalar) || "-_.+".unicodeScalars.contains(scalar))
        result.unicodeScalars.append(isSafe ? scalar : "_")
    }
    while result.hasPrefix(".") { result = "_" + result.dropFirst() }
    if isReservedOnWindows(result) { result = "_" + result }
    if result == text, !text.isEmpty, text.utf8.count <= longestComponent { return result }
    let mark = "-" + ((try? ContentHash.sha256(Array(text.utf8))) ?? "").prefix(8)
    return (result.isEmpty ? "_" : String(result.prefix(longestComponent - mark.count))) + mark
}

private let longestComponent = 100

/// Names that stand for devices there, whatever their extension, and those that lose their last character: an output folder may lie on such a
/// machine's disk, or be copied to it. Source: Microsoft, "Naming Files, Paths, and Namespaces".
private func isReservedOnWindows(_ name: String) -> Bool {
    let stem = name.prefix { $0 != "." }.uppercased()
    return name.hasSuffix(".") || ["CON", "PRN", "AUX", "NUL"].contains(stem) || stem.wholeMatch(of: /(COM|LPT)[0-9]/) != nil
}
