import ChangeDetection
import Geodesy
import Raster

/// A detection's shape as files hold it: positions rounded to 7 decimals (about a centimetre), none twice in a row, rings closed and
/// counter-clockwise as RFC 7946 wants them.
struct GeoJSONGeometry: Equatable {
    enum Kind: String {
        case line = "LineString"
        case polygon = "Polygon"
    }

    let kind: Kind
    let points: [GeographicPoint]
    /// West, south, east, north, in degrees.
    let bounds: Bounds

    struct Bounds: Equatable {
        var west: Double
        var south: Double
        var east: Double
        var north: Double

        func union(_ other: Bounds) -> Bounds {
            Bounds(west: min(west, other.west), south: min(south, other.south), east: max(east, other.east), north: max(north, other.north))
        }
    }

    /// - Throws: `InputError` where a position is not finite or not on the globe, or too few different ones are left.
    init(_ earthwork: Earthwork) throws {
        func unusable(_ reason: String) -> InputError {
            InputError(problem: "detection \(earthwork.id) has \(reason)", advice: "its scene's georeferencing is likely wrong")
        }
        var points: [GeographicPoint] = []
        for point in earthwork.shape.points {
            guard abs(point.longitude) <= 180, abs(point.latitude) <= 90 else { throw unusable("a position that is not on the globe") }
            let rounded = GeographicPoint(longitude: Self.rounded(point.longitude), latitude: Self.rounded(point.latitude))
            if points.last != rounded { points.append(rounded) }
        }
        switch earthwork.shape {
        case .line:
            kind = .line
            guard points.count >= 2 else { throw unusable("a line of less than two positions") }
        case .polygon:
            kind = .polygon
            if let first = points.first, points.last != first { points.append(first) }
            guard points.count >= 4 else { throw unusable("an outline of less than three positions") }
            if Self.twiceArea(points) < 0 { points.reverse() }
        }
        self.points = points
        let longitudes = points.map(\.longitude)
        let latitudes = points.map(\.latitude)
        bounds = Bounds(
            west: longitudes.min() ?? 0, south: latitudes.min() ?? 0, east: longitudes.max() ?? 0, north: latitudes.max() ?? 0)
    }

    private static func rounded(_ degrees: Double) -> Double {
        let scaled = (degrees * 1e7).rounded(.toNearestOrAwayFromZero)
        return scaled == 0 ? 0 : scaled / 1e7
    }

    /// The shoelace formula about the first point, so that small rings far from the origin keep their sign.
    private static func twiceArea(_ ring: [GeographicPoint]) -> Double {
        guard let origin = ring.first else { return 0 }
        return zip(ring, ring.dropFirst()).reduce(0) { sum, side in
            sum + (side.0.longitude - origin.longitude) * (side.1.latitude - origin.latitude)
                - (side.1.longitude - origin.longitude) * (side.0.latitude - origin.latitude)
        }
    }
}
