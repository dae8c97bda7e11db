import Foundation
import Raster
import RasterIO
import TestSupport
import Testing

@testable import Pipeline

@Suite("Manifest and verification")
struct ManifestTests {
    private let folder: TemporaryFolder
    private var output: String { folder.file("Output") }
    private var input: String { folder.file("Imagery/a.tif") }

    init() throws {
        folder = try TemporaryFolder()
        try folder.write(Array("the pixels".utf8), to: "Imagery/a.tif")
        let staged = try StagedOutput(folder: folder.file("Output"))
        try AtomicFile.write("{\"features\": []}\n", to: staged.path("detections.geojson"))
        try AtomicFile.write(Array(0...255), to: staged.path("diffs/33RXQ/a_b.png"))
        try Self.writeManifest(staged, input: folder.file("Imagery/a.tif"))
        try staged.publish(last: "run.json")
    }

    private static func writeManifest(_ staged: StagedOutput, input: String) throws {
        let path = URL(fileURLWithPath: input).standardizedFileURL.path
        let (sha256, bytes) = try ContentHash.sha256(fileAt: path)
        try Manifest.write(
            to: staged.path("run.json"), created: Manifest.timeStamp(), inputs: [Manifest.File(path: path, sha256: sha256, bytes: bytes)],
            outputs: Manifest.files(in: staged),
            parameters: RunParameters(falseAlarmsPer1000SquareKilometres: 1, minimumLengthMetres: 200, outputs: ["detections"]),
            pairs: [
                PairRecord(
                    tile: "33RXQ", before: "a", after: "b", shift: .init(x: 0.25, y: -0.5, residual: nil, lock: true), gain: [1.01],
                    offset: [.nan], noiseSigma: [0.002], clearShare: 0.9, observedSquareKilometres: 12.5, thresholdPixel: 412)
            ],
            refused: [RefusedInput(input: "c.tif", reason: "cut short")], names: ["L-new": "L-old"], unused: ["/d_mask.tif"],
            isSimulated: true, elapsed: .seconds(3))
    }

    private func object() throws -> [String: Any] {
        let data = try Data(contentsOf: URL(fileURLWithPath: output + "/run.json"))
        return try #require(try JSONSerialization.jsonObject(with: data) as? [String: Any])
    }

    private func rewrite(_ change: (inout [String: Any]) -> Void) throws {
        var object = try object()
        change(&object)
        try JSONSerialization.data(withJSONObject: object).write(to: URL(fileURLWithPath: output + "/run.json"))
    }

    @Test("it names every input and output once, by content, and not itself")
    func names() throws {
        let object = try object()
        let inputs = try #require(object["inputs"] as? [[String: Any]])
        let outputs = try #require(object["outputs"] as? [[String: Any]])
        #expect(inputs.map { $0["path"] as? String } == [URL(fileURLWithPath: input).standardizedFileURL.path])
        #expect(outputs.map { $0["path"] as? String } == ["detections.geojson", "diffs/33RXQ/a_b.png"])
        // SHA-256 of the bytes 0, 1 … 255.
        #expect(outputs[1]["sha256"] as? String == "40aff2e9d2d8922e47afd4648e6967497158785fbd1da870e7110266bf944880")
        #expect(outputs[1]["bytes"] as? Int == 256)
        #expect(object["simulated"] as? Bool == true)
        #expect((object["libraries"] as? [String: String])?.keys.sorted().contains("libtiff") == true)
        let pair = try #require((object["pairs"] as? [[String: Any]])?.first)
        #expect(pair["threshold_pixel"] as? Double == 412)
        #expect((pair["offset"] as? [Any])?.first is NSNull)
        #expect((pair["shift_px"] as? [String: Any])?["residual"] is NSNull)
    }

    @Test("what was written is sound, and reading gives back what was written")
    func sound() throws {
        let verification = try OutputVerification(output: output)
        #expect(verification.isSound)
        #expect(verification.outputCount == 2 && verification.inputCount == 1)
        let manifest = try Manifest(path: output + "/run.json")
        #expect(manifest.refused == [RefusedInput(input: "c.tif", reason: "cut short")])
        #expect(try JSONText.encode(manifest) == String(contentsOfFile: output + "/run.json", encoding: .utf8))
    }

    @Test("any changed byte of an output is found", arguments: Array(stride(from: 0, to: 256, by: 17)))
    func changedByte(position: Int) throws {
        var bytes = Array(UInt8(0)...255)
        bytes[position] ^= 1 << (position % 8)
        try folder.write(bytes, to: "Output/diffs/33RXQ/a_b.png")
        let verification = try OutputVerification(output: output)
        #expect(verification.changed.map(\.path) == ["diffs/33RXQ/a_b.png"])
        #expect(!verification.isSound)
        #expect(verification.text.contains("changed: diffs/33RXQ/a_b.png"))
    }

    @Test("a missing, longer or shorter output is found, and one that is no file")
    func otherOutputs() throws {
        try folder.write(Array("{}".utf8), to: "Output/detections.geojson")
        try FileManager.default.removeItem(atPath: output + "/diffs/33RXQ/a_b.png")
        var verification = try OutputVerification(output: output)
        #expect(verification.changed.map(\.path) == ["detections.geojson"])
        #expect(verification.missing.map(\.path) == ["diffs/33RXQ/a_b.png"])
        try #require(mkfifo(output + "/diffs/33RXQ/a_b.png", 0o600) == 0)
        verification = try OutputVerification(output: output)
        #expect(verification.changed.count == 2 && verification.missing.isEmpty)
    }

