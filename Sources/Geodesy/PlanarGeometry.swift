import CGEOS
import Raster

/// A position in metres (or the map units of a projected coordinate system).
public struct PlanarPoint: Hashable, Sendable {
    public var x: Double
    public var y: Double

    public init(x: Double, y: Double) {
        self.x = x
        self.y = y
    }
}

/// Points, lines and polygons in the plane, by GEOS. Lengths are in the units of the coordinates, areas in their square.
///
/// Unchecked: a GEOS geometry is never changed once made, and its one lazily filled field, the envelope, is filled in `init`; so
/// many threads may read it.
public final class PlanarGeometry: @unchecked Sendable {
    private let geometry: OpaquePointer

    /// Takes over a geometry that nobody else will destroy.
    private init(owning geometry: OpaquePointer, in session: GEOSSession) {
        var least = 0.0
        if GEOSisEmpty_r(session.handle, geometry) == 0 { _ = GEOSGeom_getXMin_r(session.handle, geometry, &least) }
        self.geometry = geometry
    }

    deinit {
        guard let handle = GEOS_init_r() else { return }
        GEOSGeom_destroy_r(handle, geometry)
        GEOS_finish_r(handle)
    }

    /// Calls `body` with the geometry as GEOS knows it.
    func withPointer<Result>(_ body: (OpaquePointer) -> Result) -> Result { withExtendedLifetime(self) { body(geometry) } }

    // MARK: Making

    /// - Throws: `InputError` for coordinates that are not finite.
    public static func point(_ point: PlanarPoint) throws -> PlanarGeometry {
        let session = try GEOSSession()
        defer { withExtendedLifetime(session) {} }
        return PlanarGeometry(
            owning: try session.made(GEOSGeom_createPoint_r(session.handle, try session.sequence([point])), doing: "make a point"),
            in: session)
    }

    /// - Throws: `InputError` for less than two points or coordinates that are not finite.
    public static func line(_ points: [PlanarPoint]) throws -> PlanarGeometry {
        guard points.count >= 2 else { throw InputError(problem: "a line of \(points.count) points", advice: "give it two or more") }
        let session = try GEOSSession()
        defer { withExtendedLifetime(session) {} }
        return PlanarGeometry(
            owning: try session.made(GEOSGeom_createLineString_r(session.handle, try session.sequence(points)), doing: "make a line"),
            in: session)
    }

    /// A polygon of an outer ring and holes; rings may or may not repeat their first point. A ring that crosses itself is made valid by
    /// the even-odd rule.
    ///
    /// - Parameter most: vertices of a polygon that is mended. Its edges may cross each other as often as the square of that, and each crossing becomes a
    ///   vertex.
    /// - Throws: `InputError` for a ring of less than three points, coordinates that are not finite, or where more would have to be mended.
    public static func polygon(
        _ outer: [PlanarPoint], holes: [[PlanarPoint]] = [], mendingAtMost most: Int = .max
    ) throws -> PlanarGeometry {
        let session = try GEOSSession()
        defer { withExtendedLifetime(session) {} }
        let shell = try session.ring(outer)
        var rings: [OpaquePointer?] = []
        do {
            for hole in holes { rings.append(try session.ring(hole)) }
        } catch {
            for ring in rings { GEOSGeom_destroy_r(session.handle, ring) }
            GEOSGeom_destroy_r(session.handle, shell)
            throw error
        }
        // GEOS owns the rings from here on, also where it fails.
        let made = try session.made(
            GEOSGeom_createPolygon_r(session.handle, shell, &rings, UInt32(rings.count)), doing: "make a polygon")
        if GEOSisValid_r(session.handle, made) == 1 { return PlanarGeometry(owning: made, in: session) }
        defer { GEOSGeom_destroy_r(session.handle, made) }
        let count = holes.reduce(outer.count) { $0 + $1.count }
        guard count <= most else {
            throw InputError(
                problem: "has a polygon of \(count) positions that crosses itself; only one of \(most) or less is mended",
                advice: "mend it, for example with ST_MakeValid or the tool Fix geometries of QGIS")
        }
        return PlanarGeometry(owning: try session.made(GEOSMakeValid_r(session.handle, made), doing: "mend a polygon"), in: session)
    }

