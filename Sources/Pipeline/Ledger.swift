import Foundation
import GRDB
import Raster
import RasterIO

/// What earlier runs into one output folder have computed and written: results by the key of the work, files by their hash.
///
/// A result is entered when its work is done and what it refers to is on the disk; outputs when they stand in their place. A run that is killed
/// leaves what it had finished, and nothing that it had not. The caller holds the folder's lock.
final class Ledger: Sendable {
    /// A file of the output folder as the run left it.
    struct Output: Codable, Sendable, Equatable {
        var path: String
        var digest: FileDigest
        var identity: FileIdentity
        /// What it was made of; for pictures and change rasters.
        var key: String?
    }

    private static let formatVersion = 1
    private static let folderName = ".trenchwatch"
    private static let columns = ["step": "digest, kind, result", "file": "path, entry", "output": "path, entry", "run": "name, value"]

    /// The hidden folder within the output folder that holds all of this.
    let folder: String
    /// The folder itself of what runs wrote.
    private let outputFolder: String
    private let database: DatabaseQueue
    /// In words, where an earlier ledger could not be used.
    let warnings: [String]

    /// Opens or makes the ledger of an output folder. One that is damaged or of another format is put aside: all is then computed anew.
    ///
    /// - Throws: `OutputError` where it can neither be read nor made.
    init(outputFolder: String) throws {
        let folder = outputFolder + "/" + Self.folderName
        let path = folder + "/ledger.sqlite"
        _ = try RealFolder(Self.folderName + "/planes", below: outputFolder, makingWith: 0o700)
        var warnings: [String] = []
        // SQLite would follow a link, and wait for what a pipe never gives.
        for file in Self.databaseFiles(path) where RealFolder.kind(file).map({ $0 != S_IFREG }) ?? false {
            warnings.append("\(file): no file of a run's own; it is put aside and all is computed anew")
            rename(file, file + ".damaged")
        }
        do {
            database = try Self.open(path)
        } catch let error as DatabaseError where Self.isDamage(error) {
            warnings.append(
                "\(path): the ledger of earlier runs is damaged (\(error.message ?? "SQLite")); it is put aside and all is computed anew")
            for file in Self.databaseFiles(path) where RealFolder.kind(file) != nil { rename(file, file + ".damaged") }
            do { database = try Self.open(path) } catch { throw Self.failure(path, error) }
        } catch {
            throw Self.failure(path, error)
        }
        self.folder = folder
        self.outputFolder = outputFolder
        self.warnings = warnings
        clearUnfinished()
    }

    /// Takes away what a killed run was writing: no later run may have anything to put in its place.
    private func clearUnfinished() {
        for name in (try? FileManager.default.contentsOfDirectory(atPath: folder + "/planes")) ?? [] where name.hasPrefix(".") {
            unlink(folder + "/planes/" + name)
        }
    }

    /// The database and what SQLite keeps beside it.
    private static func databaseFiles(_ path: String) -> [String] { ["", "-journal", "-wal", "-shm"].map { path + $0 } }

    private static func open(_ path: String) throws -> DatabaseQueue {
        var configuration = Configuration()
        configuration.busyMode = .timeout(10)
        let queue = try DatabaseQueue(path: path, configuration: configuration)
        try queue.write { db in
            let version = try Int.fetchOne(db, sql: "PRAGMA user_version") ?? 0
            if version != formatVersion {
                for table in columns.keys.sorted() { try db.execute(sql: "DROP TABLE IF EXISTS \(table)") }
                try db.execute(
                    sql: """
                        CREATE TABLE step (digest TEXT PRIMARY KEY, kind TEXT NOT NULL, result BLOB NOT NULL) WITHOUT ROWID;
                        CREATE TABLE file (path TEXT PRIMARY KEY, entry BLOB NOT NULL) WITHOUT ROWID;
                        CREATE TABLE output (path TEXT PRIMARY KEY, entry BLOB NOT NULL) WITHOUT ROWID;
                        CREATE TABLE run (name TEXT PRIMARY KEY, value BLOB NOT NULL) WITHOUT ROWID;
                        PRAGMA user_version = \(formatVersion);
                        """)
            }
            guard try String.fetchOne(db, sql: "PRAGMA quick_check(1)") == "ok" else {
                throw DatabaseError(resultCode: .SQLITE_CORRUPT, message: "quick_check failed")
            }
            // A table or column that is missing is damage too, and shows itself here rather than in the middle of a run.
            for (table, names) in columns.sorted(by: { $0.key < $1.key }) {
                _ = try Row.fetchOne(db, sql: "SELECT \(names) FROM \(table) LIMIT 1")
            }
        }
        return queue
    }

    private static func isDamage(_ error: DatabaseError) -> Bool {
        [.SQLITE_CORRUPT, .SQLITE_NOTADB, .SQLITE_ERROR, .SQLITE_SCHEMA, .SQLITE_FORMAT].contains(error.resultCode.primaryResultCode)
    }

