import Foundation
import Geodesy
import Raster

/// A GeoJSON file's features, checked and not yet projected.
struct FeatureFile {
    struct Feature {
        /// 0-based place in the file's list.
        var index: Int
        /// `LineString` or `MultiLineString`; otherwise compact.
        var isLine: Bool
        /// The simple parts of the geometry.
        var parts: [Part]
        var properties: [String: Any]
    }

    enum Part {
        case point(GeographicPoint)
        case line([GeographicPoint])
        /// The outer ring, then the holes.
        case polygon([[GeographicPoint]])
    }

    let path: String
    let features: [Feature]
    private static let largestFileBytes = 256 << 20

    /// Features without a geometry are passed over, as RFC 7946 allows them.
    ///
    /// - Throws: `InputError` naming the feature for anything that is not a FeatureCollection in longitudes and latitudes.
    init(path: String) throws {
        self.path = path
        guard let bytes = try SmallFile.read(path, atMost: Self.largestFileBytes) else {
            throw InputError(path: path, problem: "there is no such file", advice: "check the path")
        }
        let value: Any
        do {
            value = try JSONSerialization.jsonObject(with: Data(bytes))
        } catch {
            throw InputError(path: path, problem: "is not JSON", advice: "give a GeoJSON file, such as detections.geojson of a run")
        }
        guard let root = value as? [String: Any], root["type"] as? String == "FeatureCollection", let list = root["features"] as? [Any]
        else {
            throw InputError(path: path, problem: "is JSON but no GeoJSON FeatureCollection", advice: "give a file with a list 'features'")
        }
        features = try list.enumerated().compactMap { try Self.feature($1, index: $0, path: path) }
    }

    private static func feature(_ value: Any, index: Int, path: String) throws -> Feature? {
        func fail(_ problem: String) -> InputError { InputError(path: path, problem: "features[\(index)]: \(problem)") }
        guard let feature = value as? [String: Any] else { throw fail("is not an object") }
        guard let geometryValue = feature["geometry"], !(geometryValue is NSNull) else { return nil }
        guard let geometry = geometryValue as? [String: Any] else { throw fail("its geometry is not an object") }
        let type = geometry["type"] as? String ?? ""
        let parts: [Part]
        do {
            parts = try Self.parts(geometry, depth: 0)
        } catch let problem as GeometryProblem {
            throw fail(problem.text)
        }
        guard !parts.isEmpty else { return nil }
        return Feature(
            index: index, isLine: type == "LineString" || type == "MultiLineString", parts: parts,
            properties: feature["properties"] as? [String: Any] ?? [:])
    }

    private struct GeometryProblem: Error { var text: String }

    private static func parts(_ geometry: [String: Any], depth: Int) throws -> [Part] {
        let type = geometry["type"] as? String
        if type == "GeometryCollection", depth < 4 {
            guard let members = geometry["geometries"] as? [[String: Any]] else { throw GeometryProblem(text: "has no list 'geometries'") }
            return try members.flatMap { try parts($0, depth: depth + 1) }
        }
        guard let type, let coordinates = geometry["coordinates"] else {
            throw GeometryProblem(text: "its geometry has no 'type' or no 'coordinates'")
        }
        switch type {
        case "Point": return [.point(try position(coordinates))]
        case "MultiPoint": return try list(coordinates).map { .point(try position($0)) }
        case "LineString": return [.line(try positions(coordinates, least: 2, of: "a line"))]
        case "MultiLineString": return try list(coordinates).map { .line(try positions($0, least: 2, of: "a line")) }
        case "Polygon": return [try polygon(coordinates)]
        case "MultiPolygon": return try list(coordinates).map(polygon)
        default: throw GeometryProblem(text: "'\(type)' is no geometry type that GeoJSON knows")
        }
    }

    private static func polygon(_ value: Any) throws -> Part {
        let rings = try list(value).map { try positions($0, least: 4, of: "a ring") }
        guard !rings.isEmpty else { throw GeometryProblem(text: "is a polygon without rings") }
        return .polygon(rings)
    }

    private static func list(_ value: Any) throws -> [Any] {
        guard let list = value as? [Any] else { throw GeometryProblem(text: "its coordinates are not nested as its type asks") }
        return list
    }

    private static func positions(_ value: Any, least: Int, of what: String) throws -> [GeographicPoint] {
        let positions = try list(value).map(position)
        guard positions.count >= least else { throw GeometryProblem(text: "\(what) has \(positions.count) positions, fewer than \(least)") }
        return positions
    }

    private static func position(_ value: Any) throws -> GeographicPoint {
        let numbers = try list(value)
        guard numbers.count >= 2, let longitude = number(numbers[0]), let latitude = number(numbers[1]) else {
            throw GeometryProblem(text: "a position is not two numbers")
        }
        guard longitude.magnitude <= 180, latitude.magnitude <= 90 else {
            throw GeometryProblem(text: "\(longitude), \(latitude) is no longitude and latitude in degrees")
        }
        return GeographicPoint(longitude: longitude, latitude: latitude)
    }

    /// A JSON number; JSON's true and false, which Foundation takes for numbers too, are none.
    static func number(_ value: Any?) -> Double? {
        guard let number = value as? NSNumber, number.objCType.pointee != CChar(UInt8(ascii: "c")), number.doubleValue.isFinite else {
            return nil
        }
        return number.doubleValue
    }
}
