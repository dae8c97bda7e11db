import Foundation
import Raster

/// `repeat`: a run or diff once more, from nothing but its manifest and the inputs that it names, to see whether the same bytes come out.
public struct RepeatedRun: Sendable {
    private let folder: String
    private let manifest: Manifest
    private let output: String
    private let jobs: Int

    /// - Parameters:
    ///   - folder: the output folder of the run to be repeated.
    ///   - output: where the repeated one writes; another folder.
    ///   - jobs: worker threads; nothing depends on it.
    /// - Throws: `InputError` where there is no manifest, it does not say what was run, or an input is not what it was.
    public init(of folder: String, output: String, jobs: Int) throws {
        self.folder = folder
        self.output = URL(fileURLWithPath: output).standardizedFileURL.path
        self.jobs = jobs
        manifest = try Manifest(path: folder + "/run.json")
        guard URL(fileURLWithPath: folder).resolvingSymlinksInPath() != URL(fileURLWithPath: output).resolvingSymlinksInPath() else {
            throw InputError(path: output, problem: "is the folder of the run itself", advice: "give another --output")
        }
        let inputs = try OutputVerification(inputsOf: manifest)
        if let first = (inputs.inputsChanged + inputs.inputsMissing).first {
            let more = inputs.inputsChanged.count + inputs.inputsMissing.count - 1
            throw InputError(
                path: first.path, problem: "is not the input that it was: \(first.problem)" + (more > 0 ? "; and so are \(more) more" : ""),
                advice: "bring the inputs back to where the manifest has them")
        }
    }

    /// What is otherwise here than where the manifest was written, and may be why other bytes come out: one line each.
    public var differences: [String] {
        var lines: [String] = []
        if manifest.program != Version.program { lines.append("made by \(manifest.program), repeated by \(Version.program)".oneLine) }
        for name in Set(manifest.libraries.keys).union(Version.libraries.keys).sorted() {
            let (then, now) = (manifest.libraries[name] ?? "none", Version.libraries[name] ?? "none")
            if then != now { lines.append("made with \(name) \(then), repeated with \(now)".oneLine) }
        }
        let gone = (manifest.unused ?? []).filter { !FileManager.default.fileExists(atPath: $0) }
        if let first = gone.first {
            let more = gone.count > 1 ? " and \(gone.count - 1) more" : ""
            lines.append("\(first)\(more): no longer there; the run did not use it, but its report may hold a word on it".oneLine)
        }
        return lines
    }

    /// Runs it, and holds every output against the manifest.
    ///
    /// - Throws: what `run` and `diff` throw; `InputError` where the output folder is not empty.
    public func run(progress: @escaping ProgressHandler, notice: (String) -> Void) throws -> OutputVerification {
        let there = (try? FileManager.default.contentsOfDirectory(atPath: output)) ?? []
        guard there.isEmpty else {
            throw InputError(path: output, problem: "is not empty", advice: "give a new folder, so that nothing of an earlier run is used")
        }
        guard let moment = SourceDateEpoch.seconds(timeStamp: manifest.created) else {
            throw InputError(path: folder + "/run.json", problem: "'created' is no time: '\(manifest.created)'".oneLine)
        }
        // The one time stamp that outputs have is then that of the first run.
        setenv("SOURCE_DATE_EPOCH", String(moment), 1)
        var options = RunOptions(jobs: jobs, since: manifest.parameters.since)
        guard let outputs = OutputSelection(list: manifest.parameters.outputs.joined(separator: ",")) else {
            throw InputError(path: folder + "/run.json", problem: "'outputs' names none that this program makes")
        }
        options.outputs = outputs
        let parameters = manifest.parameters
        if let before = parameters.before, let after = parameters.after {
            _ = try DiffJob(before: before, after: after, output: output, options: options).run(progress: progress)
        } else if let pipeline = parameters.pipeline {
            var file = try PipelineFile(path: pipeline, imagery: parameters.imagery, output: output)
            // Whoever waits for the scheduled run is not to hear of this one.
            file.schedule = PipelineFile.Schedule()
            options.inputs = Set(manifest.inputs.map(\.path)).union(manifest.refused.map(\.input)).union(manifest.unused ?? [])
            options.names = manifest.names ?? [:]
            _ = try PipelineRun(file: file, options: options).run(progress: progress, notice: notice)
        } else {
            throw InputError(path: folder + "/run.json", problem: "names neither a pipeline nor two scenes")
        }
        return try OutputVerification(of: output, against: manifest)
    }
}
