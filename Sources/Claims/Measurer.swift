import ChangeDetection
import Foundation
import Geodesy
import Raster

/// Measures earthworks, purely.
///
/// Every interval holds the truth *about what was found* in about 95 of 100 cases; what may have been missed is the business of the
/// verdict, by power. Three things widen it:
/// - **Place.** A pixel's position is known to about one and a half pixels (`positionMetres`), and each end of a line to four
///   (`endMetres`), since it is built from pieces of eight.
/// - **Course.** A detected line is smoother than the trench: its length is right to 2 %.
/// - **Noise.** Each earthwork is one with the chance `confidence` and nothing with the rest.
public struct Measurer: Sendable {
    private let placed: [PlacedEarthwork]
    private let pixelMetres: Double
    /// Of the place, for the number of false alarms to be expected in it.
    private let observedSquareKilometres: Double
    private let dates: [CalendarDate]

    private static let standardScore = 1.96
    private static let courseShare = 0.02
    private var positionMetres: Double { 1.5 * pixelMetres }
    private var endMetres: Double { 4 * pixelMetres }

    /// `dates` are those on which the place was seen, in order.
    public init(
        earthworks: [Earthwork], place: Place, observedSquareKilometres: Double, dates: [CalendarDate], pixelMetres: Double
    ) throws {
        let area = try ClippingArea(place)
        placed = try earthworks.compactMap { try PlacedEarthwork($0, in: area) }.filter(\.isGround).sorted {
            $0.earthwork.id < $1.earthwork.id
        }
        self.observedSquareKilometres = observedSquareKilometres
        self.dates = dates
        self.pixelMetres = pixelMetres
    }

    public func measure(_ claim: MeasuredClaim) throws -> ClaimMeasurement {
        let lines = placed.filter { $0.earthwork.kind == .linear }
        let sites = placed.filter { $0.earthwork.kind == .compact }
        func chosen(_ works: [PlacedEarthwork]) -> [PlacedEarthwork] {
            works.filter { $0.isFirstSeen(after: claim.since, by: claim.by) }
        }
        switch claim.measure {
        case .linearLength: return length(of: chosen(lines))
        case .linearOnset: return onset(of: lines)
        case .linearBearing: return bearing(of: chosen(lines))
        case .linearShareNear(let reference, let distance): return try share(of: chosen(lines), near: reference, within: distance)
        case .linearPersistence: return persistence(of: lines)
        case .compactCount:
            let near = try claim.nearLinearMetres.map { try chosen(sites).filter(isNear(chosen(lines), within: $0)) } ?? chosen(sites)
            return count(of: near)
        case .compactExtent(let reference): return extent(of: chosen(sites), along: reference)
        case .changeArea: return area(of: chosen(placed))
        }
    }

    // MARK: Lines

    /// Low: without what noise may have made up, lines false as a whole by their confidence; high: all are real.
    private func length(of lines: [PlacedEarthwork]) -> ClaimMeasurement {
        let total = lines.reduce(0) { $0 + $1.lengthMetres }
        let ends = lines.reduce(0) { $0 + 2 * endMetres * endMetres * Double($1.lines.count) }
        let real = total - FalseShare.upperLimit(of: lines.map { ($0.lengthMetres, $0.falseChance) })
        let low = real - Self.standardScore * ends.squareRoot() - Self.courseShare * real
        let high = total + Self.standardScore * ends.squareRoot() + Self.courseShare * total
        return measurement(
            .number(Interval(value: total / 1000, low: max(0, low) / 1000, high: high / 1000)), of: lines,
            largest: lines.isEmpty ? nil : total)
    }

    /// The group of the greatest length; of equals the one whose name comes first.
    private func longestGroup(_ lines: [PlacedEarthwork]) -> [PlacedEarthwork] {
        let groups = Dictionary(grouping: lines.filter { $0.earthwork.firstSeen != nil }) { $0.earthwork.group }
        let longest = groups.sorted { $0.key < $1.key }.max { a, b in
            (a.value.reduce(0) { $0 + $1.lengthMetres }, b.key) < (b.value.reduce(0) { $0 + $1.lengthMetres }, a.key)
        }
        return longest?.value ?? []
    }

    private func onset(of lines: [PlacedEarthwork]) -> ClaimMeasurement {
        let group = longestGroup(lines)
        let onsets = group.compactMap { line in
            line.earthwork.firstSeen.map { (line: line, onset: Onset(lastAbsent: line.earthwork.lastAbsent, firstSeen: $0)) }
        }
        guard let first = onsets.map(\.onset.firstSeen).min() else { return measurement(nil, of: [], largest: nil) }
        let earliest = onsets.filter { $0.onset.firstSeen == first }
        // Of pieces first seen on one day, the one whose absence says most.
        let absent = earliest.compactMap(\.onset.lastAbsent).max()
        return measurement(
            .onset(Onset(lastAbsent: absent, firstSeen: first)), of: earliest.map(\.line),
            largest: earliest.reduce(0) { $0 + $1.line.lengthMetres })
    }

