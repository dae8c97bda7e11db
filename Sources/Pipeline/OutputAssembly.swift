import ChangeDetection
import Claims
import Foundation
import Geodesy
import Raster
import RasterIO
import Reporting
import Scenes

/// What a run was asked for, as the manifest records it: with the inputs it is all that the outputs depend on.
struct RunParameters: Codable, Sendable, Equatable {
    var falseAlarmsPer1000SquareKilometres: Double
    var minimumLengthMetres: Double
    var bands: [String]?
    var from: CalendarDate?
    var until: CalendarDate?
    var since: CalendarDate?
    var outputs: [String]
    /// Absolute paths: of `run` the pipeline file, the imagery folder and the area, of `diff` the two scenes.
    var pipeline: String?
    var imagery: String?
    var area: String?
    var before: String?
    var after: String?

    enum CodingKeys: String, CodingKey {
        case falseAlarmsPer1000SquareKilometres = "false_alarms_per_1000_km2"
        case minimumLengthMetres = "minimum_length_m"
        case bands, from, until, since, outputs, pipeline, imagery, area, before, after
    }
}

/// From what the tiles show to the files people get: earthworks brought together, claims weighed, pictures drawn, records written, and all of it put
/// in place at once.
struct OutputAssembly {
    let output: StagedOutput
    private let outputs: OutputSelection
    private let parameters: RunParameters
    private let steps: StepStore
    private let tiles: [TileResult]
    private var summary: RunSummary
    private var earthworks: [Earthwork] = []
    /// What was seen on one date and was gone on the next: clouds, dust, vehicles. No earthwork vanishes so fast.
    private var momentary: [Earthwork] = []
    /// New ids by own ones, where an earlier run named the same earthwork.
    private var keptNames: [String: String] = [:]
    /// Files of an earlier run that stand as they are.
    private var standing: [Ledger.Output] = []
    /// What each picture and change raster is made of, by path.
    private var madeOf: [String: StepKey] = [:]
    private let started = ContinuousClock.now
    /// Worker threads; nothing in a file depends on it.
    private let jobs: Int
    /// The report's.
    private let title: String

    init(
        _ tiles: [TileResult], title: String, output: StagedOutput, outputs: OutputSelection, parameters: RunParameters, steps: StepStore,
        summary: RunSummary, jobs: Int
    ) {
        self.tiles = tiles
        self.title = title
        self.output = output
        self.outputs = outputs
        self.parameters = parameters
        self.steps = steps
        self.summary = summary
        self.jobs = jobs
    }

    /// - Parameters:
    ///   - area: what lies outside is left out.
    ///   - names: the ids that a run had given which this one repeats, by those that it gives itself; nil takes them from the last run into the folder.
    ///   - rasters: absolute paths of all that was looked at for scenes.
    ///   - register: the claims to weigh, if any.
    ///   - power: what would have been found.
    ///   - progress: 0…1.
    mutating func publish(
        area: AreaOfInterest? = nil, weighing register: ClaimsRegister? = nil, power: PowerByInjection? = nil,
        named names: [String: String]? = nil, lookingAt rasters: [String] = [], progress: @Sendable (Double) -> Void
    ) throws -> RunSummary {
        let last = try steps.ledger?.lastRun()
        summary.isSimulated = tiles.contains { $0.scenes.contains(where: \.isSimulated) }
        summary.refused.sort { ($0.input, $0.reason) < ($1.input, $1.reason) }
        let found = try found(area: area)
        earthworks = found.filter { !$0.isMomentary }
        momentary = found.filter(\.isMomentary)
        keptNames = names ?? last.map { StableNames.carried(from: $0.earthworks, to: earthworks) } ?? [:]
        earthworks = earthworks.renamed(keptNames)
        let document = try register.map { try weigh($0, power: power) }
        summary.warnings += power?.warnings ?? []
        if let document { earthworks = earthworks.annotated(with: document) }
        try draw(tags: document.map(Self.tags) ?? [:], progress: progress)
        sumUp(document)

        let inputs = try inputFiles(register)
        let run = FinishedRun(
            key: try runKey(inputs).digest, earthworks: earthworks,
            verdicts: Dictionary(uniqueKeysWithValues: document?.claims.map { ($0.id, $0.verdict.rawValue) } ?? []),
            scenes: Dictionary(uniqueKeysWithValues: tiles.map { ($0.tile, $0.scenes.map(\.name)) }), refused: summary.refused,
            warnings: summary.warnings)
        summary.exitCode = summary.refused.isEmpty ? .done : .someInputRefused
        let missing = missingOutputs()
        if let last {
            summary.news = RunNews(run, since: last)
            summary.news?.healed = missing
            summary.toldBefore = Set(last.warnings + last.refused.map(\.line))
        }
        summary.computed = Self.words(steps.computed)
        if let last, last.key == run.key, missing.isEmpty, output.written().isEmpty {
            summary.isUnchanged = true
            nameDocuments(document != nil)
            try steps.ledger?.keep(steps.digests)
            return summary
        }
        let used = Set(inputs.map(\.path))
        let written = try write(
            document, places: register?.places ?? [], inputs: inputs, unused: rasters.filter { !used.contains($0) }.sorted())
        try put(run, hashed: written)
        return summary
    }

