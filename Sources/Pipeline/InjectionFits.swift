import ChangeDetection
import Geodesy
import Raster

/// How the dates of a tile lie, compare and scatter without implants. Scenes with implants are compared by the same, so that these do not pass for noise.
struct InjectionFits: Sendable {
    /// Each date's fit; nil for the reference.
    private let fits: [PairFit?]
    private let reference: Int

    /// - Parameters:
    ///   - sources: the dates, oldest first, at least two.
    ///   - reference: the one that the others are compared with; of two the first.
    /// - Throws: what reading throws; an `InputError` where two cannot be compared.
    init(_ sources: [any SceneSource], reference: Int, jobs: Int) throws {
        self.reference = reference
        fits = try sources.indices.map { index in
            try index == reference
                ? nil
                : PairFit(before: sources[reference], after: sources[index], keepsReference: sources.count > 2, jobs: jobs)
        }
    }

    /// By which a search of the dates without implants judges: one a split of the dates.
    func laws(settings: DetectionSettings, jobs: Int) throws -> [SearchLaws] {
        switch try Self.analysis(fits, settings: settings, laws: nil, jobs: jobs, progress: { _ in }) {
        case .pair(let analysis): [analysis.laws]
        case .stack(let analysis): analysis.laws
        }
    }

    /// What the analysis that searched the tile finds in the same dates with implants. What came and went again is left out: no claim is judged by it.
    ///
    /// - Parameter laws: by which the search of the dates without implants judged, one a split of the dates.
    func search(
        _ implanted: [any SceneSource], settings: DetectionSettings, laws: [SearchLaws], jobs: Int, progress: @Sendable (Double) -> Void
    ) throws -> RecoveredObjects {
        let before = implanted[reference]
        let fits = try zip(self.fits, implanted).map { fit, after in
            try fit.map { try PairFit($0, before: before, after: after, keepsReference: implanted.count > 2) }
        }
        switch try Self.analysis(fits, settings: settings, laws: laws, jobs: jobs, progress: progress) {
        case .pair(let analysis):
            let onset = RecoveredObjects.Onset(firstSeen: 1, lastAbsent: 0)
            return RecoveredObjects(
                lines: analysis.lines.map { ($0, onset) }, sites: analysis.sites.map { ($0, onset) },
                displacement: analysis.fit.pair.displacement)
        case .stack(let analysis):
            return RecoveredObjects(
                lines: analysis.lines.filter { $0.onset.fate != .transient }.map { ($0.line, RecoveredObjects.Onset($0.onset)) },
                sites: analysis.sites.filter { $0.onset.fate != .transient }.map { ($0.site, RecoveredObjects.Onset($0.onset)) },
                displacement: .none)
        }
    }

    private enum Analysis {
        case pair(PairAnalysis)
        case stack(StackAnalysis)
    }

    private static func analysis(
        _ fits: [PairFit?], settings: DetectionSettings, laws: [SearchLaws]?, jobs: Int, progress: @Sendable (Double) -> Void
    ) throws -> Analysis {
        let dated = fits.compactMap { $0 }
        if fits.count == 2 {
            return .pair(try PairAnalysis(fit: dated[0], settings: settings, laws: laws?.first, jobs: jobs, progress: progress))
        }
        return .stack(
            try StackAnalysis(
                fits: fits, grid: dated[0].pair.before.grid, settings: settings, laws: laws, jobs: jobs, progress: progress))
    }
}

extension PairFit {
    /// A fit, for other pixels of the same two dates.
    fileprivate init(_ fit: PairFit, before: any SceneSource, after: any SceneSource, keepsReference: Bool) throws {
        pair = try AlignedPair(before: before, after: after)
            .registered(by: fit.pair.registration, keepsReference: keepsReference)
        model = fit.model
        stretch = fit.stretch
        metresPerPixel = fit.metresPerPixel
    }
}
