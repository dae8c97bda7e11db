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

/// Brings the pairs of a run together: their records, their files, the manifest; and puts all of it in place at once.
struct OutputAssembly {
    let output: StagedOutput
    private let outputs: OutputSelection
    private let parameters: RunParameters
    private(set) var summary: RunSummary
    private let started = ContinuousClock.now
    private var earthworks: [Earthwork] = []
    private var records: [PairRecord] = []
    private var inputs: Set<String> = []
    private var credits: [String] = []
    private var newest: CalendarDate?
    private var coverage: [String: SceneCoverage] = [:]
    private var pixelMetres = 0.0

    init(output: StagedOutput, outputs: OutputSelection, parameters: RunParameters, summary: RunSummary) {
        self.output = output
        self.outputs = outputs
        self.parameters = parameters
        self.summary = summary
    }

    func holds(_ before: SceneDescription, _ after: SceneDescription, tile: String) -> Bool {
        summary.pairs.contains { $0.tile == tile && $0.before == before.name && $0.after == after.name }
    }

    /// Runs one pair and takes in what it gives.
    ///
    /// - Returns: the scene that could not be used, where there was one; it stands among the refused. nil also where the pair as a whole could
    ///   not be compared.
    /// - Throws: `OutputError` where nothing can be written.
    mutating func add(_ job: PairJob, area: AreaOfInterest?, isConsecutive: Bool, meter: ProgressMeter) throws -> SceneDescription? {
        do {
            try take(job.run(into: output) { meter.report(job.title, $0) }, of: job, area: area, isConsecutive: isConsecutive)
            meter.finishOne()
            return nil
        } catch let error as any TrenchWatchError where !(error is OutputError) {
            meter.finishOne()
            let culprit = [job.after, job.before].first { scene in error.path.map(scene.files.contains) ?? false }
            if let culprit {
                summary.refused.append(RefusedInput(input: error.path ?? culprit.name, error: error))
            } else {
                summary.refused.append(RefusedInput(input: job.title, error: error))
            }
            return culprit
        }
    }

    private mutating func take(_ product: PairJob.Product, of job: PairJob, area: AreaOfInterest?, isConsecutive: Bool) throws {
        let inside = try product.earthworks.filter { try area?.contains($0) ?? true }
        let lines = inside.filter { $0.kind == .linear }
        summary.pairs.append(
            RunSummary.Pair(
                tile: job.tile, before: job.before.name, after: job.after.name, linearCount: lines.count,
                compactCount: inside.count - lines.count, linearLengthMetres: lines.reduce(0) { $0 + ($1.lengthMetres ?? 0) },
                picture: product.picture.map { output.folder + "/" + $0 }, change: product.change.map { output.folder + "/" + $0 }))
        summary.warnings += product.warnings
        records.append(product.record)
        inputs.formUnion(job.before.files + job.after.files)
        for scene in [job.before, job.after] {
            if let credit = scene.credit, !credits.contains(credit) { credits.append(credit) }
            if scene.isSimulated { summary.isSimulated = true }
            if let date = scene.date { newest = max(newest ?? date, date) }
        }
        guard job.known == nil else { return }
        for scene in [job.before, job.after] { try cover(scene, clearShare: product.record.clearShare) }
        // First against last sees what grew too slowly for its neighbours in time; what they have seen is theirs.
        let added =
            isConsecutive
            ? inside
            : EarthworkOverlap.new(
                inside, beyond: earthworks.filter { $0.tiles == [job.tile] }, minimumLengthMetres: parameters.minimumLengthMetres)
        record(added)
    }

