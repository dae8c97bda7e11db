import ChangeDetection
import Foundation
import Geodesy
import Raster

/// The part of the world that a pipeline is about: the polygons of a GeoJSON file.
struct AreaOfInterest: Sendable {
    private static let largestFile = 64 << 20
    private let geometry: PlanarGeometry

    /// - Throws: `InputError` where the file is no GeoJSON or holds no polygon.
    init(path: String) throws {
        func fail(_ problem: String) -> InputError {
            InputError(path: path, problem: problem, advice: "give a GeoJSON Polygon or MultiPolygon in longitude and latitude")
        }
        let size = try? FileManager.default.attributesOfItem(atPath: path)[.size] as? Int
        guard let size, size <= Self.largestFile else { throw fail("the area cannot be read or is larger than 64 MiB") }
        guard let data = FileManager.default.contents(atPath: path), let object = try? JSONSerialization.jsonObject(with: data) else {
            throw fail("the area is not JSON")
        }
        var polygons: [PlanarGeometry] = []
        try Self.collect(object, into: &polygons, fail: fail)
        guard !polygons.isEmpty else { throw fail("the area holds no polygon") }
        geometry = try PlanarGeometry.union(of: polygons)
    }

    private static func collect(_ object: Any, into polygons: inout [PlanarGeometry], fail: (String) -> InputError) throws {
        guard let member = object as? [String: Any], let type = member["type"] as? String else { throw fail("the area is not GeoJSON") }
        switch type {
        case "FeatureCollection":
            for feature in member["features"] as? [Any] ?? [] { try collect(feature, into: &polygons, fail: fail) }
        case "Feature":
            if let geometry = member["geometry"], !(geometry is NSNull) { try collect(geometry, into: &polygons, fail: fail) }
        case "Polygon":
            guard let rings = member["coordinates"] as? [[[Double]]] else {
                throw fail("a polygon's coordinates are not rings of positions")
            }
            try polygons.append(polygon(rings, fail: fail))
        case "MultiPolygon":
            guard let parts = member["coordinates"] as? [[[[Double]]]] else {
                throw fail("a polygon's coordinates are not rings of positions")
            }
            for rings in parts { try polygons.append(polygon(rings, fail: fail)) }
        default:
            throw fail("the area holds a \(type)")
        }
    }

    private static func polygon(_ rings: [[[Double]]], fail: (String) -> InputError) throws -> PlanarGeometry {
        let points = try rings.map { ring in
            try ring.map { position -> PlanarPoint in
                guard position.count >= 2, abs(position[0]) <= 180, abs(position[1]) <= 90 else {
                    throw fail("a position is not a longitude and a latitude")
                }
                return PlanarPoint(x: position[0], y: position[1])
            }
        }
        guard let outer = points.first, outer.count >= 4 else { throw fail("a polygon has fewer than four positions") }
        return try PlanarGeometry.polygon(outer, holes: Array(points.dropFirst()))
    }

    /// True where any vertex of the earthwork lies within.
    func contains(_ earthwork: Earthwork) throws -> Bool {
        for point in earthwork.shape.points {
            if try geometry.contains(PlanarPoint(x: point.longitude, y: point.latitude)) { return true }
        }
        return false
    }
}
