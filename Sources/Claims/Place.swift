import Geodesy
import Raster

/// A named part of the world: polygons on WGS 84, their edges straight in longitude and latitude (RFC 7946, section 3.1.1).
public struct Place: Sendable, Equatable {
    public var id: String
    /// Each polygon's rings: the outer one, then the holes.
    public var polygons: [[[GeographicPoint]]]

    public init(id: String, polygons: [[[GeographicPoint]]]) {
        self.id = id
        self.polygons = polygons
    }

    /// A circle on the ground, as a polygon of 128 sides; its area is 0.04 % less than the circle's.
    public init(id: String, centre: GeographicPoint, radiusKilometres: Double) {
        let ring = (0...128).map { step in
            Geodesic.destination(from: centre, bearing: Double(128 - step) / 128 * 360, distance: radiusKilometres * 1000)
        }
        self.init(id: id, polygons: [[ring]])
    }

    /// All polygons of a GeoJSON file, whatever features and collections they stand in.
    ///
    /// - Throws: `InputError` where the file is no GeoJSON, has positions that are none, or holds no polygon.
    public init(id: String, geoJSON path: String) throws {
        let shapes = try GeoJSONShapes(path: path)
        guard !shapes.polygons.isEmpty else {
            throw InputError(
                path: path, problem: "holds no polygon", advice: "give a GeoJSON Polygon or MultiPolygon in longitude and latitude")
        }
        self.init(id: id, polygons: shapes.polygons)
    }

    /// km², holes taken out. Polygons that overlap count once.
    public func squareKilometres() throws -> Double { try ClippingArea(self).squareKilometres() }
}

/// A place, or the part of the world that scenes show, made ready to be cut with: GEOS in degrees, measured on the ellipsoid.
struct ClippingArea {
    let geometry: PlanarGeometry

    init(_ place: Place) throws { try self.init(polygons: place.polygons) }

    init(polygons: [[[GeographicPoint]]]) throws {
        geometry = try PlanarGeometry.union(
            of: polygons.map { rings in
                guard let outer = rings.first else { throw InputError(problem: "a polygon without a ring", advice: "give it one") }
                return try PlanarGeometry.polygon(outer.map(Self.planar), holes: rings.dropFirst().map { $0.map(Self.planar) })
            })
    }

    private init(geometry: PlanarGeometry) { self.geometry = geometry }

    static func union(_ parts: [ClippingArea]) throws -> ClippingArea {
        ClippingArea(geometry: try PlanarGeometry.union(of: parts.map(\.geometry)))
    }

    func intersection(_ other: ClippingArea) throws -> ClippingArea {
        ClippingArea(geometry: try geometry.intersection(other.geometry))
    }

    func squareKilometres() throws -> Double {
        try geometry.polygons().reduce(0) { total, rings in
            let areas = rings.map { Geodesic.area($0.map(Self.geographic)) }
            return total + (areas.first ?? 0) - areas.dropFirst().reduce(0, +)
        } / 1e6
    }

    func contains(_ point: GeographicPoint) throws -> Bool { try geometry.contains(Self.planar(point)) }

    /// The parts of a line that lie inside.
    func parts(ofLine points: [GeographicPoint]) throws -> [[GeographicPoint]] {
        guard points.count >= 2 else { return [] }
        let line = try PlanarGeometry.line(points.map(Self.planar))
        if try geometry.contains(line) { return [points] }
        return try line.intersection(geometry).lines().map { $0.map(Self.geographic) }
    }

    static func planar(_ point: GeographicPoint) -> PlanarPoint { PlanarPoint(x: point.longitude, y: point.latitude) }
    static func geographic(_ point: PlanarPoint) -> GeographicPoint { GeographicPoint(longitude: point.x, latitude: point.y) }
}

/// Metres east and north of a point, by scaling degrees. Within 50 km of it distances are right to 1 %, within 10 km to 0.2 %.
struct LocalFrame {
    private let origin: GeographicPoint
    private let metresPerDegree: (longitude: Double, latitude: Double)

    init(around origin: GeographicPoint) {
        self.origin = origin
        let step = 0.01
        let east = GeographicPoint(longitude: origin.longitude + step, latitude: origin.latitude)
        let south = GeographicPoint(longitude: origin.longitude, latitude: origin.latitude - step / 2)
        let north = GeographicPoint(longitude: origin.longitude, latitude: origin.latitude + step / 2)
        metresPerDegree = (Geodesic.distance(origin, east) / step, Geodesic.distance(south, north) / step)
    }

    func planar(_ point: GeographicPoint) -> PlanarPoint {
        PlanarPoint(
            x: (point.longitude - origin.longitude) * metresPerDegree.longitude,
            y: (point.latitude - origin.latitude) * metresPerDegree.latitude)
    }

    func line(_ points: [GeographicPoint]) throws -> PlanarGeometry { try PlanarGeometry.line(points.map(planar)) }
}
