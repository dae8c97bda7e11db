import ChangeDetection
import Foundation
import Geodesy
import Raster
import RasterIO
import Scenes

/// One tile from its dated scenes to what they show. What an earlier run has done on the same bytes is taken from there.
struct TileRun: Sendable {
    let tile: String
    /// Bands to compare; nil for all that the scenes share.
    let bands: [String]?
    let settings: DetectionSettings
    let outputs: OutputSelection
    let jobs: Int
    /// Pairs whose later date lies before this are left out.
    let since: CalendarDate?
    let steps: StepStore
    let output: StagedOutput
    /// Decoded blocks of all scenes, so that each is decoded once as long as what is read at a time fits.
    let cache: DecodedBlockCache

    /// Memory for decoded blocks: a row of windows of two full Sentinel-2 tiles in four bands, or of all dates of a smaller one.
    static let decodedBytesAtMost = 384 << 20

    /// What came of a tile.
    struct Outcome {
        /// nil where fewer than two dates can be used.
        var result: TileResult?
        var refused: [RefusedInput] = []
        var warnings: [String] = []
    }

    /// One scene that cannot be used; the tile is tried again without it.
    private struct UnusableScene: Error {
        let index: Int
        let refusal: RefusedInput
        /// Whether the same bytes will fail again.
        var lasts = true
    }

    /// - Parameter scenes: dated scenes of the tile, oldest first.
    /// - Throws: `OutputError` where nothing can be written.
    func run(_ scenes: [SceneDescription], progress: @escaping @Sendable (Double) -> Void) throws -> Outcome {
        var outcome = Outcome()
        var scenes = scenes
        while scenes.count > 1 {
            do {
                outcome.result = try attempt(scenes, warnings: &outcome.warnings, refused: &outcome.refused, progress: progress)
                return outcome
            } catch let unusable as UnusableScene {
                outcome.refused.append(unusable.refusal)
                // Rasters of pairs that the scene is part of may be done already.
                output.discard(PairFiles.changeFolder(tile: tile))
                if unusable.lasts, let key = try? refusalKey(scenes[unusable.index]) { try steps.enter(unusable.refusal, of: key) }
                scenes.remove(at: unusable.index)
                outcome.warnings = []
            }
        }
        for scene in scenes { outcome.refused.append(Self.alone(scene, tile: tile)) }
        return outcome
    }

    static func alone(_ scene: SceneDescription, tile: String) -> RefusedInput {
        RefusedInput(
            input: scene.files.first ?? scene.name, reason: "tile \(tile) has one usable date only (\(scene.name)); change needs two")
    }

    private func refusalKey(_ scene: SceneDescription) throws -> StepKey {
        try steps.key(.refusal, [scene.contentDigest(steps.digests), bands?.joined(separator: ",") ?? ""])
    }

    // MARK: One attempt

    /// The scenes of an attempt, opened when the first pixel of one is asked for.
    private struct Sources {
        let scenes: [SceneDescription]
        let bands: [String]
        let cache: DecodedBlockCache
        private var opened: [Int: SceneReader] = [:]

        init(scenes: [SceneDescription], bands: [String], cache: DecodedBlockCache) {
            self.cache = cache
            self.scenes = scenes
            self.bands = bands
        }

        mutating func source(_ index: Int) throws -> SceneReader {
            if let reader = opened[index] { return reader }
            let reader = try SceneReader(scenes[index], bands: bands, cache: cache)
            opened[index] = reader
            return reader
        }
    }