    @Test("a changed input is a fault, a missing one is only told")
    func inputs() throws {
        try folder.write(Array("THE PIXELS".utf8), to: "Imagery/a.tif")
        var verification = try OutputVerification(output: output)
        #expect(verification.inputsChanged.count == 1 && !verification.isSound)
        try FileManager.default.removeItem(atPath: input)
        verification = try OutputVerification(output: output)
        #expect(verification.inputsMissing.count == 1 && verification.isSound)
        #expect(verification.text.contains("input missing"))
        let json = try #require(try JSONSerialization.jsonObject(with: Data(verification.json.utf8)) as? [String: Any])
        #expect(json["sound"] as? Bool == true)
        #expect((json["inputs_missing"] as? [Any])?.count == 1)
    }

    @Test("a moved output folder is verified all the same")
    func moved() throws {
        try FileManager.default.moveItem(atPath: output, toPath: folder.file("Archive"))
        #expect(try OutputVerification(output: folder.file("Archive")).isSound)
    }

    @Test(
        "a manifest that is absent, no JSON or of another kind is refused by name",
        arguments: ["", "{", "[]", "{}", "null", "{\"format_version\": \"1\"}"])
    func notAManifest(text: String) throws {
        try folder.write(Array(text.utf8), to: "Other/run.json")
        for place in [folder.file("Other"), folder.file("Nowhere")] {
            let error = #expect(throws: InputError.self) { try OutputVerification(output: place) }
            #expect(error?.path?.hasSuffix("/run.json") == true)
            #expect(error?.advice != nil)
        }
    }

    @Test("another format version is refused with its number")
    func version() throws {
        try rewrite { $0["format_version"] = 2 }
        let error = #expect(throws: InputError.self) { try OutputVerification(output: output) }
        #expect(error?.problem.contains("format version 2") == true)
    }

    @Test("a manifest without its outputs is called damaged", arguments: ["outputs", "inputs", "program", "parameters"])
    func damaged(key: String) throws {
        try rewrite { $0[key] = nil }
        let error = #expect(throws: InputError.self) { try OutputVerification(output: output) }
        #expect(error?.problem.contains("'\(key)'") == true)
    }

    @Test(
        "an output path that leads out of the folder is refused",
        arguments: ["../secret", "/etc/passwd", "a/../../b", "", ".", "a//b", "a/./b", "a/..", "a\u{0}"])
    func leadsOut(path: String) throws {
        try rewrite { $0["outputs"] = [["path": path, "sha256": "", "bytes": 0]] }
        let error = #expect(throws: InputError.self) { try OutputVerification(output: output) }
        #expect(error?.problem.contains("outside") == true)
        #expect(!Manifest.staysInside(path))
    }

    @Test("an input that can no longer be read ends the run by its name")
    func vanishedInput() throws {
        let staged = try StagedOutput(folder: folder.file("Second"))
        let error = #expect(throws: InputError.self) { try Self.writeManifest(staged, input: folder.file("gone.tif")) }
        #expect(error?.path?.hasSuffix("gone.tif") == true)
    }
}

@Suite("SOURCE_DATE_EPOCH")
struct SourceDateEpochTests {
    @Test(
        "moments are written in UTC with whole seconds",
        arguments: [(0, "1970-01-01T00:00:00Z"), (1_611_273_600, "2021-01-22T00:00:00Z"), (951_782_399, "2000-02-28T23:59:59Z")])
    func timeStamps(seconds: Int, text: String) {
        #expect(SourceDateEpoch.timeStamp(seconds: seconds) == text)
    }

    @Test("unset or empty means the clock")
    func unset() throws {
        #expect(try SourceDateEpoch.seconds([:]) == nil)
        #expect(try SourceDateEpoch.seconds(["SOURCE_DATE_EPOCH": ""]) == nil)
        #expect(try SourceDateEpoch.seconds(["SOURCE_DATE_EPOCH": "1611273600"]) == 1_611_273_600)
    }

    @Test("anything but seconds is refused", arguments: ["x", "-1", "1.5", " 1", "99999999999999999999", "253402300800", "１"])
    func refused(text: String) {
        #expect(throws: InputError.self) { try SourceDateEpoch.seconds(["SOURCE_DATE_EPOCH": text]) }
    }
}

@Suite("Progress bar")
struct ProgressBarTests {
    @Test("a line never fills the terminal, whatever the stage", arguments: [0, 1, 10, 40, 80, 200])
    func width(columns: Int) {
        for stage in ["33RXQ 2020-05-14 → 2021-01-19", "a\u{1B}[2Jb\nc", String(repeating: "x", count: 500)] {
            for fraction in [nil, 0, 0.5, 1] as [Double?] {
                let line = ProgressBar.line(stage: stage, fraction: fraction, width: columns)
                #expect(line.count <= max(0, columns - 1))
                #expect(!line.unicodeScalars.contains { $0.value < 0x20 })
            }
        }
    }

    @Test(
        "a terminal without cursor movement or with NO_COLOR gets nothing",
        arguments: [
            (["TERM": "xterm"], true), (["TERM": "dumb"], false), ([:], false), (["TERM": "xterm", "NO_COLOR": "1"], false),
            (["TERM": "xterm", "NO_COLOR": ""], true),
        ] as [([String: String], Bool)])
    func environment(variables: [String: String], allowed: Bool) {
        #expect(ProgressBar.isAllowed(variables) == allowed)
    }
}
