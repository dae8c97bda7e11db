import ChangeDetection
import Claims
import Foundation
import Geodesy
import Raster
import RasterIO
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

    /// - Parameter notice: gets one line at a time of what went wrong beside the work: with an earlier ledger, or with those who are told of the run.
    /// - Throws: `RunLockedError`; errors that end the whole run, such as a missing imagery folder or no tile with two dates. What is wrong with
    ///   one scene is in the summary's `refused`, and the rest goes on.
    public func run(progress: @escaping ProgressHandler, notice: (String) -> Void = { _ in }) throws -> RunSummary {
        if options.dryRun { return try plan().summary }
        let reporter = try RunReporter(schedule: file.schedule, pipeline: file.name)
        do {
            let (summary, newest) = try work(progress: progress, notice: notice) { reporter.started().forEach(notice) }
            reporter.finished(summary, outputFolder: file.output, newestScene: newest).forEach(notice)
            return summary
        } catch {
            reporter.failed(error).forEach(notice)
            throw error
        }
    }

    /// What is there to do.
    private func plan() throws -> (inventory: SceneInventory, stacks: [TileStack], summary: RunSummary) {
        let inventory = try SceneFinder.find(in: file.imagery, besides: file.output, only: options.inputs)
        var summary = RunSummary(output: file.output)
        summary.isDryRun = options.dryRun
        summary.warnings = inventory.warnings
        summary.refused = inventory.refused.map { RefusedInput(input: $0.path, reason: $0.reason) }
        let stacks = tileStacks(inventory.scenes, summary: &summary)
        guard !stacks.isEmpty else { throw nothingToCompare(inventory, summary) }
        guard options.dryRun else {
            guard stacks.contains(where: { !PairPlan.pairs($0.scenes, since: options.since).isEmpty }) else {
                throw InputError(
                    path: file.imagery, problem: "no tile has a usable scene of \(options.since.map(String.init) ?? "any day") or later",
                    advice: "give --since an earlier day, or leave it out")
            }
            return (inventory, stacks, summary)
        }
        summary.pairs = stacks.flatMap { stack in
            PairPlan.pairs(stack.scenes, since: options.since).map { pair in
                RunSummary.Pair(
                    tile: stack.tile, before: stack.scenes[pair.before].name, after: stack.scenes[pair.after].name, linearCount: 0,
                    compactCount: 0, linearLengthMetres: 0)
            }
        }
        summary.exitCode = summary.refused.isEmpty ? .done : .someInputRefused
        return (inventory, stacks, summary)
    }

    /// - Parameter begun: called when the lock is held.
    /// - Returns: what was done, and the newest scene that was used.
    private func work(progress: @escaping ProgressHandler, notice: (String) -> Void, begun: () -> Void) throws -> (
        RunSummary, newest: CalendarDate?
    ) {
        let register = try file.claims.map(ClaimsRegister.init(path:))
        let area = try file.area.map(AreaOfInterest.init(path:))
        let (inventory, stacks, planned) = try plan()
        var summary = planned
        let lock = try RunLock(folder: file.output)
        return try withExtendedLifetime(lock) {
            if let warning = lock.warning { notice(warning) }
            begun()
            let ledger = try Ledger(outputFolder: file.output)
            ledger.warnings.forEach(notice)
            let steps = try StepStore(ledger: ledger)
            let output = try StagedOutput(folder: file.output)
            let cache = DecodedBlockCache(budget: TileRun.decodedBytesAtMost)
            let meter = ProgressMeter(count: stacks.count + (register == nil ? 1 : 2), handler: progress)
            var tiles: [TileResult] = []
            for group in groups(stacks) {
                try WorkerPool.mapInOrder(count: group.tiles.count, jobs: group.together, window: 4 * group.together) { k in
                    let index = group.tiles.lowerBound + k
                    let stack = stacks[index]
                    let tile = TileRun(
                        tile: stack.tile, bands: file.scenes.bands, settings: settings, outputs: options.outputs,
                        jobs: max(1, options.jobs / group.together), since: options.since, steps: steps, output: output,
                        cache: group.together == 1 ? cache : DecodedBlockCache(budget: TileRun.decodedBytesAtMost / group.together),
                        isAlone: group.together == 1)
                    return try tile.run(stack.scenes) { meter.report("\(stack.tile), \(stack.scenes.count) dates", $0, of: index) }
                } consume: { k, outcome in
                    let index = group.tiles.lowerBound + k
                    meter.report("\(stacks[index].tile), \(stacks[index].scenes.count) dates", 1, of: index)
                    summary.refused += outcome.refused
                    summary.warnings += outcome.warnings
                    if let result = outcome.result { tiles.append(result) }
                }
            }
            guard tiles.contains(where: { !$0.pairs.isEmpty }) else { throw nothingToCompare(inventory, summary) }
            let power = PowerByInjection(tiles, settings: settings, steps: steps, jobs: options.jobs) { tile in
                try tile.scenes.map { try SceneReader($0, bands: tile.bands, cache: cache) }
            } progress: { tile, done in
                meter.report("\(tile), what would have been found", done, of: stacks.count)
            }
            var results = OutputAssembly(
                tiles, title: file.name, output: output, outputs: options.outputs, parameters: parameters, steps: steps, summary: summary,
                jobs: options.jobs)
            var done = try results.publish(area: area, weighing: register, power: power, named: options.names, lookingAt: inventory.files) {
                meter.report("pictures", $0, of: stacks.count + (register == nil ? 0 : 1))
            }
            if options.exitCodeForFindings, done.news.map({ !$0.found.isEmpty }) ?? (done.linearCount + done.compactCount > 0) {
                done.exitCode = .newFindings
            }
            return (done, tiles.flatMap(\.scenes).compactMap(\.date).max())
        }
    }

    /// A tile's usable dates, oldest first.
    private struct TileStack {
        let tile: String
        var scenes: [SceneDescription]
    }

    /// Runs of neighbouring tiles and how many of each are worked on side by side: small tiles, of which one alone cannot keep all threads busy.
    private func groups(_ stacks: [TileStack]) -> [(tiles: Range<Int>, together: Int)] {
        var groups: [(tiles: Range<Int>, together: Int)] = []
        var start = 0
        var largest = 0
        for (index, stack) in stacks.enumerated() {
            let bytes = TileRun.bytes(stack.scenes)
            let isSmall = WorkerPool.together(count: options.jobs, jobs: options.jobs, bytesEach: max(bytes, largest)) == options.jobs
            if !isSmall, index > start {
                groups.append((start..<index, WorkerPool.together(count: index - start, jobs: options.jobs, bytesEach: largest)))
                (start, largest) = (index, 0)
            }
            largest = max(largest, bytes)
        }
        if start < stacks.count {
            groups.append(
                (start..<stacks.count, WorkerPool.together(count: stacks.count - start, jobs: options.jobs, bytesEach: largest)))
        }
        return groups
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

/// Which dates of a tile are compared with each other, for pictures and change rasters: neighbours in time, and the first with the last.
enum PairPlan {
    /// - Parameters:
    ///   - scenes: oldest first.
    ///   - since: pairs whose later date lies before are left out.
    /// - Returns: indices.
    static func pairs(_ scenes: [SceneDescription], since: CalendarDate?) -> [(before: Int, after: Int)] {
        var pairs = scenes.indices.dropFirst().map { (before: $0 - 1, after: $0) }
        if scenes.count > 2 { pairs.append((0, scenes.count - 1)) }
        guard let since else { return pairs }
        return pairs.filter { scenes[$0.after].date.map { $0 >= since } ?? true }
    }
}
