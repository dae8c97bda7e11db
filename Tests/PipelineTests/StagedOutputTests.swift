import Foundation
import Raster
import RasterIO
import TestSupport
import Testing

@testable import Pipeline

@Suite("Staged output")
struct StagedOutputTests {
    private let folder: TemporaryFolder

    init() throws { folder = try TemporaryFolder() }

    private func contents() throws -> [String: String] {
        let walker = FileManager.default.enumerator(atPath: folder.path)
        var found: [String: String] = [:]
        while let name = walker?.nextObject() as? String {
            if let data = FileManager.default.contents(atPath: folder.file(name)) { found[name] = String(decoding: data, as: UTF8.self) }
        }
        return found
    }

    @Test("a run that ends without publishing leaves what was there")
    func abandoned() throws {
        try folder.write(Array("old".utf8), to: "detections.geojson")
        do {
            let output = try StagedOutput(folder: folder.path)
            try AtomicFile.write("new", to: output.path("detections.geojson"))
            try AtomicFile.write("new", to: output.path("diffs/t/a.png"))
        }
        #expect(try contents() == ["detections.geojson": "old"])
        #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path) == ["detections.geojson"])
    }

    @Test("publishing replaces files, keeps others and clears the staging folder")
    func published() throws {
        try folder.write(Array("old".utf8), to: "run.json")
        try folder.write(Array("mine".utf8), to: "notes.txt")
        do {
            let output = try StagedOutput(folder: folder.path)
            try AtomicFile.write("new", to: output.path("run.json"))
            try AtomicFile.write("picture", to: output.path("diffs/t/a.png"))
            #expect(output.written() == ["diffs/t/a.png", "run.json"])
            try output.publish(last: "run.json")
        }
        #expect(try contents() == ["run.json": "new", "notes.txt": "mine", "diffs/t/a.png": "picture"])
        #expect(try Set(FileManager.default.contentsOfDirectory(atPath: folder.path)) == ["run.json", "notes.txt", "diffs"])
    }

    @Test("where publishing fails, the manifest stays the old one")
    func failsHalfWay() throws {
        try folder.write(Array("old".utf8), to: "run.json")
        try folder.write(Array("in the way".utf8), to: "diffs")
        let output = try StagedOutput(folder: folder.path)
        try AtomicFile.write("new", to: output.path("run.json"))
        try AtomicFile.write("picture", to: output.path("diffs/t/a.png"))
        #expect(throws: OutputError.self) { try output.publish(last: "run.json") }
        #expect(FileManager.default.contents(atPath: folder.file("run.json")).map { String(decoding: $0, as: UTF8.self) } == "old")
    }

    @Test("what a killed run left is cleared away")
    func leftOvers() throws {
        try folder.write(Array("half".utf8), to: ".trenchwatch-staging/diffs/t/a.png")
        let output = try StagedOutput(folder: folder.path)
        #expect(output.written().isEmpty)
    }

    @Test(
        "no name from data leads out of its folder",
        arguments: [
            "", ".", "..", "...", "../../etc/passwd", "/etc/passwd", "a/b", "a\\b", "a\u{0}b", ".hidden", "-rf", "33RXQ", "2021-01-19",
            "tile name", "é", "\u{202E}gpj", "~", String(repeating: "x", count: 5000), "....//....//",
            "CON", "nul", "aux.txt", "COM1.tar.gz", "lpt9", "a.", "prn .",
        ])
    func fileNames(name: String) {
        let safe = fileNameComponent(name)
        #expect(!safe.isEmpty && safe.utf8.count <= 100)
        #expect(!safe.hasPrefix("."))
        #expect(safe.utf8.allSatisfy { $0 > 0x20 && $0 < 0x7F && $0 != UInt8(ascii: "/") && $0 != UInt8(ascii: "\\") })
        #expect(!safe.hasSuffix(".") && safe.prefix { $0 != "." }.wholeMatch(of: /(?i)CON|PRN|AUX|NUL|(COM|LPT)[0-9]/) == nil)
        #expect(Manifest.staysInside("diffs/\(safe)/x"))
        #expect(fileNameComponent(safe) == safe)
    }

    @Test(
        "different names give different files",
        arguments: [("é", "ü"), ("a b", "a_b"), ("", "_"), (String(repeating: "x", count: 101), String(repeating: "x", count: 102))])
    func distinctNames(name: String, other: String) {
        #expect(fileNameComponent(name) != fileNameComponent(other))
    }

    @Test("what is discarded is not published")
    func discarded() throws {
        let output = try StagedOutput(folder: folder.path)
        try AtomicFile.write("a", to: output.path("change/t/a.tif"))
        try AtomicFile.write("b", to: output.path("change/u/a.tif"))
        output.discard("change/t")
        #expect(output.written() == ["change/u/a.tif"])
    }

    @Test("what is being made is for its user's eyes only")
    func isPrivate() throws {
        let output = try StagedOutput(folder: folder.path)
        let staging = (output.path("x") as NSString).deletingLastPathComponent
        #expect(try FileManager.default.attributesOfItem(atPath: staging)[.posixPermissions] as? Int == 0o700)
    }

    @Test("nothing is taken away by a path that leads out, or through a link")
    func removal() throws {
        try folder.write("mine".utf8, to: "elsewhere/a.png")
        try folder.write("old".utf8, to: "out/change/t/a.tif")
        try FileManager.default.createSymbolicLink(atPath: folder.file("out/pictures"), withDestinationPath: folder.file("elsewhere"))
        let output = try StagedOutput(folder: folder.file("out"))
        for path in ["../elsewhere/a.png", "pictures/a.png", "/elsewhere/a.png", "", ".."] { output.remove(path) }
        #expect(FileManager.default.fileExists(atPath: folder.file("elsewhere/a.png")))
        output.remove("change/t/a.tif")
        #expect(!FileManager.default.fileExists(atPath: folder.file("out/change")))
    }

    @Test("plain names stay as they are", arguments: ["33RXQ", "2021-01-19", "S2A_MSIL2A.SAFE", "a+b", "console", "COM10"])
    func plainNames(name: String) {
        #expect(fileNameComponent(name) == name)
    }
}
