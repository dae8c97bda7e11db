import Foundation
import Raster
import RasterIO
import TestSupport
import Testing

@Suite("Bad input")
struct BadInputTests {
    /// One thing that can be wrong with a folder of scenes, and what the program must say of it.
    struct Fault: Sendable, CustomTestStringConvertible {
        var testDescription: String
        var exitCode: Int32
        /// Words that must stand on one line of standard error.
        var words: [String]
        var pipeline = "imagery: imagery\noutput: out\n"
        /// Makes the folder `imagery`.
        var prepare: @Sendable (TemporaryFolder) throws -> Void
    }

    private static let good = ["2020-05-14", "2021-01-19"]

    private static func writeGood(_ folder: TemporaryFolder, _ dates: [String] = good) throws {
        for (index, date) in dates.enumerated() {
            try Fixtures.writeScene(to: folder.file("imagery/33RXQ/\(date).tif"), value: Fixtures.ground(onDate: index))
        }
    }

    /// What leaves nothing to compare, or names nothing that could be.
    static let fatal = [
        Fault(testDescription: "a missing folder", exitCode: 1, words: ["imagery", "no such folder"]) { _ in },
        Fault(testDescription: "no scenes", exitCode: 1, words: ["imagery", "no dated scene"]) {
            try $0.write("nothing here".utf8, to: "imagery/notes.txt")
        },
        Fault(testDescription: "one date only", exitCode: 1, words: ["no tile has two usable dates"]) { try writeGood($0, ["2020-05-14"]) },
        Fault(testDescription: "no overlap", exitCode: 1, words: ["overlap"]) { folder in
            try writeGood(folder, ["2020-05-14"])
            var far = Fixtures.grid
            far.transform.originX += 50_000
            try Fixtures.writeScene(to: folder.file("imagery/33RXQ/2021-01-19.tif"), grid: far, value: Fixtures.ground)
        },
        Fault(testDescription: "all nodata", exitCode: 1, words: ["2021-01-19"]) { folder in
            try writeGood(folder, ["2020-05-14"])
            try Fixtures.writeScene(to: folder.file("imagery/33RXQ/2021-01-19.tif")) { _, _, _ in 0 }
        },
        Fault(
            testDescription: "bands missing", exitCode: 1, words: ["B11", "missing"],
            pipeline: "imagery: imagery\noutput: out\nscenes: { bands: [B04, B11] }\n"
        ) { try writeGood($0, ["2020-05-14", "2021-01-19"]) },
        Fault(testDescription: "no band in common", exitCode: 1, words: ["no band in common"]) { folder in
            try writeGood(folder, ["2020-05-14"])
            try Fixtures.writeScene(to: folder.file("imagery/33RXQ/2021-01-19.tif"), bands: ["B08"], value: Fixtures.ground)
        },
        Fault(
            testDescription: "an unknown key", exitCode: 2, words: ["pipeline.yaml:3", "minimum_lenght_m", "'minimum_length_m'"],
            pipeline: "imagery: imagery\noutput: out\ndetect: { minimum_lenght_m: 100 }\n"
        ) { try writeGood($0) },
        Fault(
            testDescription: "text that is no YAML", exitCode: 2, words: ["pipeline.yaml"], pipeline: "imagery: [imagery\noutput: out\n"
        ) { try writeGood($0) },
        Fault(testDescription: "a key missing", exitCode: 2, words: ["'imagery' is missing"], pipeline: "output: out\n") {
            try writeGood($0)
        },
        Fault(
            testDescription: "an area that is not there", exitCode: 2, words: ["pipeline.yaml:3", "nowhere.geojson"],
            pipeline: "imagery: imagery\noutput: out\narea: nowhere.geojson\n"
        ) {
            try writeGood($0)
        },
        Fault(
            testDescription: "an area that is no GeoJSON", exitCode: 1, words: ["area.geojson", "not JSON"],
            pipeline: "imagery: imagery\noutput: out\narea: area.geojson\n"
        ) {
            try writeGood($0)
            try $0.write("here be dragons".utf8, to: "area.geojson")
        },
    ]