    private func attempt(
        _ scenes: [SceneDescription], warnings: inout [String], refused: inout [RefusedInput],
        progress: @escaping @Sendable (Double) -> Void
    ) throws -> TileResult? {
        let digests = try contentDigests(scenes)
        if scenes.count > 2 { try refuseCopies(scenes) }
        for (index, scene) in scenes.enumerated() {
            if let refusal: RefusedInput = try steps.known(refusalKey(scene)) {
                throw UnusableScene(index: index, refusal: RefusedInput(input: scene.files.first ?? scene.name, reason: refusal.reason))
            }
        }
        let bands = try commonBands(scenes)
        let bandList = bands.joined(separator: ",")
        var sources = Sources(scenes: scenes, bands: bands, cache: cache)
        let isStack = scenes.count > 2
        let reference = isStack ? try chooseReference(&sources, digests: digests, bands: bandList) : 0

        let dateKeys = try scenes.indices.map { index in
            try index == reference
                ? steps.key(.reference, [digests[index], bandList])
                : steps.key(isStack ? .date : .pair, [digests[reference], digests[index], bandList])
        }
        var work = SweepWork()
        let size = scenes[reference].grid.size
        var dates = try scenes.indices.map { try $0 == reference || !isStack ? nil : knownDate(dateKeys[$0]) }
        let knowsReference =
            try (steps.known(dateKeys[reference]) as DateStep?).map { steps.hasPlanes(dateKeys[reference], $0.planes) } ?? false

        // Pairs: neighbours in time, and the first with the last.
        // Two dates alone are searched by their pair, whether or not it is asked for.
        let plan = PairPlan.pairs(scenes, since: isStack ? since : nil)
        let pairKeys = try plan.map { try steps.key(.pair, [digests[$0.before], digests[$0.after], bandList]) }
        if let refused = dates.indices.first(where: { dates[$0]?.refusal != nil }), let refusal = dates[refused]?.refusal {
            throw UnusableScene(
                index: refused, refusal: RefusedInput(input: scenes[refused].files.first ?? scenes[refused].name, reason: refusal.reason),
                lasts: false)
        }
        var pairs = try zip(plan, pairKeys).map { pair, key in
            try knownPair(
                key, isStack,
                raster: wantsRaster(scenes[pair.after])
                    ? PairFiles.stem(tile: tile, before: scenes[pair.before].name, after: scenes[pair.after].name) : nil)
        }
        if isStack {
            for index in scenes.indices where index != reference && dates[index] == nil { work.dates.append(index) }
            if !knowsReference, work.dates.isEmpty {
                // Its planes are made beside those of any other date.
                let index = reference == 0 ? 1 : 0
                work.dates.append(index)
            }
        } else if !knowsReference {
            pairs[0] = nil
        }
        for k in plan.indices where pairs[k] == nil { work.pairs.append(k) }

        if !work.isEmpty {
            try sweep(
                work, scenes: scenes, plan: plan, sources: &sources, reference: reference, dateKeys: dateKeys, pairKeys: pairKeys,
                wantsReference: !knowsReference, isStack: isStack, dates: &dates, pairs: &pairs, progress: { progress(0.6 * $0) })
        }
        for (k, pair) in plan.enumerated() {
            guard let refusal = pairs[k]?.refusal else { continue }
            refused.append(RefusedInput(input: title(scenes[pair.before], scenes[pair.after]), reason: refusal))
        }
        progress(0.6)

        let searchKey = try steps.key(
            .search,
            dateKeys.map(\.digest)
                + [JSONText.encode(settings), tile, isStack ? "stack" : "pair"]
                + scenes.map { "\($0.name) \($0.date.map(String.init) ?? "")" })
        var sensitivities = dates.map { $0?.sensitivity }
        if !isStack {
            guard let step = pairs[0], let date = step.date else { return nil }
            sensitivities = [nil, date.sensitivity]
            dates = [nil, date]
        }
        let metres = try PixelSize.metres(of: scenes[reference].grid, atColumn: Double(size.width) / 2, row: Double(size.height) / 2)
        let found = try steps.value(searchKey) {
            try search(
                scenes, dates: dates, keys: dateKeys, reference: reference, pair: isStack ? nil : pairs[0], metresPerPixel: metres,
                progress: { progress(0.6 + 0.4 * $0) })
        }
        let results = plan.indices.compactMap { k -> TileResult.Pair? in
            guard let record = pairs[k]?.record, isAsked(scenes[plan[k].after]) else { return nil }
            var named = record
            (named.tile, named.before, named.after) = (tile, scenes[plan[k].before].name, scenes[plan[k].after].name)
            let stem = PairFiles.stem(tile: tile, before: named.before, after: named.after)
            return TileResult.Pair(
                before: plan[k].before, after: plan[k].after, record: named, key: pairKeys[k],
                change: outputs.contains(.change) ? "change/\(stem).tif" : nil)
        }
        for pair in results { warnings += Self.warnings(pair, scenes: scenes, title: title(scenes[pair.before], scenes[pair.after])) }
        progress(1)
        return TileResult(
            tile: tile, scenes: scenes, bands: bands, grid: scenes[reference].grid, reference: reference, planeKeys: dateKeys,
            sensitivities: sensitivities, clearShares: found.clearShares, metresPerPixel: metres, earthworks: found.earthworks,
            pairs: results,
            searchKey: searchKey)
    }

