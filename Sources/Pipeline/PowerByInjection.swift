import ChangeDetection
import Claims
import Raster
import RasterIO
import Scenes

/// Answers what would have been found, by implants in the run's own scenes. They are made when the first claim asks, and kept by the ledger.
final class PowerByInjection: Sendable {
    private let tiles: [TileResult]
    private let settings: DetectionSettings
    private let steps: StepStore
    private let jobs: Int
    private let sources: @Sendable (TileResult) throws -> [any SceneSource]
    private let progress: @Sendable (String, Double) -> Void
    private let known = Guarded<RecoveredPower?>(nil)
    private let notes = Guarded<[String]>([])

    /// - Parameters:
    ///   - sources: opens a tile's dates.
    ///   - progress: a tile and 0…1.
    init(
        _ tiles: [TileResult], settings: DetectionSettings, steps: StepStore, jobs: Int,
        sources: @escaping @Sendable (TileResult) throws -> [any SceneSource], progress: @escaping @Sendable (String, Double) -> Void
    ) {
        self.tiles = tiles
        self.settings = settings
        self.steps = steps
        self.jobs = jobs
        self.sources = sources
        self.progress = progress
    }

    func answer(_ question: PowerQuestion) throws -> DetectionPower? {
        try known.withLock { known in
            let power = try known ?? RecoveredPower(outcomes: outcomes())
            known = power
            return try power.answer(question)
        }
    }

    /// The tiles that could not be asked, and why.
    var warnings: [String] { notes.withLock { $0 } }

    /// Tiles are asked side by side: most of the work on a small one does not divide.
    private func outcomes() throws -> [InjectionOutcome] {
        let shares = Guarded([Double](repeating: 0, count: tiles.count))
        let jobsEach = max(1, jobs / max(1, tiles.count))
        var found: [InjectionOutcome] = []
        try WorkerPool.mapInOrder(count: tiles.count, jobs: jobs, window: jobs) { index in
            let tile = tiles[index]
            return try outcome(tile, jobs: jobsEach) { [progress] done in
                let all = shares.withLock { shares in
                    shares[index] = done
                    return shares.reduce(0, +) / Double(shares.count)
                }
                progress(tile.tile, all)
            }
        } consume: { _, result in
            switch result {
            case .success(let outcome): if let outcome { found.append(outcome) }
            case .failure(let refusal): notes.withLock { $0.append(refusal.words) }
            }
        }
        return found
    }

    /// Why a tile cannot be asked.
    private struct Unanswered: Error {
        let words: String
    }

    /// nil for a tile with scenes without dates, a failure for one that can no longer be read as it was searched: then nothing is said of what would
    /// have been found there, and no verdict rests on absence.
    private func outcome(
        _ tile: TileResult, jobs: Int, progress: @escaping @Sendable (Double) -> Void
    ) throws -> Result<InjectionOutcome?, Unanswered> {
        let dates = tile.scenes.compactMap(\.date)
        guard dates.count == tile.scenes.count else { return .success(nil) }
        let key = try steps.key(.injection, [tile.searchKey.digest, JSONText.encode(settings)])
        do {
            return .success(
                try steps.value(key) {
                    let search: SearchStep? = try steps.known(tile.searchKey)
                    let outcome = try InjectionRecovery.run(
                        tile: tile.tile, sources: sources(tile), dates: dates, reference: tile.reference, found: tile.earthworks,
                        laws: search?.laws, settings: settings, jobs: jobs, progress: progress)
                    try checkUnchanged(tile)
                    return outcome
                })
        } catch let error as any TrenchWatchError where !(error is OutputError) {
            let reason = RefusedInput(input: tile.tile, error: error).reason
            return .failure(Unanswered(words: "\(tile.tile): what would have been found there is not known: \(reason)"))
        }
    }

    /// What was implanted in other pixels than those searched says nothing of the search.
    private func checkUnchanged(_ tile: TileResult) throws {
        guard let path = steps.digests.changedFile(among: tile.scenes.flatMap(\.files)) else { return }
        throw FileDigests.changedWhileRead(path)
    }
}
