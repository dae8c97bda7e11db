import ChangeDetection
import Claims
import Foundation
import Geodesy
import Raster
import Scenes

/// The batch job: every consecutive pair of usable dates of every tile, and the first against the last.
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
            var results = OutputAssembly(
                output: try StagedOutput(folder: file.output), outputs: options.outputs, parameters: parameters, summary: summary)
            let meter = ProgressMeter(count: planned.count + stacks.count { $0.scenes.count > 2 }, handler: progress)
            for stack in stacks { try process(stack, area: area, into: &results, meter: meter) }
            guard !results.summary.pairs.isEmpty else { throw nothingToCompare(inventory, results.summary) }
            return try results.publish(weighing: register)
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
                for scene in dates {
                    summary.refused.append(
                        RefusedInput(
                            input: scene.files.first ?? scene.name,
                            reason: "tile \(tile) has one usable date only (\(scene.name)); change needs two"))
                }
                return nil
            }
            return TileStack(tile: tile, scenes: dates)
        }
    }

    private func process(
        _ stack: TileStack, area: AreaOfInterest?, into results: inout OutputAssembly, meter: ProgressMeter
    ) throws {
        var scenes = stack.scenes
        // From three dates on the tile is searched as one stack; the pairs then show what came between them.
        var known: [Earthwork]?
        while scenes.count > 2, known == nil, options.since == nil {
            let (found, culprit) = try results.add(
                scenes, tile: stack.tile, bands: file.scenes.bands, settings: settings, jobs: options.jobs, area: area, meter: meter)
            known = found
            guard let culprit else { break }
            scenes.removeAll { $0 == culprit }
        }
        var index = 0
        while index + 1 < scenes.count {
            let (before, after) = (scenes[index], scenes[index + 1])
            if !isWanted(after) {
                index += 1
                continue
            }
            if let culprit = try results.add(job(stack.tile, before, after, known), area: area, isConsecutive: true, meter: meter) {
                // The culprit's neighbours are compared with each other instead.
                scenes.removeAll { $0 == culprit }
                index = max(0, index - 1)
                if index + 1 < scenes.count, results.holds(scenes[index], scenes[index + 1], tile: stack.tile) { index += 1 }
            } else {
                index += 1
            }
        }
        if scenes.count > 2, let first = scenes.first, let last = scenes.last, isWanted(last) {
            _ = try results.add(job(stack.tile, first, last, known), area: area, isConsecutive: false, meter: meter)
        }
    }

    private func isWanted(_ scene: SceneDescription) -> Bool {
        guard let since = options.since, let date = scene.date else { return true }
        return date >= since
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

    private func job(_ tile: String, _ before: SceneDescription, _ after: SceneDescription, _ known: [Earthwork]?) -> PairJob {
        PairJob(
            before: before, after: after, tile: tile, bands: file.scenes.bands, settings: settings, outputs: options.outputs,
            jobs: options.jobs, known: known)
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