    // MARK: Earthworks and claims

    /// All that the tiles show, tiles brought together.
    private func found(area: AreaOfInterest?) throws -> [Earthwork] {
        var all: [Earthwork] = []
        var names = EarthworkNames()
        for tile in tiles {
            let recent = tile.earthworks.filter { earthwork in
                guard let since = parameters.since, let seen = earthwork.firstSeen else { return true }
                return seen >= since
            }
            let inside = try area?.within(recent) ?? recent
            var renamed: [String: String] = [:]
            for earthwork in inside { renamed[earthwork.id] = names.unique(earthwork.id) }
            all += inside.renamed(renamed)
        }
        return TileJoin.joined(all)
    }

    private func weigh(_ register: ClaimsRegister, power: PowerByInjection?) throws -> ClaimsDocument {
        var scenes: [SceneCoverage] = []
        var pixelMetres = 0.0
        for tile in tiles {
            for (scene, share) in zip(tile.scenes, tile.clearShares) {
                guard let date = scene.date else { continue }
                scenes.append(SceneCoverage(date: date, footprint: [[try PixelGeolocator(grid: scene.grid).footprint]], clearShare: share))
                pixelMetres = max(pixelMetres, try PixelSize.metres(inMiddleOf: scene.grid).x)
            }
        }
        var document = try register.assess(ClaimEvidence(earthworks: earthworks, scenes: scenes, pixelMetres: pixelMetres)) {
            try power?.answer($0)
        }
        if summary.isSimulated { document.simulated = true }
        return document
    }

    /// The claims that an earthwork supports, in a few words.
    private static func tags(_ document: ClaimsDocument) -> [String: String] {
        var claims: [String: [String]] = [:]
        for claim in document.claims where claim.verdict == .supported {
            for id in claim.evidence { claims[id, default: []].append(claim.id) }
        }
        return claims.mapValues { $0.count > 1 ? "\($0[0]) +\($0.count - 1)" : $0[0] }
    }

    // MARK: Pictures

    private mutating func draw(tags: [String: String], progress: @Sendable (Double) -> Void) throws {
        var waiting: [PictureJob] = []
        var byTile: [String: [Earthwork]] = [:]
        for earthwork in earthworks {
            for tile in Set(earthwork.tiles) { byTile[tile, default: []].append(earthwork) }
        }
        for tile in tiles {
            for pair in tile.pairs {
                let picture = try PictureJob(pair, of: tile, earthworks: byTile[tile.tile] ?? [], tags: tags, steps: steps)
                let lines = picture.earthworks.filter { $0.kind == .linear }
                summary.pairs.append(
                    RunSummary.Pair(
                        tile: tile.tile, before: pair.record.before, after: pair.record.after, linearCount: lines.count,
                        compactCount: picture.earthworks.count - lines.count,
                        linearLengthMetres: lines.reduce(0) { $0 + ($1.lengthMetres ?? 0) },
                        picture: outputs.contains(.picture) ? output.folder + "/" + picture.paths[0] : nil,
                        change: pair.change.map { output.folder + "/" + $0 }))
                if let change = pair.change { try noteChange(change, of: pair, tile: tile) }
                guard outputs.contains(.picture) else { continue }
                for path in picture.paths { madeOf[path] = picture.key }
                if let files = steps.standing(picture.paths, madeOf: picture.key) { standing += files } else { waiting.append(picture) }
            }
        }
        let (pictures, folder) = (waiting, output)
        let largest = pictures.map(\.bytes).max() ?? 0
        let together = WorkerPool.together(count: pictures.count, jobs: jobs, bytesEach: largest)
        let threads = max(1, jobs / together)
        try WorkerPool.mapInOrder(count: pictures.count, jobs: together, window: 2 * together) {
            try pictures[$0].draw(into: folder, jobs: threads)
        } consume: { index, _ in
            steps.countComputed(.picture)
            progress(Double(index + 1) / Double(pictures.count))
        }
    }

