import ChangeDetection
import Geodesy
import Raster

/// Everything that is found in the dates of one tile together, in the pixels of a reference date.
struct StackAnalysis: Sendable {
    struct Line: Sendable {
        var line: DetectedLine
        var onset: ObjectSeries.Onset
    }

    struct Site: Sendable {
        var site: DetectedSite
        var onset: ObjectSeries.Onset
    }

    let lines: [Line]
    let sites: [Site]
    let reference: RasterGrid
    let metresPerPixel: (x: Double, y: Double)
    /// Of each date's pixels, the share that could be searched, in the order of the sources.
    let clearShares: [Double]
    /// Of each split's search, the earliest split first.
    let laws: [SearchLaws]

    private static let lineReach = 10
    /// Planes of a search, one of them turned, and the origins of chains.
    static let searchBytesPerPixel = 12

    /// One date against the reference.
    struct Member: Sendable {
        var planes: SearchPlanes
        /// `ChangeModel.sensitivity` against the reference.
        var sensitivity: Double
        var observedSquareKilometres: Double
    }

    /// Reads and compares the dates, then searches them.
    ///
    /// - Parameters:
    ///   - sources: the dates, oldest first, at least three.
    ///   - reference: index of the date that the others are compared with.
    ///   - progress: 0…1.
    /// - Throws: what reading throws; the error's path tells the date.
    init(
        sources: [any SceneSource], reference: Int, settings: DetectionSettings, jobs: Int, progress: @Sendable (Double) -> Void
    ) throws {
        let fits = try sources.indices.map { index in
            try index == reference
                ? nil : PairFit(before: sources[reference], after: sources[index], keepsReference: true, jobs: jobs)
        }
        try self.init(fits: fits, grid: sources[reference].grid, settings: settings, jobs: jobs, progress: progress)
    }

    /// Compares dates that have been fitted, then searches them.
    ///
    /// - Parameters:
    ///   - dated: each date's fit to the reference, oldest first, at least three; nil for the reference.
    ///   - grid: the reference's.
    ///   - laws: one a split, of an earlier search of these dates; the dates' own where nil.
    ///   - progress: 0…1.
    /// - Throws: what reading throws; the error's path tells the date.
    init(
        fits dated: [PairFit?], grid: RasterGrid, settings: DetectionSettings, laws: [SearchLaws]? = nil, jobs: Int,
        progress: @Sendable (Double) -> Void
    ) throws {
        let others = dated.indices.filter { dated[$0] != nil }
        let fits = dated.compactMap { $0 }
        let swept = try ChangeSweep(fits.map { ChangeSweep.Member(fit: $0) }).run(jobs: jobs) { progress(0.5 * $0) }
        var members = [Member?](repeating: nil, count: dated.count)
        for (k, index) in others.enumerated() {
            let change = try swept[k].get()
            members[index] = Member(
                planes: change.planes, sensitivity: fits[k].model.sensitivity, observedSquareKilometres: change.observedSquareKilometres)
        }
        try self.init(
            members: members, grid: grid, metresPerPixel: fits[0].metresPerPixel, settings: settings, laws: laws,
            jobs: jobs
        ) { progress(0.5 + 0.5 * $0) }
    }

