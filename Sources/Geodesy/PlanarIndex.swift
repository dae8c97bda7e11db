import CGEOS
import Raster

/// Geometries by where they lie, so that asking what is near one of many does not look at all of them (GEOS' sort-tile-recursive tree).
public final class PlanarIndex {
    private let geometries: [PlanarGeometry]
    private let session: GEOSSession
    private let tree: OpaquePointer

    /// - Throws: `InputError` where GEOS lacks memory.
    public init(_ geometries: [PlanarGeometry]) throws {
        self.geometries = geometries
        session = try GEOSSession()
        guard let tree = GEOSSTRtree_create_r(session.handle, 10) else { throw session.error(doing: "index") }
        self.tree = tree
        for (index, geometry) in geometries.enumerated() {
            // An item is a pointer that is not followed; none may be nil.
            geometry.withPointer { GEOSSTRtree_insert_r(session.handle, tree, $0, UnsafeMutableRawPointer(bitPattern: index + 1)) }
        }
    }

    deinit { GEOSSTRtree_destroy_r(session.handle, tree) }

    /// Those whose bounding boxes touch that of `geometry`, by their places in the list, ascending.
    public func candidates(near geometry: PlanarGeometry) -> [Int] {
        final class Found { var places: [Int] = [] }
        let found = Found()
        let note: GEOSQueryCallback = { item, box in
            guard let item, let box else { return }
            Unmanaged<Found>.fromOpaque(box).takeUnretainedValue().places.append(Int(bitPattern: item) - 1)
        }
        geometry.withPointer {
            GEOSSTRtree_query_r(session.handle, tree, $0, note, Unmanaged.passUnretained(found).toOpaque())
        }
        return found.places.sorted()
    }
}