    private func contentDigests(_ scenes: [SceneDescription]) throws -> [String] {
        steps.digests.prepare(scenes.flatMap(\.files), jobs: jobs)
        return try scenes.enumerated().map { index, scene in
            do { return try scene.contentDigest(steps.digests) } catch let error as InputError {
                throw UnusableScene(index: index, refusal: RefusedInput(input: error.path ?? scene.name, error: error), lasts: false)
            }
        }
    }

    /// One look at the ground counts once, or a finding would confirm itself. Copies with other bytes are found when they are compared.
    private func refuseCopies(_ scenes: [SceneDescription]) throws {
        var owners: [Set<String>: Int] = [:]
        for (index, scene) in scenes.enumerated() {
            let content = Set(try scene.bands.map { try steps.digests.digest(asUsed: $0.path).sha256 })
            guard let owner = owners[content] else {
                owners[content] = index
                continue
            }
            throw UnusableScene(
                index: index,
                refusal: RefusedInput(
                    input: scene.files.first ?? scene.name,
                    reason: "holds the same pixels as \(scenes[owner].files.first ?? scenes[owner].name), byte for byte; take the one away "
                        + "whose date is wrong"),
                lasts: false)
        }
    }

    private func commonBands(_ scenes: [SceneDescription]) throws -> [String] {
        if let bands {
            for (index, scene) in scenes.enumerated() {
                let missing = bands.filter { name in !scene.bands.contains { $0.name == name } }
                guard !missing.isEmpty else { continue }
                throw UnusableScene(
                    index: index,
                    refusal: RefusedInput(
                        input: scene.files.first ?? scene.name,
                        reason: "band \(missing.joined(separator: ", ")) is missing; it has "
                            + "\(scene.bands.map(\.name).joined(separator: ", ")): name those in the pipeline's 'bands'"))
            }
            return bands
        }
        // The first scene whose bands most others have too sets what is compared.
        let names = scenes.map { Set($0.bands.map(\.name)) }
        let shared = names.reduce(names[0]) { $0.intersection($1) }
        if !shared.isEmpty { return scenes[0].bands.map(\.name).filter(shared.contains) }
        let friends = names.map { own in names.count { !$0.isDisjoint(with: own) } }
        let loner = friends.indices.min { (friends[$0], -$0) < (friends[$1], -$1) } ?? 0
        throw UnusableScene(
            index: loner,
            refusal: RefusedInput(
                input: scenes[loner].files.first ?? scenes[loner].name,
                reason:
                    "it has no band in common with the tile's other dates (\(scenes[loner].bands.map(\.name).joined(separator: ", "))); "
                    + "give scenes of one sensor, or name the bands in the files"))
    }

    private func chooseReference(_ sources: inout Sources, digests: [String], bands: String) throws -> Int {
        var shares: [Double] = []
        for index in sources.scenes.indices {
            let key = try steps.key(.clearShare, [digests[index], bands])
            shares.append(
                try steps.value(key) {
                    let share = try blaming(index, sources.scenes) { try StackReference.clearShare(sources.source(index)) }
                    try checkUnchanged(sources.scenes, index)
                    return share
                })
        }
        return StackReference.choose(shares)
    }

    /// Runs work on one scene and tells which one failed.
    private func blaming<Value>(_ index: Int, _ scenes: [SceneDescription], _ work: () throws -> Value) throws -> Value {
        do { return try work() } catch let error as any TrenchWatchError where !(error is OutputError) {
            try checkUnchanged(scenes, index)
            throw UnusableScene(
                index: index, refusal: RefusedInput(input: error.path ?? scenes[index].files.first ?? scenes[index].name, error: error))
        }
    }

