import ChangeDetection
import Raster

/// What an analysis found in scenes with implants, and which implants that recovers.
struct RecoveredObjects {
    /// Indices of dates; the true onset lies after `lastAbsent` and no later than `firstSeen`.
    struct Onset: Sendable {
        var firstSeen: Int
        var lastAbsent: Int?
    }

    private let lines: [(line: DetectedLine, onset: Onset)]
    private let sites: [(site: DetectedSite, onset: Onset)]

    /// A line found beside an implant is it if it lies this close, in pixels: the position of a found line is good to one.
    private static let reach = 2.0
    /// Share of its length.
    private static let leastCover = 0.5

    /// - Parameter displacement: how far right and down of the reference's own pixels the objects lie.
    init(
        lines: [(line: DetectedLine, onset: Onset)], sites: [(site: DetectedSite, onset: Onset)],
        displacement: Displacement
    ) {
        func moved(_ point: DetectedLine.Point) -> DetectedLine.Point {
            let own = displacement.mapBack.map(column: point.x, row: point.y)
            return DetectedLine.Point(x: own.column, y: own.row)
        }
        self.lines = lines.map { line, onset in
            var line = line
            line.points = line.points.map(moved)
            return (line, onset)
        }
        self.sites = sites.map { site, onset in
            var site = site
            let middle = moved(DetectedLine.Point(x: site.x, y: site.y))
            site.x = middle.x
            site.y = middle.y
            site.outline = site.outline.map(moved)
            return (site, onset)
        }
    }

    /// The record of an implant.
    func judged(_ implant: InjectedImplant, ground: InjectionGround, dates: [CalendarDate]) -> InjectionOutcome.Implant {
        let pixel = (ground.metresPerPixel.x * ground.metresPerPixel.y).squareRoot()
        func seen(_ accepts: (Onset) -> Bool) -> Int? {
            implant.kind == .linear
                ? firstSeen(line: implant, accepts) : firstSeen(site: implant, radius: implant.sizeMetres / pixel / 2, accepts)
        }
        let found = seen { $0.firstSeen >= implant.onset }
        // A trench is fainter under a high sun, and a date on which it should have shown can be taken for one without it.
        let dated = seen { $0.firstSeen >= implant.onset && $0.lastAbsent.map { $0 < implant.onset } ?? true }
        return InjectionOutcome.Implant(
            kind: implant.kind, sizeMetres: implant.sizeMetres, strength: implant.strength, middle: ground.geographic(implant.middle),
            lastAbsent: dates[implant.lastAbsent], firstSeen: dates[implant.firstSeen], isRecovered: found != nil,
            recoveredFirstSeen: found.map { dates[$0] }, isDated: dated != nil)
    }

    /// The date from which accepted lines cover half of it.
    private func firstSeen(line implant: InjectedImplant, _ accepts: (Onset) -> Bool) -> Int? {
        let points = InjectionPlacing.everyPixel(of: implant.course)
        var seen = [Int](repeating: .max, count: points.count)
        for (line, onset) in lines where accepts(onset) {
            for i in points.indices where onset.firstSeen < seen[i] {
                if Self.isNear(points[i], line.points) { seen[i] = onset.firstSeen }
            }
        }
        let needed = Int((Self.leastCover * Double(points.count)).rounded(.up))
        let date = seen.sorted()[max(0, needed - 1)]
        return date == .max ? nil : date
    }

    private static func isNear(_ point: DetectedLine.Point, _ line: [DetectedLine.Point]) -> Bool {
        zip(line, line.dropFirst()).contains { a, b in
            guard point.x > min(a.x, b.x) - reach, point.x < max(a.x, b.x) + reach, point.y > min(a.y, b.y) - reach,
                point.y < max(a.y, b.y) + reach
            else { return false }
            let (dx, dy) = (b.x - a.x, b.y - a.y)
            let square = dx * dx + dy * dy
            let t = square > 0 ? max(0, min(1, ((point.x - a.x) * dx + (point.y - a.y) * dy) / square)) : 0
            let (ex, ey) = (point.x - a.x - t * dx, point.y - a.y - t * dy)
            return ex * ex + ey * ey <= reach * reach
        }
    }

    private func firstSeen(site implant: InjectedImplant, radius: Double, _ accepts: (Onset) -> Bool) -> Int? {
        let centre = implant.middle
        let near = max(Self.reach, radius)
        return sites.filter { site, onset in
            let (dx, dy) = (site.x - centre.x, site.y - centre.y)
            return accepts(onset) && (dx * dx + dy * dy <= near * near || site.contains(centre))
        }.map(\.onset.firstSeen).min()
    }
}

extension RecoveredObjects.Onset {
    init(_ onset: ObjectSeries.Onset) { self.init(firstSeen: onset.firstSeen, lastAbsent: onset.lastAbsent) }
}
