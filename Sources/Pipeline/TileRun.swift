import CMemory
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
    /// False where other tiles are worked on at the same time.
    var isAlone = true

    /// What the planes of a tile and of its search take, roughly.
    static func bytes(_ scenes: [SceneDescription]) -> Int {
        (scenes.map(\.grid.size.pixelCount).max() ?? 0) * (StackAnalysis.searchBytesPerPixel + 4 * scenes.count)
    }

    /// What is not worth giving back to the system between the steps of a tile: it would clear the same pages for the next step.
    private static let bytesToKeep = 128 << 20

    /// Gives what is free now back to the system, where the tile's next step needs much and no other tile is worked on.
    func giveBackMemory(of scenes: [SceneDescription]) {
        if isAlone, Self.bytes(scenes) > Self.bytesToKeep { memory_release() }
    }

    /// Of one scene.
    private static let pixelsAtMost = 1 << 32

    /// Memory for decoded blocks: what a row of windows shares with the next of two Sentinel-2 tiles in four bands, or all dates of a smaller scene.
    static let decodedBytesAtMost = 272 << 20

    /// What came of a tile.
    struct Outcome {
        /// nil where fewer than two dates can be used.
        var result: TileResult?
        var refused: [RefusedInput] = []
        var warnings: [String] = []
    }

    /// One scene that cannot be used; the tile is tried again without it.
    struct UnusableScene: Error {
        let index: Int
        let refusal: RefusedInput
        /// Whether the same bytes will fail again, and nobody has noted it yet.
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
                if unusable.lasts { try enter(unusable.refusal, of: scenes[unusable.index], among: scenes) }
                scenes.remove(at: unusable.index)
                outcome.warnings = []
            }
        }
        for scene in scenes { outcome.refused.append(Self.alone(scene, tile: tile)) }
        return outcome
    }

    static func alone(_ scene: SceneDescription, tile: String) -> RefusedInput {
        RefusedInput(
            input: scene.input, reason: "tile \(tile) has one usable date only (\(scene.name)); change needs two")
    }

    // MARK: Refusals

    /// What is found wrong first depends on what is read first, which is not the same for two dates as for more.
    private func refusalKey(_ scene: SceneDescription, among scenes: [SceneDescription]) throws -> StepKey {
        try steps.key(
            .refusal,
            [scene.contentDigest(steps.digests), bands?.joined(separator: ",") ?? "", scenes.count > 2 ? "stack" : "pair"])
    }

    private func enter(_ refusal: RefusedInput, of scene: SceneDescription, among scenes: [SceneDescription]) throws {
        // A file that cannot even be hashed has no key, and is tried again.
        guard let key = try? refusalKey(scene, among: scenes) else { return }
        let culprit = scene.files.first { $0 == refusal.input }
        try steps.enter(
            RefusalStep(file: culprit.flatMap { try? steps.digests.digest(asUsed: $0).sha256 }, reason: refusal.reason), of: key)
    }

    /// Why the scene was refused by an earlier run, in the words that it would be refused in now.
    private func knownRefusal(of scene: SceneDescription, among scenes: [SceneDescription]) throws -> RefusedInput? {
        guard let step: RefusalStep = try steps.known(refusalKey(scene, among: scenes)) else { return nil }
        let culprit = try scene.files.first { try steps.digests.digest(asUsed: $0).sha256 == step.file }
        return RefusedInput(input: culprit ?? scene.input, reason: step.reason)
    }

    // MARK: One attempt

    /// Scenes whose planes no machine, or not this one, can hold. A header of some bytes can ask for any size.
    private func refuseLarge(_ scenes: [SceneDescription]) throws {
        let memory = sysconf(Int32(_SC_PHYS_PAGES)) * sysconf(Int32(_SC_PAGESIZE))
        for (index, scene) in scenes.enumerated() {
            let size = scene.grid.size
            let needed = Self.bytes([scene])
            guard size.pixelCount > Self.pixelsAtMost || (memory > 0 && needed / 2 > memory) else { continue }
            let gibibytes = (needed >> 30) + 1
            throw UnusableScene(
                index: index,
                refusal: RefusedInput(
                    input: scene.input, reason: "\(size) pixels take some \(gibibytes) GiB of memory to compare; cut it into tiles"),
                lasts: false)
        }
    }

    private func attempt(
        _ scenes: [SceneDescription], warnings: inout [String], refused: inout [RefusedInput],
        progress: @escaping @Sendable (Double) -> Void
    ) throws -> TileResult? {
        try refuseLarge(scenes)
        let digests = try contentDigests(scenes)
        if scenes.count > 2 { try refuseCopies(scenes) }
        for (index, scene) in scenes.enumerated() {
            guard let refusal = try knownRefusal(of: scene, among: scenes) else { continue }
            throw UnusableScene(index: index, refusal: refusal, lasts: false)
        }
        let bands = try commonBands(scenes)
        let bandList = bands.joined(separator: ",")
        let sources = TileSources(scenes, bands: bands, cache: cache)
        let isStack = scenes.count > 2
        let reference = isStack ? try chooseReference(sources, digests: digests, bands: bandList) : 0
        let dateKeys = try scenes.indices.map { index in
            guard index == reference else {
                return try steps.key(isStack ? .date : .pair, [digests[reference], digests[index], bandList])
            }
            // Of two dates alone both are moved, each by half of the shift's fraction; among more the reference stays where it is.
            return try steps.key(.reference, [digests[index], bandList] + (isStack ? [] : [digests[1]]))
        }
        // Two dates alone are searched by their pair, whether or not it is asked for.
        let plan = PairPlan.pairs(scenes, since: isStack ? since : nil)
        // In a stack only a raster needs the two dates compared with each other; else what each is to the reference tells how they compare.
        let pairKeys = try plan.map { pair in
            let ends = [digests[pair.before], digests[pair.after], bandList]
            return try steps.key(.pair, isStack && !wantsRaster(scenes[pair.after]) ? ends + [digests[reference]] : ends)
        }
        var comparison = TileComparison(scenes: scenes, reference: reference, dateKeys: dateKeys, plan: plan, pairKeys: pairKeys)
        try recall(&comparison)
        var sweep = TileSweep(self, comparison, sources: sources)
        try sweep.run { progress(0.6 * $0) }
        comparison = sweep.comparison
        // The search needs the room, and no pixels.
        cache.empty()
        giveBackMemory(of: scenes)
        for (k, pair) in plan.enumerated() {
            guard let refusal = comparison.pairs[k]?.refusal else { continue }
            refused.append(RefusedInput(input: title(scenes[pair.before], scenes[pair.after]), reason: refusal))
        }
        progress(0.6)

        let searchKey = try steps.key(
            .search,
            dateKeys.map(\.digest)
                + [JSONText.encode(settings), tile, isStack ? "stack" : "pair"]
                + scenes.map { "\($0.name) \($0.date.map(String.init) ?? "")" })
        if !isStack {
            guard let date = comparison.pairs[0]?.date else { return nil }
            comparison.dates = [nil, date]
        }
        let metres = try PixelSize.metres(inMiddleOf: comparison.grid)
        let raster = sweep.unfinished
        let found = try WorkerPool.beside(jobs: jobs) {
            try raster?.finish()
        } _: {
            try steps.value(searchKey) {
                try search(
                    scenes, dates: comparison.dates, keys: dateKeys, reference: reference, pair: isStack ? nil : comparison.pairs[0],
                    metresPerPixel: metres, progress: { progress(0.6 + 0.4 * $0) })
            }
        }
        let results = plan.indices.compactMap { k -> TileResult.Pair? in
            guard let record = comparison.pairs[k]?.record, isAsked(scenes[plan[k].after]) else { return nil }
            var named = record
            (named.tile, named.before, named.after) = (tile, scenes[plan[k].before].name, scenes[plan[k].after].name)
            // It is of the raster. A record from an earlier run that made one must read as one from a run that did not.
            if !outputs.contains(.change) { named.thresholdPixel = nil }
            let stem = PairFiles.stem(tile: tile, before: named.before, after: named.after)
            return TileResult.Pair(
                before: plan[k].before, after: plan[k].after, record: named, key: pairKeys[k],
                change: outputs.contains(.change) ? "change/\(stem).tif" : nil)
        }
        for pair in results { warnings += Self.warnings(pair, scenes: scenes, title: title(scenes[pair.before], scenes[pair.after])) }
        progress(1)
        return TileResult(
            tile: tile, scenes: scenes, bands: bands, grid: comparison.grid, reference: reference, planeKeys: dateKeys,
            sensitivities: comparison.dates.map { $0?.sensitivity }, clearShares: found.clearShares, metresPerPixel: metres,
            earthworks: found.earthworks, pairs: results, searchKey: searchKey)
    }

    /// Takes what earlier runs have computed.
    private func recall(_ comparison: inout TileComparison) throws {
        let scenes = comparison.scenes
        if comparison.isStack {
            for index in scenes.indices where index != comparison.reference {
                guard let step: DateStep = try steps.known(comparison.dateKeys[index]) else { continue }
                if let refusal = step.refusal {
                    throw UnusableScene(
                        index: index, refusal: RefusedInput(input: scenes[index].input, reason: refusal.reason), lasts: false)
                }
                if steps.hasPlanes(comparison.dateKeys[index], step.planes) { comparison.dates[index] = step }
            }
        }
        let referenceKey = comparison.dateKeys[comparison.reference]
        comparison.knowsReference = try (steps.known(referenceKey) as DateStep?).map { steps.hasPlanes(referenceKey, $0.planes) } ?? false
        for (k, pair) in comparison.plan.enumerated() {
            let after = scenes[pair.after]
            comparison.pairs[k] = try knownPair(
                comparison.pairKeys[k], comparison.isStack,
                raster: wantsRaster(after) ? PairFiles.stem(tile: tile, before: scenes[pair.before].name, after: after.name) : nil)
        }
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
                    input: scene.input,
                    reason: "holds the same pixels as \(scenes[owner].input), byte for byte; take the one away "
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
                        input: scene.input,
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
                input: scenes[loner].input,
                reason:
                    "it has no band in common with the tile's other dates (\(scenes[loner].bands.map(\.name).joined(separator: ", "))); "
                    + "give scenes of one sensor, or name the bands in the files"))
    }

    private func chooseReference(_ sources: TileSources, digests: [String], bands: String) throws -> Int {
        let keys = try digests.map { try steps.key(.clearShare, [$0, bands]) }
        var shares: [Double?] = try keys.map { try steps.known($0) }
        let missing = shares.indices.filter { shares[$0] == nil }
        let readers = missing.map { index in Result { try sources.reader(index) } }
        try WorkerPool.mapInOrder(count: missing.count, jobs: jobs, window: 2 * jobs) { k in
            Result { try StackReference.clearShare(readers[k].get()) }
        } consume: { k, result in
            let index = missing[k]
            let share = try blaming(index, sources.scenes) { try result.get() }
            try checkUnchanged(sources.scenes, index)
            try steps.enter(share, of: keys[index])
            shares[index] = share
        }
        return StackReference.choose(shares.compactMap { $0 })
    }

    /// Runs work on one scene and tells which one failed.
    func blaming<Value>(_ index: Int, _ scenes: [SceneDescription], _ work: () throws -> Value) throws -> Value {
        do { return try work() } catch let error as any TrenchWatchError where !(error is OutputError) {
            try checkUnchanged(scenes, index)
            throw UnusableScene(
                index: index, refusal: RefusedInput(input: error.path ?? scenes[index].input, error: error))
        }
    }

    /// A file that became another one while it was read must not count for what it was.
    func checkUnchanged(_ scenes: [SceneDescription], _ index: Int) throws {
        guard let path = steps.digests.changedFile(among: scenes[index].files) else { return }
        throw UnusableScene(
            index: index, refusal: RefusedInput(input: path, error: FileDigests.changedWhileRead(path)),
            lasts: false)
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

    func wantsRaster(_ later: SceneDescription) -> Bool { outputs.contains(.change) && isAsked(later) }

    // MARK: Search

    private func search(
        _ scenes: [SceneDescription], dates: [DateStep?], keys: [StepKey], reference: Int, pair: PairStep?,
        metresPerPixel: (x: Double, y: Double), progress: @Sendable (Double) -> Void
    ) throws -> SearchStep {
        let grid = scenes[reference].grid
        @Sendable func planes(_ index: Int, _ part: DatePlanesFile.Part, jobs: Int) throws -> SearchPlanes {
            let kept = try steps.planes(keys[index], size: grid.size, part: part, jobs: jobs)
            return SearchPlanes(size: grid.size, signed: kept.signed, structure: kept.structure)
        }
        if let pair, let date = pair.date, let record = pair.record {
            let found = try PairAnalysis.search(
                planes(1, .changeAndStructure, jobs: jobs), settings: settings, metresPerPixel: metresPerPixel,
                area: date.observedSquareKilometres,
                jobs: jobs)
            return SearchStep(
                earthworks: try EarthworkRecorder.records(
                    lines: found.lines, sites: found.sites, tile: tile, before: scenes[0], after: scenes[1],
                    displacement: pair.displacement,
                    metresPerPixel: metresPerPixel),
                clearShares: [record.clearShare, record.clearShare], laws: [found.laws])
        }
        let last = dates.lastIndex { $0 != nil }
        var members: [StackAnalysis.Member?] = []
        try WorkerPool.mapInOrder(count: dates.count, jobs: jobs, window: jobs + 1) { index -> StackAnalysis.Member? in
            guard let date = dates[index] else { return nil }
            return StackAnalysis.Member(
                planes: try planes(index, index == last ? .changeAndStructure : .change, jobs: 1), sensitivity: date.sensitivity,
                observedSquareKilometres: date.observedSquareKilometres)
        } consume: {
            members.append($1)
        }
        let analysis = try StackAnalysis(
            members: members, grid: grid, metresPerPixel: metresPerPixel, settings: settings, jobs: jobs, progress: progress)
        return SearchStep(
            earthworks: try analysis.records(tile: tile, scenes: scenes), clearShares: analysis.clearShares, laws: analysis.laws)
    }

    private func title(_ before: SceneDescription, _ after: SceneDescription) -> String { "\(tile) \(before.name) → \(after.name)" }

    private static func warnings(_ pair: TileResult.Pair, scenes: [SceneDescription], title: String) -> [String] {
        var warnings: [String] = []
        if !pair.record.shift.lock {
            warnings.append("\(title): no registration lock; the dates were compared where their files place them")
        }
        if let words = pair.record.shift.affine?.inWords {
            warnings.append("\(title): \(words.prefix(1).lowercased() + words.dropFirst())")
        }
        if let first = scenes[pair.before].date, let second = scenes[pair.after].date, second < first {
            warnings.append("\(title): the second scene is the older one; what it calls new is what has gone")
        }
        return warnings
    }
}

extension SceneDescription {
    /// What to call it where it is refused: its first file.
    var input: String { files.first ?? name }
}