    /// A change raster stands from an earlier run, or has been written by this one and gets its style.
    private mutating func noteChange(_ path: String, of pair: TileResult.Pair, tile: TileResult) throws {
        let files = PairFiles.change(tile.stem(pair))
        for file in files { madeOf[file] = pair.key }
        if !FileManager.default.fileExists(atPath: output.path(path)), let kept = steps.standing(files, madeOf: pair.key) {
            standing += kept
        } else {
            try QGISStyle.write(QGISStyle.change, besideLayer: output.path(path))
        }
    }

    // MARK: Documents

    private mutating func sumUp(_ document: ClaimsDocument?) {
        let lines = earthworks.filter { $0.kind == .linear }
        summary.linearCount = lines.count
        summary.compactCount = earthworks.count - lines.count
        summary.linearLengthMetres = lines.reduce(0) { $0 + ($1.lengthMetres ?? 0) }
        summary.claims =
            document?.claims.map { RunSummary.Claim(id: $0.id, statement: $0.statement, verdict: $0.verdict.rawValue) } ?? []
    }

    private func inputFiles(_ register: ClaimsRegister?) throws -> [Manifest.File] {
        var paths = Set(tiles.flatMap { $0.scenes.flatMap(\.files) } + (register?.files ?? []))
        paths.formUnion([parameters.pipeline, parameters.area].compactMap { $0 })
        let names = Set(paths.map { URL(fileURLWithPath: $0).standardizedFileURL.path }).sorted()
        return try names.map { path in
            // What has changed since it was read is not what the outputs show.
            let digest = try steps.digests.digest(asUsed: path)
            return Manifest.File(path: path, sha256: digest.sha256, bytes: digest.bytes)
        }
    }

    private func runKey(_ inputs: [Manifest.File]) throws -> StepKey {
        try steps.key(
            .run,
            [
                JSONText.encode(parameters), JSONText.encode(inputs), JSONText.encode(summary.refused),
                JSONText.encode(summary.warnings),
            ])
    }

    /// Of what the last run left and this one would leave too, what is not there as it was.
    private func missingOutputs() -> [String] {
        guard let ledger = steps.ledger else { return [] }
        let stands = Set(standing.map(\.path))
        return steps.earlierOutputs.values.filter { output in
            let wanted = output.key.map { madeOf[output.path]?.digest == $0 } ?? isAsked(output.path)
            return wanted && !stands.contains(output.path) && !ledger.isIntact(output)
        }.map(\.path).sorted()
    }

    /// The paths of the documents, for the summary.
    private mutating func nameDocuments(_ hasClaims: Bool) {
        if outputs.contains(.detections) {
            summary.geoJSON = output.folder + "/detections.geojson"
            summary.geoPackage = output.folder + "/detections.gpkg"
        }
        if outputs.contains(.report) { summary.reportPage = output.folder + "/report.html" }
        if hasClaims { summary.claimsDocument = output.folder + "/claims.json" }
        summary.manifest = output.folder + "/run.json"
    }