    private func knownDate(_ key: StepKey) throws -> DateStep? {
        guard let step: DateStep = try steps.known(key) else { return nil }
        return step.refusal != nil || steps.hasPlanes(key, step.planes) ? step : nil
    }

    /// - Parameter raster: stem of the change raster that has to be there too, if any.
    private func knownPair(_ key: StepKey, _ isStack: Bool, raster: String?) throws -> PairStep? {
        guard let step: PairStep = try steps.known(key) else { return nil }
        if step.refusal != nil { return step }
        if !isStack, !(step.date.map { steps.hasPlanes(key, $0.planes) } ?? false) { return nil }
        if let raster, steps.standing(PairFiles.change(raster), madeOf: key) == nil { return nil }
        return step
    }

    /// - Parameter later: of a pair.
    private func isAsked(_ later: SceneDescription) -> Bool {
        guard let since, let date = later.date else { return true }
        return date >= since
    }

    private func wantsRaster(_ later: SceneDescription) -> Bool { outputs.contains(.change) && isAsked(later) }

    // MARK: Pixels

    /// What has to be computed from pixels: indices of dates to compare with the reference, and of planned pairs.
    private struct SweepWork {
        var dates: [Int] = []
        var pairs: [Int] = []
        var isEmpty: Bool { dates.isEmpty && pairs.isEmpty }
    }

    private func sweep(
        _ work: SweepWork, scenes: [SceneDescription], plan: [(before: Int, after: Int)], sources: inout Sources, reference: Int,
        dateKeys: [StepKey], pairKeys: [StepKey], wantsReference: Bool, isStack: Bool, dates: inout [DateStep?], pairs: inout [PairStep?],
        progress: @escaping @Sendable (Double) -> Void
    ) throws {
        var wantsReference = wantsReference
        let total = Double(work.dates.count + work.pairs.count)
        var done = 0.0
        // So many at a time that their planes stay within bounds.
        let bytesPerMember = 4 * scenes[reference].grid.size.pixelCount
        let batchSize = max(2, Self.planesBudgetBytes / max(1, bytesPerMember))
        let tasks = work.dates.map { Task.date($0) } + work.pairs.map { Task.pair($0) }
        for start in stride(from: 0, to: tasks.count, by: batchSize) {
            let batch = Array(tasks[start..<min(tasks.count, start + batchSize)])
            var members: [ChangeSweep.Member] = []
            var owners: [(task: Task, raster: ChangeRaster?)] = []
            for task in batch {
                let (before, after) = ends(task, plan, reference)
                let fit: PairFit
                do {
                    fit = try PairFit(
                        before: try blaming(before, scenes) { try sources.source(before) },
                        after: try blaming(after, scenes) { try sources.source(after) }, keepsReference: isStack && task.isDate, jobs: jobs)
                } catch let error as any TrenchWatchError where !(error is OutputError) {
                    try refuse(task, error, scenes: scenes, ends: (before, after), dateKeys: dateKeys, pairKeys: pairKeys, pairs: &pairs)
                    continue
                }
                var member = ChangeSweep.Member(fit: fit)
                var raster: ChangeRaster?
                if case .pair(let k) = task, wantsRaster(scenes[plan[k].after]) {
                    raster = try changeRaster(scenes[plan[k].before], scenes[plan[k].after])
                    if let raster { member.write = { try raster.write($0) } }
                }
                if wantsReference, task.isDate || !isStack {
                    member.wantsLuminanceBefore = true
                    wantsReference = false
                }
                members.append(member)
                owners.append((task, raster))
                progress((done + 0.3 * Double(members.count)) / total)
            }
            let begun = done + 0.3 * Double(members.count)
            let share = 0.7 * Double(members.count)
            let swept = try ChangeSweep(members).run(jobs: jobs) { progress((begun + share * $0) / total) }
            for (k, owner) in owners.enumerated() {
                let (before, after) = ends(owner.task, plan, reference)
                switch swept[k] {
                case .failure(let error):
                    if members[k].wantsLuminanceBefore { wantsReference = true }
                    guard let error = error as? any TrenchWatchError else { throw error }
                    try refuse(
                        owner.task, error, scenes: scenes, ends: (before, after), dateKeys: dateKeys, pairKeys: pairKeys, pairs: &pairs)
                case .success(let change):
                    for scene in [before, after] { try checkUnchanged(scenes, scene) }
                    try keep(
                        change, of: members[k], task: owner.task, raster: owner.raster, scenes: scenes, reference: reference,
                        dateKeys: dateKeys,
                        pairKeys: pairKeys, isStack: isStack, dates: &dates, pairs: &pairs)
                }
            }
            done += Double(batch.count)
        }
    }

