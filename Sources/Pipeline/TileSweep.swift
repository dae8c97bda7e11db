import ChangeDetection
import Geodesy
import Raster
import RasterIO
import Scenes

/// Computes from pixels what is not known of a tile's comparison, and keeps it.
struct TileSweep {
    private let tile: TileRun
    private let sources: TileSources
    private(set) var comparison: TileComparison
    /// The raster of two dates alone, with all that it shows: to be finished beside the search, which leaves the disk in peace.
    private(set) var unfinished: ChangeRaster?

    init(_ tile: TileRun, _ comparison: TileComparison, sources: TileSources) {
        self.tile = tile
        self.comparison = comparison
        self.sources = sources
    }

    /// Planes of one sweep's pairs take no more than this, where more than two come together.
    private static let planesBudgetBytes = 1 << 30
    /// Bytes a pixel of one pair.
    private static let planesPerPixel = 4

    /// An index of `dates` or of `plan`.
    private enum Task: Sendable {
        case date(Int), pair(Int)
        var isDate: Bool { if case .date = self { true } else { false } }
    }

    private var scenes: [SceneDescription] { comparison.scenes }

    private func ends(_ task: Task) -> (before: Int, after: Int) {
        switch task {
        case .date(let index): (comparison.reference, index)
        case .pair(let k): comparison.plan[k]
        }
    }

    /// What is missing, dates first, but for pairs that the dates will tell of. The planes of the reference are made beside those of any other date.
    private func tasks() -> [Task] {
        var dates: [Int] = []
        var pairs = comparison.plan.indices.filter { comparison.pairs[$0] == nil && !isDerivable(comparison.plan[$0]) }
        if comparison.isStack {
            dates = scenes.indices.filter { $0 != comparison.reference && comparison.dates[$0] == nil }
            if !comparison.knowsReference, dates.isEmpty { dates = [comparison.reference == 0 ? 1 : 0] }
        } else if !comparison.knowsReference {
            pairs = [0]
        }
        return dates.map { .date($0) } + pairs.map { .pair($0) }
    }

    /// Whether what two dates are to the reference tells how they compare: in a stack on one grid, where no raster is asked for.
    private func isDerivable(_ pair: (before: Int, after: Int)) -> Bool {
        comparison.isStack && !tile.wantsRaster(scenes[pair.after])
            && scenes[pair.before].grid == comparison.grid && scenes[pair.after].grid == comparison.grid
    }

    /// - Parameter progress: 0…1.
    /// - Throws: `TileRun.UnusableScene`, `OutputError`.
    mutating func run(progress: @escaping @Sendable (Double) -> Void) throws {
        try sweep(tasks(), progress: progress)
        try derivePairs()
        // What a date without a known shift is part of.
        try sweep(comparison.plan.indices.filter { comparison.pairs[$0] == nil }.map { .pair($0) }, progress: progress)
    }

    private mutating func sweep(_ tasks: [Task], progress: @escaping @Sendable (Double) -> Void) throws {
        let batchSize = max(2, Self.planesBudgetBytes / max(1, Self.planesPerPixel * comparison.grid.size.pixelCount))
        for start in stride(from: 0, to: tasks.count, by: batchSize) {
            let batch = Array(tasks[start..<min(tasks.count, start + batchSize)])
            try sweepTogether(batch) { progress((Double(start) + Double(batch.count) * $0) / Double(tasks.count)) }
        }
    }

    /// Several tasks in one pass over their blocks.
    private mutating func sweepTogether(_ batch: [Task], progress: @escaping @Sendable (Double) -> Void) throws {
        var members: [ChangeSweep.Member] = []
        var owners: [(task: Task, raster: ChangeRaster?)] = []
        var wantsReference = !comparison.knowsReference
        let fits = try fits(batch) { progress(0.3 * $0) }
        // What the fits took of memory lies between what stays, and the sweep's planes come on top of it.
        tile.giveBackMemory(of: comparison.scenes)
        tile.steps.makeRoom(forPlanes: batch.count * Self.planesPerPixel * comparison.grid.size.pixelCount)
        for (task, fit) in zip(batch, fits) {
            guard let fit else { continue }
            var member = ChangeSweep.Member(fit: fit)
            var raster: ChangeRaster?
            if case .pair = task { raster = try changeRaster(of: ends(task)) }
            if let raster { member.write = { try raster.write($0) } }
            // Two dates alone are not looked at again without a ledger; of the earlier one only the report shows a picture then.
            let isNeeded = comparison.isStack || tile.steps.ledger != nil || tile.outputs.contains(.report)
            if wantsReference, isNeeded, task.isDate || !comparison.isStack {
                member.wantsLuminanceBefore = true
                wantsReference = false
            }
            members.append(member)
            owners.append((task, raster))
        }
        let swept = try ChangeSweep(members, decodedBytes: tile.cache.budget).run(jobs: tile.jobs) { progress(0.3 + 0.7 * $0) }
        let writing = SweepWriting(
            tile: tile, comparison: comparison, tasks: owners.map(\.task), members: members,
            rasters: owners.map { comparison.isStack ? $0.raster : nil })
        // Side by side, since a file's last part is written by one thread, and the disk is waited for.
        let together = WorkerPool.together(count: owners.count, jobs: tile.jobs, bytesEach: comparison.grid.size.pixelCount)
        try WorkerPool.mapInOrder(count: owners.count, jobs: together, window: together) { k in
            try (try? swept[k].get()).map { try writing.write($0, of: k, jobs: max(1, writing.tile.jobs / together)) }
        } consume: { k, written in
            let (task, raster) = owners[k]
            switch swept[k] {
            case .failure(let error):
                guard let error = error as? any TrenchWatchError else { throw error }
                try refuse(task, error)
            case .success(let change):
                let (before, after) = ends(task)
                for scene in [before, after] { try tile.checkUnchanged(scenes, scene) }
                if !comparison.isStack { unfinished = raster }
                if let written { try keep(change, written, of: members[k], task: task) }
            }
        }
    }