    /// Notes what a scene shows, for the claims; of a scene noted twice the clearer account counts.
    private mutating func cover(_ scene: SceneDescription, clearShare: Double) throws {
        guard let date = scene.date else { return }
        let locator = try PixelGeolocator(grid: scene.grid)
        let (width, height) = (Double(scene.grid.size.width), Double(scene.grid.size.height))
        let ring = [(0, 0), (0, height), (width, height), (width, 0), (0, 0)].map { locator.geographic(column: $0.0, row: $0.1) }
        let key = "\(scene.tile ?? "") \(scene.name)"
        let known = coverage[key]?.clearShare ?? 0
        coverage[key] = SceneCoverage(date: date, footprint: [[ring]], clearShare: max(known, clearShare))
        pixelMetres = max(pixelMetres, try PixelSize.metres(of: scene.grid, atColumn: width / 2, row: height / 2).x)
    }

    /// Weighs the claims of a register and writes `claims.json`; the earthworks then name the claims that use them.
    private mutating func weigh(_ register: ClaimsRegister) throws {
        let scenes = coverage.keys.sorted().compactMap { coverage[$0] }
        var document = try register.assess(ClaimEvidence(earthworks: earthworks, scenes: scenes, pixelMetres: pixelMetres))
        if summary.isSimulated { document.simulated = true }
        earthworks = earthworks.annotated(with: document)
        try AtomicFile.write([UInt8](document.json()), to: output.path("claims.json"))
        inputs.formUnion(register.files)
        summary.claims = document.claims.map { RunSummary.Claim(id: $0.id, statement: $0.statement, verdict: $0.verdict.rawValue) }
        summary.claimsDocument = output.folder + "/claims.json"
    }

    /// Takes in earthworks, giving those a number whose names are taken.
    private mutating func record(_ added: [Earthwork]) {
        var names = EarthworkNames(taken: Set(earthworks.map(\.id)))
        var renamed: [String: String] = [:]
        for earthwork in added { renamed[earthwork.id] = names.unique(earthwork.id) }
        earthworks += added.map { earthwork in
            var earthwork = earthwork
            earthwork.id = renamed[earthwork.id] ?? earthwork.id
            earthwork.group = renamed[earthwork.group] ?? earthwork.id
            return earthwork
        }
    }

    /// Searches all dates of a tile together and takes in what they show.
    ///
    /// - Returns: the earthworks, or the scene that could not be used; it stands among the refused. Neither where the dates as a whole could not be
    ///   compared.
    mutating func add(
        _ scenes: [SceneDescription], tile: String, bands: [String]?, settings: DetectionSettings, jobs: Int, area: AreaOfInterest?,
        meter: ProgressMeter
    ) throws -> (earthworks: [Earthwork]?, culprit: SceneDescription?) {
        let title = "\(tile), \(scenes.count) dates"
        do {
            let common =
                bands
                ?? scenes[0].bands.map(\.name).filter { name in
                    scenes.allSatisfy { $0.bands.contains { $0.name == name } }
                }
            guard !common.isEmpty else { return (nil, nil) }
            let sources = try scenes.map { try SceneReader($0, bands: common) }
            let analysis = try StackAnalysis(
                sources: sources, reference: StackReference.choose(sources), settings: settings, jobs: jobs
            ) { meter.report(title, $0) }
            meter.finishOne()
            let found = try analysis.records(tile: tile, scenes: scenes).filter { try area?.contains($0) ?? true }
            record(found)
            for (scene, share) in zip(scenes, analysis.clearShares) { try cover(scene, clearShare: share) }
            return (found, nil)
        } catch let error as any TrenchWatchError where !(error is OutputError) {
            let culprit = scenes.first { scene in error.path.map(scene.files.contains) ?? false }
            guard let culprit else { return (nil, nil) }
            summary.refused.append(RefusedInput(input: error.path ?? culprit.name, error: error))
            return (nil, culprit)
        }
    }