    /// All of them as one, overlaps counted once and lines noded where they cross. Empty for none.
    public static func union(of parts: [PlanarGeometry]) throws -> PlanarGeometry {
        let session = try GEOSSession()
        defer { withExtendedLifetime(session) {} }
        var clones: [OpaquePointer?] = []
        for part in parts { clones.append(try session.made(GEOSGeom_clone_r(session.handle, part.geometry), doing: "copy")) }
        let collection = try session.made(
            GEOSGeom_createCollection_r(session.handle, CInt(GEOS_GEOMETRYCOLLECTION.rawValue), &clones, UInt32(clones.count)),
            doing: "collect")
        defer { GEOSGeom_destroy_r(session.handle, collection) }
        return PlanarGeometry(owning: try session.made(GEOSUnaryUnion_r(session.handle, collection), doing: "unite"), in: session)
    }

    // MARK: Deriving

    /// Everything within `distance`, with round ends and 16 segments a quarter circle.
    public func buffer(_ distance: Double) throws -> PlanarGeometry {
        guard distance.isFinite else { throw InputError(problem: "a buffer of \(distance)", advice: "give a finite distance") }
        return try derived("buffer") { GEOSBuffer_r($0, geometry, distance, 16) }
    }

    public func intersection(_ other: PlanarGeometry) throws -> PlanarGeometry {
        try derived("intersect") { GEOSIntersection_r($0, geometry, other.geometry) }
    }

    public func difference(_ other: PlanarGeometry) throws -> PlanarGeometry {
        try derived("subtract") { GEOSDifference_r($0, geometry, other.geometry) }
    }

    /// With fewer vertices, none of those left out further than `tolerance` from what remains (Douglas and Peucker), keeping its topology.
    public func simplified(tolerance: Double) throws -> PlanarGeometry {
        try derived("simplify") { GEOSTopologyPreserveSimplify_r($0, geometry, tolerance) }
    }

    // MARK: Measuring

    /// Of lines, or of a polygon's outline.
    public func length() throws -> Double { try measured("measure") { GEOSLength_r($0, geometry, $1) } }
    public func area() throws -> Double { try measured("measure") { GEOSArea_r($0, geometry, $1) } }
    /// 0 where they touch or overlap.
    public func distance(to other: PlanarGeometry) throws -> Double {
        try measured("measure") { GEOSDistance_r($0, geometry, other.geometry, $1) }
    }

    /// The length of the part of this line that lies in `other`.
    public func length(inside other: PlanarGeometry) throws -> Double { try intersection(other).length() }

    // MARK: Asking

    public func isEmpty() throws -> Bool { try answered("look into") { GEOSisEmpty_r($0, geometry) } }
    public func intersects(_ other: PlanarGeometry) throws -> Bool {
        try answered("intersect") { GEOSIntersects_r($0, geometry, other.geometry) }
    }
    /// Points on the outline do not count as inside.
    public func contains(_ point: PlanarPoint) throws -> Bool { try contains(PlanarGeometry.point(point)) }
    public func contains(_ other: PlanarGeometry) throws -> Bool {
        try answered("compare") { GEOSContains_r($0, geometry, other.geometry) }
    }

    // MARK: Taking apart

    /// The lines in it, each as its points; a polygon's rings do not count.
    public func lines() throws -> [[PlanarPoint]] {
        let session = try GEOSSession()
        defer { withExtendedLifetime(session) {} }
        return session.leaves(of: geometry).filter { session.isLine($0) }.map { session.points(of: $0) }
    }

    /// The polygons in it, each as its rings: the outer one, then the holes; closed.
    public func polygons() throws -> [[[PlanarPoint]]] {
        let session = try GEOSSession()
        defer { withExtendedLifetime(session) {} }
        return session.leaves(of: geometry).filter { session.isPolygon($0) }.map { session.rings(of: $0) }
    }

    private func derived(_ doing: String, _ body: (OpaquePointer) -> OpaquePointer?) throws -> PlanarGeometry {
        let session = try GEOSSession()
        defer { withExtendedLifetime(session) {} }
        return PlanarGeometry(owning: try session.made(body(session.handle), doing: doing), in: session)
    }

    private func measured(_ doing: String, _ body: (OpaquePointer, UnsafeMutablePointer<Double>) -> CInt) throws -> Double {
        let session = try GEOSSession()
        defer { withExtendedLifetime(session) {} }
        var value = 0.0
        guard body(session.handle, &value) == 1 else { throw session.error(doing: doing) }
        return value
    }

    private func answered(_ doing: String, _ body: (OpaquePointer) -> CChar) throws -> Bool {
        let session = try GEOSSession()
        defer { withExtendedLifetime(session) {} }
        let answer = body(session.handle)
        guard answer == 0 || answer == 1 else { throw session.error(doing: doing) }
        return answer == 1
    }
}