    private static let planesBudgetBytes = 1 << 30

    private enum Task {
        case date(Int), pair(Int)
        var isDate: Bool { if case .date = self { true } else { false } }
    }

    private func ends(_ task: Task, _ plan: [(before: Int, after: Int)], _ reference: Int) -> (before: Int, after: Int) {
        switch task {
        case .date(let index): (reference, index)
        case .pair(let k): plan[k]
        }
    }

    /// Draws the conclusion from a failure: a scene whose file it names goes; so does a date that cannot be compared with the reference; a pair
    /// without a culprit is refused as a pair.
    private func refuse(
        _ task: Task, _ error: any TrenchWatchError, scenes: [SceneDescription], ends: (before: Int, after: Int), dateKeys: [StepKey],
        pairKeys: [StepKey], pairs: inout [PairStep?]
    ) throws {
        if let path = error.path, let culprit = [ends.after, ends.before].first(where: { scenes[$0].files.contains(path) }) {
            try checkUnchanged(scenes, culprit)
            throw UnusableScene(index: culprit, refusal: RefusedInput(input: path, error: error))
        }
        switch task {
        case .date(let index):
            let refusal = RefusedInput(
                input: scenes[index].files.first ?? scenes[index].name,
                reason: RefusedInput(input: "", error: error).reason + " (compared with \(scenes[ends.before].name) of tile \(tile))")
            try steps.enter(DateStep(refusal: refusal), of: dateKeys[index])
            throw UnusableScene(index: index, refusal: refusal, lasts: false)
        case .pair(let k):
            let step = PairStep(refusal: RefusedInput(input: "", error: error).reason)
            try steps.enter(step, of: pairKeys[k])
            pairs[k] = step
        }
    }

    /// A file that became another one while it was read must not count for what it was.
    private func checkUnchanged(_ scenes: [SceneDescription], _ index: Int) throws {
        guard let path = scenes[index].files.first(where: { !steps.digests.isUnchanged($0) }) else { return }
        throw UnusableScene(
            index: index, refusal: RefusedInput(input: path, reason: "it changed while it was read; run again when it is complete"),
            lasts: false)
    }

    private func keep(
        _ change: SweptChange, of member: ChangeSweep.Member, task: Task, raster: ChangeRaster?, scenes: [SceneDescription], reference: Int,
        dateKeys: [StepKey], pairKeys: [StepKey], isStack: Bool, dates: inout [DateStep?], pairs: inout [PairStep?]
    ) throws {
        let grid = scenes[reference].grid
        func keptPlanes(_ index: Int, _ key: StepKey) throws -> DateStep {
            if member.wantsLuminanceBefore {
                let planes = DatePlanes(size: grid.size, signed: [], structure: [], luminance: change.luminanceBefore)
                let digest = try steps.keep(planes, of: dateKeys[reference], grid: grid, isSimulated: scenes[reference].isSimulated)
                try steps.enter(DateStep(planes: digest), of: dateKeys[reference])
            }
            let planes = DatePlanes(
                size: grid.size, signed: change.planes.signed, structure: change.planes.structure, luminance: change.luminance)
            return DateStep(
                sensitivity: member.fit.model.sensitivity, observedSquareKilometres: change.observedSquareKilometres,
                planes: try steps.keep(planes, of: key, grid: grid, isSimulated: scenes[index].isSimulated))
        }
        switch task {
        case .date(let index):
            let step = try keptPlanes(index, dateKeys[index])
            try steps.enter(step, of: dateKeys[index])
            dates[index] = step
        case .pair(let k):
            try raster?.finish()
            let displacement = member.fit.pair.displacement
            var step = PairStep(record: record(member.fit, change), displacement: [displacement.x, displacement.y])
            if !isStack { step.date = try keptPlanes(1, pairKeys[k]) }
            try steps.enter(step, of: pairKeys[k])
            pairs[k] = step
        }
    }