    private static func failure(_ path: String, _ error: any Error) -> OutputError {
        let reason = (error as? DatabaseError)?.message ?? String(describing: error).oneLine
        return OutputError(
            path: path, problem: "the ledger cannot be written (\(reason))", advice: "see the folder's permissions and the free space")
    }

    private func write(_ work: (Database) throws -> Void) throws {
        do { try database.write(work) } catch let error as DatabaseError { throw Self.failure(folder, error) }
    }

    private func read<Value>(_ work: (Database) throws -> Value) throws -> Value {
        do { return try database.read(work) } catch let error as DatabaseError { throw Self.failure(folder, error) }
    }

    // MARK: Results

    /// nil where the work has not been done, or its result cannot be read any more.
    func result<Result: Decodable>(of key: StepKey, as type: Result.Type = Result.self) throws -> Result? {
        let data = try read { try Data.fetchOne($0, sql: "SELECT result FROM step WHERE digest = ?", arguments: [key.digest]) }
        return data.flatMap { try? JSONDecoder().decode(type, from: $0) }
    }

    func enter(_ result: some Encodable, of key: StepKey) throws {
        let data = try JSONEncoder().encode(result)
        try write {
            try $0.execute(
                sql: "INSERT OR REPLACE INTO step (digest, kind, result) VALUES (?, ?, ?)",
                arguments: [key.digest, key.kind.rawValue, data])
        }
    }

    // MARK: Files

    /// Hashes of files that earlier runs read or wrote.
    func knownDigests() throws -> [String: FileDigests.Entry] {
        try read { db in
            var known: [String: FileDigests.Entry] = [:]
            for row in try Row.fetchAll(db, sql: "SELECT path, entry FROM file") {
                let data: Data = row["entry"]
                known[row["path"]] = try? JSONDecoder().decode(FileDigests.Entry.self, from: data)
            }
            return known
        }
    }

    /// Keeps hashes for the next run.
    func keep(_ digests: FileDigests) throws {
        let used = digests.used
        try write { db in
            try db.execute(sql: "DELETE FROM file")
            for (path, entry) in used.sorted(by: { $0.key < $1.key }) {
                try db.execute(sql: "INSERT INTO file (path, entry) VALUES (?, ?)", arguments: [path, JSONEncoder().encode(entry)])
            }
        }
    }

    /// What the last finished run left in the output folder, by path relative to it. What would lie elsewhere no run has entered: a ledger may have
    /// come with a folder from strangers.
    func outputs() throws -> [String: Output] {
        try read { db in
            var known: [String: Output] = [:]
            for row in try Row.fetchAll(db, sql: "SELECT path, entry FROM output") {
                let data: Data = row["entry"]
                guard let output = try? JSONDecoder().decode(Output.self, from: data), Manifest.staysInside(output.path) else { continue }
                known[output.path] = output
            }
            return known
        }
    }

    /// True where the file itself, and no link, stands in the output folder as the ledger has it. One that was touched is hashed.
    func isIntact(_ output: Output) -> Bool {
        let path = outputFolder + "/" + output.path
        guard !RealFolder.isLink(path), let identity = FileIdentity(path: path) else { return false }
        if identity == output.identity { return true }
        guard identity.bytes == output.identity.bytes, let found = try? ContentHash.sha256(fileAt: path) else { return false }
        return found.digest == output.digest.sha256
    }

    // MARK: Runs

    /// What the last finished run came to; nil where there was none.
    func lastRun() throws -> FinishedRun? {
        let data = try read { try Data.fetchOne($0, sql: "SELECT value FROM run WHERE name = 'last'") }
        return data.flatMap { try? JSONDecoder().decode(FinishedRun.self, from: $0) }
    }

    /// Enters a run whose outputs stand in their places, and forgets results that it had no use for.
    func finish(_ run: FinishedRun, outputs: [Output], used: Set<String>) throws {
        try write { db in
            try db.execute(sql: "DELETE FROM output")
            for output in outputs {
                try db.execute(
                    sql: "INSERT INTO output (path, entry) VALUES (?, ?)", arguments: [output.path, JSONEncoder().encode(output)])
            }
            try db.execute(sql: "INSERT OR REPLACE INTO run (name, value) VALUES ('last', ?)", arguments: [JSONEncoder().encode(run)])
            for digest in try String.fetchAll(db, sql: "SELECT digest FROM step") where !used.contains(digest) {
                try db.execute(sql: "DELETE FROM step WHERE digest = ?", arguments: [digest])
            }
        }
        let planes = folder + "/planes"
        for name in (try? FileManager.default.contentsOfDirectory(atPath: planes)) ?? []
        where !used.contains(String(name.prefix { $0 != "." })) {
            try? FileManager.default.removeItem(atPath: planes + "/" + name)
        }
    }

    /// Where the planes of a date are kept.
    func planesPath(_ key: StepKey) -> String { "\(folder)/planes/\(key.digest).tif" }
}
