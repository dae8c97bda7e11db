import ChangeDetection
import Claims
import Foundation
import Geodesy
import Raster
import Scenes

/// The batch job: all usable dates of every tile together, and every consecutive pair of them for its picture and change raster.
///
/// What earlier runs into the same folder have computed on the same bytes is not computed again.
public struct PipelineRun: Sendable {
    private let file: PipelineFile
    private let options: RunOptions

    public init(file: PipelineFile, options: RunOptions) {
        self.file = file
        self.options = options
    }

    /// - Throws: `RunLockedError`; errors that end the whole run, such as a missing imagery folder or no tile with two dates. What is wrong with
    ///   one scene is in the summary's `refused`, and the rest goes on.
    public func run(progress: @escaping ProgressHandler) throws -> RunSummary {
        let register = try file.claims.map(ClaimsRegister.init(path:))
        let inventory = try SceneFinder.find(in: file.imagery)
        var summary = RunSummary(output: file.output)
        summary.isDryRun = options.dryRun
        summary.warnings = inventory.warnings
        summary.refused = inventory.refused.map { RefusedInput(input: $0.path, reason: $0.reason) }
        let stacks = tileStacks(inventory.scenes, summary: &summary)
        let planned = stacks.flatMap { stack in PairPlan.pairs(stack.scenes.map(\.name)).map { (stack.tile, $0) } }
        guard !planned.isEmpty else { throw nothingToCompare(inventory, summary) }
        if options.dryRun {
            summary.pairs = planned.map {
                RunSummary.Pair(tile: $0.0, before: $0.1.before, after: $0.1.after, linearCount: 0, compactCount: 0, linearLengthMetres: 0)
            }
            summary.exitCode = summary.refused.isEmpty ? .done : .someInputRefused
            return summary
        }

        let lock = try RunLock(folder: file.output)
        return try withExtendedLifetime(lock) {
            let area = try file.area.map(AreaOfInterest.init(path:))
            let ledger = try Ledger(outputFolder: file.output)
            summary.warnings += ledger.warnings
            let steps = try StepStore(ledger: ledger)
            let output = try StagedOutput(folder: file.output)
            let meter = ProgressMeter(count: stacks.count + 1, handler: progress)
            var tiles: [TileResult] = []
            for stack in stacks {
                let tile = TileRun(
                    tile: stack.tile, bands: file.scenes.bands, settings: settings, outputs: options.outputs, jobs: options.jobs,
                    since: options.since, steps: steps, output: output)
                let outcome = try tile.run(stack.scenes) { meter.report("\(stack.tile), \(stack.scenes.count) dates", $0) }
                meter.finishOne()
                summary.refused += outcome.refused
                summary.warnings += outcome.warnings
                if let result = outcome.result { tiles.append(result) }
            }
            guard tiles.contains(where: { !$0.pairs.isEmpty }) else { throw nothingToCompare(inventory, summary) }
            var results = OutputAssembly(
                tiles, output: output, outputs: options.outputs, parameters: parameters, steps: steps, summary: summary)
            var done = try results.publish(area: area, weighing: register, jobs: options.jobs) { meter.report("pictures", $0) }
            if options.exitCodeForFindings, done.news.map({ !$0.found.isEmpty }) ?? (done.linearCount + done.compactCount > 0) {
                done.exitCode = .newFindings
            }
            return done
        }
    }

    /// A tile's usable dates, oldest first.
    private struct TileStack {
        let tile: String
        var scenes: [SceneDescription]
    }

    private func tileStacks(_ scenes: [SceneDescription], summary: inout RunSummary) -> [TileStack] {
        let chosen = scenes.filter { scene in
            guard let date = scene.date else { return false }
            return date >= (file.scenes.from ?? date) && date <= (file.scenes.until ?? date)
        }
        let byTile = Dictionary(grouping: chosen) { $0.tile ?? "scene" }
        return byTile.keys.sorted().compactMap { tile in
            let dates = (byTile[tile] ?? []).sorted {
                ($0.date.map(\.daysSince1970) ?? 0, $0.name) < ($1.date.map(\.daysSince1970) ?? 0, $1.name)
            }
            guard dates.count > 1 else {
                summary.refused += dates.map { TileRun.alone($0, tile: tile) }
                return nil
            }
            return TileStack(tile: tile, scenes: dates)
        }
    }

    private var parameters: RunParameters {
        RunParameters(
            falseAlarmsPer1000SquareKilometres: file.detect.falseAlarmsPer1000SquareKilometres,
            minimumLengthMetres: file.detect.minimumLengthMetres, bands: file.scenes.bands, from: file.scenes.from,
            until: file.scenes.until,
            since: options.since, outputs: options.outputs.names, pipeline: URL(fileURLWithPath: file.path).standardizedFileURL.path,
            imagery: file.imagery, area: file.area)
    }

    private var settings: DetectionSettings {
        DetectionSettings(
            falseAlarmsPer1000SquareKilometres: file.detect.falseAlarmsPer1000SquareKilometres,
            minimumLengthMetres: file.detect.minimumLengthMetres)
    }

    private func nothingToCompare(_ inventory: SceneInventory, _ summary: RunSummary) -> InputError {
        let reasons = summary.refused.prefix(5).map { "\($0.input): \($0.reason)" }
        let more = summary.refused.count > 5 ? "; and \(summary.refused.count - 5) more" : ""
        let because = reasons.isEmpty ? "" : " (" + reasons.joined(separator: "; ") + more + ")"
        if inventory.scenes.isEmpty {
            return InputError(
                path: file.imagery, problem: "no dated scene was found\(because)",
                advice: "put GeoTIFF or PNG scenes there, named with their date, such as 33RXQ/2021-01-19.tif")
        }
        return InputError(
            path: file.imagery, problem: "no tile has two usable dates\(because)",
            advice: "add a second date of the same tile, or widen 'scenes' in the pipeline file")
    }
}

/// Which dates of a tile are compared.
enum PairPlan {
    static func pairs(_ names: [String]) -> [(before: String, after: String)] {
        var pairs = zip(names, names.dropFirst()).map { (before: $0, after: $1) }
        if names.count > 2 { pairs.append((names[0], names[names.count - 1])) }
        return pairs
    }
}