    private func changeRaster(_ before: SceneDescription, _ after: SceneDescription) throws -> ChangeRaster {
        let stem = PairFiles.stem(tile: tile, before: before.name, after: after.name)
        var items = [
            "TITLE": "Change between \(before.name) and \(after.name), \(tile)",
            "UNITS": "standard deviations of no change",
            "BEFORE": before.name, "AFTER": after.name, "TILE": tile, "SOFTWARE": Version.program,
        ]
        if before.isSimulated || after.isSimulated { items["SIMULATED"] = "YES" }
        if let credit = after.credit ?? before.credit { items["CREDIT"] = credit }
        return try ChangeRaster(path: output.path("change/\(stem).tif"), grid: before.grid, metadata: items)
    }

    private func record(_ fit: PairFit, _ change: SweptChange) -> PairRecord {
        let shift = fit.pair.registration
        return PairRecord(
            tile: tile, before: "", after: "",
            shift: .init(x: shift.x, y: shift.y, residual: shift.lock ? shift.residual : nil, lock: shift.lock),
            gain: fit.model.normalisation.gain, offset: fit.model.normalisation.offset, noiseSigma: fit.model.noiseSigma,
            clearShare: change.clearShare, observedSquareKilometres: change.observedSquareKilometres, thresholdPixel: change.thresholdPixel)
    }

    // MARK: Search

    private func search(
        _ scenes: [SceneDescription], dates: [DateStep?], keys: [StepKey], reference: Int, pair: PairStep?,
        metresPerPixel: (x: Double, y: Double), progress: @Sendable (Double) -> Void
    ) throws -> SearchStep {
        let grid = scenes[reference].grid
        func planes(_ index: Int, _ part: DatePlanesFile.Part) throws -> SearchPlanes {
            let kept = try steps.planes(keys[index], size: grid.size, part: part)
            return SearchPlanes(size: grid.size, signed: kept.signed, structure: kept.structure)
        }
        if let pair, let date = pair.date, let record = pair.record {
            let found = try PairAnalysis.search(
                planes(1, .changeAndStructure), settings: settings, metresPerPixel: metresPerPixel, area: date.observedSquareKilometres,
                jobs: jobs)
            let displacement = (x: pair.displacement[0], y: pair.displacement[1])
            return SearchStep(
                earthworks: try EarthworkRecorder.records(
                    lines: found.lines, sites: found.sites, tile: tile, before: scenes[0], after: scenes[1], displacement: displacement,
                    metresPerPixel: metresPerPixel),
                clearShares: [record.clearShare, record.clearShare])
        }
        let last = dates.lastIndex { $0 != nil }
        let members = try dates.enumerated().map { index, date -> StackAnalysis.Member? in
            guard let date else { return nil }
            return StackAnalysis.Member(
                planes: try planes(index, index == last ? .changeAndStructure : .change), sensitivity: date.sensitivity,
                observedSquareKilometres: date.observedSquareKilometres)
        }
        let analysis = try StackAnalysis(
            members: members, grid: grid, metresPerPixel: metresPerPixel, settings: settings, jobs: jobs, progress: progress)
        return SearchStep(earthworks: try analysis.records(tile: tile, scenes: scenes), clearShares: analysis.clearShares)
    }

    private func title(_ before: SceneDescription, _ after: SceneDescription) -> String { "\(tile) \(before.name) → \(after.name)" }

    private static func warnings(_ pair: TileResult.Pair, scenes: [SceneDescription], title: String) -> [String] {
        var warnings: [String] = []
        if !pair.record.shift.lock {
            warnings.append("\(title): no registration lock; the dates were compared where their files place them")
        }
        if let first = scenes[pair.before].date, let second = scenes[pair.after].date, second < first {
            warnings.append("\(title): the second scene is the older one; what it calls new is what has gone")
        }
        return warnings
    }
}
