import ChangeDetection
import Geodesy
import Raster

/// From pixels to records: the earthworks of one pair with places, lengths and names.
struct PairEarthworks {
    let tile: String
    let before: SceneLabel
    let after: SceneLabel

    /// What a record says of a scene.
    struct SceneLabel: Sendable, Equatable {
        var name: String
        var date: CalendarDate?
    }

    func records(_ analysis: PairAnalysis) throws -> [Earthwork] {
        let locator = try PixelGeolocator(grid: analysis.pair.before.grid)
        let displacement = analysis.pair.displacement
        func place(x: Double, y: Double) -> GeographicPoint {
            let p = locator.geographic(column: x - displacement.x, row: y - displacement.y)
            return GeographicPoint(longitude: Self.sevenDecimals(p.longitude), latitude: Self.sevenDecimals(p.latitude))
        }
        func place(_ point: DetectedLine.Point) -> GeographicPoint { place(x: point.x, y: point.y) }
        let pixel = (analysis.metresPerPixel.x * analysis.metresPerPixel.y).squareRoot()
        var names = EarthworkNames()
        let lines = analysis.lines.map { line -> Earthwork in
            let points = line.points.map(place)
            let id = names.name(for: .linear, at: points[points.count / 2])
            return Earthwork(
                id: id, group: id, kind: .linear, status: .provisional, firstSeen: after.date, lastAbsent: before.date,
                lastSeen: after.date,
                shape: .line(points), lengthMetres: Geodesic.length(points), widthMetres: line.widthPixels * pixel,
                bearingDegrees: Geodesic.axisBearing(of: points), areaSquareMetres: nil, sign: line.sign, snr: line.snr,
                confidence: line.significance.confidence,
                falseAlarmsPer1000SquareKilometres: line.significance.falseAlarmsPer1000SquareKilometres, tiles: [tile],
                scenes: [before.name, after.name])
        }
        let grouped = zip(analysis.lines, lines).map { line, record -> Earthwork in
            var record = record
            record.group = lines[line.group].id
            return record
        }
        let sites = analysis.sites.map { site -> Earthwork in
            // Rows run down, so a clockwise ring of pixels is a counter-clockwise one on a mirrored grid only.
            let ring = Self.counterClockwise(site.outline.map(place))
            let id = names.name(for: .compact, at: place(x: site.x, y: site.y))
            return Earthwork(
                id: id, group: id, kind: .compact, status: .provisional, firstSeen: after.date, lastAbsent: before.date,
                lastSeen: after.date,
                shape: .polygon(ring), lengthMetres: nil, widthMetres: nil, bearingDegrees: nil, areaSquareMetres: Geodesic.area(ring),
                sign: site.sign, snr: site.snr, confidence: site.significance.confidence,
                falseAlarmsPer1000SquareKilometres: site.significance.falseAlarmsPer1000SquareKilometres, tiles: [tile],
                scenes: [before.name, after.name])
        }
        return grouped + sites
    }

    private static func sevenDecimals(_ degrees: Double) -> Double { (degrees * 1e7).rounded() / 1e7 }

    /// The ring turned round where its signed area in longitude and latitude is negative (RFC 7946, section 3.1.6).
    private static func counterClockwise(_ ring: [GeographicPoint]) -> [GeographicPoint] {
        let area = zip(ring, ring.dropFirst()).reduce(0.0) { $0 + $1.0.longitude * $1.1.latitude - $1.1.longitude * $1.0.latitude }
        return area < 0 ? ring.reversed() : ring
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
