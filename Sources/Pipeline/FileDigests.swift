import Foundation
import Raster

/// A file as a run found it.
struct FileDigest: Codable, Sendable, Equatable {
    /// 64 lower-case hexadecimal digits.
    var sha256: String
    var bytes: Int
}

/// What tells, without reading it, that a file is still the one that was hashed.
struct FileIdentity: Codable, Sendable, Equatable {
    var device: UInt64
    var inode: UInt64
    var bytes: Int64
    /// Nanoseconds since 1970, of the content and of the entry.
    var modified: Int64
    var changed: Int64

    /// - Returns: nil where there is no such regular file.
    init?(path: String) {
        var status = stat()
        guard stat(path, &status) == 0, status.st_mode & S_IFMT == S_IFREG else { return nil }
        func nanoseconds(_ time: timespec) -> Int64 { Int64(time.tv_sec) &* 1_000_000_000 &+ Int64(time.tv_nsec) }
        device = UInt64(status.st_dev)
        inode = UInt64(status.st_ino)
        bytes = Int64(status.st_size)
        modified = nanoseconds(status.st_mtim)
        changed = nanoseconds(status.st_ctim)
    }
}

/// SHA-256 of files, each read once: a file whose identity is known from an earlier run is not read again.
final class FileDigests: Sendable {
    /// A hash and what the file was when it was made.
    struct Entry: Codable, Sendable, Equatable {
        var identity: FileIdentity
        var digest: FileDigest
        /// When it was hashed, nanoseconds since 1970.
        var hashed: Int64
    }

    /// A file that was written this shortly before it was hashed may have been written again within the clock's tick.
    private static let settlingNanoseconds: Int64 = 2_000_000_000

    private let entries: Guarded<[String: Entry]>
    private let fresh = Guarded<Set<String>>([])
    private let asked = Guarded<Set<String>>([])

    init(known: [String: Entry] = [:]) { entries = Guarded(known) }

    /// - Parameter isOwn: whether this run has just written it, and nobody else writes to it, so that it counts as settled.
    /// - Throws: `InputError` where the file cannot be read.
    func digest(ofFileAt path: String, isOwn: Bool = false) throws -> FileDigest {
        let path = URL(fileURLWithPath: path).standardizedFileURL.path
        let identity = FileIdentity(path: path)
        asked.withLock { _ = $0.insert(path) }
        if let identity, let entry = entries.withLock({ $0[path] }), entry.identity == identity {
            let settled = max(identity.modified, identity.changed) + Self.settlingNanoseconds < entry.hashed
            if settled || fresh.withLock({ $0.contains(path) }) { return entry.digest }
        }
        let now = Int64(Date().timeIntervalSince1970 * 1e9)
        let (sha256, bytes) = try ContentHash.sha256(fileAt: path)
        let digest = FileDigest(sha256: sha256, bytes: bytes)
        if let identity {
            let hashed = isOwn ? now + Self.settlingNanoseconds : now
            entries.withLock { $0[path] = Entry(identity: identity, digest: digest, hashed: hashed) }
            fresh.withLock { _ = $0.insert(path) }
        }
        return digest
    }

    /// The hash that this run has worked by, though the file may be another one by now; hashes one that was not asked for yet.
    ///
    /// - Throws: `InputError` where the file cannot be read.
    func digest(asUsed path: String) throws -> FileDigest {
        let standard = URL(fileURLWithPath: path).standardizedFileURL.path
        if asked.withLock({ $0.contains(standard) }), let entry = entries.withLock({ $0[standard] }) { return entry.digest }
        return try digest(ofFileAt: path)
    }

    /// False where a file is no longer the one that was hashed.
    func isUnchanged(_ path: String) -> Bool {
        let path = URL(fileURLWithPath: path).standardizedFileURL.path
        guard let entry = entries.withLock({ $0[path] }) else { return false }
        return FileIdentity(path: path) == entry.identity
    }

    /// Of these files the first that is no longer the one that was hashed.
    func changedFile(among paths: [String]) -> String? { paths.first { !isUnchanged($0) } }

    /// Why such a file is not used, and what to do.
    static func changedWhileRead(_ path: String) -> InputError {
        InputError(path: path, problem: "it changed while it was read", advice: "run again when it is complete")
    }

    /// Hashes several files at once.
    func prepare(_ paths: [String], jobs: Int) {
        // What cannot be read is told when it is asked for.
        try? WorkerPool.forEach(count: paths.count, jobs: jobs) { _ = try? digest(ofFileAt: paths[$0]) }
    }

    /// All that was asked for, by path.
    var used: [String: Entry] {
        let asked = asked.withLock { $0 }
        return entries.withLock { $0.filter { asked.contains($0.key) } }
    }
}
