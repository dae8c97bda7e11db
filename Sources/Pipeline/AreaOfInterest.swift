import ChangeDetection
import Claims
import Raster

/// The part of the world that a pipeline is about: the polygons of a GeoJSON file.
struct AreaOfInterest: Sendable {
    private let place: Place

    /// - Throws: `InputError` where the file is no GeoJSON or holds no polygon.
    init(path: String) throws { place = try Place(id: "area", geoJSON: path) }

    /// Those of which any vertex lies within, in their order.
    func within(_ earthworks: [Earthwork]) throws -> [Earthwork] {
        let isInside = try place.containment(of: earthworks.flatMap(\.shape.points))
        var start = 0
        return earthworks.filter { earthwork in
            let end = start + earthwork.shape.points.count
            defer { start = end }
            return isInside[start..<end].contains(true)
        }
    }
}
