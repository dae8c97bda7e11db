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
    let laws: SearchLaws

    /// - Parameters:
    ///   - jobs: worker threads; nothing in the result depends on it.
    ///   - write: gets every block of the change statistic, from any thread; without it the undirected change is not made.
    init(
        before: any SceneSource, after: any SceneSource, settings: DetectionSettings, jobs: Int, progress: @Sendable (Double) -> Void,
        write: (@Sendable (ChangeBlock) throws -> Void)? = nil
    ) throws {
        let fit = try PairFit(before: before, after: after, keepsReference: false, jobs: jobs)
        progress(0.25)
        try self.init(fit: fit, settings: settings, jobs: jobs, progress: { progress(0.25 + 0.75 * $0) }, write: write)
    }

    /// Finds what there is between two dates that have been fitted.
    ///
    /// - Parameters:
    ///   - laws: of an earlier search of these dates; the scene's own where nil.
    ///   - jobs: worker threads; nothing in the result depends on it.
    ///   - write: gets every block of the change statistic, from any thread; without it the undirected change is not made.
    init(
        fit: PairFit, settings: DetectionSettings, laws: SearchLaws? = nil, jobs: Int, progress: @Sendable (Double) -> Void,
        write: (@Sendable (ChangeBlock) throws -> Void)? = nil
    ) throws {
        self.fit = fit
        let swept = try ChangeSweep([ChangeSweep.Member(fit: fit, write: write)]).run(jobs: jobs) { progress(0.5 * $0) }
        change = try swept[0].get()
        (lines, sites, self.laws) = try Self.search(
            change.planes, settings: settings, metresPerPixel: fit.metresPerPixel, area: change.observedSquareKilometres, laws: laws,
            jobs: jobs)
        progress(1)
    }

    /// Lines and sites in the change of two dates.
    ///
    /// - Parameters:
    ///   - area: what was observed, in km².
    ///   - laws: to judge by, of an earlier search of these dates; taken from the planes where nil.
    /// - Returns: what was found, and the laws by which it was judged.
    static func search(
        _ planes: SearchPlanes, settings: DetectionSettings, metresPerPixel: (x: Double, y: Double), area: Double,
        laws known: SearchLaws? = nil, jobs: Int
    ) throws -> (lines: [DetectedLine], sites: [DetectedSite], laws: SearchLaws) {
        // A law tells how many objects chance makes in its own area; by that area they become so many in 1 000 km².
        let area = known?.observedSquareKilometres ?? area
        let lines = try findLines(
            planes, settings: settings, metresPerPixel: metresPerPixel, area: area, laws: known, jobs: jobs)
        let sites = try findSites(planes, lines: lines.lines, settings: settings, area: area, laws: known, jobs: jobs)
        return (
            lines.lines, sites.sites,
            SearchLaws(
                beamlets: lines.spreads, lines: lines.null, responses: sites.spreads, sites: sites.null, observedSquareKilometres: area)
        )
    }

    private static func findLines(
        _ planes: SearchPlanes, settings: DetectionSettings, metresPerPixel: (x: Double, y: Double), area: Double,
        laws: SearchLaws?, jobs: Int
    ) throws -> (lines: [DetectedLine], null: NullTail, spreads: [LineSearch.Spreads]) {
        if let laws, laws.beamlets.count != LineSearch.taskCount {
            throw InputError(
                problem: "the laws are of \(laws.beamlets.count) pieces of a line search, which has \(LineSearch.taskCount)",
                advice: "search with the laws that an earlier search of the same dates gave")
        }
        let mapping = WorkerPool.mapping(jobs: jobs)
        let search = LineSearch(planes)
        var traces: [LineTrace] = []
        var spreads: [LineSearch.Spreads] = []
        // What a piece leaves is small, so that none waits for the one before it.
        try WorkerPool.mapInOrder(count: LineSearch.taskCount, jobs: jobs, window: LineSearch.taskCount) {
            search.traces(of: $0, spreads: laws?.beamlets[$0])
        } consume: { _, found in
            traces += found.traces
            spreads.append(found.spreads)
        }
        let pixel = (metresPerPixel.x * metresPerPixel.y).squareRoot()
        let found = LineSelection.lines(
            from: traces, width: planes.width, height: planes.height, minimumLengthPixels: settings.minimumLengthMetres / pixel,
            observedSquareKilometres: area, falseAlarmsPer1000SquareKilometres: settings.falseAlarmsPer1000SquareKilometres,
            null: laws?.lines, by: mapping)
        return (LineSelection.fitted(found.lines, to: planes, by: mapping), found.null, spreads)
    }

    private static func findSites(
        _ planes: SearchPlanes, lines: [DetectedLine], settings: DetectionSettings, area: Double, laws: SearchLaws?, jobs: Int
    ) throws -> (sites: [DetectedSite], null: SiteLaw, spreads: SiteSearch.ResponseSpreads) {
        let mapping = WorkerPool.mapping(jobs: jobs)
        let search = SiteSearch(planes, lines: lines, by: mapping)
        let blocks = search.blocks
        let own = try spreads(of: search, jobs: jobs)
        let spreads = laws?.responses ?? own
        var peaks: [SiteSearch.Peak] = []
        try WorkerPool.mapInOrder(count: blocks.count, jobs: jobs, window: jobs + 1) {
            search.peaks(in: blocks[$0], spreads: spreads)
        } consume: {
            peaks += $1
        }
        let found = search.sites(
            from: peaks, observedSquareKilometres: area,
            falseAlarmsPer1000SquareKilometres: settings.falseAlarmsPer1000SquareKilometres, null: laws?.sites, by: mapping)
        return (found.sites, found.null, spreads)
    }

    private static func spreads(of search: SiteSearch, jobs: Int) throws -> SiteSearch.ResponseSpreads {
        let blocks = search.blocks
        var law = SiteSearch.ResponseLaw()
        try WorkerPool.mapInOrder(count: blocks.count, jobs: jobs, window: jobs + 1) {
            search.law(in: blocks[$0])
        } consume: {
            law.add($1)
        }
        return law.spreads
    }
}
