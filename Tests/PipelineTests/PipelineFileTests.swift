import Foundation
import Raster
import StrictYAML
import TestSupport
import Testing

@testable import Pipeline

@Suite("Pipeline file")
struct PipelineFileTests {
    private let folder: TemporaryFolder

    init() throws { folder = try TemporaryFolder() }

    private func load(_ text: String, imagery: String? = nil, output: String? = nil) throws -> PipelineFile {
        try PipelineFile(path: folder.write(text.utf8, to: "pipelines/one.yaml"), imagery: imagery, output: output)
    }

    private func failure(_ text: String) throws -> ConfigurationError {
        let path = try folder.write(text.utf8, to: "pipelines/one.yaml")
        return try #require(throws: ConfigurationError.self) { try PipelineFile(path: path) }
    }

    @Test("every key is read, and paths are relative to the file")
    func whole() throws {
        try folder.write("{}".utf8, to: "pipelines/areas/corridor.geojson")
        try folder.write("claims: []".utf8, to: "claims.yaml")
        let file = try load(
            """
            name: sirte-jufra
            imagery: ../Imagery            # a comment
            output: /srv/out
            area: areas/corridor.geojson
            scenes: { from: 2020-01-01, until: 2021-12-31, bands: [B02, B03] }
            detect: { false_alarms_per_1000_km2: 0.5, minimum_length_m: 150 }
            claims: ../claims.yaml
            schedule: { heartbeat: "https://example.org/ping", metrics: null }
            """)
        #expect(file.name == "sirte-jufra")
        #expect(file.imagery == folder.file("Imagery"))
        #expect(file.output == "/srv/out")
        #expect(file.area == folder.file("pipelines/areas/corridor.geojson"))
        #expect(file.scenes.from == CalendarDate(year: 2020, month: 1, day: 1))
        #expect(file.scenes.until == CalendarDate(year: 2021, month: 12, day: 31))
        #expect(file.scenes.bands == ["B02", "B03"])
        #expect(file.detect == PipelineFile.Detection(falseAlarmsPer1000SquareKilometres: 0.5, minimumLengthMetres: 150))
        #expect(file.claims == folder.file("claims.yaml"))
        #expect(file.schedule == PipelineFile.Schedule(heartbeat: "https://example.org/ping", metrics: nil))
    }

    @Test("what is left out has its documented value")
    func defaults() throws {
        let file = try load("imagery: i\noutput: o\nscenes:\ndetect: ~\n")
        #expect(file.name == "one")
        #expect(file.scenes == PipelineFile.SceneChoice())
        #expect(file.detect == PipelineFile.Detection(falseAlarmsPer1000SquareKilometres: 1, minimumLengthMetres: 200))
        #expect(file.area == nil && file.claims == nil)
    }

    @Test("folders given on the command line go before those of the file, and stand in for them")
    func overrides() throws {
        #expect(try load("imagery: i\noutput: o\n", imagery: "/a", output: "/b").imagery == "/a")
        #expect(try load("name: x\n", imagery: "/a", output: "/b").output == "/b")
        #expect(try failure("name: x\n").problem == "'imagery' is missing")
    }

    @Test(
        "an unknown key is named with its line and the nearest known one",
        arguments: [
            ("imagery: i\noutput: o\nimagry: x\n", 3, "imagry", "imagery"),
            ("imagery: i\noutput: o\nscenes:\n  from: 2020-01-01\n  untill: 2021-01-01\n", 5, "untill", "until"),
            ("imagery: i\noutput: o\ndetect: { minimum_lenght_m: 3 }\n", 3, "minimum_lenght_m", "minimum_length_m"),
            ("imagery: i\nschedule: { hartbeat: x }\noutput: o\n", 2, "hartbeat", "heartbeat"),
            ("imagery: i\nareas:\n  - deep: { deeper: 1 }\noutput: o\n", 2, "areas", "area"),
        ])
    func unknownKey(text: String, line: Int, key: String, nearest: String) throws {
        let error = try failure(text)
        #expect(error.line == line)
        #expect(error.problem.contains("unknown key '\(key)'"))
        #expect(error.advice?.contains("did you mean '\(nearest)'") == true)
        #expect(error.description.hasPrefix(folder.file("pipelines/one.yaml") + ":\(line): "))
    }

