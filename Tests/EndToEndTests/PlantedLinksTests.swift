import Foundation
import TestSupport
import Testing

/// Links that someone else has put into the output folder: no run writes, or takes away, what they lead to.
@Suite("Links planted in the output folder")
struct PlantedLinksTests {
    private let folder: TemporaryFolder
    private let pipeline: String
    private static let picture = "diffs/33RXQ/2020-05-14_2021-01-19.png"

    init() throws {
        folder = try TemporaryFolder()
        try Fixtures.copyImagery(to: folder)
        pipeline = try Fixtures.pipeline("imagery: Imagery\noutput: out\n", in: folder)
        for name in ["mine.txt", "33RXQ/mine.txt", "planes/mine.tif", "diffs/mine.txt"] {
            try folder.write("mine".utf8, to: "elsewhere/" + name)
        }
    }

    private func plant(_ name: String, to target: String) throws {
        let link = folder.url.appendingPathComponent("out/" + name)
        try FileManager.default.createDirectory(at: link.deletingLastPathComponent(), withIntermediateDirectories: true)
        try? FileManager.default.removeItem(at: link)
        try FileManager.default.createSymbolicLink(atPath: link.path, withDestinationPath: folder.file(target))
    }

    private func isLink(_ name: String) -> Bool {
        (try? FileManager.default.destinationOfSymbolicLink(atPath: folder.file("out/" + name))) != nil
    }

    private func everything(below name: String) -> [String] {
        (FileManager.default.enumerator(atPath: folder.file(name))?.compactMap { $0 as? String } ?? []).sorted()
    }

    @Test(
        "One in the place of a folder is refused by name, before a file is put in place",
        arguments: ["diffs", "change", "diffs/33RXQ", "change/33RXP", ".trenchwatch", ".trenchwatch/planes"], ["elsewhere", "nowhere"])
    func linkedFolder(name: String, target: String) throws {
        try plant(name, to: target)
        let before = (everything(below: "elsewhere"), files(below: folder.file("elsewhere")))
        for _ in 0..<2 {
            let outcome = try Executable.run(["run", pipeline])
            #expect(outcome.exitCode == 1)
            #expect(outcome.complaints.contains("out/\(name): is a symbolic link"), "\(outcome.complaints)")
            #expect(outcome.complaintLines.count == 1)
        }
        #expect(everything(below: "elsewhere") == before.0 && files(below: folder.file("elsewhere")) == before.1)
        #expect(!FileManager.default.fileExists(atPath: folder.file("nowhere")))
        #expect(files(below: folder.file("out")).isEmpty)
        try FileManager.default.removeItem(atPath: folder.file("out/" + name))
        #expect(try Executable.run(["run", pipeline]).exitCode == 0)
    }

    @Test(
        "One in the place of a file gives way to the file, and what it leads to stays",
        arguments: [
            "run.json", "report.html", "detections.gpkg", "detections.qml", picture, ".trenchwatch-staging", ".trenchwatch/ledger.sqlite",
            ".trenchwatch/ledger.sqlite-journal", ".trenchwatch/ledger.sqlite-wal",
        ], ["elsewhere/mine.txt", "elsewhere/diffs", "nowhere"])
    func linkedFile(name: String, target: String) throws {
        try plant(name, to: target)
        let before = (everything(below: "elsewhere"), files(below: folder.file("elsewhere")))
        #expect(try Executable.run(["run", pipeline]).exitCode == 0)
        #expect(!isLink(name))
        #expect(everything(below: "elsewhere") == before.0 && files(below: folder.file("elsewhere")) == before.1)
        #expect(!FileManager.default.fileExists(atPath: folder.file("nowhere")))
        #expect(try Executable.run(["verify", folder.file("out")]).exitCode == 0)
    }

    @Test("An output that was moved away and linked to is made again; the moved one stays as it is")
    func moved() throws {
        #expect(try Executable.run(["run", pipeline]).exitCode == 0)
        for name in ["report.html", Self.picture] {
            let there = "elsewhere/" + (name as NSString).lastPathComponent
            try FileManager.default.moveItem(atPath: folder.file("out/" + name), toPath: folder.file(there))
            try plant(name, to: there)
        }
        let before = files(below: folder.file("elsewhere"))
        #expect(try Executable.run(["run", pipeline]).exitCode == 0)
        #expect(!isLink("report.html") && !isLink(Self.picture))
        #expect(files(below: folder.file("elsewhere")) == before)
    }

    @Test("The folders of scenes that are gone are not taken away through a link")
    func gone() throws {
        #expect(try Executable.run(["run", pipeline]).exitCode == 0)
        try FileManager.default.removeItem(atPath: folder.file("elsewhere"))
        try FileManager.default.moveItem(atPath: folder.file("out/change/33RXP"), toPath: folder.file("elsewhere"))
        try plant("change/33RXP", to: "elsewhere")
        let before = files(below: folder.file("elsewhere"))
        #expect(!before.isEmpty)
        try FileManager.default.removeItem(atPath: folder.file("Imagery/33RXP"))
        #expect(try Executable.run(["run", pipeline]).exitCode == 0)
        #expect(files(below: folder.file("elsewhere")) == before)
    }

    @Test("The output folder itself may be a link: the user has named it")
    func outputFolder() throws {
        try FileManager.default.createSymbolicLink(atPath: folder.file("out"), withDestinationPath: folder.file("elsewhere"))
        #expect(try Executable.run(["run", pipeline, "--outputs", "detections"]).exitCode == 0)
        #expect(FileManager.default.fileExists(atPath: folder.file("elsewhere/run.json")))
    }
}
