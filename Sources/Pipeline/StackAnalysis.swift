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

    private static let lineReach = 10

    /// - Parameters:
    ///   - sources: the dates, oldest first, at least three.
    ///   - reference: index of the date that the others are compared with.
    ///   - progress: 0…1.
    /// - Throws: what reading throws; the error's path tells the date.
    init(
        sources: [any SceneSource], reference: Int, settings: DetectionSettings, jobs: Int, progress: @Sendable (Double) -> Void
    ) throws {
        let others = sources.indices.filter { $0 != reference }
        let count = Double(sources.count)
        var planes: [Int: SearchPlanes] = [:]
        var sensitivities = [Double?](repeating: nil, count: sources.count)
        var area = 0.0
        var metres = (x: 0.0, y: 0.0)
        for (done, index) in others.enumerated() {
            let analysis = try PairAnalysis(
                before: sources[reference], after: sources[index], settings: settings, searches: false, keepsReference: true, jobs: jobs,
                progress: { progress((Double(done) + $0) / (2 * count)) }, write: { _ in })
            planes[index] = analysis.planes
            sensitivities[index] = analysis.model.sensitivity
            area = max(area, analysis.observedSquareKilometres)
            metres = analysis.metresPerPixel
        }
        planes[reference] = SearchPlanes.unchanged(whereAnyOf: others.compactMap { planes[$0] })
        let stack = DateStack(dates: sources.indices.compactMap { planes[$0] }, sensitivities: sensitivities)
        metresPerPixel = metres
        clearShares = stack.dates.map { Double($0.observedCount) / Double(max(1, $0.signed.count)) }
        self.reference = sources[reference].grid

        // Every split is a search of its own; together they may not give more chance objects than one.
        var settings = settings
        settings.falseAlarmsPer1000SquareKilometres /= Double(sources.count - 1)
        var foundLines: [DetectedLine] = []
        var foundSites: [DetectedSite] = []
        for split in 1..<sources.count {
            let step = stack.step(at: split)
            let lines = try PairAnalysis.findLines(step, settings: settings, metresPerPixel: metres, area: area, jobs: jobs).0
            foundLines += lines
            foundSites += try PairAnalysis.findSites(step, lines: lines, settings: settings, area: area, jobs: jobs).0
            progress((count - 1 + Double(split)) / (2 * count))
        }
        let minimumLength = settings.minimumLengthMetres / (metres.x * metres.y).squareRoot()
        let size = sources[reference].grid.size
        let kept = Self.distinct(foundLines, size: size, minimumLengthPixels: minimumLength)
        lines = kept.flatMap { line in
            stack.pieces(of: line, minimumLengthPixels: minimumLength).compactMap { piece, series in
                series.onset.map { Line(line: piece, onset: $0) }
            }
        }
        sites = Self.distinct(foundSites, beside: kept, size: size).compactMap { site in
            stack.series(of: site).onset.map { Site(site: site, onset: $0) }
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
                return dx * dx + dy * dy > reach * reach
            }
            if isNew { kept.append(site) }
        }
        return kept
    }
}
