import Foundation
import FoundationXML
import TestSupport
import Testing

/// Names and tags come with the imagery, from strangers. Whatever they are, files stay where they belong and text stays text.
@Suite("Names and texts from strangers")
struct HostileNamesTests {
    private let folder: TemporaryFolder
    private static let markup = #"'"><img src=x onerror=alert(1)><script>document.title='x'<!--]]>&lt;"#
    private static let tiles = [
        "~", "-rf", "$(touch touched)", "`touch touched`", "a;touch touched;", "line\nbreak\r\u{1B}[31m", "a\\..\\..\\b", "%2e%2e%2fb",
        "CON", "aux.txt", "trailing.", "é 漢", "e\u{301} 漢\u{202E}gpj", markup, String(repeating: "x", count: 255),
    ]

    init() throws { folder = try TemporaryFolder() }

    private func writeScene(_ path: String, onDate date: Int) throws {
        let credit = "Credit \(Self.markup)"
        try Fixtures.writeScene(
            to: folder.file(path), metadata: ["CREDIT": credit, "TITLE": credit], value: Fixtures.ground(onDate: date))
    }

    /// Imagery, register and pipeline in which every text that may be any is hostile.
    private func writeAll(tiles: [String] = tiles) throws -> String {
        for tile in tiles {
            for (index, date) in ["2020-05-14", "2021-01-19"].enumerated() { try writeScene("in/\(tile)/\(date).tif", onDate: index) }
        }
        try folder.write("no picture".utf8, to: "in/\(tiles[0])/2020-06-01 \(Self.markup)\n.tif")
        let quoted = "\"" + Self.markup.replacing("\"", with: "\\\"") + "\""
        try folder.write(
            """
            article: { title: \(quoted), publisher: \(quoted), url: "javascript:alert(1)", note: \(quoted) }
            places:
              \(quoted): { centre: [16.46, 31.08], radius_km: 2 }
            claims:
              - { id: who, statement: \(quoted), attributed_to: \(quoted), wording: \(quoted), not_testable: \(quoted) }
              - id: length
                statement: \(quoted)
                attributed_to: \(quoted)
                measure: linear_length_km
                place: \(quoted)
                expect: { at_least: 1 }
            """.utf8, to: "claims.yaml")
        return try Fixtures.pipeline("name: \(quoted)\nimagery: in\noutput: out\nclaims: claims.yaml\n", in: folder)
    }

    /// All that lies in the test's folder outside `out`.
    private func outside() -> Set<String> {
        Set((FileManager.default.enumerator(atPath: folder.path)?.compactMap { $0 as? String } ?? []).filter { !$0.hasPrefix("out") })
    }

    private func expectPlain(_ names: [String]) {
        for name in names
        where name.wholeMatch(of: /([A-Za-z0-9_+\-][A-Za-z0-9_.+\-]{0,240}\/){0,2}[A-Za-z0-9_+\-][A-Za-z0-9_.+\-]{0,240}/) == nil {
            Issue.record("\(name) is no plain name")
        }
    }

    private func expectOneLineEach(_ text: String) {
        #expect(!text.unicodeScalars.contains { ($0.value < 0x20 && $0 != "\n") || (0x7F...0x9F).contains($0.value) }, "\(text)")
    }

