import Foundation
import Raster
import TestSupport
import Testing

/// Input that was made to exhaust, mislead or crash a reader, through the program as a user runs it.
@Suite("Hostile input")
struct HostileInputTests {
    private let folder: TemporaryFolder

    init() throws { folder = try TemporaryFolder() }

    private func run(_ arguments: String..., secondsAtMost limit: Double = 10) throws -> Executable.Outcome {
        try Executable.run(arguments, folder: folder.path, secondsAtMost: limit, mebibytesAtMost: 1024)
    }

    /// One line on standard error that says all of the words; nothing else.
    private func expectRefusal(_ outcome: Executable.Outcome, exitCode: Int32 = 1, _ words: String..., comment: Comment? = nil) {
        #expect(outcome.exitCode == exitCode, comment)
        #expect(outcome.output.isEmpty, comment)
        #expect(outcome.complaintLines.count == 1, "\(outcome.complaints)")
        for word in words { #expect(outcome.complaints.contains(word), "'\(outcome.complaints)' does not say '\(word)'") }
    }

    // MARK: Rasters

    @Test("A picture that would expand to gigabytes is refused before it does")
    func pictureBomb() throws {
        try folder.write(RawFiles.png(width: 65_000, height: 65_000, pixels: try RawFiles.zeros(mebibytes: 4100)), to: "2020-05-14.png")
        expectRefusal(try run("inspect", "2020-05-14.png"), "2020-05-14.png", "65000 × 65000", "memory")
        #expect(try run("scenes", ".").exitCode == 3)
    }

    @Test("Pixel data beyond the picture are not expanded")
    func longPictureData() throws {
        try folder.write(RawFiles.png(width: 16, height: 16, pixels: try RawFiles.zeros(mebibytes: 2048)), to: "a.png")
        let outcome = try run("inspect", "a.png")
        #expect([0, 1].contains(outcome.exitCode) && outcome.complaintLines.count == Int(outcome.exitCode))
    }

    @Test("Texts that expand to gigabytes together are left out")
    func textBombs() throws {
        let text = try RawFiles.zeros(mebibytes: 3)
        let texts = (0..<500).map { (name: "zTXt", bytes: Array("Title\($0)".utf8) + [0, 0] + text) }
        let profiles = [(name: "iCCP", bytes: Array("p".utf8) + [0, 0] + (try RawFiles.zeros(mebibytes: 2000)))]
        let pixels = try RawFiles.zeros(mebibytes: 1)
        try folder.write(RawFiles.png(width: 1023, height: 1024, pixels: pixels, before: profiles + texts), to: "a.png")
        let outcome = try run("inspect", "a.png", "--json")
        #expect(outcome.exitCode == 0, "\(outcome.complaints)")
        #expect(try (outcome.json["metadata"] as? [String: String])?.count ?? 99 <= 32)
    }

    @Test("A tile that expands to gigabytes is read as far as it is wanted, or refused")
    func tileBomb() throws {
        try folder.write(RawFiles.TIFF(data: try RawFiles.zeros(mebibytes: 2048)).bytes, to: "2020-05-14.tif")
        let outcome = try run("inspect", "2020-05-14.tif")
        #expect([0, 1].contains(outcome.exitCode) && outcome.complaintLines.count == Int(outcome.exitCode), "\(outcome.complaints)")
        try folder.write(RawFiles.TIFF(width: 60_000, height: 60_000, tile: 60_000 / 16 * 16, data: [0]).bytes, to: "2021-01-19.tif")
        expectRefusal(try run("inspect", "2021-01-19.tif"), "60000 × 60000", "are allowed", "smaller tiles")
    }

    @Test("Tiles too large for many to be in memory are read in pieces, each once")
    func largeTiles() throws {
        let tile = RawFiles.TIFF(width: 5000, height: 2500, tile: 2560, data: try RawFiles.zeros(mebibytes: 7))
        try folder.write(tile.bytes, to: "a.tif")
        let outcome = try run("inspect", "a.tif", "--json", secondsAtMost: 30)
        #expect(outcome.exitCode == 0, "\(outcome.complaints)")
        let band = try #require((try outcome.json["bands"] as? [[String: Any]])?.first)
        #expect(band["valid"] as? Int == 12_500_000 && band["max"] as? Int == 0)
    }

    @Test("10^5 × 10^5 pixels of which the file holds none are described at once, and not compared")
    func sparse() throws {
        let count = 196 * 196
        let sparse = RawFiles.TIFF(
            width: 100_000, height: 100_000, tile: 512, offsets: [Int](repeating: 0, count: count), sizes: [Int](repeating: 0, count: count)
        )
        try folder.write(sparse.bytes, to: "2020-05-14.tif")
        let outcome = try run("inspect", "2020-05-14.tif", "--json")
        #expect(outcome.exitCode == 0, "\(outcome.complaints)")
        let band = try #require((try outcome.json["bands"] as? [[String: Any]])?.first)
        #expect(band["valid"] as? Int == 10_000_000_000 && band["min"] as? Int == 0)
        try Fixtures.writeScene(to: folder.file("2021-01-19.tif"), value: Fixtures.ground)
        expectRefusal(try run("diff", "2020-05-14.tif", "2021-01-19.tif", "--output", "out"), "2020-05-14.tif", "GiB of memory")
        expectRefusal(try run("diff", "2021-01-19.tif", "2020-05-14.tif", "--output", "out"), "2020-05-14.tif", "GiB of memory")
    }

    @Test("Absurd sizes, counts and places of data are refused in words")
    func absurd() throws {
        let good = try RawFiles.zeros(mebibytes: 1)
        let cases: [(String, RawFiles.TIFF)] = [
            ("bands", RawFiles.TIFF(width: 2_000_000_000, height: 2_000_000_000, tile: 1 << 20, offsets: [8], sizes: [1])),
            ("more bands", RawFiles.TIFF(width: 60_000, height: 60_000, tile: 60_000, bandCount: 65_535, offsets: [8], sizes: [1])),
            ("beyond the end", RawFiles.TIFF(offsets: [0x7FFF_FFFF], sizes: [0x7FFF_FFFF], data: good)),
            ("too few", RawFiles.TIFF(width: 1000, height: 1000, offsets: [8], sizes: [1], data: good)),
            ("in the header", RawFiles.TIFF(offsets: [0], sizes: [100], data: good)),
            ("itself", RawFiles.TIFF(offsets: [8], sizes: [200], data: good)),
        ]
        for (name, tiff) in cases {
            try folder.write(tiff.bytes, to: "a.tif")
            let outcome = try run("inspect", "a.tif")
            #expect([0, 1].contains(outcome.exitCode), "\(name)")
            #expect(outcome.complaintLines.count == Int(outcome.exitCode), "\(name): \(outcome.complaints)")
        }
    }

    @Test("A chain of directories that leads back ends where it began")
    func loop() throws {
        try folder.write(RawFiles.TIFF(loops: true, data: try RawFiles.zeros(mebibytes: 1)).bytes, to: "a.tif")
        let outcome = try run("inspect", "a.tif", "--json")
        #expect(outcome.exitCode == 0, "\(outcome.complaints)")
        #expect((try outcome.json["overviews"] as? [Any])?.isEmpty == true)
    }

    @Test(
        "A place that is none is no place",
        arguments: [
            RawFiles.TIFF(pixelScale: [.nan, .nan, 0]), RawFiles.TIFF(pixelScale: [.infinity, 10, 0]),
            RawFiles.TIFF(pixelScale: [.leastNonzeroMagnitude, .leastNonzeroMagnitude, 0]),
            RawFiles.TIFF(tiePoint: [0, 0, 0, .nan, 3_440_000, 0]), RawFiles.TIFF(tiePoint: [.infinity, 0, 0, 640_000, -.infinity, 0]),
            RawFiles.TIFF(pixelScale: nil, tiePoint: nil, matrix: [Double](repeating: .nan, count: 16)),
            RawFiles.TIFF(pixelScale: nil, tiePoint: nil, matrix: [10, 0, 0, .infinity, 0, -10] + [Double](repeating: 0, count: 10)),
            RawFiles.TIFF(pixelScale: nil, tiePoint: nil, matrix: [Double](repeating: 0, count: 16)),
        ])
    func noPlace(tiff: RawFiles.TIFF) throws {
        var tiff = tiff
        tiff.data = try RawFiles.zeros(mebibytes: 1)
        try folder.write(tiff.bytes, to: "2020-05-14.tif")
        #expect(try run("inspect", "2020-05-14.tif", "--json").exitCode == 0)
        try Fixtures.writeScene(to: folder.file("2021-01-19.tif"), value: Fixtures.ground)
        for pair in [["2020-05-14.tif", "2021-01-19.tif"], ["2021-01-19.tif", "2020-05-14.tif"]] {
            expectRefusal(try run("diff", pair[0], pair[1], "--output", "out"), "2020-05-14.tif")
        }
        #expect(files(below: folder.file("out")).isEmpty)
    }

    @Test(
        "A place beyond the world is compared with nothing",
        arguments: [
            RawFiles.TIFF(pixelScale: [1e100, 1e100, 0]), RawFiles.TIFF(pixelScale: [1e-100, 1e-100, 0]),
            RawFiles.TIFF(tiePoint: [0, 0, 0, 1e300, -1e300, 0]), RawFiles.TIFF(tiePoint: [1e300, 0, 0, 640_000, 3_440_000, 0]),
        ])
    func placeBeyondTheWorld(tiff: RawFiles.TIFF) throws {
        var tiff = tiff
        tiff.data = try RawFiles.zeros(mebibytes: 1)
        try folder.write(tiff.bytes, to: "2020-05-14.tif")
        #expect(try run("inspect", "2020-05-14.tif", "--json").exitCode == 0)
        try Fixtures.writeScene(to: folder.file("2021-01-19.tif"), bands: [""], value: Fixtures.ground)
        for pair in [["2020-05-14.tif", "2021-01-19.tif"], ["2021-01-19.tif", "2020-05-14.tif"]] {
            expectRefusal(try run("diff", pair[0], pair[1], "--output", "out"))
        }
    }

    // MARK: Folders

    @Test("Links in a circle, pipes, devices, sockets and names of every kind do not stop a folder")
    func oddFolder() throws {
        let good = "imagery/33RXQ/2020-05-14.tif"
        try Fixtures.writeScene(to: folder.file(good), value: Fixtures.ground)
        try Fixtures.writeScene(to: folder.file("imagery/33RXQ/2021-01-19.tif"), value: Fixtures.ground(onDate: 1))
        let long = String(repeating: "n", count: 240) + "-2020-08-12.tif"
        try Fixtures.writeScene(to: folder.file("imagery/33RXQ/" + long), value: Fixtures.ground(onDate: 2))
        let script = #"""
            cd imagery
            ln -s .. up; ln -s . here; ln -s a-2020-01-01.tif b-2020-01-01.tif; ln -s b-2020-01-01.tif a-2020-01-01.tif
            ln -s /dev/zero zero-2020-01-02.tif; ln -s /dev/stdin stdin-2020-01-03.tif; mkfifo pipe-2020-01-04.tif
            ln -s /proc/self/mem mem-2020-01-05.tif; mkdir folder-2020-01-06.tif; : > empty-2020-01-07.tif
            cp 33RXQ/2020-05-14.tif "$(printf 'latin-\377\376-2020-01-08.tif')"
            mkdir "$(printf 'folder-\377')"; cp 33RXQ/2020-05-14.tif "$(printf 'folder-\377/2020-01-09.tif')"
            cp 33RXQ/2020-05-14.tif "$(printf 'two\nlines: <b onload=x>&amp;"-2020-01-10.tif')"
            mkfifo 33RXQ/MTD_MSIL2A.xml 33RXQ/2020-05-14.json 33RXQ/2021-01-19.tfw
            """#
        let made = try OtherReader.run("sh", ["-c", "cd \"$0\"; " + script, folder.path])
        #expect(made.status == 0, "\(made.output)")
        let listed = try run("scenes", "imagery")
        #expect(listed.exitCode == 3)
        #expect(listed.complaintLines.allSatisfy { $0.hasPrefix("refused: ") || $0.hasPrefix("warning: ") }, "\(listed.complaints)")
        for name in ["a-2020-01-01", "b-2020-01-01", "zero-", "stdin-", "pipe-", "empty-", "-2020-01-08.tif", "folder-\u{FFFD}: its name"] {
            #expect(listed.complaintLines.count { $0.hasPrefix("refused: ") && $0.contains(name) } == 1, "\(name): \(listed.complaints)")
        }
        #expect(listed.output.contains("2020-05-14") && listed.output.contains("2020-08-12"))
        let json = try run("scenes", "imagery", "--json").json
        #expect((json["scenes"] as? [Any])?.count == 4)

        let pipeline = try Fixtures.pipeline("imagery: imagery\noutput: out\n", in: folder)
        let outcome = try run("run", pipeline, "--outputs", "detections,change,picture", secondsAtMost: 60)
        #expect(outcome.exitCode == 3, "\(outcome.complaints)")
        #expect(try run("verify", "out").exitCode == 0)
        for name in ["zero-2020-01-02.tif", "pipe-2020-01-04.tif", "a-2020-01-01.tif", "empty-2020-01-07.tif"] {
            expectRefusal(try run("inspect", "imagery/" + name), name)
        }
    }

    @Test("A folder that may not be listed is named, and the rest goes on", .enabled(if: OtherReader.has("setpriv"), "needs setpriv"))
    func unreadableFolder() throws {
        try Fixtures.writeScene(to: folder.file("imagery/33RXQ/2020-05-14.tif"), value: Fixtures.ground)
        try FileManager.default.createDirectory(atPath: folder.file("imagery/closed"), withIntermediateDirectories: false)
        try FileManager.default.setAttributes([.posixPermissions: 0o000], ofItemAtPath: folder.file("imagery/closed"))
        defer { try? FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: folder.file("imagery/closed")) }
        let prefix = getuid() == 0 ? ["--bounding-set=-dac_override,-dac_read_search"] : []
        let outcome = try OtherReader.run("setpriv", prefix + [Executable.path, "scenes", folder.file("imagery")])
        #expect(outcome.status == 3)
        #expect(outcome.output.contains("imagery/closed: cannot be listed"), "\(outcome.output)")
    }

    @Test(
        "Whatever a tile is called, output stays in its folder and markup stays text",
        arguments: [
            "<script>alert(1)</script>", "x\" onload=\"alert(1)", "two\nlines & more", "a\\..\\..\\up", "~root", "$(touch pwned)", "-rf",
            "%2e%2e%2f",
            String(repeating: "t", count: 255), String(repeating: "ü", count: 127), "\u{202E}gpj.x",
        ])
    func tileName(_ name: String) throws {
        for (index, date) in ["2020-05-14", "2021-01-19"].enumerated() {
            // The markup of a folder's name ends at its slash.
            let place = name.replacingOccurrences(of: "/", with: "\u{2215}")
            try Fixtures.writeScene(to: folder.file("imagery/\(place)/\(date).tif"), value: Fixtures.ground(onDate: index))
        }
        let pipeline = try Fixtures.pipeline("imagery: imagery\noutput: out\n", in: folder)
        let outcome = try run("run", pipeline, secondsAtMost: 60)
        #expect(outcome.exitCode == 0, "\(outcome.complaints)")
        #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path).sorted() == ["imagery", "out", "pipeline.yaml"])
        let report = try String(contentsOfFile: folder.file("out/report.html"), encoding: .utf8)
        #expect(!report.contains("<script>alert") && !report.contains("\" onload=\""))
        #expect(files(below: folder.file("out")).keys.count { $0.hasPrefix("diffs/") && $0.hasSuffix(".png") } == 1)
        #expect(try run("verify", "out").exitCode == 0)
    }

    // MARK: Texts

    private static let bombs: [(name: String, text: String)] = [
        (
            "aliases",
            "a: &a0 [x, x]\n" + (1...40).map { "a\($0): &a\($0) [*a\($0 - 1), *a\($0 - 1)]\n" }.joined() + "? *a40\n: 1\n"
        ),
        ("brackets", String(repeating: "[", count: 500_000)), ("braces", "imagery: " + String(repeating: "{a: ", count: 200_000)),
        ("dashes", String(repeating: "- ", count: 400_000) + "x"), ("long", "name: " + String(repeating: "x", count: 2 << 20)),
        ("tags", String(repeating: "!a ", count: 300_000)), ("nothing", String(repeating: "\n", count: 1_000_000)),
    ]

    @Test("YAML that explodes or nests without end is refused in one line", arguments: bombs.indices)
    func yaml(_ index: Int) throws {
        let (_, text) = Self.bombs[index]
        try folder.write(text.utf8, to: "bomb.yaml")
        expectRefusal(try run("run", "bomb.yaml"), exitCode: 2, "bomb.yaml")
        try Fixtures.writeScene(to: folder.file("imagery/33RXQ/2020-05-14.tif"), value: Fixtures.ground)
        let pipeline = try Fixtures.pipeline("imagery: imagery\noutput: out\nclaims: bomb.yaml\n", in: folder)
        expectRefusal(try run("run", pipeline), exitCode: 2, "bomb.yaml")
        let simulated = try run("simulate", "bomb.yaml", "--output", "out")
        #expect([1, 2].contains(simulated.exitCode) && simulated.complaintLines.count == 1, "\(simulated.complaints)")
    }

    private func area(_ geoJSON: some Sequence<UInt8>) throws -> Executable.Outcome {
        try folder.write(geoJSON, to: "area.geojson")
        return try areaRun()
    }

    private func areaRun() throws -> Executable.Outcome {
        for (index, date) in ["2020-05-14", "2021-01-19"].enumerated()
        where !FileManager.default.fileExists(atPath: folder.file("imagery/33RXQ/\(date).tif")) {
            try Fixtures.writeScene(to: folder.file("imagery/33RXQ/\(date).tif"), value: Fixtures.ground(onDate: index))
        }
        let pipeline = try Fixtures.pipeline("imagery: imagery\noutput: out\narea: area.geojson\n", in: folder)
        return try run("run", pipeline, "--outputs", "detections,report", secondsAtMost: 60)
    }

    @Test("An area of a million points is used")
    func largeArea() throws {
        let points = (0..<1_000_000).map { index -> String in
            let angle = 2 * Double.pi * Double(index) / 1_000_000
            return "[\(16.5 + cos(angle)),\(31 + sin(angle))]"
        }
        let ring = (points + [points[0]]).joined(separator: ",")
        let outcome = try area(#"{"type":"Polygon","coordinates":[[\#(ring)]]}"#.utf8)
        #expect(outcome.exitCode == 0, "\(outcome.complaints)")
    }

    @Test("An area whose outline crosses itself without end is refused")
    func tangledArea() throws {
        let points = (0..<100_000).map { "[\(16 + Double($0 % 2)),\(31 + Double($0) * 1e-6)]" }
        let ring = (points + [points[0]]).joined(separator: ",")
        expectRefusal(try area(#"{"type":"Polygon","coordinates":[[\#(ring)]]}"#.utf8), "area.geojson", "crosses itself")
    }

    private static let badAreas = [
        String(repeating: "[", count: 1_000_000), String(repeating: #"{"a":"#, count: 200_000),
        #"{"type":"Polygon","coordinates":"# + String(repeating: "[", count: 300) + String(repeating: "]", count: 300) + "}",
        (0..<100).reduce(#"{"type":"Polygon","coordinates":[]}"#) { text, _ in #"{"type":"GeometryCollection","geometries":[\#(text)]}"# },
        #"{"type":"Polygon","coordinates":[[[1e400,0],[0,1],[1,1],[1e400,0]]]}"#,
        #"{"type":"Polygon","coordinates":[[["x",0],[0,1],[1,1],[null,0]]]}"#, "",
    ]

    @Test("Areas that nest without end or are none are refused in one line", arguments: badAreas.indices)
    func badArea(_ index: Int) throws {
        expectRefusal(try area(Self.badAreas[index].utf8), "area.geojson")
    }

}
