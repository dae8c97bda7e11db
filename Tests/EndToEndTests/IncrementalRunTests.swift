import Foundation
import TestSupport
import Testing

@Suite("A run after another")
struct IncrementalRunTests {
    private let bench: PipelineBench
    private var folder: TemporaryFolder { bench.folder }
    private static let newest = "Imagery/33RXQ/2021-01-19.tif"

    init() throws { bench = try PipelineBench(scenes: Fixtures.series) }

    private func run(_ arguments: String..., output: String = "out") throws -> Executable.Outcome {
        try bench.run(arguments, output: output)
    }

    private func computed(_ outcome: Executable.Outcome) throws -> [String: Int] {
        try #require(outcome.json["computed"] as? [String: Int])
    }

    private func hide(_ name: String) throws {
        try FileManager.default.moveItem(atPath: folder.file(name), toPath: folder.file("hidden.tif"))
    }

    private func show(_ name: String) throws {
        try FileManager.default.moveItem(atPath: folder.file("hidden.tif"), toPath: folder.file(name))
    }

    /// When the files below `out` whose path holds `word` were written.
    private func times(_ word: String = "") throws -> [String: Date] {
        var times: [String: Date] = [:]
        for name in bench.outputs().keys where word.isEmpty || name.contains(word) {
            times[name] = try FileManager.default.attributesOfItem(atPath: folder.file("out/" + name))[.modificationDate] as? Date
        }
        return times
    }

    @Test("The second computes nothing, prints nothing and touches nothing")
    func second() throws {
        #expect(try run().output.isEmpty == false)
        let before = bench.outputs()
        let stamps = try times()
        let again = try run()
        #expect(again.exitCode == 0)
        #expect(again.output.isEmpty && again.complaints.isEmpty)
        #expect(bench.outputs() == before)
        #expect(try times() == stamps)
        let asked = try run("--json")
        #expect(try asked.json["unchanged"] as? Bool == true)
        #expect(try computed(asked).isEmpty)
        #expect(try run("--summary").output.contains("linear earthwork"))
    }

    @Test("A date that is added is computed alone, and the result is that of a run on all")
    func addedDate() throws {
        try hide(Self.newest)
        #expect(try run().exitCode == 0)
        let stamps = try times("33RXP")
        try show(Self.newest)
        let added = try run("--json")
        #expect(added.exitCode == 0, "\(added.complaints)")
        let work = try computed(added)
        // The date against the reference, and its pairs with its neighbour and with the first; one tile is searched.
        #expect(work["date"] == 1)
        #expect(work["pair"] == 2)
        #expect(work["search"] == 1)
        let news = try #require(added.json["news"] as? [String: Any])
        #expect(news["added_scenes"] as? [String] == ["33RXQ 2021-01-19"])
        #expect(try times("33RXP") == stamps, "the other tile's files were written again")

        #expect(try run(output: "fresh").exitCode == 0)
        let (grown, fresh) = (bench.outputs(), bench.outputs("fresh"))
        #expect(grown.keys.sorted() == fresh.keys.sorted())
        for (name, bytes) in fresh where name.hasPrefix("change/") { #expect(grown[name] == bytes, "\(name) differs") }
        #expect(try Executable.run(["verify", folder.file("out")]).exitCode == 0)
    }

    @Test("A scene that is taken away takes its pairs with it")
    func removedDate() throws {
        #expect(try run().exitCode == 0)
        try hide(Self.newest)
        let outcome = try run()
        #expect(outcome.exitCode == 0)
        #expect(outcome.output.contains("scenes no longer there: 33RXQ 2021-01-19"))
        let left = bench.outputs().keys
        #expect(!left.contains { $0.contains("33RXQ") && $0.contains("2021-01-19") })
        #expect(left.contains("diffs/33RXQ/2020-05-14_2020-11-20.png"))
        #expect(try Executable.run(["verify", folder.file("out")]).exitCode == 0)
    }

    @Test("A scene whose bytes are replaced under its name is computed again")
    func replacedDate() throws {
        #expect(try run().exitCode == 0)
        let old = FileManager.default.contents(atPath: folder.file("out/change/33RXQ/2020-11-20_2021-01-19.tif"))
        try FileManager.default.removeItem(atPath: folder.file(Self.newest))
        try FileManager.default.copyItem(atPath: folder.file("Imagery/33RXQ/2020-08-12.tif"), toPath: folder.file(Self.newest))
        let outcome = try run("--json")
        // The same pixels under two dates cannot be two looks at the ground; or they are compared anew. Either way the old result is gone.
        let new = FileManager.default.contents(atPath: folder.file("out/change/33RXQ/2020-11-20_2021-01-19.tif"))
        #expect(new != old)
        #expect(outcome.exitCode == 0 || outcome.exitCode == 3)
    }

    @Test("Files that are removed or changed are made again, and nothing else")
    func heals() throws {
        #expect(try run().exitCode == 0)
        let whole = bench.outputs()
        try FileManager.default.removeItem(atPath: folder.file("out/diffs/33RXQ"))
        try FileManager.default.removeItem(atPath: folder.file("out/change/33RXP/2020-05-14_2020-08-12.tif"))
        try folder.write("spoilt".utf8, to: "out/detections.geojson")
        let outcome = try run("--json")
        let work = try computed(outcome)
        #expect(work["picture"] == 4)
        #expect(work["pair"] == 1)
        #expect(work["date"] == nil && work["search"] == nil)
        #expect(bench.outputs() == whole)
    }

    @Test("What a run was not asked for stays as it was", arguments: ["picture", "report", "change"])
    func outputsNotAskedFor(_ asked: String) throws {
        #expect(try run().exitCode == 0)
        let before = bench.outputs()
        let records = ["detections.geojson", "detections.qml", "detections.gpkg", "momentary.geojson"]
        for name in records { try #require(before[name] != nil, "\(name) is missing from a full run") }
        #expect(try run("--outputs", asked).exitCode == 0)
        let after = bench.outputs()
        for name in records { #expect(after[name] == before[name], "\(name) was changed or taken away") }
    }

    @Test("A damaged ledger is put aside in words, and all is computed again")
    func damagedLedger() throws {
        #expect(try run().exitCode == 0)
        let whole = bench.outputs()
        try folder.write("no database at all, but long enough to be taken for one".utf8, to: "out/.trenchwatch/ledger.sqlite")
        let outcome = try run()
        #expect(outcome.exitCode == 0)
        #expect(outcome.complaints.contains("the ledger of earlier runs is damaged"))
        #expect(bench.outputs() == whole)
        #expect(try run().output.isEmpty)
    }

    @Test("New findings end with 10 once")
    func exitCode() throws {
        #expect(try run("--exit-code", "--quiet").exitCode == 10)
        #expect(try run("--exit-code", "--quiet").exitCode == 0)
    }
}
