import ChangeDetection
import Geodesy
import Raster

/// Detection power by injection and recovery: earthworks of known place, size, contrast and onset are implanted into a tile's own scenes, and the
/// analysis that searched the tile searches it again.
enum InjectionRecovery {
    /// - Parameters:
    ///   - sources: the dates, oldest first, at least two.
    ///   - dates: one for each source.
    ///   - reference: the stack's reference; chosen as the analysis does where nil. A pair's is its earlier date.
    ///   - found: what the run itself found in the tile; implants keep off it.
    ///   - laws: by which the run's own searches judged, one a split of the dates; where nil, a search without implants gives them.
    ///   - jobs: worker threads; nothing in the result depends on it.
    /// - Throws: what reading and the analysis throw.
    static func run(
        tile: String, sources: [any SceneSource], dates: [CalendarDate], reference: Int?, found: [Earthwork], laws: [SearchLaws]? = nil,
        settings: DetectionSettings, plan: InjectionPlan = InjectionPlan(), jobs: Int, progress: @Sendable (Double) -> Void
    ) throws -> InjectionOutcome {
        guard sources.count > 1, dates.count == sources.count else {
            throw InputError(
                problem: "implants need two dates or more, each with its day", advice: "give every scene of \(tile) a date in its name")
        }
        let searchCount = SplitLattice.splits(of: sources.count).count
        if let laws, laws.count != searchCount {
            throw InputError(
                problem: "\(sources.count) dates need the laws of \(searchCount) searches, not of \(laws.count)",
                advice: "search \(tile) again, and implant by what that gives")
        }
        let index = try sources.count == 2 ? 0 : reference ?? StackReference.choose(sources)
        let parts = try searchedParts(of: sources[index], plan: plan)
        var outcome = InjectionOutcome(tile: tile, footprint: try PixelGeolocator(grid: sources[index].grid).footprint, implants: [])
        // One window for all rounds is one ground for all.
        var known: (ground: InjectionGround, fits: InjectionFits, laws: [SearchLaws])?
        let rounds = plan.roundCount(
            searched: parts[0].pixelCount, tile: sources[index].grid.size.pixelCount, dates: sources.count)
        var turns: [Double: Int] = [:]
        for round in 0..<rounds {
            let part = parts[round % parts.count]
            let isWhole = part == PixelWindow(sources[index].grid.size)
            let scene: any SceneSource = isWhole ? sources[index] : InjectionWindow(sources[index], part: part)
            var bare = sources
            bare[index] = scene
            if known == nil || parts.count > 1 {
                let fits = try InjectionFits(bare, reference: index, jobs: jobs)
                known = (
                    try InjectionGround(sources: sources, reference: scene, index: index, jobs: jobs), fits,
                    try laws ?? fits.laws(settings: settings, jobs: jobs)
                )
            }
            guard let (ground, fits, laws) = known else { continue }
            var placing = InjectionPlacing(
                plan, ground: ground, dateCount: sources.count, tile: tile, round: round, found: found, turns: turns)
            let implants = placing.implants(shortestMetres: settings.minimumLengthMetres, round: round, tried: outcome.implants)
            turns = placing.turns
            guard !implants.isEmpty else { continue }
            let imprints = imprints(of: implants, plan: plan, ground: ground, dates: dates)
            let implanted = bare.indices.map { InjectionSource(bare[$0], imprints: imprints[$0]) }
            let seen = try fits.search(implanted, settings: settings, laws: laws, jobs: jobs) {
                progress((Double(round) + $0) / Double(rounds))
            }
            outcome.implants += implants.map { seen.judged($0, ground: ground, dates: dates) }
        }
        progress(1)
        return outcome
    }

    /// All of a tile, or of a larger one the windows of which most was observed.
    private static func searchedParts(of scene: any SceneSource, plan: InjectionPlan) throws -> [PixelWindow] {
        let size = scene.grid.size
        guard max(size.width, size.height) > plan.largestSide else { return [PixelWindow(size)] }
        let parts = SampleWindows.spread(over: size, side: plan.largestSide, atMost: 9)
        let shares = try parts.map { part -> Double in
            let samples = SampleWindows.spread(over: part.size, side: 64, atMost: 9)
            let valid = try samples.reduce(0) { sum, sample in
                let window = PixelWindow(x: part.x + sample.x, y: part.y + sample.y, width: sample.width, height: sample.height)
                return sum + (try scene.read(window).validity.values.count { $0 != 0 })
            }
            return Double(valid) / Double(max(1, samples.reduce(0) { $0 + $1.pixelCount }))
        }
        let order = parts.indices.sorted { (shares[$1], $0) < (shares[$0], $1) }
        return order.prefix(max(1, plan.roundsOfStacks)).map { parts[$0] }
    }

    /// For each date, what is there on it, with the sun of that date.
    static func imprints(
        of implants: [InjectedImplant], plan: InjectionPlan, ground: InjectionGround, dates: [CalendarDate]
    ) -> [[ImplantImprint]] {
        dates.indices.map { t in
            let metres = ground.metresPerPixel(on: t)
            let pixel = (metres.x * metres.y).squareRoot()
            var stamps: [Double: ImplantStamp] = [:]
            return implants.filter { $0.onset <= t }.map { implant in
                let middle = ground.geographic(implant.middle)
                let sun = ImplantSun(at: middle.latitude, on: dates[t])
                let course = implant.course.map { ground.position(of: $0, on: t) }
                switch implant.kind {
                case .linear:
                    let ends = (ground.geographic(implant.course[0]), ground.geographic(implant.course[implant.course.count - 1]))
                    let profile = ImplantProfile(
                        section: plan.trench, bearingDegrees: Geodesic.azimuth(from: ends.0, to: ends.1), sun: sun, pixelMetres: pixel)
                    return ImplantImprint(line: course, profile: profile, strength: implant.strength, metresPerPixel: metres)
                case .compact:
                    // Within a tile the sun is the same to a degree.
                    let stamp =
                        stamps[implant.sizeMetres]
                        ?? ImplantStamp(section: plan.position, diameterMetres: implant.sizeMetres, sun: sun, pixelMetres: pixel)
                    stamps[implant.sizeMetres] = stamp
                    return ImplantImprint(middle: course[0], stamp: stamp, strength: implant.strength, metresPerPixel: metres)
                }
            }
        }
    }
}
