import CGEOS
import Raster

/// A GEOS handle for one operation on one thread. Geometries outlive it: they hang on no handle.
final class GEOSSession {
    let handle: OpaquePointer
    private let messages = Messages()

    /// What GEOS said last; it reports errors through a callback.
    private final class Messages {
        var last: String?
    }

    init() throws {
        guard let handle = GEOS_init_r() else {
            throw InputError(problem: "GEOS could not start", advice: "check the memory that is left and the installation of GEOS")
        }
        self.handle = handle
        let receive: @convention(c) (UnsafePointer<CChar>?, UnsafeMutableRawPointer?) -> Void = { text, box in
            guard let text, let box else { return }
            Unmanaged<Messages>.fromOpaque(box).takeUnretainedValue().last = String(cString: text)
        }
        _ = GEOSContext_setErrorMessageHandler_r(handle, receive, Unmanaged.passUnretained(messages).toOpaque())
    }

    deinit { GEOS_finish_r(handle) }

    func error(doing: String) -> InputError {
        InputError(problem: "GEOS could not \(doing) a geometry (\(messages.last ?? "no reason given"))")
    }

    func made(_ geometry: OpaquePointer?, doing: String) throws -> OpaquePointer {
        guard let geometry else { throw error(doing: doing) }
        return geometry
    }

    /// A coordinate sequence, which the geometry that is made from it takes over.
    func sequence(_ points: [PlanarPoint]) throws -> OpaquePointer {
        guard points.allSatisfy({ $0.x.isFinite && $0.y.isFinite }) else {
            throw InputError(problem: "a geometry has coordinates that are not finite")
        }
        guard let count = UInt32(exactly: points.count), let sequence = GEOSCoordSeq_create_r(handle, count, 2) else {
            throw error(doing: "store the points of")
        }
        for (index, point) in points.enumerated() {
            _ = GEOSCoordSeq_setXY_r(handle, sequence, UInt32(index), point.x, point.y)
        }
        return sequence
    }

    func ring(_ points: [PlanarPoint]) throws -> OpaquePointer {
        let closed = points.first == points.last ? points : points + points.prefix(1)
        guard closed.count >= 4 else {
            throw InputError(problem: "a ring of \(max(0, closed.count - 1)) points", advice: "give it three or more")
        }
        return try made(GEOSGeom_createLinearRing_r(handle, try sequence(closed)), doing: "make a ring of")
    }

    /// The geometries in a collection that are no collections themselves; they belong to it.
    func leaves(of geometry: OpaquePointer) -> [OpaquePointer] {
        let kind = GEOSGeomTypeId_r(handle, geometry)
        guard kind >= CInt(GEOS_MULTIPOINT.rawValue), kind <= CInt(GEOS_GEOMETRYCOLLECTION.rawValue) else { return [geometry] }
        return (0..<max(0, GEOSGetNumGeometries_r(handle, geometry))).flatMap { index in
            GEOSGetGeometryN_r(handle, geometry, index).map(leaves(of:)) ?? []
        }
    }

    func isLine(_ geometry: OpaquePointer) -> Bool {
        let kind = GEOSGeomTypeId_r(handle, geometry)
        return (kind == CInt(GEOS_LINESTRING.rawValue) || kind == CInt(GEOS_LINEARRING.rawValue)) && GEOSisEmpty_r(handle, geometry) == 0
    }

    func isPolygon(_ geometry: OpaquePointer) -> Bool {
        GEOSGeomTypeId_r(handle, geometry) == CInt(GEOS_POLYGON.rawValue) && GEOSisEmpty_r(handle, geometry) == 0
    }

    func points(of line: OpaquePointer) -> [PlanarPoint] {
        guard let sequence = GEOSGeom_getCoordSeq_r(handle, line) else { return [] }
        var count: UInt32 = 0
        guard GEOSCoordSeq_getSize_r(handle, sequence, &count) == 1 else { return [] }
        return (0..<count).map { index in
            var point = PlanarPoint(x: 0, y: 0)
            _ = GEOSCoordSeq_getXY_r(handle, sequence, index, &point.x, &point.y)
            return point
        }
    }

    func rings(of polygon: OpaquePointer) -> [[PlanarPoint]] {
        var rings = GEOSGetExteriorRing_r(handle, polygon).map { [points(of: $0)] } ?? []
        for index in 0..<max(0, GEOSGetNumInteriorRings_r(handle, polygon)) {
            if let ring = GEOSGetInteriorRingN_r(handle, polygon, index) { rings.append(points(of: ring)) }
        }
        return rings
    }
}
