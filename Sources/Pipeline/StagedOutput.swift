import Foundation
import Raster
import RasterIO

/// The output folder of a run while it is being made: files are written into a folder within it and moved to their places together at the end, so
/// that a run that fails or is killed leaves what was there before.
final class StagedOutput: Sendable {
    let folder: String
    private let staging: String

    /// Clears what a killed run left. The caller holds the folder's lock.
    init(folder: String) throws {
        self.folder = folder
        staging = folder + "/.trenchwatch-staging"
        Unfinished.begin(staging)
        do {
            if FileManager.default.fileExists(atPath: staging) { try FileManager.default.removeItem(atPath: staging) }
            try FileManager.default.createDirectory(
                atPath: staging, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
        } catch {
            throw OutputError(
                path: folder, problem: "the output folder cannot be written (\(Self.reason(error)))",
                advice: "check its permissions and the free space")
        }
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
        for relative in files.filter({ $0 != last }) + files.filter({ $0 == last }) {
            let target = folder + "/" + relative
            do {
                try FileManager.default.createDirectory(
                    atPath: (target as NSString).deletingLastPathComponent, withIntermediateDirectories: true)
            } catch {
                throw OutputError(path: target, problem: "its folder cannot be made (\(Self.reason(error)))")
            }
            guard rename(staging + "/" + relative, target) == 0 else {
                throw OutputError(path: target, problem: "it cannot be put in place (\(String(cString: strerror(errno))))")
            }
        }
    }

    /// Takes a file away that no run makes any more, and folders that it leaves empty.
    func remove(_ relative: String) {
        unlink(folder + "/" + relative)
        var parent = (relative as NSString).deletingLastPathComponent
        while !parent.isEmpty, rmdir(folder + "/" + parent) == 0 { parent = (parent as NSString).deletingLastPathComponent }
    }

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
    if result == text, !text.isEmpty, text.utf8.count <= longestComponent { return result }
    let mark = "-" + ((try? ContentHash.sha256(Array(text.utf8))) ?? "").prefix(8)
    return (result.isEmpty ? "_" : String(result.prefix(longestComponent - mark.count))) + mark
}

private let longestComponent = 100
