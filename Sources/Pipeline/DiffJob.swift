import Foundation
import Raster
import RasterIO
import Scenes

/// `diff`: two scenes, no claims.
public struct DiffJob: Sendable {
    private let before: String
    private let after: String
    private let output: String
    private let options: RunOptions

    /// - Parameters `before`, `after`: a raster file or a folder with one file a band. `output`: the folder to write to.
    public init(before: String, after: String, output: String, options: RunOptions) {
        self.before = before
        self.after = after
        self.output = output
        self.options = options
    }

    /// - Throws: `InputError` where a scene cannot be used or the two cannot be compared, `OutputError`, `RunLockedError`.
    public func run(progress: @escaping ProgressHandler) throws -> RunSummary {
        let first = try SceneFinder.scene(at: before)
        let second = try SceneFinder.scene(at: after)
        var (earlier, later) = (first.scene, second.scene)
        if earlier.name == later.name {
            // Two files of one name or date: what distinguishes them is which is which.
            earlier.name += "-before"
            later.name += "-after"
        }
        let settings = DetectionSettings()
        var summary = RunSummary(output: output)
        summary.warnings = first.warnings + second.warnings
        let folder = URL(fileURLWithPath: output).standardizedFileURL.path
        let lock = try RunLock(folder: folder)
        return try withExtendedLifetime(lock) {
            let steps = try StepStore(ledger: nil)
            let staged = try StagedOutput(folder: folder)
            let meter = ProgressMeter(count: 2, handler: progress)
            let name = earlier.tile ?? later.tile ?? "scene"
            let cache = DecodedBlockCache(budget: TileRun.decodedBytesAtMost)
            let tile = TileRun(
                tile: name, bands: nil, settings: settings, outputs: options.outputs, jobs: options.jobs, since: nil, steps: steps,
                output: staged, cache: cache)
            let stage = "\(name) \(earlier.name) → \(later.name)"
            let outcome = try tile.run([earlier, later]) { meter.report(stage, $0, of: 0) }
            guard let result = outcome.result, !result.pairs.isEmpty else {
                let refused = outcome.refused.first
                throw InputError(path: refused?.input, problem: refused?.reason ?? "the two scenes cannot be compared")
            }
            summary.warnings += outcome.warnings
            var results = OutputAssembly(
                [result], title: "Change from \(earlier.name) to \(later.name), \(name)", output: staged, outputs: options.outputs,
                parameters: RunParameters(
                    falseAlarmsPer1000SquareKilometres: settings.falseAlarmsPer1000SquareKilometres,
                    minimumLengthMetres: settings.minimumLengthMetres, outputs: options.outputs.names,
                    before: URL(fileURLWithPath: before).standardizedFileURL.path,
                    after: URL(fileURLWithPath: after).standardizedFileURL.path),
                steps: steps, summary: summary, jobs: options.jobs)
            var done = try results.publish { meter.report("picture", $0, of: 1) }
            // Of the folder, and so nothing that the report says.
            if let warning = lock.warning { done.warnings.append(warning) }
            return done
        }
    }
}