    /// Writes the records and the manifest, puts everything in place, and sums up.
    ///
    /// - Parameter register: the claims to weigh, if any.
    mutating func publish(weighing register: ClaimsRegister? = nil) throws -> RunSummary {
        earthworks = TileJoin.joined(earthworks)
        if let register { try weigh(register) }
        let lines = earthworks.filter { $0.kind == .linear }
        summary.linearCount = lines.count
        summary.compactCount = earthworks.count - lines.count
        summary.linearLengthMetres = lines.reduce(0) { $0 + ($1.lengthMetres ?? 0) }
        let metadata = DetectionsMetadata(
            isSimulated: summary.isSimulated, credit: credits.isEmpty ? nil : credits.sorted().joined(separator: "; "), newestScene: newest)
        if outputs.contains(.detections) {
            try DetectionsGeoJSON.write(earthworks, to: output.path("detections.geojson"), metadata: metadata)
            try QGISStyle.write(QGISStyle.detections, besideLayer: output.path("detections.geojson"))
            try DetectionsGeoPackage.write(earthworks, to: output.path("detections.gpkg"), metadata: metadata)
            summary.geoJSON = output.folder + "/detections.geojson"
            summary.geoPackage = output.folder + "/detections.gpkg"
        }
        for change in summary.pairs.compactMap(\.change) {
            try QGISStyle.write(QGISStyle.change, besideLayer: output.path(String(change.dropFirst(output.folder.count + 1))))
        }
        summary.refused.sort { ($0.input, $0.reason) < ($1.input, $1.reason) }
        if let pipeline = parameters.pipeline { inputs.insert(pipeline) }
        if let area = parameters.area { inputs.insert(area) }
        try Manifest.write(
            to: output.path("run.json"), staged: output, inputs: inputs.sorted(), parameters: parameters, pairs: records,
            refused: summary.refused, isSimulated: summary.isSimulated, elapsed: started.duration(to: .now))
        try output.publish(last: "run.json")
        summary.manifest = output.folder + "/run.json"
        if !summary.refused.isEmpty { summary.exitCode = .someInputRefused }
        return summary
    }
}

/// Which earthworks of one set another has already.
enum EarthworkOverlap {

    /// What `found` adds to `known`: sites that lie near none of it, and the pieces of lines that do, where they are long enough.
    static func new(
        _ found: [Earthwork], beyond known: [Earthwork], within nearMetres: Double = 60, minimumLengthMetres: Double
    ) -> [Earthwork] {
        let knownPoints = known.flatMap { densified($0.shape.points) }
        func isNew(_ point: GeographicPoint) -> Bool { !knownPoints.contains { Geodesic.distance($0, point) < nearMetres } }
        return found.flatMap { earthwork -> [Earthwork] in
            guard case .line(let vertices) = earthwork.shape else {
                let points = earthwork.shape.points
                return 2 * points.count(where: isNew) > points.count ? [earthwork] : []
            }
            var pieces: [[GeographicPoint]] = [[]]
            for point in densified(vertices) {
                if isNew(point) { pieces[pieces.count - 1].append(point) } else if !pieces[pieces.count - 1].isEmpty { pieces.append([]) }
            }
            return pieces.filter { $0.count > 1 }.compactMap { points in
                let length = Geodesic.length(points)
                guard length >= max(minimumLengthMetres, 1) else { return nil }
                var piece = earthwork
                piece.shape = .line(points)
                piece.lengthMetres = length
                piece.bearingDegrees = Geodesic.axisBearing(of: points)
                return piece
            }
        }
    }

    /// Vertices and points between them, at most about 50 m apart.
    private static func densified(_ points: [GeographicPoint]) -> [GeographicPoint] {
        var result = Array(points.prefix(1))
        for (a, b) in zip(points, points.dropFirst()) {
            let steps = max(1, Int(Geodesic.distance(a, b) / 50))
            for k in 1...steps {
                let t = Double(k) / Double(steps)
                result.append(
                    GeographicPoint(
                        longitude: a.longitude + t * (b.longitude - a.longitude), latitude: a.latitude + t * (b.latitude - a.latitude)))
            }
        }
        return result
    }
}
