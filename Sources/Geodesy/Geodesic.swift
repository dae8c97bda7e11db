import CProj

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#endif

/// Lengths, areas and bearings on the WGS 84 ellipsoid. Source of the formulas: C. F. F. Karney, "Algorithms for geodesics", J. Geodesy 87
/// (2013), by way of the C code of GeographicLib that PROJ ships.
public enum Geodesic {
    private static let ellipsoid: geod_geodesic = {
        var ellipsoid = geod_geodesic()
        geod_init(&ellipsoid, 6_378_137, 1 / 298.257223563)
        return ellipsoid
    }()

    /// The shortest way between two points and its azimuths, in degrees clockwise from north, at both ends.
    private static func inverse(_ a: GeographicPoint, _ b: GeographicPoint) -> (metres: Double, atStart: Double, atEnd: Double) {
        var metres = 0.0
        var atStart = 0.0
        var atEnd = 0.0
        withUnsafePointer(to: ellipsoid) {
            geod_inverse($0, a.latitude, a.longitude, b.latitude, b.longitude, &metres, &atStart, &atEnd)
        }
        return (metres, atStart, atEnd)
    }

    /// Metres.
    public static func distance(_ a: GeographicPoint, _ b: GeographicPoint) -> Double { inverse(a, b).metres }

    /// Length of a polyline in metres; 0 for less than two points.
    public static func length(_ line: [GeographicPoint]) -> Double {
        zip(line, line.dropFirst()).reduce(0) { $0 + distance($1.0, $1.1) }
    }

    /// Area inside a ring in m², positive whichever way it turns. The ring may or may not repeat its first point at the end.
    public static func area(_ ring: [GeographicPoint]) -> Double {
        guard ring.count >= 3 else { return 0 }
        var latitudes = ring.map(\.latitude)
        var longitudes = ring.map(\.longitude)
        var area = 0.0
        var perimeter = 0.0
        withUnsafePointer(to: ellipsoid) {
            geod_polygonarea($0, &latitudes, &longitudes, CInt(clamping: ring.count), &area, &perimeter)
        }
        return abs(area)
    }

    /// The direction in which one sets out from `a` to reach `b`: degrees clockwise from north, 0 ..< 360.
    public static func azimuth(from a: GeographicPoint, to b: GeographicPoint) -> Double {
        let azimuth = inverse(a, b).atStart
        return azimuth < 0 ? azimuth + 360 : azimuth
    }

    /// The axis that a polyline lies along: degrees clockwise from north, 0 ..< 180, so that both directions of travel give the same.
    /// Its segments count by their length, and as axes (doubled angles), so that 179° and 1° average to 0° and not to 90°.
    /// nil where the line has no length or its segments cancel out, as those of a square do.
    public static func axisBearing(of line: [GeographicPoint]) -> Double? {
        var north = 0.0
        var east = 0.0
        var total = 0.0
        for (a, b) in zip(line, line.dropFirst()) {
            let way = inverse(a, b)
            // The bearing turns along a geodesic; the mean of its ends stands for the whole.
            for azimuth in [way.atStart, way.atEnd] {
                let doubled = 2 * azimuth * .pi / 180
                north += way.metres / 2 * cos(doubled)
                east += way.metres / 2 * sin(doubled)
            }
            total += way.metres
        }
        guard total > 0, (north * north + east * east).squareRoot() > 1e-9 * total else { return nil }
        let axis = atan2(east, north) * 90 / .pi
        let folded = axis < 0 ? axis + 180 : axis
        return folded >= 180 ? 0 : folded
    }

    /// The point that lies `distance` metres from `start` in the direction `bearing` (degrees clockwise from north).
    public static func destination(from start: GeographicPoint, bearing: Double, distance: Double) -> GeographicPoint {
        var latitude = 0.0
        var longitude = 0.0
        withUnsafePointer(to: ellipsoid) {
            geod_direct($0, start.latitude, start.longitude, bearing, distance, &latitude, &longitude, nil)
        }
        return GeographicPoint(longitude: longitude, latitude: latitude)
    }
}