    @Test("Whatever tiles are called, a run writes below its output folder, and its files stay whole")
    func run() throws {
        let pipeline = try writeAll()
        let before = outside()
        let outcome = try Executable.run(["run", pipeline, "--json"], folder: folder.path)
        #expect(outcome.exitCode == 3, "\(outcome.complaints)")
        #expect(outside() == before)
        expectOneLineEach(outcome.complaints)
        #expect((try outcome.json["pairs"] as? [Any])?.count == Self.tiles.count)

        let out = files(below: folder.file("out"))
        expectPlain(Array(out.keys))
        #expect(out.keys.count { $0.hasSuffix(".png") } == Self.tiles.count)
        for (name, bytes) in out {
            if name.hasSuffix(".xml") || name.hasSuffix(".qml") { #expect(XMLParser(data: bytes).parse(), "\(name)") }
            if name.hasSuffix("json") { #expect(throws: Never.self, "\(name)") { try JSONSerialization.jsonObject(with: bytes) } }
        }
        let page = String(decoding: try #require(out["report.html"]), as: UTF8.self)
        #expect(page.contains("&lt;img src=x onerror=alert(1)&gt;"))
        #expect(!page.contains("<img") && page.components(separatedBy: "<script").count == 2)
        #expect(!page.contains("href=\"javascript") && !page.contains("src=\"http") && !page.contains("href=\"http"))

        #expect(try Executable.run(["verify", folder.file("out")]).exitCode == 0)
        let again = try Executable.run(["run", pipeline, "--summary"], folder: folder.path)
        #expect(again.exitCode == 3)
        expectOneLineEach(again.output)
        for command in [["scenes", folder.file("in")], ["run", pipeline, "--dry-run"]] {
            expectOneLineEach(try Executable.run(command).output)
        }
    }

    @Test("A browser sees text where the data have markup", .enabled(if: OtherReader.has("chromium"), "needs chromium"))
    func browser() throws {
        let outcome = try Executable.run(["run", writeAll(tiles: [Self.markup]), "--outputs", "report"])
        #expect(outcome.exitCode == 3, "\(outcome.complaints)")
        let seen = try OtherReader.run(
            "chromium",
            [
                "--headless", "--no-sandbox", "--disable-gpu", "--user-data-dir=\(folder.file("profile"))", "--enable-logging=stderr",
                "--host-resolver-rules=MAP * ~NOTFOUND", "--disable-background-networking", "--disable-component-update",
                "--virtual-time-budget=2000", "--dump-dom", "file://\(folder.file("out/report.html"))",
            ]
        ).output
        #expect(seen.contains("class=\"has-script\""))
        #expect(!seen.contains("<title>x</title>") && !seen.contains("<img"))
        // A request, and anything that the policy refuses, would be a line of the console.
        #expect(!seen.contains("CONSOLE"))
    }

    @Test(
        "Whatever two scenes are called, a diff writes below its output folder",
        arguments: [
            ("..$(touch touched)\n<b>.tif", "-rf `touch touched`.tif"), ("....tif", "....png.tif"), ("NUL.tif", "con.tif"),
            (String(repeating: "x", count: 250) + ".tif", String(repeating: "x", count: 249) + "y.tif"),
        ])
    func diff(before: String, after: String) throws {
        for (index, name) in [before, after].enumerated() { try writeScene("in/\(name)", onDate: index) }
        let names = outside()
        let outcome = try Executable.run(
            ["diff", folder.file("in/\(before)"), folder.file("in/\(after)"), "--output", folder.file("out")], folder: folder.path)
        #expect(outcome.exitCode == 0, "\(outcome.complaints)")
        #expect(outside() == names)
        expectOneLineEach(outcome.output + outcome.complaints)
        let out = files(below: folder.file("out"))
        expectPlain(Array(out.keys))
        #expect(out.keys.count { $0.hasSuffix(".png") } == 1)
    }

    @Test("A claim or a simulated tile that would name a path is refused", arguments: ["../x", "/etc/x", "a/b", "..", "x\\ny", "é"])
    func namesOfOwnFiles(name: String) throws {
        let text = "article: { title: t }\nclaims:\n  - { id: \"\(name)\", statement: s, attributed_to: a, not_testable: r }\n"
        try folder.write(text.utf8, to: "claims.yaml")
        try writeScene("in/t/2020-05-14.tif", onDate: 0)
        try writeScene("in/t/2021-01-19.tif", onDate: 1)
        let before = outside()
        let run = try Executable.run(["run", Fixtures.pipeline("imagery: in\noutput: out\nclaims: claims.yaml\n", in: folder)])
        #expect(run.exitCode == 2, "\(run.complaints)")
        let scenario = Fixtures.scenario.replacing("name: 33RXQ", with: "name: \"\(name)\"")
        let simulate = try Executable.run(["simulate", folder.write(scenario.utf8, to: "tiny.yaml"), "--output", folder.file("out")])
        #expect([1, 2].contains(simulate.exitCode), "\(simulate.complaints)")
        #expect(outside() == before.union(["pipeline.yaml", "tiny.yaml"]))
        #expect(!FileManager.default.fileExists(atPath: folder.file("out")))
    }
}
