import Foundation
import Raster
import TestSupport
import Testing

@testable import Pipeline

@Suite("Ledger")
struct LedgerTests {
    private let folder: TemporaryFolder

    init() throws { folder = try TemporaryFolder() }

    private struct Result: Codable, Equatable { var value: Int }

    private func key(_ name: String) throws -> StepKey { try StepKey(.date, program: "test", [name]) }

    @Test("A result is known to the next run, and forgotten when a run had no use for it")
    func results() throws {
        let kept = try key("kept")
        let dropped = try key("dropped")
        do {
            let ledger = try Ledger(outputFolder: folder.path)
            try ledger.enter(Result(value: 1), of: kept)
            try ledger.enter(Result(value: 2), of: dropped)
        }
        let ledger = try Ledger(outputFolder: folder.path)
        #expect(try ledger.result(of: kept) == Result(value: 1))
        #expect(try ledger.result(of: dropped) == Result(value: 2))
        let run = FinishedRun(key: "", earthworks: [], verdicts: [:], scenes: [:], refused: [], warnings: [])
        try ledger.finish(run, outputs: [], used: [kept.digest])
        #expect(try ledger.result(of: kept) == Result(value: 1))
        #expect(try ledger.result(of: dropped, as: Result.self) == nil)
    }

    @Test(
        "A ledger of other tables is put aside", .enabled(if: OtherReader.has("python3"), "needs python3"),
        arguments: [
            "DROP TABLE step", "DROP TABLE step; CREATE TABLE step (a TEXT)", "DROP TABLE run; CREATE TABLE run (a TEXT)",
        ])
    func otherTables(change: String) throws {
        do { try Ledger(outputFolder: folder.path).enter(Result(value: 1), of: key("a")) }
        let file = folder.file(".trenchwatch/ledger.sqlite")
        let script = "import sqlite3, sys; sqlite3.connect(sys.argv[1]).executescript(sys.argv[2])"
        try #require(OtherReader.run("python3", ["-c", script, file, change]).status == 0)
        let ledger = try Ledger(outputFolder: folder.path)
        #expect(ledger.warnings.count == 1)
        #expect(try ledger.result(of: key("a"), as: Result.self) == nil)
        try ledger.enter(Result(value: 3), of: key("a"))
        #expect(try Ledger(outputFolder: folder.path).result(of: key("a")) == Result(value: 3))
    }

    @Test("Files that a killed run was writing are cleared away; what it finished stays")
    func unfinished() throws {
        try folder.write("half".utf8, to: ".trenchwatch/planes/.trenchwatch-abcdef")
        let whole = try folder.write("whole".utf8, to: ".trenchwatch/planes/\(key("a").digest).tif")
        _ = try Ledger(outputFolder: folder.path)
        #expect(try FileManager.default.contentsOfDirectory(atPath: folder.file(".trenchwatch/planes")).count == 1)
        #expect(FileManager.default.fileExists(atPath: whole))
    }

    @Test(
        "A ledger that came with a folder from strangers names no file outside it",
        arguments: ["../mine.txt", "/mine.txt", "a/../../mine.txt", ""])
    func foreignOutput(path: String) throws {
        let ledger = try Ledger(outputFolder: folder.path)
        let mine = try folder.write("mine".utf8, to: "mine.txt")
        let identity = try #require(FileIdentity(path: mine))
        let entry = { Ledger.Output(path: $0, digest: FileDigest(sha256: "", bytes: 4), identity: identity, key: nil) }
        let run = FinishedRun(key: "", earthworks: [], verdicts: [:], scenes: [:], refused: [], warnings: [])
        try ledger.finish(run, outputs: [entry(path), entry("run.json")], used: [])
        #expect(try ledger.outputs().keys.sorted() == ["run.json"])
    }

    @Test("A link in an output's place is not the output, whatever it leads to")
    func linkedOutput() throws {
        let ledger = try Ledger(outputFolder: folder.path)
        let there = try folder.write("same".utf8, to: "elsewhere/run.json")
        let entry = Ledger.Output(
            path: "run.json", digest: FileDigest(sha256: try ContentHash.sha256(fileAt: there).digest, bytes: 4),
            identity: try #require(FileIdentity(path: there)), key: nil)
        try FileManager.default.createSymbolicLink(atPath: folder.file("run.json"), withDestinationPath: there)
        #expect(!ledger.isIntact(entry))
    }

    @Test("The folder is for its user's eyes only")
    func isPrivate() throws {
        let ledger = try Ledger(outputFolder: folder.path)
        for path in [ledger.folder, ledger.folder + "/planes"] {
            #expect(try FileManager.default.attributesOfItem(atPath: path)[.posixPermissions] as? Int == 0o700)
        }
    }

    @Test("A file that the run itself has just written is not hashed again by the next one, as one that others write would be")
    func ownFiles() throws {
        let path = try folder.write("planes".utf8, to: "planes.tif")
        func readAgain(isOwn: Bool) throws -> Bool {
            let first = FileDigests()
            _ = try first.digest(ofFileAt: path, isOwn: isOwn)
            // Known by another content, which only a reader of the file would correct.
            var known = first.used
            for key in known.keys { known[key]?.digest.sha256 = "kept" }
            return try FileDigests(known: known).digest(ofFileAt: path).sha256 != "kept"
        }
        #expect(try !readAgain(isOwn: true))
        #expect(try readAgain(isOwn: false))
    }

    @Test("A manifest tells the bytes that were used, also where the file is another by then")
    func bytesUsed() throws {
        let path = try folder.write("old".utf8, to: "scene.tif")
        let digests = FileDigests()
        let used = try digests.digest(ofFileAt: path)
        try folder.write("new one".utf8, to: "scene.tif")
        #expect(!digests.isUnchanged(path))
        #expect(try digests.digest(asUsed: path) == used)
        try FileManager.default.removeItem(atPath: path)
        #expect(try digests.digest(asUsed: path) == used)
        #expect(throws: InputError.self) { try digests.digest(asUsed: folder.file("never")) }
    }
}