    /// Searches dates that have been compared.
    ///
    /// - Parameters:
    ///   - members: the dates, oldest first, at least three; nil for the reference.
    ///   - grid: the reference's.
    ///   - known: laws to judge by, one a split, of an earlier search of these dates; the dates' own where nil.
    init(
        members: [Member?], grid: RasterGrid, metresPerPixel: (x: Double, y: Double), settings: DetectionSettings,
        laws known: [SearchLaws]? = nil, jobs: Int, progress: @Sendable (Double) -> Void
    ) throws {
        let splits = SplitLattice.splits(of: members.count)
        if let known, known.count != splits.count {
            throw InputError(
                problem: "\(members.count) dates need the laws of \(splits.count) searches, not of \(known.count)",
                advice: "search with the laws that an earlier search of the same dates gave")
        }
        let mapping = WorkerPool.mapping(jobs: jobs)
        let unchanged = SearchPlanes.unchanged(whereAnyOf: members.compactMap { $0?.planes }, by: mapping)
        let stack = DateStack(dates: members.map { $0?.planes ?? unchanged }, sensitivities: members.map { $0?.sensitivity })
        let area = members.compactMap { $0?.observedSquareKilometres }.max() ?? 0
        self.metresPerPixel = metresPerPixel
        clearShares = stack.dates.map { Double($0.observedCount) / Double(max(1, $0.signed.count)) }
        reference = grid

        // Every split is a search of its own; together they may not give more chance objects than one.
        var settings = settings
        settings.falseAlarmsPer1000SquareKilometres /= Double(splits.count)
        var foundLines: [DetectedLine] = []
        var foundSites: [DetectedSite] = []
        var laws: [SearchLaws] = []
        // What one thread does in a small search another split's fills; what a search leaves is small, so that none waits for the one before it.
        let together = WorkerPool.together(count: splits.count, jobs: jobs, bytesEach: Self.searchBytesPerPixel * grid.size.pixelCount)
        let searchSettings = settings
        try WorkerPool.mapInOrder(count: splits.count, jobs: together, window: splits.count) { k in
            // The last ones, where they are fewer, share all threads.
            let beside = k < splits.count / together * together ? together : splits.count % together
            let jobs = max(1, jobs / beside)
            return try PairAnalysis.search(
                stack.step(at: splits[k], by: WorkerPool.mapping(jobs: jobs)), settings: searchSettings, metresPerPixel: metresPerPixel,
                area: area, laws: known?[k], jobs: jobs)
        } consume: { k, found in
            laws.append(found.laws)
            foundLines += found.lines
            foundSites += found.sites
            progress(Double(k + 1) / Double(splits.count + 1))
        }
        self.laws = laws
        let minimumLength = settings.minimumLengthMetres / (metresPerPixel.x * metresPerPixel.y).squareRoot()
        let size = grid.size
        let kept = Self.distinct(foundLines, size: size, minimumLengthPixels: minimumLength)
        let pieces = mapping.map(kept.count) { k in
            stack.pieces(of: kept[k], minimumLengthPixels: minimumLength).compactMap { piece, series in
                series.onset.flatMap { onset in series.bestStep.map { (line: piece, onset: onset, split: $0.split) } }
            }
        }.flatMap { $0 }
        // Each where its own step shows it best: a line of two campaigns was found at a step at which the first hardly shows.
        let laid = LineSelection.fitted(pieces.map(\.line), toStepsAt: pieces.map(\.split), of: stack, by: mapping)
        lines = zip(laid, pieces).map { laid, piece in
            var line = laid
            // That of its series, which all dates have a part in.
            line.sign = piece.line.sign
            return Line(line: line, onset: piece.onset)
        }
        let distinct = Self.distinct(foundSites, beside: lines.map(\.line), size: size)
        sites = mapping.map(distinct.count) { stack.series(of: distinct[$0]).onset }.enumerated().compactMap { k, onset in
            onset.map { Site(site: distinct[k], onset: $0) }
        }
        progress(1)
    }

    /// The strongest lines, and of the weaker ones the parts that lie beside them: a line answers at several splits.
    private static func distinct(_ lines: [DetectedLine], size: RasterSize, minimumLengthPixels: Double) -> [DetectedLine] {
        var occupied = GroundMarks(size: size, radius: lineReach)
        var kept: [DetectedLine] = []
        for line in lines.sorted(by: { ($1.snr, $0.points[0].x, $0.points[0].y) < ($0.snr, $1.points[0].x, $1.points[0].y) }) {
            var runs: [[DetectedLine.Point]] = [[]]
            for point in line.points {
                if occupied.contains(point) {
                    if !runs[runs.count - 1].isEmpty { runs.append([]) }
                } else {
                    runs[runs.count - 1].append(point)
                }
            }
            for run in runs where run.count > 1 {
                let length = zip(run, run.dropFirst()).reduce(0.0) { sum, pair in
                    let (dx, dy) = (pair.1.x - pair.0.x, pair.1.y - pair.0.y)
                    return sum + (dx * dx + dy * dy).squareRoot()
                }
                guard length >= minimumLengthPixels else { continue }
                var piece = line
                piece.points = run
                kept.append(piece)
            }
            occupied.mark(line.points)
        }
        return kept
    }

    private static func distinct(_ sites: [DetectedSite], beside lines: [DetectedLine], size: RasterSize) -> [DetectedSite] {
        var onLines = GroundMarks(size: size, radius: 5)
        for line in lines { onLines.mark(line.points) }
        var kept: [DetectedSite] = []
        for site in sites.sorted(by: { ($1.snr, $0.y, $0.x) < ($0.snr, $1.y, $1.x) }) {
            guard !onLines.contains(DetectedLine.Point(x: site.x, y: site.y)) else { continue }
            let isNew = kept.allSatisfy { other in
                let (dx, dy) = (site.x - other.x, site.y - other.y)
                let reach = max(4, 0.75 * max(other.areaPixels, site.areaPixels).squareRoot())
                return dx * dx + dy * dy > reach * reach && !site.isOne(with: other)
            }
            if isNew { kept.append(site) }
        }
        return kept
    }
}