    /// Doubled angles make an axis of both directions (K. V. Mardia and P. E. Jupp, "Directional Statistics", 2000, section 9.1). The interval is the
    /// standard error of the mean among the lines, and how far the ends of the longest one may turn it.
    private func bearing(of lines: [PlacedEarthwork]) -> ClaimMeasurement {
        let axes = lines.flatMap(\.lines).compactMap { part in
            Geodesic.axisBearing(of: part).map { (degrees: $0, metres: Geodesic.length(part)) }
        }
        let total = axes.reduce(0) { $0 + $1.metres }
        let north = axes.reduce(0) { $0 + $1.metres * cos($1.degrees * .pi / 90) }
        let east = axes.reduce(0) { $0 + $1.metres * sin($1.degrees * .pi / 90) }
        let resultant = (north * north + east * east).squareRoot()
        guard total > 0, resultant > 1e-6 * total, let longest = axes.map(\.metres).max() else {
            return measurement(nil, of: lines, largest: nil)
        }
        let mean = atan2(east, north) * 90 / .pi
        let value = mean < 0 ? mean + 180 : mean
        let lengths = axes.reduce(0) { $0 + $1.metres * $1.metres } / (total * total)
        let spread = (-2 * log(min(1, resultant / total))).squareRoot() * 90 / .pi
        let turn = atan2(2.0.squareRoot() * endMetres, longest) * 180 / .pi
        let error = Self.standardScore * (spread * spread * lengths + turn * turn).squareRoot()
        return measurement(.number(Interval(value: value, low: value - error, high: value + error)), of: lines, largest: longest)
    }

    /// Low and high: the share if the lines lie further away, or nearer, by what is unsure of their position.
    private func share(of lines: [PlacedEarthwork], near reference: [[GeographicPoint]], within distance: Double) throws -> ClaimMeasurement
    {
        let total = lines.reduce(0) { $0 + $1.lengthMetres }
        guard total > 0 else { return measurement(nil, of: [], largest: nil) }
        func near(_ distance: Double) throws -> Double {
            guard distance > 0 else { return 0 }
            return try lines.reduce(0) { sum, line in
                let frame = LocalFrame(around: line.middle)
                let zone = try PlanarGeometry.union(of: reference.map { try frame.line($0) }).buffer(distance)
                let parts = try line.lines.map { try frame.line($0) }
                let whole = try parts.reduce(0) { try $0 + $1.length() }
                guard whole > 0 else { return sum }
                return sum + line.lengthMetres * (try parts.reduce(0) { try $0 + $1.length(inside: zone) } / whole)
            } / total
        }
        let value = min(1, try near(distance))
        let interval = Interval(
            value: value, low: min(value, try near(distance - Self.standardScore * positionMetres)),
            high: min(1, max(value, try near(distance + Self.standardScore * positionMetres))))
        return measurement(.number(interval), of: lines, largest: lines.map(\.lengthMetres).max())
    }

    /// At least from the first to the last sighting; at most from the last date without to the first date without again. Open where it
    /// was there on the last date.
    private func persistence(of lines: [PlacedEarthwork]) -> ClaimMeasurement {
        let group = longestGroup(lines)
        guard let first = group.compactMap(\.earthwork.firstSeen).min() else { return measurement(nil, of: [], largest: nil) }
        let last = group.compactMap { $0.earthwork.lastSeen ?? $0.earthwork.firstSeen }.max() ?? first
        let absent = group.filter { $0.earthwork.firstSeen == first }.compactMap(\.earthwork.lastAbsent).max()
        let days = Double(last.daysSince1970 - first.daysSince1970)
        var high: Double?
        if let absent, let gone = dates.first(where: { $0 > last }) { high = Double(gone.daysSince1970 - absent.daysSince1970) }
        return measurement(
            .number(Interval(value: days, low: days, high: high)), of: group, largest: group.reduce(0) { $0 + $1.lengthMetres })
    }

    // MARK: Compact works

    /// How many of them noise makes: as strong as the weakest or stronger, in the area observed; not exceeded in 95 of 100 cases.
    private func falseAlarms(among works: [PlacedEarthwork]) -> Int {
        let rate = works.map(\.earthwork.falseAlarmsPer1000SquareKilometres).max() ?? 0
        return min(works.count, Poisson.quantile95(mean: rate * observedSquareKilometres / 1000))
    }

