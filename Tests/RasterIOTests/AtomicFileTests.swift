import Foundation
import TestSupport
import Testing

@testable import RasterIO

@Suite struct AtomicFileTests {
    private let folder: TemporaryFolder

    init() throws { folder = try TemporaryFolder() }

    private func names() throws -> [String] { try FileManager.default.contentsOfDirectory(atPath: folder.path).sorted() }

    @Test func appearsOnlyAtCommit() throws {
        let path = folder.file("a.txt")
        let file = try AtomicFile(path: path)
        try file.write(Array("one ".utf8))
        try file.write(Array("two".utf8))
        #expect(!FileManager.default.fileExists(atPath: path))
        try file.write(Array("T".utf8), at: 4)
        try file.commit()
        #expect(try String(contentsOfFile: path, encoding: .utf8) == "one Two")
        #expect(try names() == ["a.txt"])
    }

    @Test func leavesNothingWithoutCommit() throws {
        let path = try folder.write(Array("old".utf8), to: "a.txt")
        do {
            let file = try AtomicFile(path: path)
            try file.write([UInt8](repeating: 7, count: 1 << 20))
            #expect(try names().count == 2)
        }
        #expect(try names() == ["a.txt"])
        #expect(try String(contentsOfFile: path, encoding: .utf8) == "old")
    }

    @Test func isPrivateUntilCommitThenAsTheUmaskSays() throws {
        func mode(_ path: String) throws -> Int {
            try #require(FileManager.default.attributesOfItem(atPath: path)[.posixPermissions] as? Int)
        }
        let file = try AtomicFile(path: folder.file("a"))
        #expect(try mode(file.temporaryPath) == 0o600)
        try file.commit()
        #expect(try mode(folder.file("a")) == 0o666 & ~umask())
    }

    private func umask() -> Int {
        let status = (try? String(contentsOfFile: "/proc/self/status", encoding: .utf8)) ?? ""
        let line = status.split(separator: "\n").first { $0.hasPrefix("Umask:") }
        return line.flatMap { Int($0.dropFirst(6).filter(\.isNumber), radix: 8) } ?? 0o022
    }

    @Test func makesTheFoldersAbove() throws {
        try AtomicFile.write("deep", to: folder.file("a/b/c/d.txt"))
        #expect(try String(contentsOfFile: folder.file("a/b/c/d.txt"), encoding: .utf8) == "deep")
    }

    @Test func longestNameAllowedCanBeWritten() throws {
        let name = String(repeating: "n", count: 255)
        try AtomicFile.write("x", to: folder.file(name))
        #expect(try names() == [name])
    }

    @Test(arguments: ["folder", "file/below", "file/deep/below"])
    func saysWhyItCannotBeWritten(_ name: String) throws {
        try FileManager.default.createDirectory(atPath: folder.file("folder"), withIntermediateDirectories: true)
        try folder.write([1], to: "file")
        let before = try names()
        let error = #expect(throws: OutputError.self) { try AtomicFile.write("x", to: folder.file(name)) }
        #expect(error?.path?.hasPrefix(folder.path) == true)
        #expect(error?.problem.contains("folder") == true)
        #expect(try names() == before)
    }

    @Test(arguments: [(ENOSPC, "disk is full"), (EROFS, "read-only"), (EACCES, "permission denied"), (EDQUOT, "quota")])
    func namesTheReasonInWords(_ code: Int32, _ words: String) {
        let error = OutputError(path: "out/a.png", doing: "write the file", code: code)
        #expect(error.description.hasPrefix("out/a.png: cannot write the file: "))
        #expect(error.problem.contains(words))
        #expect(error.advice != nil)
    }
}