    /// Planes and rasters of a sweep as files, which says nothing yet of what they are worth.
    private struct SweepWriting: Sendable {
        let tile: TileRun
        let comparison: TileComparison
        let tasks: [Task]
        let members: [ChangeSweep.Member]
        /// Those that are finished here.
        let rasters: [ChangeRaster?]

        /// The date that the change of a task is of; nil where its planes are not kept.
        private func date(_ task: Task) -> Int? {
            switch task {
            case .date(let index): index
            // Two dates alone are searched in the planes of their pair.
            case .pair: comparison.isStack ? nil : 1
            }
        }

        func write(_ change: SweptChange, of k: Int, jobs: Int) throws -> (date: FileDigest?, reference: FileDigest?) {
            try rasters[k]?.finish()
            guard let date = date(tasks[k]) else { return (nil, nil) }
            let size = comparison.grid.size
            var reference: FileDigest?
            if members[k].wantsLuminanceBefore {
                let planes = DatePlanes(size: size, signed: [], structure: [], luminance: change.luminanceBefore)
                reference = try keep(planes, of: comparison.reference, jobs: jobs)
            }
            let planes = DatePlanes(
                size: size, signed: change.planes.signed, structure: change.planes.structure, luminance: change.luminance)
            return (try keep(planes, of: date, jobs: jobs), reference)
        }

        private func keep(_ planes: DatePlanes, of index: Int, jobs: Int) throws -> FileDigest {
            try tile.steps.keep(
                planes, of: comparison.dateKeys[index], grid: comparison.grid, isSimulated: comparison.scenes[index].isSimulated,
                jobs: jobs)
        }
    }

    /// Pixels of both dates, and what becomes of them, while a fit is made.
    private static let fitBytes = 96 << 20

    /// Of each task; nil for a pair that cannot be compared and is refused as one.
    private mutating func fits(_ batch: [Task], progress: @Sendable (Double) -> Void) throws -> [PairFit?] {
        let pairs = try batch.map { task in
            let (before, after) = ends(task)
            return (
                before: try tile.blaming(before, scenes) { try sources.reader(before) },
                after: try tile.blaming(after, scenes) { try sources.reader(after) }, keepsReference: comparison.isStack && task.isDate
            )
        }
        let together = WorkerPool.together(count: batch.count, jobs: tile.jobs, bytesEach: Self.fitBytes)
        let jobs = max(1, tile.jobs / together)
        var fits: [PairFit?] = []
        try WorkerPool.mapInOrder(count: batch.count, jobs: together, window: together + 1) { k in
            Result { try PairFit(before: pairs[k].before, after: pairs[k].after, keepsReference: pairs[k].keepsReference, jobs: jobs) }
        } consume: { k, result in
            do { fits.append(try result.get()) } catch let error as any TrenchWatchError where !(error is OutputError) {
                try refuse(batch[k], error)
                fits.append(nil)
            }
            progress(Double(k + 1) / Double(batch.count))
        }
        return fits
    }

    /// Draws the conclusion from a failure: a scene whose file it names goes; so does a date that cannot be compared with the reference; a pair
    /// without a culprit is refused as a pair.
    private mutating func refuse(_ task: Task, _ error: any TrenchWatchError) throws {
        let (before, after) = ends(task)
        if let path = error.path, let culprit = [after, before].first(where: { scenes[$0].files.contains(path) }) {
            try tile.checkUnchanged(scenes, culprit)
            throw TileRun.UnusableScene(index: culprit, refusal: RefusedInput(input: path, error: error))
        }
        let reason = RefusedInput(input: "", error: error).reason
        switch task {
        case .date(let index):
            let refusal = RefusedInput(
                input: scenes[index].input, reason: reason + " (compared with \(scenes[before].name) of tile \(tile.tile))")
            try tile.steps.enter(DateStep(refusal: refusal), of: comparison.dateKeys[index])
            throw TileRun.UnusableScene(index: index, refusal: refusal, lasts: false)
        case .pair(let k):
            let step = PairStep(refusal: reason)
            try tile.steps.enter(step, of: comparison.pairKeys[k])
            comparison.pairs[k] = step
        }
    }

    // MARK: Keeping

