import ChangeDetection
import Geodesy
import Raster

/// What to accept as an earthwork.
struct DetectionSettings: Sendable, Equatable, Codable {
    var falseAlarmsPer1000SquareKilometres = 1.0
    var minimumLengthMetres = 200.0
}

/// Everything that is found between two dates, in the earlier date's pixels.
struct PairAnalysis: Sendable {
    let fit: PairFit
    let change: SweptChange
    let lines: [DetectedLine]
    let sites: [DetectedSite]

    /// - Parameters:
    ///   - jobs: worker threads; nothing in the result depends on it.
    ///   - write: gets every block of the change statistic, from any thread.
    init(
        before: any SceneSource, after: any SceneSource, settings: DetectionSettings, jobs: Int, progress: @Sendable (Double) -> Void,
        write: @escaping @Sendable (ChangeBlock) throws -> Void = { _ in }
    ) throws {
        fit = try PairFit(before: before, after: after, keepsReference: false, jobs: jobs)
        progress(0.25)
        let swept = try ChangeSweep([ChangeSweep.Member(fit: fit, write: write)]).run(jobs: jobs) { progress(0.25 + 0.4 * $0) }
        change = try swept[0].get()
        (lines, sites) = try Self.search(
            change.planes, settings: settings, metresPerPixel: fit.metresPerPixel, area: change.observedSquareKilometres, jobs: jobs)
        progress(1)
    }

    /// Lines and sites in the change of two dates.
    ///
    /// - Parameter area: what was observed, in km².
    static func search(
        _ planes: SearchPlanes, settings: DetectionSettings, metresPerPixel: (x: Double, y: Double), area: Double, jobs: Int
    ) throws -> (lines: [DetectedLine], sites: [DetectedSite]) {
        let lines = try findLines(planes, settings: settings, metresPerPixel: metresPerPixel, area: area, jobs: jobs)
        return (lines, try findSites(planes, lines: lines, settings: settings, area: area, jobs: jobs))
    }

    private static func findLines(
        _ planes: SearchPlanes, settings: DetectionSettings, metresPerPixel: (x: Double, y: Double), area: Double, jobs: Int
    ) throws -> [DetectedLine] {
        let search = LineSearch(planes)
        var traces: [LineTrace] = []
        try WorkerPool.mapInOrder(count: LineSearch.taskCount, jobs: jobs, window: jobs) {
            search.traces(of: $0)
        } consume: { _, found in
            traces += found
        }
        let pixel = (metresPerPixel.x * metresPerPixel.y).squareRoot()
        return LineSelection.lines(
            from: traces, width: planes.width, height: planes.height, minimumLengthPixels: settings.minimumLengthMetres / pixel,
            observedSquareKilometres: area, falseAlarmsPer1000SquareKilometres: settings.falseAlarmsPer1000SquareKilometres
        ).lines
    }

    private static func findSites(
        _ planes: SearchPlanes, lines: [DetectedLine], settings: DetectionSettings, area: Double, jobs: Int
    ) throws -> [DetectedSite] {
        let search = SiteSearch(planes, lines: lines)
        let blocks = search.blocks
        var law = SiteSearch.ResponseLaw()
        try WorkerPool.mapInOrder(count: blocks.count, jobs: jobs, window: jobs + 1) {
            search.law(in: blocks[$0])
        } consume: {
            law.add($1)
        }
        let total = law
        var peaks: [SiteSearch.Peak] = []
        try WorkerPool.mapInOrder(count: blocks.count, jobs: jobs, window: jobs + 1) {
            search.peaks(in: blocks[$0], law: total)
        } consume: {
            peaks += $1
        }
        return search.sites(
            from: peaks, observedSquareKilometres: area,
            falseAlarmsPer1000SquareKilometres: settings.falseAlarmsPer1000SquareKilometres
        ).sites
    }
}
