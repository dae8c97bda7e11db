import Foundation
import TestSupport
import Testing

@Suite("A run under odd circumstances")
struct RunFaultsTests {
    private let bench: PipelineBench
    private var folder: TemporaryFolder { bench.folder }

    init() throws { bench = try PipelineBench() }

    private func run(_ arguments: String..., output: String = "out") throws -> Executable.Outcome {
        try bench.run(arguments, output: output)
    }

    @Test("No scene since a day is an error in words, whatever the tiles hold", arguments: [[], ["--dry-run"]])
    func sinceBeyondAll(arguments: [String]) throws {
        let outcome = try Executable.run(["run", bench.pipeline, "--since", "2022-01-01"] + arguments)
        if arguments.isEmpty {
            #expect(outcome.exitCode == 1)
            #expect(outcome.complaints.contains("no tile has a usable scene of 2022-01-01 or later"))
        } else {
            #expect(outcome.exitCode == 0)
            #expect(outcome.output.contains("0 pairs"))
        }
        #expect(!FileManager.default.fileExists(atPath: folder.file("out")))
    }

    @Test("A tile whose two dates lie before a day is weighed and gets no files, beside one that goes on")
    func sinceBetween() throws {
        try FileManager.default.moveItem(
            atPath: folder.file("Imagery/33RXQ/2021-01-19.tif"), toPath: folder.file("Imagery/33RXQ/2021-02-19.tif"))
        let outcome = try run("--since", "2021-02-01")
        #expect(outcome.exitCode == 0, "\(outcome.complaints)")
        let names = bench.outputs().keys
        #expect(names.contains("change/33RXQ/2020-05-14_2021-02-19.tif"))
        #expect(!names.contains { $0.contains("33RXP") })
        #expect(try run("--since", "2021-02-01").output.isEmpty)
    }

    @Test("Files of a kind that a run is not asked for stay known: they are used again, or go with their scene")
    func changingOutputs() throws {
        #expect(try run().exitCode == 0)
        let whole = bench.outputs()
        for kinds in ["detections", "picture", "report,change"] { #expect(try run("--outputs", kinds).exitCode == 0) }
        let again = try run("--json")
        #expect(try #require(again.json["computed"] as? [String: Int]).isEmpty)
        #expect(bench.outputs() == whole)

        #expect(try run("--outputs", "detections").exitCode == 0)
        try FileManager.default.removeItem(atPath: folder.file("Imagery/33RXP"))
        #expect(try run("--outputs", "report").exitCode == 0)
        #expect(try run().exitCode == 0)
        #expect(!bench.outputs().keys.contains { $0.contains("33RXP") })
    }

    @Test("What a run writes is no imagery, wherever it writes", arguments: ["Imagery/out", "Imagery/33RXQ/out", "Imagery"])
    func outputWithinImagery(output: String) throws {
        #expect(try run(output: output).exitCode == 0)
        let again = try run(output: output)
        #expect(again.exitCode == 0)
        #expect(again.output.isEmpty && again.complaints.isEmpty)
    }

    @Test("An empty name for the output is wrong usage")
    func emptyOutput() throws {
        #expect(try Executable.run(["run", bench.pipeline, "--output", ""]).exitCode == 2)
    }

    @Test("A limit on the size of files is a failure that leaves nothing half-done")
    func fileSizeLimit() throws {
        #expect(try bench.shell(#"ulimit -f 20; exec "$0" run "$1" --output "$2""#).status == 1)
        #expect(bench.outputs().isEmpty)
        #expect(try run().exitCode == 0)
        #expect(try Executable.run(["verify", folder.file("out")]).exitCode == 0)
    }

    @Test("Closed standard streams spoil no file")
    func closedStreams() throws {
        #expect(try run(output: "whole").exitCode == 0)
        #expect(try bench.shell(#"exec "$0" run "$1" --output "$2" <&- >&- 2>&-"#).status == 1)
        #expect(bench.outputs() == bench.outputs("whole"))
    }

    @Test("A file that is half there is refused until it is whole")
    func halfCopied() throws {
        let name = "Imagery/33RXQ/2021-01-19.tif"
        let whole = try #require(FileManager.default.contents(atPath: folder.file(name)))
        try folder.write(whole.prefix(whole.count / 2), to: name)
        let refused = try run()
        #expect(refused.exitCode == 3)
        #expect(refused.complaints.contains("2021-01-19.tif"))
        #expect(try run().complaints.isEmpty, "it was told before")
        try folder.write(whole.prefix(10), to: name)
        #expect(try run().complaints.isEmpty == false, "another reason was not told")
        try folder.write(whole, to: name)
        #expect(try run().exitCode == 0)
        #expect(FileManager.default.fileExists(atPath: folder.file("out/change/33RXQ/2020-05-14_2021-01-19.tif")))
    }
}