    /// - Parameter written: the files of the date's planes, and of the reference's where these came with them.
    private mutating func keep(
        _ change: SweptChange, _ written: (date: FileDigest?, reference: FileDigest?), of member: ChangeSweep.Member, task: Task
    ) throws {
        if let reference = written.reference {
            try tile.steps.enter(DateStep(planes: reference), of: comparison.dateKeys[comparison.reference])
            comparison.knowsReference = true
        }
        let date = written.date.map {
            DateStep(
                sensitivity: member.fit.model.sensitivity, observedSquareKilometres: change.observedSquareKilometres, planes: $0,
                relation: DateRelation(member.fit))
        }
        switch task {
        case .date(let index):
            guard let date else { return }
            try tile.steps.enter(date, of: comparison.dateKeys[index])
            comparison.dates[index] = date
        case .pair(let k):
            var step = PairStep(record: record(member.fit, change), displacement: member.fit.pair.displacement)
            step.date = date
            try tile.steps.enter(step, of: comparison.pairKeys[k])
            comparison.pairs[k] = step
        }
    }

    // MARK: Pairs by their dates

    /// Pairs whose two dates were compared with the reference, by what came of that.
    private mutating func derivePairs() throws {
        let missing = comparison.plan.indices.filter { comparison.pairs[$0] == nil && isDerivable(comparison.plan[$0]) }
        var planes: [Int: DatePlanes] = [:]
        for k in missing {
            let (before, after) = comparison.plan[k]
            // Pairs of neighbours come in order, so that each date is read once.
            planes = planes.filter { $0.key == before || $0.key == after || $0.key == 0 }
            for index in [before, after] where planes[index] == nil { planes[index] = try keptPlanes(index) }
            guard let first = planes[before], let second = planes[after] else { continue }
            let ground = CommonGround(first, second, by: WorkerPool.mapping(jobs: tile.jobs))
            guard let step = try derived(ground, before: before, after: after) else { continue }
            try tile.steps.enter(step, of: comparison.pairKeys[k])
            comparison.pairs[k] = step
        }
    }

    private func keptPlanes(_ index: Int) throws -> DatePlanes {
        try tile.steps.planes(
            comparison.dateKeys[index], size: comparison.grid.size, part: index == comparison.reference ? .luminance : .picture,
            jobs: tile.jobs)
    }

    /// nil where a date has no known shift.
    private func derived(_ ground: CommonGround, before: Int, after: Int) throws -> PairStep? {
        let bandCount = comparison.dates.compactMap { $0?.relation?.normalisation.gain.count }.first ?? 0
        func relation(_ index: Int) -> DateRelation? {
            index == comparison.reference ? .reference(bandCount: bandCount) : comparison.dates[index]?.relation
        }
        guard let first = relation(before), let second = relation(after),
            let between = first.to(second, correlation: ground.correlation, size: comparison.grid.size)
        else { return nil }
        if ground.isTheSame { return PairStep(refusal: RefusedInput(input: "", error: PairFit.samePixels).reason) }
        if ground.observed == 0 { return PairStep(refusal: RefusedInput(input: "", error: PairFit.nothingInCommon).reason) }
        let metres = try PixelSize.metres(inMiddleOf: comparison.grid)
        return PairStep(
            record: PairRecord(
                tile: tile.tile, before: "", after: "", shift: .init(between.registration, over: comparison.grid.size),
                gain: between.normalisation.gain, offset: between.normalisation.offset, noiseSigma: between.noiseSigma,
                clearShare: min(1, Double(ground.observed) / Double(max(1, ground.covered))),
                observedSquareKilometres: Double(ground.observed) * metres.x * metres.y / 1e6, thresholdPixel: nil))
    }

    /// nil where none is asked for.
    private func changeRaster(of pair: (before: Int, after: Int)) throws -> ChangeRaster? {
        let (before, after) = (scenes[pair.before], scenes[pair.after])
        guard tile.wantsRaster(after) else { return nil }
        let stem = PairFiles.stem(tile: tile.tile, before: before.name, after: after.name)
        var items = [
            "TITLE": "Change between \(before.name) and \(after.name), \(tile.tile)",
            "UNITS": "standard deviations of no change",
            "BEFORE": before.name, "AFTER": after.name, "TILE": tile.tile, "SOFTWARE": Version.program,
        ]
        if before.isSimulated || after.isSimulated { items["SIMULATED"] = "YES" }
        if let credit = after.credit ?? before.credit { items["CREDIT"] = credit }
        return try ChangeRaster(path: tile.output.path("change/\(stem).tif"), grid: before.grid, metadata: items)
    }

    private func record(_ fit: PairFit, _ change: SweptChange) -> PairRecord {
        let shift = fit.pair.registration
        return PairRecord(
            tile: tile.tile, before: "", after: "",
            shift: .init(shift, over: fit.size),
            gain: fit.model.normalisation.gain, offset: fit.model.normalisation.offset, noiseSigma: fit.model.noiseSigma,
            clearShare: change.clearShare, observedSquareKilometres: change.observedSquareKilometres, thresholdPixel: change.thresholdPixel)
    }
}
