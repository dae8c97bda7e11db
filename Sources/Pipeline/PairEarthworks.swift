import ChangeDetection
import Geodesy
import Raster
import Scenes

/// From pixels to records: lines and sites with places, lengths and names.
struct EarthworkRecorder {
    /// When an object was there, and on which scenes that rests.
    struct Timing {
        var status: Earthwork.Status
        var firstSeen: CalendarDate?
        var lastAbsent: CalendarDate?
        var lastSeen: CalendarDate?
        var scenes: [String]
    }

    private let tile: String
    private let locator: PixelGeolocator
    private let displacement: Displacement
    private let metresPerPixel: Double
    private var names = EarthworkNames()

    /// - Parameter displacement: how far right and down of the grid's own pixels the objects lie, in pixels.
    init(tile: String, grid: RasterGrid, displacement: Displacement, metresPerPixel: (x: Double, y: Double)) throws {
        self.tile = tile
        locator = try PixelGeolocator(grid: grid)
        self.displacement = displacement
        self.metresPerPixel = (metresPerPixel.x * metresPerPixel.y).squareRoot()
    }

    /// The line as a record that is its own group.
    mutating func record(_ line: DetectedLine, _ timing: Timing) -> Earthwork {
        let points = line.points.map(place)
        let id = names.name(for: .linear, at: points[points.count / 2])
        return Earthwork(
            id: id, group: id, kind: .linear, status: timing.status, firstSeen: timing.firstSeen, lastAbsent: timing.lastAbsent,
            lastSeen: timing.lastSeen, shape: .line(points), lengthMetres: Geodesic.length(points),
            widthMetres: line.widthPixels * metresPerPixel, bearingDegrees: Geodesic.axisBearing(of: points), areaSquareMetres: nil,
            sign: line.sign, snr: line.snr, confidence: line.significance.confidence,
            falseAlarmsPer1000SquareKilometres: line.significance.falseAlarmsPer1000SquareKilometres, tiles: [tile], scenes: timing.scenes)
    }

    mutating func record(_ site: DetectedSite, _ timing: Timing) -> Earthwork {
        let ring = Self.counterClockwise(site.outline.map(place))
        let id = names.name(for: .compact, at: place(DetectedLine.Point(x: site.x, y: site.y)))
        return Earthwork(
            id: id, group: id, kind: .compact, status: timing.status, firstSeen: timing.firstSeen, lastAbsent: timing.lastAbsent,
            lastSeen: timing.lastSeen, shape: .polygon(ring), lengthMetres: nil, widthMetres: nil, bearingDegrees: nil,
            areaSquareMetres: Geodesic.area(ring), sign: site.sign, snr: site.snr, confidence: site.significance.confidence,
            falseAlarmsPer1000SquareKilometres: site.significance.falseAlarmsPer1000SquareKilometres, tiles: [tile], scenes: timing.scenes)
    }

    private func place(_ point: DetectedLine.Point) -> GeographicPoint {
        let own = displacement.mapBack.map(column: point.x, row: point.y)
        let p = locator.geographic(column: own.column, row: own.row)
        return GeographicPoint(longitude: Self.sevenDecimals(p.longitude), latitude: Self.sevenDecimals(p.latitude))
    }

    private static func sevenDecimals(_ degrees: Double) -> Double { (degrees * 1e7).rounded() / 1e7 }

    /// The ring turned round where its signed area in longitude and latitude is negative (RFC 7946, section 3.1.6).
    private static func counterClockwise(_ ring: [GeographicPoint]) -> [GeographicPoint] {
        let area = zip(ring, ring.dropFirst()).reduce(0.0) { $0 + $1.0.longitude * $1.1.latitude - $1.1.longitude * $1.0.latitude }
        return area < 0 ? ring.reversed() : ring
    }
}

