import Foundation
import Geodesy
import Raster

/// The polygons and lines of a GeoJSON file, whatever features and collections they stand in.
struct GeoJSONShapes {
    private(set) var polygons: [[[GeographicPoint]]] = []
    private(set) var lines: [[GeographicPoint]] = []
    private static let largestFileBytes = 64 << 20
    private static let deepestNesting = 8
    /// Of a polygon that crosses itself: all edges of one of so many may cross each other before it takes seconds.
    private static let mostMendedPositions = 2000

    /// - Throws: `InputError` where the file is no GeoJSON or has positions that are none.
    init(path: String) throws {
        guard let bytes = try SmallFile.read(path, atMost: Self.largestFileBytes) else {
            throw InputError(path: path, problem: "there is no such file", advice: "give a GeoJSON file")
        }
        guard let object = try? JSONSerialization.jsonObject(with: Data(bytes)) else {
            throw InputError(path: path, problem: "is not JSON", advice: "give a GeoJSON file")
        }
        do {
            try collect(object, depth: 0)
        } catch let error as InputError {
            throw InputError(path: path, problem: error.problem, advice: error.advice)
        }
    }

    private mutating func collect(_ object: Any, depth: Int) throws {
        guard let member = object as? [String: Any], let type = member["type"] as? String, depth < Self.deepestNesting else {
            throw InputError(problem: "is not GeoJSON", advice: "give objects with a 'type'")
        }
        switch type {
        case "FeatureCollection": for feature in member["features"] as? [Any] ?? [] { try collect(feature, depth: depth + 1) }
        case "GeometryCollection": for part in member["geometries"] as? [Any] ?? [] { try collect(part, depth: depth + 1) }
        case "Feature": if let geometry = member["geometry"], !(geometry is NSNull) { try collect(geometry, depth: depth + 1) }
        case "Polygon": polygons.append(try Self.polygon(member["coordinates"]))
        case "MultiPolygon": for part in try Self.list(member["coordinates"]) { polygons.append(try Self.polygon(part)) }
        case "LineString": lines.append(try Self.positions(member["coordinates"], atLeast: 2))
        case "MultiLineString": for part in try Self.list(member["coordinates"]) { lines.append(try Self.positions(part, atLeast: 2)) }
        default: throw InputError(problem: "holds a \(type.prefix(40))", advice: "give polygons for a place and lines for a line")
        }
    }

    private static func list(_ object: Any?) throws -> [Any] {
        guard let list = object as? [Any] else { throw InputError(problem: "has coordinates that are no list", advice: "see RFC 7946") }
        return list
    }

    private static func polygon(_ object: Any?) throws -> [[GeographicPoint]] {
        let rings = try list(object).map { try positions($0, atLeast: 4) }
        guard let outer = rings.first else { throw InputError(problem: "has a polygon without a ring", advice: "see RFC 7946") }
        if rings.reduce(0, { $0 + $1.count }) > mostMendedPositions {
            _ = try PlanarGeometry.polygon(
                outer.map(planar), holes: rings.dropFirst().map { $0.map(planar) }, mendingAtMost: mostMendedPositions)
        }
        return rings
    }

    private static func planar(_ point: GeographicPoint) -> PlanarPoint { PlanarPoint(x: point.longitude, y: point.latitude) }

    private static func positions(_ object: Any?, atLeast fewest: Int) throws -> [GeographicPoint] {
        let points = try list(object).map { position -> GeographicPoint in
            guard let numbers = position as? [Double], numbers.count >= 2, abs(numbers[0]) <= 180, abs(numbers[1]) <= 90 else {
                throw InputError(problem: "has a position that is not a longitude and a latitude", advice: "give degrees on WGS 84")
            }
            return GeographicPoint(longitude: numbers[0], latitude: numbers[1])
        }
        guard points.count >= fewest else {
            throw InputError(problem: "has a shape of \(points.count) positions", advice: "it takes \(fewest) or more")
        }
        return points
    }
}