    @Test(
        "a value of the wrong kind or range is refused with its line",
        arguments: [
            ("imagery: [a, b]\noutput: o", 1, "must be text"),
            ("imagery: ''\noutput: o", 1, "must not be empty"),
            ("imagery: i\noutput: o\nscenes: { from: yesterday }", 3, "not a date"),
            ("imagery: i\noutput: o\nscenes: { from: 2021-02-30 }", 3, "not a date"),
            ("imagery: i\noutput: o\nscenes: { from: 2021-02-01, until: 2020-01-01 }", 3, "lies before"),
            ("imagery: i\noutput: o\nscenes: [2021]", 3, "key: value"),
            ("imagery: i\noutput: o\nscenes: { bands: [] }", 3, "1 to 32"),
            ("imagery: i\noutput: o\nscenes: { bands: [B02, B02] }", 3, "twice"),
            ("imagery: i\noutput: o\nscenes:\n  bands:\n    - B02\n    - [B03]", 6, "list of words"),
            ("imagery: i\noutput: o\ndetect:\n  minimum_length_m: long", 4, "not a number"),
            ("imagery: i\noutput: o\ndetect:\n  minimum_length_m: nan", 4, "not a number"),
            ("imagery: i\noutput: o\ndetect:\n  minimum_length_m: 0x10", 4, "not a number"),
            ("imagery: i\noutput: o\ndetect:\n  minimum_length_m: 1e999", 4, "not a number"),
            ("imagery: i\noutput: o\ndetect:\n  minimum_length_m: -1", 4, "out of range"),
            ("imagery: i\noutput: o\ndetect:\n  false_alarms_per_1000_km2: 0", 4, "out of range"),
            ("imagery: i\noutput: o\narea: nowhere.geojson", 3, "there is no file"),
            ("imagery: i\noutput: o\nschedule: { heartbeat: 'ftp://x/secret' }", 3, "not an http or https URL"),
            ("imagery: i\nimagery: j\noutput: o", nil, "twice"),
            ("imagery: i\n\toutput: o", 2, "not valid YAML"),
            ("imagery: *nobody\noutput: o", 1, "not valid YAML"),
            ("a: 1\n---\nb: 2", 2, "not valid YAML"),
            ("? [a, b]\n: 1", 1, "a key must be a plain word"),
            ("just words", 1, "key: value"),
            ("# nothing\n", nil, "empty"),
        ] as [(String, Int?, String)])
    func wrongValue(text: String, line: Int?, words: String) throws {
        let error = try failure(text)
        #expect(error.problem.contains(words), "\(error.problem)")
        if let line { #expect(error.line == line) }
        #expect(ExitCode(for: error) == .wrongUsage)
    }

    @Test("files made to exhaust a reader are refused quickly")
    func hostile() throws {
        let bomb =
            "a: &a0 [x, x]\n"
            + (1...40).map { "a\($0): &a\($0) [*a\($0 - 1), *a\($0 - 1)]\n" }.joined() + "? *a40\n: 1\n"
        let started = ContinuousClock.now
        #expect(try failure(bomb).problem.contains("aliases"))
        #expect(try failure(String(repeating: "[", count: 500_000)).problem.contains("not valid YAML"))
        #expect(try failure(String(repeating: "- ", count: 400_000) + "x").problem.contains("not valid YAML"))
        #expect(try failure(String(repeating: "? ", count: 400_000) + "x").problem.contains("not valid YAML"))
        #expect(try failure("name: " + String(repeating: "x", count: 2 << 20)).problem.contains("more than the 1048576"))
        #expect(try failure("name: a\u{0}b\n").problem.contains("UTF-8"))
        let longKey = try failure("? " + String(repeating: "k", count: 200_000) + "\n: 1\n")
        #expect(longKey.problem.contains("unknown key 'kkk") && longKey.problem.count < 200)
        #expect(ContinuousClock.now - started < .seconds(10))
        let binary = try folder.write([0xFF, 0xFE, 0x00, 0x80], to: "binary.yaml")
        #expect(throws: ConfigurationError.self) { try PipelineFile(path: binary) }
        #expect(throws: ConfigurationError.self) { try PipelineFile(path: folder.path) }
        #expect(throws: ConfigurationError.self) { try PipelineFile(path: folder.file("missing.yaml")) }
    }

    @Test("a byte order mark and Windows line ends are taken as they are meant")
    func windowsText() throws {
        #expect(try load("\u{FEFF}imagery: i\r\noutput: o\r\nname: w\r\n").name == "w")
    }

    @Test("a few anchors and aliases, and asterisks in a sentence, do no harm")
    func aliases() throws {
        #expect(try load("imagery: &i here\noutput: *i\nname: all *things* that are *new*\n").output == folder.file("pipelines/here"))
    }
}