    /// - Returns: what was written, with its hashes; but the manifest.
    private mutating func write(
        _ document: ClaimsDocument?, places: [Place], inputs: [Manifest.File], unused: [String]
    ) throws -> [Manifest.File] {
        let scenes = tiles.flatMap(\.scenes)
        let credits = Set(scenes.compactMap(\.credit)).sorted()
        let metadata = DetectionsMetadata(
            isSimulated: summary.isSimulated, credit: credits.isEmpty ? nil : credits.joined(separator: "; "),
            newestScene: scenes.compactMap(\.date).max())
        if outputs.contains(.detections) {
            try DetectionsGeoJSON.write(earthworks, to: output.path("detections.geojson"), metadata: metadata)
            if tiles.contains(where: { $0.scenes.count > 2 }) {
                try DetectionsGeoJSON.write(momentary, to: output.path("momentary.geojson"), metadata: metadata)
            }
            try QGISStyle.write(QGISStyle.detections, besideLayer: output.path("detections.geojson"))
            try DetectionsGeoPackage.write(earthworks, to: output.path("detections.gpkg"), metadata: metadata)
        }
        if let document { try AtomicFile.write([UInt8](document.json()), to: output.path("claims.json")) }
        let created = try Manifest.timeStamp()
        let (staged, earthworks) = (output, earthworks)
        let swipes = ReportSwipes(tiles: tiles, steps: steps, jobs: jobs)
        let hashed = Guarded<[Manifest.File]>([])
        let pictures = try WorkerPool.beside(jobs: jobs) {
            let files = try Manifest.files(in: staged)
            hashed.withLock { $0 = files }
        } _: {
            outputs.contains(.report) ? try swipes.pictures(of: earthworks) : [:]
        }
        var written = hashed.withLock { $0 }
        let kept = standing.map { Manifest.File(path: $0.path, sha256: $0.digest.sha256, bytes: $0.digest.bytes) }
        if outputs.contains(.report) {
            var content = try ReportContent(
                title: title, created: created, tiles: tiles, earthworks: earthworks + momentary, claims: document, places: places,
                parameters: parameters,
                summary: summary)
            content.swipes = pictures
            func listed(_ file: Manifest.File) -> ReportContent.File {
                ReportContent.File(path: file.path, sha256: file.sha256, bytes: file.bytes)
            }
            content.inputs = inputs.map(listed)
            content.outputs = (written + kept).sorted { $0.path < $1.path }.map(listed)
            let page = output.path("report.html")
            try Report.write(content, to: page)
            let (sha256, bytes) = try ContentHash.sha256(fileAt: page)
            written.append(Manifest.File(path: "report.html", sha256: sha256, bytes: bytes))
        }
        try Manifest.write(
            to: output.path("run.json"), created: created, inputs: inputs, outputs: written + kept, parameters: parameters,
            pairs: tiles.flatMap { $0.pairs.map(\.record) }, refused: summary.refused, names: keptNames, unused: unused,
            isSimulated: summary.isSimulated, elapsed: started.duration(to: .now))
        nameDocuments(document != nil)
        return written
    }

    /// Puts the files in their places, takes away those of the last run that are no longer made, and enters the run in the ledger.
    ///
    /// - Parameter hashes: of the files in the staging folder, as the manifest has them.
    private func put(_ run: FinishedRun, hashed hashes: [Manifest.File]) throws {
        let known = Dictionary(uniqueKeysWithValues: hashes.map { ($0.path, FileDigest(sha256: $0.sha256, bytes: $0.bytes)) })
        let written = output.written()
        try output.publish(last: "run.json")
        guard let ledger = steps.ledger else { return }
        var entries = standing
        for path in written {
            let file = output.folder + "/" + path
            guard let identity = FileIdentity(path: file) else { throw OutputError(path: file, problem: "it is gone as soon as written") }
            entries.append(
                Ledger.Output(
                    path: path, digest: try known[path] ?? steps.digests.digest(ofFileAt: file), identity: identity,
                    key: madeOf[path]?.digest))
        }
        let kept = Set(entries.map(\.path))
        for (path, old) in steps.earlierOutputs.sorted(by: { $0.key < $1.key }) where !kept.contains(path) {
            if !isAsked(path) {
                // Of a kind that this run was not asked for: a later run that is will use it again, or take it away.
                entries.append(old)
            } else if ledger.isIntact(old) {
                // A file that someone has changed since is theirs.
                output.remove(path)
            }
        }
        try ledger.finish(run, outputs: entries.sorted { $0.path < $1.path }, used: steps.used)
        try ledger.keep(steps.digests)
    }

    /// True for a kind of file that this run makes, so that one which it did not make belongs to imagery that is no longer there.
    private func isAsked(_ path: String) -> Bool {
        if path.hasPrefix("diffs/") { return outputs.contains(.picture) }
        if path.hasPrefix("change/") { return outputs.contains(.change) }
        if path.hasPrefix("detections.") || path == "momentary.geojson" { return outputs.contains(.detections) }
        return path != "report.html" || outputs.contains(.report)
    }

    private static func words(_ computed: [StepKey.Kind: Int]) -> [String: Int] {
        Dictionary(uniqueKeysWithValues: computed.map { ($0.key.rawValue, $0.value) })
    }
}

extension Earthwork {
    /// Seen on one date only, and gone again.
    fileprivate var isMomentary: Bool { status == .transient && firstSeen != nil && firstSeen == lastSeen }
}