    /// Low: without the false alarms; high: Garwood's limit, because small and faint works are missed in unknown number.
    private func count(of sites: [PlacedEarthwork]) -> ClaimMeasurement {
        let interval = Interval(
            value: Double(sites.count), low: Double(sites.count - falseAlarms(among: sites)), high: Poisson.upperLimit(count: sites.count))
        return measurement(.number(interval), of: sites, largest: diameter(of: sites))
    }

    /// Low: without as many of the outermost as may be false alarms; high: both ends further out by what is unsure of their position.
    private func extent(of sites: [PlacedEarthwork], along reference: [[GeographicPoint]]) -> ClaimMeasurement {
        guard !sites.isEmpty else { return measurement(nil, of: [], largest: nil) }
        let chainage = Chainage(reference)
        let frame = LocalFrame(around: sites[0].middle)
        var left = sites.map { site in
            let along = reference.isEmpty ? frame.planar(site.middle) : PlanarPoint(x: chainage.metres(to: site.middle), y: 0)
            return (point: site.middle, planar: along)
        }
        func metres(_ points: [(point: GeographicPoint, planar: PlanarPoint)]) -> (first: Int, second: Int, apart: Double) {
            let pair = Self.outermost(points.map(\.planar))
            let (a, b) = (points[pair.first], points[pair.second])
            return (pair.first, pair.second, reference.isEmpty ? Geodesic.distance(a.point, b.point) : abs(a.planar.x - b.planar.x))
        }
        let value = metres(left).apart
        var low = value
        for _ in 0..<falseAlarms(among: sites) where left.count > 1 {
            let pair = metres(left)
            let without = [pair.first, pair.second].map { gone in left.indices.filter { $0 != gone }.map { left[$0] } }
            let extents = without.map { metres($0).apart }
            left = extents[0] <= extents[1] ? without[0] : without[1]
            low = min(low, extents.min() ?? 0)
        }
        let end = Self.standardScore * 2.0.squareRoot() * positionMetres
        let interval = Interval(value: value / 1000, low: max(0, low - end) / 1000, high: (value + end) / 1000)
        return measurement(.number(interval), of: sites, largest: diameter(of: sites))
    }

    private static func outermost(_ points: [PlanarPoint]) -> (first: Int, second: Int) {
        var best = (first: 0, second: 0)
        var furthest = 0.0
        for i in points.indices {
            for j in points.indices.dropFirst(i + 1) {
                let (x, y) = (points[i].x - points[j].x, points[i].y - points[j].y)
                if x * x + y * y > furthest { (best, furthest) = ((i, j), x * x + y * y) }
            }
        }
        return best
    }

    private func isNear(_ lines: [PlacedEarthwork], within distance: Double) throws -> (PlacedEarthwork) throws -> Bool {
        { site in
            let frame = LocalFrame(around: site.middle)
            let centre = try PlanarGeometry.point(frame.planar(site.middle))
            return try lines.contains { line in
                try line.lines.contains { try frame.line($0).distance(to: centre) <= distance }
            }
        }
    }

    private func diameter(of sites: [PlacedEarthwork]) -> Double? {
        sites.compactMap(\.earthwork.areaSquareMetres).max().map { 2 * ($0 / .pi).squareRoot() }
    }

    // MARK: All

    /// Outlines are known to half a pixel all round; a line's area is its length by its width.
    private func area(of works: [PlacedEarthwork]) -> ClaimMeasurement {
        var (total, high) = (0.0, 0.0)
        var least: [(amount: Double, chance: Double)] = []
        for work in works {
            let (area, rim): (Double, Double)
            switch work.earthwork.shape {
            case .line:
                area = work.lengthMetres * (work.earthwork.widthMetres ?? pixelMetres)
                rim = work.lengthMetres * pixelMetres
            case .polygon(let ring):
                area = work.earthwork.areaSquareMetres ?? Geodesic.area(ring)
                rim = Geodesic.length(ring) * pixelMetres / 2
            }
            total += area
            high += area + rim
            least.append((max(0, area - rim), work.falseChance))
        }
        let low = least.reduce(0) { $0 + $1.amount } - FalseShare.upperLimit(of: least)
        let interval = Interval(value: total / 10_000, low: max(0, low) / 10_000, high: high / 10_000)
        return measurement(.number(interval), of: works, largest: works.map(\.lengthMetres).max().flatMap { $0 > 0 ? $0 : nil })
    }

    private func measurement(_ measured: Measured?, of works: [PlacedEarthwork], largest: Double?) -> ClaimMeasurement {
        ClaimMeasurement(
            measured: measured, evidence: works.map(\.earthwork.id).sorted(), largestMetres: largest,
            provisional: works.count { $0.earthwork.status == .provisional })
    }
}
