import Foundation
import TestSupport
import Testing

@Suite("simulate, diff, run, score, verify")
struct RunTests {
    /// Tags that would differ from run to run are kept out by this variable, as reproducible builds do it.
    private static let fixedTime = ["SOURCE_DATE_EPOCH": "1611014400"]

    @Test("From a scenario to detections that other programs read")
    func wholeWay() throws {
        let folder = try TemporaryFolder()
        let sim = try Fixtures.simulated
        let scenes = try Executable.run(["scenes", sim + "/Imagery", "--json"])
        #expect(scenes.exitCode == 0)
        #expect((try scenes.json["scenes"] as? [[String: Any]])?.count == 4)
        #expect((try scenes.json["scenes"] as? [[String: Any]])?.allSatisfy { $0["simulated"] as? Bool == true } == true)

        let out = folder.file("out")
        let tile = sim + "/Imagery/33RXQ/"
        let diff = try Executable.run(["diff", tile + "2020-05-14.tif", tile + "2021-01-19.tif", "--output", out, "--json"])
        #expect(diff.exitCode == 0, "\(diff.complaints)")
        #expect(try diff.json["simulated"] as? Bool == true)
        let stem = "33RXQ/2020-05-14_2021-01-19"
        let written = Set(files(below: out).keys)
        for name in [
            "detections.geojson", "detections.gpkg", "run.json", "diffs/\(stem).png", "diffs/\(stem).pgw", "diffs/\(stem).png.aux.xml",
            "change/\(stem).tif",
        ] {
            #expect(written.contains(name), "\(name) is missing")
        }
        #expect(!written.contains { $0.contains("staging") })

        if OtherReader.has("gdalinfo") {
            for name in ["change/\(stem).tif", "diffs/\(stem).png"] {
                let read = try OtherReader.run("gdalinfo", [out + "/" + name])
                #expect(read.status == 0)
                #expect(read.output.contains("32633"))
                #expect(!read.output.contains("ERROR") && !read.output.contains("Warning"))
            }
        }
        if OtherReader.has("ogrinfo") {
            for name in ["detections.geojson", "detections.gpkg"] {
                let read = try OtherReader.run("ogrinfo", ["-ro", "-al", "-so", out + "/" + name])
                #expect(read.status == 0)
                #expect(!read.output.contains("ERROR") && !read.output.contains("Warning"))
            }
        }

        let score = try Executable.run(["score", out + "/detections.geojson", sim + "/truth.geojson", "--json"])
        #expect(score.exitCode == 0, "\(score.complaints)")
        #expect(try score.json["completeness"] as? Double ?? 0 > 0.5)

        #expect(try Executable.run(["verify", out]).exitCode == 0)
        let picture = URL(fileURLWithPath: out + "/diffs/\(stem).png")
        var bytes = try Data(contentsOf: picture)
        bytes[bytes.count / 2] ^= 1
        try bytes.write(to: picture)
        let verified = try Executable.run(["verify", out])
        #expect(verified.exitCode == 1)
        #expect((verified.output + verified.complaints).contains("\(stem).png"))
    }