extension EarthworkRecorder {
    /// The records of what was found between two scenes.
    ///
    /// - Parameter displacement: how far right and down of the earlier date's own pixels the objects lie, in pixels.
    static func records(
        lines: [DetectedLine], sites: [DetectedSite], tile: String, before: SceneDescription, after: SceneDescription,
        displacement: Displacement, metresPerPixel: (x: Double, y: Double)
    ) throws -> [Earthwork] {
        let timing = Timing(
            status: .provisional, firstSeen: after.date, lastAbsent: before.date, lastSeen: after.date, scenes: [before.name, after.name])
        var recorder = try EarthworkRecorder(tile: tile, grid: before.grid, displacement: displacement, metresPerPixel: metresPerPixel)
        var records = lines.map { recorder.record($0, timing) }
        let ids = records.map(\.id)
        for i in records.indices { records[i].group = ids[lines[i].group] }
        return records + sites.map { recorder.record($0, timing) }
    }
}

extension PairAnalysis {
    /// The records of what was found between two scenes.
    func records(tile: String, before: SceneDescription, after: SceneDescription) throws -> [Earthwork] {
        try EarthworkRecorder.records(
            lines: lines, sites: sites, tile: tile, before: before, after: after, displacement: fit.pair.displacement,
            metresPerPixel: fit.metresPerPixel)
    }
}

extension StackAnalysis {
    /// The records of what was found in a tile's scenes, given in the order of the analysis.
    func records(tile: String, scenes: [SceneDescription]) throws -> [Earthwork] {
        func timing(_ onset: ObjectSeries.Onset) -> EarthworkRecorder.Timing {
            let status: Earthwork.Status =
                switch onset.fate {
                case .confirmed: .confirmed
                case .provisional: .provisional
                case .transient: .transient
                }
            return EarthworkRecorder.Timing(
                status: status, firstSeen: scenes[onset.firstSeen].date, lastAbsent: onset.lastAbsent.flatMap { scenes[$0].date },
                lastSeen: scenes[onset.lastSeen].date, scenes: scenes.map(\.name))
        }
        var recorder = try EarthworkRecorder(tile: tile, grid: reference, displacement: .none, metresPerPixel: metresPerPixel)
        var records = lines.map { recorder.record($0.line, timing($0.onset)) }
        let groups = LineSelection.groups(lines.map(\.line))
        let ids = records.map(\.id)
        for i in records.indices { records[i].group = ids[groups[i]] }
        return records + sites.map { recorder.record($0.site, timing($0.onset)) }
    }
}

/// Names that say where a thing is, and stay the same when it is found again: `L` or `C` for its kind and the geohash of its middle.
struct EarthworkNames {
    private var taken: Set<String> = []

    init(taken: Set<String> = []) { self.taken = taken }

    mutating func name(for kind: Earthwork.Kind, at point: GeographicPoint) -> String {
        unique((kind == .linear ? "L-" : "C-") + Self.geohash(point, length: kind == .linear ? 7 : 8))
    }

    /// The name itself, or with the lowest free number behind it.
    mutating func unique(_ base: String) -> String {
        var name = base
        var number = 1
        while !taken.insert(name).inserted {
            number += 1
            name = "\(base)-\(number)"
        }
        return name
    }

    /// Geohash (G. Niemeyer, 2008): longitude and latitude halved in turn, five bits a letter. Seven letters are about 150 m, eight about 30 m.
    static func geohash(_ point: GeographicPoint, length: Int) -> String {
        let alphabet = Array("0123456789bcdefghjkmnpqrstuvwxyz")
        var longitude = (low: -180.0, high: 180.0)
        var latitude = (low: -90.0, high: 90.0)
        var hash = ""
        var even = true
        for _ in 0..<length {
            var letter = 0
            for _ in 0..<5 {
                letter <<= 1
                if even {
                    let middle = (longitude.low + longitude.high) / 2
                    if point.longitude >= middle { letter |= 1; longitude.low = middle } else { longitude.high = middle }
                } else {
                    let middle = (latitude.low + latitude.high) / 2
                    if point.latitude >= middle { letter |= 1; latitude.low = middle } else { latitude.high = middle }
                }
                even.toggle()
            }
            hash.append(alphabet[letter])
        }
        return hash
    }
}

extension Array where Element == Earthwork {
    /// - Parameter names: new ids by old ones; an id that is not among them stays.
    func renamed(_ names: [String: String]) -> [Earthwork] {
        map { earthwork in
            var named = earthwork
            named.id = names[earthwork.id] ?? earthwork.id
            named.group = names[earthwork.group] ?? earthwork.group
            return named
        }
    }
}
