import Foundation
import Raster
import TestSupport
import Testing

/// A run is evidence where others can repeat it from what it left.
@Suite("A run repeated from its manifest")
struct RepeatTests {
    private let folder: TemporaryFolder
    private let pipeline: String

    init() throws {
        folder = try TemporaryFolder()
        try Fixtures.copyImagery(to: folder)
        pipeline = try Fixtures.pipeline("name: evidence\nimagery: Imagery\noutput: out\nscenes: { from: 2020-01-01 }\n", in: folder)
    }

    private func repeated(_ arguments: String..., from output: String = "out") throws -> Executable.Outcome {
        try Executable.run(["repeat", folder.file(output), "--output", folder.file("again")] + arguments)
    }

    /// Repeats the run and expects every byte of it again; but how long it took.
    private func expectSameAgain(_ arguments: [String] = []) throws {
        let outcome = try Executable.run(["repeat", folder.file("out"), "--output", folder.file("again")] + arguments)
        #expect(outcome.exitCode == 0, "\(outcome.output)\(outcome.complaints)")
        #expect(outcome.output.contains("all as the manifest says"))
        let (first, second) = (files(below: folder.file("out")), files(below: folder.file("again")))
        #expect(first.keys.sorted() == second.keys.sorted())
        for (name, bytes) in first where name != "run.json" { #expect(second[name] == bytes, "\(name)") }
        var manifests = try ["out", "again"].map(manifest)
        for index in manifests.indices { manifests[index]["timings"] = nil }
        #expect(manifests[0] as NSDictionary == manifests[1] as NSDictionary)
    }

    private func manifest(_ output: String) throws -> [String: Any] {
        let bytes = try #require(FileManager.default.contents(atPath: folder.file(output + "/run.json")))
        return try #require(JSONSerialization.jsonObject(with: bytes) as? [String: Any])
    }

    @Test("The same bytes come out, whatever has joined the folder since, with any number of workers", arguments: ["1", "3"])
    func same(jobs: String) throws {
        #expect(try Executable.run(["run", pipeline]).exitCode == 0)
        try FileManager.default.copyItem(
            atPath: folder.file("Imagery/33RXQ/2021-01-19.tif"), toPath: folder.file("Imagery/33RXQ/2022-01-19.tif"))
        try folder.write("not a scene".utf8, to: "Imagery/33RXQ/2022-02-02.tif")
        try expectSameAgain(["--jobs", jobs])
    }

    @Test("Ids that an earlier run into the folder had given come out again")
    func names() throws {
        // A further date moves the middles of some by a few metres, and with them the names that they would have.
        let sites = (0..<4).map { k in
            "  - { position: { at: [\(640_400 + 517 * k), 3439600], size_px: 5 }, cnr: 9, onset: 2020-06-01 }"
        }
        let head = Fixtures.scenario.prefix(upTo: try #require(Fixtures.scenario.range(of: "  - { line:")).lowerBound)
            .replacingOccurrences(
                of: "  - { date: 2021-01-19", with: "  - { date: 2020-11-20, shift_px: [0.4, 0.3] }\n  - { date: 2021-01-19")
        try folder.write((head + sites.joined(separator: "\n") + "\n").utf8, to: "sites.yaml")
        #expect(try Executable.run(["simulate", folder.file("sites.yaml"), "--output", folder.file("made")]).exitCode == 0)
        let pipeline = try Fixtures.pipeline("name: evidence\nimagery: made/Imagery\noutput: out\n", in: folder)
        let newest = folder.file("made/Imagery/33RXQ/2021-01-19.tif")
        try FileManager.default.moveItem(atPath: newest, toPath: folder.file("newest.tif"))
        #expect(try Executable.run(["run", pipeline]).exitCode == 0)
        try FileManager.default.moveItem(atPath: folder.file("newest.tif"), toPath: newest)
        #expect(try Executable.run(["run", pipeline]).exitCode == 0)
        #expect(try Executable.run(["run", pipeline, "--output", folder.file("fresh")]).exitCode == 0)
        let (grown, fresh) = (files(below: folder.file("out")), files(below: folder.file("fresh")))
        try #require(grown["detections.geojson"] != fresh["detections.geojson"], "no id is of the first run")
        #expect(try #require(manifest("out")["names"] as? [String: String]).isEmpty == false)
        try expectSameAgain()
    }

    @Test("Refusals that an earlier run had settled, and words on files that no scene uses, come out again")
    func refusalsAndWarnings() throws {
        let grid = RasterGrid(
            size: RasterSize(width: 96, height: 96),
            transform: GeoTransform(originX: 640_000, originY: 3_340_000, pixelWidth: 10, pixelHeight: 10), crs: .epsg(32633))
        for band in ["B03", "B04"] {
            try Fixtures.writeScene(
                to: folder.file("Imagery/33RXP/2020-08-12_\(band).tif"), grid: grid, bands: [band], value: Fixtures.ground(onDate: 2))
        }
        let damaged = "Imagery/33RXP/2020-08-12_B04.tif"
        var bytes = try Data(contentsOf: URL(fileURLWithPath: folder.file(damaged)))
        for index in (bytes.count * 2 / 3)..<(bytes.count * 5 / 6) { bytes[index] ^= 0x5A }
        try folder.write(bytes, to: damaged)
        // Two of one day that the pipeline leaves out, a mask of unknown meaning, a format that is not read.
        for copy in ["33RXQ/2019-05-14.tif", "33RXQ/33RXQ_2019-05-14.tif", "33RXQ/2020-05-14_mask.tif"] {
            try FileManager.default.copyItem(
                atPath: folder.file("Imagery/33RXQ/2020-05-14.tif"), toPath: folder.file("Imagery/" + copy))
        }
        try folder.write("no picture".utf8, to: "Imagery/33RXQ/product/B02.jp2")

        let newest = folder.file("Imagery/33RXQ/2021-01-19.tif")
        try FileManager.default.moveItem(atPath: newest, toPath: folder.file("newest.tif"))
        #expect(try Executable.run(["run", pipeline]).exitCode == 3)
        try FileManager.default.moveItem(atPath: folder.file("newest.tif"), toPath: newest)
        #expect(try Executable.run(["run", pipeline]).exitCode == 3)
        let refused = try #require(manifest("out")["refused"] as? [[String: String]]).compactMap { $0["input"] }
        #expect(refused.contains { $0.hasSuffix(damaged) }, "\(refused)")
        let report = try String(contentsOfFile: folder.file("out/report.html"), encoding: .utf8)
        for word in ["2 scenes of one day", "2020-05-14_mask.tif", "JPEG 2000"] { #expect(report.contains(word), "\(word)") }
        try expectSameAgain()
    }

    @Test("So it is with a pair")
    func pair() throws {
        let scenes = ["2020-05-14", "2021-01-19"].map { folder.file("Imagery/33RXQ/\($0).tif") }
        #expect(try Executable.run(["diff"] + scenes + ["--output", folder.file("out"), "--outputs", "detections,report"]).exitCode == 0)
        let outcome = try repeated("--json")
        #expect(outcome.exitCode == 0, "\(outcome.output)\(outcome.complaints)")
        #expect(try outcome.json["sound"] as? Bool == true)
    }

    @Test("A file that was altered after the run shows as one that does not come out again")
    func altered() throws {
        #expect(try Executable.run(["run", pipeline, "--outputs", "detections"]).exitCode == 0)
        let path = folder.file("out/run.json")
        let text = try String(contentsOfFile: path, encoding: .utf8)
        let digest = try #require(text.range(of: #""path" : "detections.geojson",\s+"sha256" : "[0-9a-f]{8}"#, options: .regularExpression))
        try (text[..<digest.upperBound].dropLast(8) + "00000000" + text[digest.upperBound...]).write(
            toFile: path, atomically: true, encoding: .utf8)
        let outcome = try repeated()
        #expect(outcome.exitCode == 1)
        #expect(outcome.output.contains("changed: detections.geojson"), "\(outcome.output)\(outcome.complaints)")
    }

    @Test("An input that is another one, or gone, is named, and nothing is made", arguments: [true, false])
    func otherInput(isGone: Bool) throws {
        #expect(try Executable.run(["run", pipeline, "--outputs", "detections"]).exitCode == 0)
        let scene = "Imagery/33RXP/2020-05-14.tif"
        if isGone {
            try FileManager.default.removeItem(atPath: folder.file(scene))
        } else {
            try folder.write("other".utf8, to: scene)
        }
        let outcome = try repeated()
        #expect(outcome.exitCode == 1)
        #expect(outcome.complaints.contains(scene) && outcome.complaintLines.count == 1, "\(outcome.complaints)")
        #expect(!FileManager.default.fileExists(atPath: folder.file("again")))
    }

    @Test("It does not write where something is")
    func occupied() throws {
        #expect(try Executable.run(["run", pipeline, "--outputs", "detections"]).exitCode == 0)
        try folder.write("mine".utf8, to: "again/notes.txt")
        #expect(try repeated().complaints.contains("is not empty"))
        #expect(try Executable.run(["repeat", folder.file("out"), "--output", folder.file("out")]).exitCode == 1)
        #expect(files(below: folder.file("again")).keys.sorted() == ["notes.txt"])
    }

    @Test(
        "Every file that a run reads of what it was given stands in the manifest",
        .enabled(if: canTrace, "needs strace, and the right to use it"))
    func complete() throws {
        try folder.write(Self.area(north: 32).utf8, to: "area.geojson")
        try folder.write(Self.register.utf8, to: "claims/register.yaml")
        let pipeline = try Fixtures.pipeline(
            "imagery: Imagery\noutput: out\narea: area.geojson\nclaims: claims/register.yaml\n", in: folder)
        let log = folder.file("opened.txt")
        let words = ["-f", "-qq", "-e", "trace=open,openat,openat2", "-o", log, Executable.path, "run", pipeline, "--quiet"]
        #expect(try OtherReader.run("strace", words).status == 0)
        let root = folder.path + "/"
        let opened = try String(contentsOfFile: log, encoding: .utf8).split(separator: "\n").filter { !$0.contains("ENOENT") }
            .compactMap { $0.split(separator: "\"").dropFirst().first.map(String.init) }
            .filter { path in
                var isFolder: ObjCBool = false
                return path.hasPrefix(root) && !path.hasPrefix(root + "out")
                    && FileManager.default.fileExists(atPath: path, isDirectory: &isFolder)
                    && !isFolder.boolValue
            }
        let text = try String(contentsOfFile: folder.file("out/run.json"), encoding: .utf8)
        let manifest = try #require(JSONSerialization.jsonObject(with: Data(text.utf8)) as? [String: Any])
        let inputs = try #require(manifest["inputs"] as? [[String: Any]]).compactMap { $0["path"] as? String }
        #expect(Set(opened) == Set(inputs))
        #expect(inputs.count == 7, "four scenes, pipeline, area, register: \(inputs)")
    }

    private static func area(north: Double) throws -> String {
        #"{"type": "Polygon", "coordinates": [[[16, 29], [17, 29], [17, \#(north)], [16, \#(north)], [16, 29]]]}"#
    }
    private static let register = """
        article: { title: Evidence, published: 2021-01-22, note: Made up for a test. }
        places:
          around: ../area.geojson
        claims:
          - { id: some, statement: There is a trench., attributed_to: a test, measure: linear_length_km, place: around, expect: { more_than: 0 } }
        """

    private static let canTrace = OtherReader.has("strace") && (try? OtherReader.run("strace", ["-o", "/dev/null", "true"]).status) == 0
}