    @Test("A run that cannot be is one clear line, and nothing is written", arguments: fatal)
    func ends(_ fault: Fault) throws {
        let folder = try TemporaryFolder()
        try fault.prepare(folder)
        let outcome = try Executable.run(["run", try Fixtures.pipeline(fault.pipeline, in: folder)])
        #expect(outcome.exitCode == fault.exitCode)
        #expect(outcome.output.isEmpty)
        #expect(outcome.complaintLines.count == 1)
        let line = outcome.complaintLines.last ?? ""
        #expect(line.hasPrefix("trenchwatch: "))
        for word in fault.words { #expect(line.contains(word), "'\(line)' does not say '\(word)'") }
        #expect(files(below: folder.file("out")).isEmpty)
    }

    /// What can be left out.
    static let refused = [
        Fault(testDescription: "a truncated TIFF", exitCode: 3, words: ["refused: ", "2020-09-21.tif"]) { folder in
            let whole = try Data(contentsOf: URL(fileURLWithPath: folder.file("imagery/33RXQ/2021-01-19.tif")))
            try folder.write(whole.prefix(whole.count / 2), to: "imagery/33RXQ/2020-09-21.tif")
        },
        Fault(testDescription: "an empty file", exitCode: 3, words: ["refused: ", "2020-09-21.tif", "is empty"]) {
            try $0.write([], to: "imagery/33RXQ/2020-09-21.tif")
        },
        Fault(testDescription: "a text named as a TIFF", exitCode: 3, words: ["refused: ", "2020-09-21.tif", "neither TIFF nor PNG"]) {
            try $0.write("no picture, only words".utf8, to: "imagery/33RXQ/2020-09-21.tif")
        },
        Fault(testDescription: "a PNG without a place", exitCode: 3, words: ["refused: ", "2020-09-21.png", "without a place"]) {
            try $0.write(onePixelPNG, to: "imagery/33RXQ/2020-09-21.png")
        },
        Fault(testDescription: "a date that cannot be read", exitCode: 3, words: ["refused: ", "yesterday.tif", "no date"]) {
            try Fixtures.writeScene(to: $0.file("imagery/33RXQ/yesterday.tif"), value: Fixtures.ground)
        },
        Fault(testDescription: "a tile with one date", exitCode: 3, words: ["refused: ", "33RXP", "one usable date only"]) {
            try Fixtures.writeScene(to: $0.file("imagery/33RXP/2021-01-19.tif"), value: Fixtures.ground)
        },
    ]

    @Test("What is wrong with one scene is said in one line, and the rest is processed", arguments: refused)
    func goesOn(_ fault: Fault) throws {
        let folder = try TemporaryFolder()
        try Self.writeGood(folder)
        try fault.prepare(folder)
        let outcome = try Executable.run([
            "run", try Fixtures.pipeline(fault.pipeline, in: folder), "--json", "--outputs", "detections,change",
        ])
        #expect(outcome.exitCode == fault.exitCode)
        let lines = outcome.complaintLines.filter { $0.hasPrefix("refused: ") }
        #expect(lines.count == 1)
        for word in fault.words { #expect(lines.first?.contains(word) == true, "'\(outcome.complaints)' does not say '\(word)'") }
        #expect((try outcome.json["pairs"] as? [Any])?.count == 1)
        #expect((try outcome.json["refused"] as? [Any])?.count == 1)
        let written = files(below: folder.file("out")).keys
        #expect(written.count { $0.hasSuffix(".tif") } == 1)
        #expect(!written.contains { $0.contains("staging") || $0.contains(".tmp") })
    }

    @Test(
        "diff names the scene that cannot be used",
        arguments: [("nowhere.tif", "no such file"), ("folder", "no GeoTIFF or PNG"), ("words.tif", "neither TIFF nor PNG")])
    func diff(name: String, words: String) throws {
        let folder = try TemporaryFolder()
        try Fixtures.writeScene(to: folder.file("2020-05-14.tif"), value: Fixtures.ground)
        try folder.write("no picture".utf8, to: "words.tif")
        try folder.write("no picture".utf8, to: "folder/notes.txt")
        let outcome = try Executable.run(["diff", folder.file("2020-05-14.tif"), folder.file(name), "--output", folder.file("out")])
        #expect(outcome.exitCode == 1)
        #expect(outcome.complaintLines.count == 1)
        #expect(outcome.complaints.contains(name) && outcome.complaints.contains(words))
        #expect(files(below: folder.file("out")).isEmpty)
    }

    @Test("An output folder that cannot be made is said in one line")
    func unwritable() throws {
        let folder = try TemporaryFolder()
        try Self.writeGood(folder)
        // A file in its way stops even the superuser, whom permissions do not.
        try folder.write("in the way".utf8, to: "out")
        let outcome = try Executable.run(["run", try Fixtures.pipeline("imagery: imagery\noutput: out\n", in: folder)])
        #expect(outcome.exitCode == 1)
        #expect(outcome.complaintLines.count == 1)
        #expect(outcome.complaints.contains(folder.file("out")))
    }

    @Test("A second run into the same folder ends with 75", .enabled(if: OtherReader.has("flock"), "needs flock of util-linux"))
    func locked() throws {
        let folder = try TemporaryFolder()
        try Self.writeGood(folder)
        try FileManager.default.createDirectory(atPath: folder.file("out"), withIntermediateDirectories: true)
        let pipeline = try Fixtures.pipeline("imagery: imagery\noutput: out\n", in: folder)
        let outcome = try OtherReader.run("flock", [folder.file("out"), Executable.path, "run", pipeline])
        #expect(outcome.status == 75)
        #expect(outcome.output.contains("another run is writing here"))
    }

    @Test("Line breaks in a path cannot forge a second line")
    func forgedLine() throws {
        let outcome = try Executable.run(["scenes", "/nowhere\ntrenchwatch: all is well"])
        #expect(outcome.exitCode == 1)
        #expect(outcome.complaintLines.count == 1)
    }

    @Test("verify says what is missing", arguments: ["", "run.json"])
    func verifyNothing(present: String) throws {
        let folder = try TemporaryFolder()
        if !present.isEmpty { try folder.write("{".utf8, to: present) }
        let outcome = try Executable.run(["verify", folder.path])
        #expect(outcome.exitCode == 1)
        #expect(outcome.complaintLines.count == 1)
        #expect(outcome.complaints.contains("run.json"))
    }

    /// Grey, 8 bit, one white pixel.
    private static let onePixelPNG: [UInt8] = [
        0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A, 0x00, 0x00, 0x00, 0x0D, 0x49, 0x48, 0x44, 0x52, 0x00, 0x00, 0x00, 0x01,
        0x00, 0x00, 0x00, 0x01, 0x08, 0x00, 0x00, 0x00, 0x00, 0x3A, 0x7E, 0x9B, 0x55, 0x00, 0x00, 0x00, 0x0A, 0x49, 0x44, 0x41,
        0x54, 0x78, 0x9C, 0x63, 0xF8, 0x0F, 0x00, 0x01, 0x01, 0x01, 0x00, 0xB1, 0x38, 0xF6, 0x14, 0x00, 0x00, 0x00, 0x00, 0x49,
        0x45, 0x4E, 0x44, 0xAE, 0x42, 0x60, 0x82,
    ]
}
