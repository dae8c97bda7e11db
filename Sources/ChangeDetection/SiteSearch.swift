import Raster

/// Finds compact changes: blob responses, each a Gaussian mean less the mean around it, at three scales of the planes and two of each of their
/// reductions by two and by four, weighed by what chance and old structure give in the neighbourhood; then local maxima, accepted by the law of the
/// scene's own weaker ones.
///
/// Works block by block; two passes over the blocks, since the first measures what the second judges by.
public struct SiteSearch: Sendable {
    /// Gaussian scales in pixels of the level: works of about 2.5, 4 and 6 px across, and on the reductions up to 24 px.
    static let scales: [Double] = [1.0, 1.6, 2.4]
    public static let blockSide = 512
    /// Peaks above it are counted.
    static let lowestResponse: Float = 3.5
    /// A work stands out from its surroundings by at least this many σ a pixel of the scene. Fainter and wider differences are haze.
    static let lowestContrast: Float = 1
    private static let priorRate = 0.8
    /// Where people build, up to half of all peaks is real change.
    private static let realShare = 0.5
    /// Half the width of what is taken out along accepted lines before sites are looked for, in pixels.
    private static let lineReach = 5
    /// A line's ends are known to a beamlet or two; what lies within this many pixels ahead of them is the line's.
    private static let endReach = 16.0

    let levels: [SearchPlanes]
    let fields = BlobField.Pool()
    /// Of each level, filled by the first pass.
    let lattices: [ResponseLattice]

    /// - Parameters:
    ///   - lines: accepted lines; the change on them is theirs and no site's.
    ///   - mapping: by which parts of the levels are made at the same time.
    public init(_ planes: SearchPlanes, lines: [DetectedLine], by mapping: Mapping = .serial) {
        var first = planes
        if !lines.isEmpty {
            first = planes.withoutChange(
                along: lines.map { $0.pointsWithExtendedEnds(by: Self.endReach) }, reach: Self.lineReach, by: mapping)
        }
        let half = first.reducedByTwo(by: mapping)
        let levels = [first, half, half.reducedByTwo(by: mapping)]
        self.levels = levels
        lattices = levels.enumerated().map { ResponseLattice(width: $1.width, height: $1.height, scales: Self.scaleIndices($0)) }
    }

    /// A window of one of the levels.
    public struct Block: Sendable {
        let level: Int
        let window: PixelWindow
    }

    /// The blocks that both passes go through.
    public var blocks: [Block] {
        levels.indices.flatMap { level in
            PixelWindow(x: 0, y: 0, width: levels[level].width, height: levels[level].height).blocks(side: Self.blockSide)
                .map { Block(level: level, window: $0) }
        }
    }

    /// The finest scale of the first level has no place on the others: it is the coarsest of the level before.
    static func scaleIndices(_ level: Int) -> Range<Int> { (level == 0 ? 0 : 1)..<scales.count }

