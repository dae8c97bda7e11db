import Foundation
import TestSupport
import Testing

/// A pipeline with scenes in a folder of its own, run with the same time stamp each time.
struct PipelineBench {
    let folder: TemporaryFolder
    let pipeline: String
    private static let environment = ["SOURCE_DATE_EPOCH": "1611014400"]

    /// - Parameter scenes: puts `Imagery` into the folder.
    init(scenes: (TemporaryFolder) throws -> Void = Fixtures.copyImagery) throws {
        folder = try TemporaryFolder()
        try scenes(folder)
        pipeline = try Fixtures.pipeline("imagery: Imagery\noutput: out\n", in: folder)
    }

    func run(
        _ arguments: [String] = [], output: String = "out", environment: [String: String] = [:]
    ) throws -> Executable.Outcome {
        try Executable.run(
            ["run", pipeline, "--output", folder.file(output)] + arguments, environment: Self.environment.merging(environment) { $1 })
    }

    /// The same, started and not waited for.
    func start(output: String = "out") throws -> Process {
        try Executable.start(["run", pipeline, "--output", folder.file(output), "--quiet"], environment: Self.environment)
    }

    /// A shell script with the program as `$0`, the pipeline as `$1` and the output folder as `$2`.
    func shell(_ script: String, output: String = "out", before: [String] = []) throws -> (status: Int32, output: String) {
        try Executable.shell(script, [pipeline, folder.file(output)], environment: Self.environment, before: before)
    }

    /// What stands in an output folder, by path.
    func outputs(_ output: String = "out") -> [String: Data] { files(below: folder.file(output)) }

    /// What a run writes that nothing disturbs.
    func undisturbed() throws -> [String: Data] {
        #expect(try run(output: "whole").exitCode == 0)
        return outputs("whole")
    }

    func expectSame(_ whole: [String: Data], output: String = "out", _ comment: Comment? = nil) {
        let out = outputs(output)
        #expect(out.keys.sorted() == whole.keys.sorted(), comment)
        for (name, bytes) in whole where out[name] != bytes {
            Issue.record("\(name) differs, \(comment.map(String.init(describing:)) ?? "")")
        }
    }
}
