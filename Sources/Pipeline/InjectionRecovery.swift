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
    ///   - jobs: worker threads; nothing in the result depends on it.
    /// - Throws: what reading and the analysis throw.
    static func run(
        tile: String, sources: [any SceneSource], dates: [CalendarDate], reference: Int?, found: [Earthwork], settings: DetectionSettings,
        plan: InjectionPlan = InjectionPlan(), jobs: Int, progress: @Sendable (Double) -> Void
    ) throws -> InjectionOutcome {
        guard sources.count > 1, dates.count == sources.count else {
            throw InputError(
                problem: "implants need two dates or more, each with its day", advice: "give every scene of \(tile) a date in its name")
        }
        let index = try sources.count == 2 ? 0 : reference ?? StackReference.choose(sources)
        let parts = try searchedParts(of: sources[index], plan: plan)
        var outcome = InjectionOutcome(tile: tile, footprint: try PixelGeolocator(grid: sources[index].grid).footprint, implants: [])
        var ground: InjectionGround?
        let rounds = plan.roundCount(pixels: parts[0].pixelCount)
        var turns: [Double: Int] = [:]
        for round in 0..<rounds {
            let part = parts[round % parts.count]
            let isWhole = part == PixelWindow(sources[index].grid.size)
            let scene: any SceneSource = isWhole ? sources[index] : InjectionWindow(sources[index], part: part)
            // One window for all rounds is one ground for all.
            let here =
                try parts.count == 1
                ? ground ?? InjectionGround(sources: sources, reference: scene, index: index, jobs: jobs)
                : InjectionGround(sources: sources, reference: scene, index: index, jobs: jobs)
            ground = here
            var placing = InjectionPlacing(
                plan, ground: here, dateCount: sources.count, tile: tile, round: round, found: found, turns: turns)
            let implants = placing.implants(shortestMetres: settings.minimumLengthMetres, round: round)
            turns = placing.turns
            guard !implants.isEmpty else { continue }
            var implanted = sources
            implanted[index] = scene
            let imprints = imprints(of: implants, plan: plan, ground: here, dates: dates)
            for t in sources.indices { implanted[t] = InjectionSource(implanted[t], imprints: imprints[t]) }
            let seen = try search(implanted, reference: index, settings: settings, jobs: jobs) {
                progress((Double(round) + $0) / Double(rounds))
            }
            outcome.implants += implants.map { seen.judged($0, ground: here, dates: dates) }
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
        return order.prefix(max(1, plan.rounds.upperBound)).map { parts[$0] }
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

    static func search(
        _ sources: [any SceneSource], reference: Int, settings: DetectionSettings, jobs: Int, progress: @Sendable (Double) -> Void
    ) throws -> RecoveredObjects {
        if sources.count == 2 {
            let analysis = try PairAnalysis(
                before: sources[0], after: sources[1], settings: settings, jobs: jobs, progress: progress, write: { _ in })
            let onset = RecoveredObjects.Onset(firstSeen: 1, lastAbsent: 0)
            return RecoveredObjects(
                lines: analysis.lines.map { ($0, onset) }, sites: analysis.sites.map { ($0, onset) },
                displacement: analysis.fit.pair.displacement)
        }
        let analysis = try StackAnalysis(sources: sources, reference: reference, settings: settings, jobs: jobs, progress: progress)
        // What came and went again is left out: no claim is judged by it.
        return RecoveredObjects(
            lines: analysis.lines.filter { $0.onset.fate != .transient }.map { ($0.line, RecoveredObjects.Onset($0.onset)) },
            sites: analysis.sites.filter { $0.onset.fate != .transient }.map { ($0.site, RecoveredObjects.Onset($0.onset)) },
            displacement: (0, 0))
    }
}