    /// Circumstances that no file may show: workers, kernels, another processor as far as the C library and the drawing of pictures know it, language, time
    /// zone, and the order in which the disk has the files.
    @Test("The same input gives the same bytes, whatever the circumstances")
    func sameBytes() throws {
        let folder = try TemporaryFolder()
        let pipeline = try Fixtures.pipeline("imagery: Imagery\noutput: out\n", in: folder)
        let circumstances: [(name: String, jobs: String, isReversed: Bool, environment: [String: String])] = [
            ("one worker", "1", false, [:]),
            ("two workers", "2", true, ["LC_ALL": "de_DE.UTF-8", "LANGUAGE": "ar"]),
            ("seven workers", "7", false, ["TZ": "Asia/Kathmandu", "LC_ALL": "tr_TR.UTF-8"]),
            ("kernels for any processor", "2", true, ["TRENCHWATCH_KERNELS": "baseline"]),
            (
                "another processor", "3", false,
                [
                    "TRENCHWATCH_KERNELS": "baseline", "GLIBC_TUNABLES": "glibc.cpu.hwcaps=-AVX2,-FMA,-FMA4,-AVX512F,-AVX512VL,-AVX512BW",
                    "PIXMAN_DISABLE": "mmx sse2 ssse3", "OPENSSL_ia32cap": "~0x200000200000000",
                ]
            ),
        ]
        let scenes = try files(below: Fixtures.simulated + "/Imagery").sorted { $0.key < $1.key }
        var results: [(name: String, files: [String: Data])] = []
        for circumstance in circumstances {
            for name in ["out", "Imagery"] { try? FileManager.default.removeItem(atPath: folder.file(name)) }
            for (name, bytes) in circumstance.isReversed ? scenes.reversed() : scenes { try folder.write(bytes, to: "Imagery/" + name) }
            let outcome = try Executable.run(
                ["run", pipeline, "--jobs", circumstance.jobs, "--quiet"],
                environment: Self.fixedTime.merging(circumstance.environment) { $1 })
            #expect(outcome.exitCode == 0, "\(outcome.complaints)")
            // The library that draws says what it was told not to use.
            #expect(outcome.output.isEmpty || circumstance.environment["PIXMAN_DISABLE"] != nil)
            results.append((circumstance.name, files(below: folder.file("out"))))
        }
        #expect(results[0].files.keys.count { $0.hasSuffix(".png") } == 2)
        #expect(results[0].files.keys.contains("report.html") && results[0].files.keys.contains("detections.gpkg"))
        for other in results.dropFirst() {
            #expect(other.files.keys.sorted() == results[0].files.keys.sorted())
            for (name, bytes) in results[0].files { #expect(other.files[name] == bytes, "\(name) differs with \(other.name)") }
        }
        try checkGeoJSON(at: folder.file("out/detections.geojson"))
    }

    /// Here dates, splits, tiles and lines are worked on side by side.
    @Test("A series gives the same bytes with any number of workers")
    func sameBytesOfSeries() throws {
        let folder = try TemporaryFolder()
        try Fixtures.series(in: folder)
        let pipeline = try Fixtures.pipeline("imagery: Imagery\noutput: out\n", in: folder)
        var results: [[String: Data]] = []
        for jobs in ["1", "2", "6"] {
            let output = folder.file("out-" + jobs)
            let outcome = try Executable.run(["run", pipeline, "--output", output, "--jobs", jobs, "--quiet"], environment: Self.fixedTime)
            #expect(outcome.exitCode == 0, "\(outcome.complaints)")
            results.append(files(below: output))
        }
        #expect(results[0].keys.contains("momentary.geojson") && results[0].keys.contains("report.html"))
        for other in results.dropFirst() {
            #expect(other.keys.sorted() == results[0].keys.sorted())
            for (name, bytes) in results[0] { #expect(other[name] == bytes, "\(name) differs") }
        }
    }

    /// What stands in for a second machine: a processor in software, with instructions and arithmetic of its own making, by a program that the C library and all others
    /// believe.
    @Test(
        "Another machine gives the same bytes", .enabled(if: OtherReader.has("qemu-x86_64"), "needs qemu-x86_64 of qemu-user"),
        arguments: ["core2duo", "max"])
    func emulatedMachine(processor: String) throws {
        let folder = try TemporaryFolder()
        let tile = try Fixtures.simulated + "/Imagery/33RXQ/"
        let words = [
            "diff", tile + "2020-05-14.tif", tile + "2021-01-19.tif", "--quiet", "--outputs", "detections,picture,change,report",
            "--output",
        ]
        let here = try Executable.run(words + [folder.file("here")], environment: Self.fixedTime)
        #expect(here.exitCode == 0, "\(here.complaints)")
        let there = try OtherReader.run(
            "env",
            Self.fixedTime.map { "\($0)=\($1)" } + ["qemu-x86_64", "-cpu", processor, Executable.path] + words + [folder.file("there")])
        #expect(there.status == 0, "\(there.output)")
        let (ours, theirs) = (files(below: folder.file("here")), files(below: folder.file("there")))
        #expect(ours.count > 6 && ours.keys.sorted() == theirs.keys.sorted())
        for (name, bytes) in ours { #expect(theirs[name] == bytes, "\(name) differs") }
    }

    @Test("A dry run says what would be done and writes nothing")
    func dryRun() throws {
        let folder = try TemporaryFolder()
        let pipeline = try Fixtures.pipeline("imagery: \(Fixtures.simulated)/Imagery\noutput: out\n", in: folder)
        let outcome = try Executable.run(["run", pipeline, "--dry-run", "--json"])
        #expect(outcome.exitCode == 0)
        #expect((try outcome.json["pairs"] as? [Any])?.count == 2)
        #expect(!FileManager.default.fileExists(atPath: folder.file("out")))
    }

    @Test("Only the outputs that were asked for are written")
    func selection() throws {
        let folder = try TemporaryFolder()
        try Fixtures.writeScene(to: folder.file("2020-05-14.tif"), value: Fixtures.ground(onDate: 0))
        try Fixtures.writeScene(to: folder.file("2021-01-19.tif"), value: Fixtures.ground(onDate: 1))
        let outcome = try Executable.run([
            "diff", folder.file("2020-05-14.tif"), folder.file("2021-01-19.tif"), "--outputs", "change", "--output", folder.file("out"),
        ])
        #expect(outcome.exitCode == 0, "\(outcome.complaints)")
        let written = files(below: folder.file("out")).keys
        #expect(written.contains { $0.hasSuffix(".tif") })
        #expect(!written.contains { $0.hasSuffix(".png") || $0.hasSuffix(".geojson") || $0.hasSuffix(".gpkg") })
    }

    /// RFC 7946: no `crs`, longitude before latitude, outer rings anticlockwise and closed; and no more than 7 decimals.
    private func checkGeoJSON(at path: String) throws {
        let text = try String(contentsOfFile: path, encoding: .utf8)
        let root = try #require(JSONSerialization.jsonObject(with: Data(text.utf8)) as? [String: Any])
        #expect(root["type"] as? String == "FeatureCollection")
        #expect(root["crs"] == nil)
        let features = try #require(root["features"] as? [[String: Any]])
        #expect(!features.isEmpty)
        let keys: Set = [
            "id", "group", "kind", "status", "first_seen", "last_absent", "last_seen", "length_m", "width_m", "bearing_deg", "area_m2",
            "sign",
            "snr", "confidence", "false_alarms_per_1000_km2", "tiles", "scenes", "claims",
        ]
        for feature in features {
            let properties = try #require(feature["properties"] as? [String: Any])
            #expect(Set(properties.keys) == keys)
            let geometry = try #require(feature["geometry"] as? [String: Any])
            switch geometry["type"] as? String {
            case "LineString":
                #expect(properties["kind"] as? String == "linear")
                try checkPositions(#require(geometry["coordinates"] as? [[Double]]))
            case "Polygon":
                #expect(properties["kind"] as? String == "compact")
                let ring = try #require((geometry["coordinates"] as? [[[Double]]])?.first)
                checkPositions(ring)
                #expect(ring.count >= 4 && ring.first == ring.last)
                let doubledArea = zip(ring, ring.dropFirst()).reduce(0) { $0 + ($1.0[0] * $1.1[1] - $1.1[0] * $1.0[1]) }
                #expect(doubledArea > 0)
            default: Issue.record("an earthwork is a line or a polygon")
            }
        }
        #expect(!text.contains(/\[-?\d+\.\d{8,}/))
    }

    private func checkPositions(_ positions: [[Double]]) {
        #expect(positions.count >= 2)
        #expect(positions.allSatisfy { $0.count == 2 && (16...17.5).contains($0[0]) && (29...32).contains($0[1]) })
    }
}