    /// The sites that chance would not make. A work answers at several scales and levels; the strongest answer speaks for it.
    ///
    /// - Parameters:
    ///   - observedSquareKilometres: area that could be seen; that of the law where one is given.
    ///   - known: the law of chance sites, where it is not to be taken from the peaks.
    ///   - mapping: by which several sites are outlined at the same time.
    /// - Returns: the sites, and the law by which they stand.
    public func sites(
        from peaks: [Peak], observedSquareKilometres: Double, falseAlarmsPer1000SquareKilometres limit: Double, null known: SiteLaw? = nil,
        by mapping: Mapping = .serial
    ) -> (sites: [DetectedSite], null: SiteLaw) {
        // What is too faint to be a work still tells how chance behaves, but hides no work.
        let ordered = peaks.sorted { a, b in
            if a.standsOut != b.standsOut { return a.standsOut }
            return (abs(b.response), a.level, a.y, a.x) < (abs(a.response), b.level, b.y, b.x)
        }
        var kept: [Peak] = []
        var index = PeakIndex(width: levels[0].width, height: levels[0].height)
        for peak in ordered where !index.covers(peak) {
            kept.append(peak)
            index.insert(peak)
        }
        let lowest = Double(Self.lowestResponse * Self.lowestResponse) / 2
        let null =
            known
            ?? SiteLaw(
                tail: NullTail.fit(scores: kept.map(\.score), threshold: lowest, priorRate: Self.priorRate, censoredShare: Self.realShare),
                neededScores: kept.map(\.neededScore))
        // Those that stand out come first, the strongest before the weaker.
        var accepted: [(peak: Peak, significance: Significance)] = []
        for peak in kept {
            guard peak.standsOut else { break }
            let significance = Significance(
                expectedCount: null.expectedCount(atLeast: peak.score), observedSquareKilometres: observedSquareKilometres)
            guard significance.falseAlarmsPer1000SquareKilometres <= limit else { break }
            accepted.append((peak, significance))
        }
        let sure = accepted
        let outlined = mapping.map(sure.count) { outlinedSite(sure[$0].peak, significance: sure[$0].significance) }
        var sites: [DetectedSite] = []
        // The strongest come first: the other side of a ring, and its hollow, are one work with it.
        for site in outlined where !sites.contains(where: { $0.isOne(with: site) }) { sites.append(site) }
        return (sites.sorted { ($0.y, $0.x) < ($1.y, $1.x) }, null)
    }

    private func outlinedSite(_ peak: Peak, significance: Significance) -> DetectedSite {
        let size = Double(1 << peak.level)
        let outline = SiteOutline.ring(around: peak, in: levels[peak.level])
        return DetectedSite(
            x: peak.centre.x, y: peak.centre.y,
            outline: outline.points.map { DetectedLine.Point(x: $0.x * size, y: $0.y * size) },
            coreRadiusPixels: (Double(outline.corePixels) / 3.14159).squareRoot() * size, sign: peak.response > 0 ? .brighter : .darker,
            snr: Double(abs(peak.response)), significance: significance)
    }
}

/// Accepted peaks by place.
private struct PeakIndex {
    private static let cell = 64
    private let columns: Int
    private let rows: Int
    /// By cell the place in `peaks` of the last one in it, and for each peak the one before it in its cell; below zero for none.
    private var last: [Int32]
    private var before: [Int32] = []
    private var peaks: [SiteSearch.Peak] = []

    /// - Parameters `width`, `height`: pixels of the first level.
    init(width: Int, height: Int) {
        // A pixel of a coarser level may reach beyond.
        columns = width / Self.cell + 1
        rows = height / Self.cell + 1
        last = [Int32](repeating: -1, count: columns * rows)
    }

    private func place(_ peak: SiteSearch.Peak) -> (column: Int, row: Int) {
        (min(columns - 1, Int(peak.centre.x) / Self.cell), min(rows - 1, Int(peak.centre.y) / Self.cell))
    }

    mutating func insert(_ peak: SiteSearch.Peak) {
        let (column, row) = place(peak)
        before.append(last[row * columns + column])
        last[row * columns + column] = Int32(truncatingIfNeeded: peaks.count)
        peaks.append(peak)
    }

    /// True where a stronger peak's work takes this one in, or this one's the stronger's centre.
    func covers(_ peak: SiteSearch.Peak) -> Bool {
        let (column, row) = place(peak)
        for y in max(0, row - 1)...min(rows - 1, row + 1) {
            for x in max(0, column - 1)...min(columns - 1, column + 1) {
                var next = Int(last[y * columns + x])
                while next >= 0 {
                    let other = peaks[next]
                    let (dx, dy) = (peak.centre.x - other.centre.x, peak.centre.y - other.centre.y)
                    let reach = max(4, 1.5 * other.radius, peak.radius)
                    if dx * dx + dy * dy < reach * reach { return true }
                    next = Int(before[next])
                }
            }
        }
        return false
    }
}
