import Foundation
import Geodesy
import Raster

/// What a simulation hid in its scenes, as `truth.geojson` and `case.json` say it.
struct TruthFile {
    private let scenario: Scenario
    private let tiles: [(tile: Scenario.Tile, outline: PlanarGeometry)]
    private let toDegrees: CoordinateTransformation

    init(_ scenario: Scenario) throws {
        self.scenario = scenario
        tiles = try scenario.tiles.map { tile in
            let east = tile.west + Double(tile.size.width) * scenario.pixelMetres
            let south = tile.north - Double(tile.size.height) * scenario.pixelMetres
            let corners = [(tile.west, tile.north), (east, tile.north), (east, south), (tile.west, south)]
            return (tile, try PlanarGeometry.polygon(corners.map { PlanarPoint(x: $0.0, y: $0.1) }))
        }
        toDegrees = try CoordinateTransformation(from: .epsg(scenario.epsg), to: .epsg(4326))
    }

    /// RFC 7946, with the member `simulated` beside the features. Earthworks that are there on every date or on none, or outside all
    /// tiles, are no change and left out; lines are cut at the tiles' edges.
    func geoJSON() throws -> String {
        var features: [String] = []
        for earthwork in scenario.earthworks {
            switch earthwork.shape {
            case .line(let points, let profile, _):
                let line = try PlanarGeometry.line(points.map { PlanarPoint(x: $0.x, y: $0.y) })
                guard let seen = try sighting(of: earthwork, at: line) else { continue }
                for part in try visibleParts(of: line, points: points) {
                    let positions = try part.map { try degrees($0) }
                    let length = (Polyline(points: part).length * 10).rounded() / 10
                    features.append(
                        feature(
                            geometry: #"{"type": "LineString", "coordinates": [\#(positions.joined(separator: ", "))]}"#,
                            properties: #""kind": "linear", "profile": "\#(profile.rawValue)", "cnr": \#(JSONText.number(earthwork.cnr)), "#
                                + seen + #", "length_m": \#(JSONText.number(length))"#))
                }
            case .compact(let centre, _, let size):
                let point = try PlanarGeometry.point(PlanarPoint(x: centre.x, y: centre.y))
                guard let seen = try sighting(of: earthwork, at: point) else { continue }
                features.append(
                    feature(
                        geometry: #"{"type": "Point", "coordinates": \#(try degrees(centre))}"#,
                        properties: #""kind": "compact", "cnr": \#(JSONText.number(earthwork.cnr)), "size_px": \#(JSONText.number(size)), "#
                            + seen))
            }
        }
        let list = features.isEmpty ? "[]" : "[\n\(features.joined(separator: ",\n"))\n]"
        return #"{"type": "FeatureCollection", "simulated": true, "scenario": \#(JSONText.string(scenario.name)), "features": "# + list
            + "}\n"
    }

    private func feature(geometry: String, properties: String) -> String {
        #"{"type": "Feature", "geometry": \#(geometry), "properties": {\#(properties), "simulated": true}}"#
    }

    /// The dates that bound an earthwork's appearance, by the tiles that show its place; nil where no change is to be seen.
    private func sighting(of earthwork: Scenario.Earthwork, at place: PlanarGeometry) throws -> String? {
        var dates: Set<CalendarDate> = []
        for (tile, outline) in tiles where try outline.intersects(place) {
            dates.formUnion(tile.dates ?? scenario.dates.map(\.date))
        }
        let present = dates.filter { earthwork.isPresent(on: $0) }
        guard let first = present.min(), let last = present.max(), let absent = dates.filter({ $0 < earthwork.onset }).max() else {
            return nil
        }
        let removed = earthwork.removed == nil ? "" : #", "last_seen": "\#(last)""#
        return #""first_seen": "\#(first)", "last_absent": "\#(absent)""# + removed
    }

    private func visibleParts(of line: PlanarGeometry, points: [MapPoint]) throws -> [[MapPoint]] {
        let ground = try PlanarGeometry.union(of: tiles.map(\.outline))
        if try ground.contains(line) { return [points] }
        return try line.intersection(ground).lines()
            .map { $0.map { MapPoint(x: $0.x, y: $0.y) } }
            .filter { Polyline(points: $0).length >= 3 * scenario.pixelMetres }
    }

    private func degrees(_ point: MapPoint) throws -> String {
        let position = try toDegrees.transform(x: point.x, y: point.y)
        return "[\(JSONText.degrees(position.x)), \(JSONText.degrees(position.y))]"
    }

    /// How the scenes were made: seed, dates, area, and each date's conditions, drawn ones included.
    func caseJSON(_ renderer: SceneRenderer) throws -> String {
        let ground = try PlanarGeometry.union(of: tiles.map(\.outline)).area()
        var members: [String] = [
            #""simulated": true"#,
            #""name": \#(JSONText.string(scenario.name))"#,
            #""description": \#(JSONText.string(scenario.description))"#,
            #""seed": \#(scenario.seed)"#,
            #""dates": [\#(scenario.dates.map { #""\#($0.date)""# }.joined(separator: ", "))]"#,
            #""tiles": [\#(scenario.tiles.map { JSONText.string($0.name) }.joined(separator: ", "))]"#,
            #""noise": \#(JSONText.number(scenario.noise))"#,
            #""haze": \#(JSONText.number(scenario.haze))"#,
            #""km2": \#(JSONText.number(ground.rounded() / 1e6))"#,
        ]
        var scenes: [String] = []
        for (index, acquisition) in scenario.dates.enumerated() {
            let conditions = renderer.conditions(of: index)
            func list(_ values: [Double], _ scale: Double) -> String {
                values.map { JSONText.number(($0 * scale).rounded() / scale) }.joined(separator: ", ")
            }
            var scene = #"{"date": "\#(acquisition.date)", "shift_px": {"x": \#(list([conditions.shift.x], 1e4)), "y": "#
            scene += #"\#(list([conditions.shift.y], 1e4))}, "gain": [\#(list(conditions.gain, 1e5))], "#
            scene += #""offset": [\#(list(conditions.offset, 100))]"#
            if let clouds = acquisition.clouds {
                scene += #", "clouds": {"cover": \#(JSONText.number(clouds.cover)), "mask": \#(clouds.mask)}"#
            }
            if scenario.convoys.contains(where: { $0.date == acquisition.date }) { scene += #", "convoy": true"# }
            scenes.append(scene + "}")
        }
        members.append("\"scenes\": [\n\(scenes.joined(separator: ",\n"))\n]")
        return "{\(members.joined(separator: ",\n"))}\n"
    }
}

/// Numbers and text as JSON writes them, the same on every system.
enum JSONText {
    static func number(_ value: Double) -> String {
        value == value.rounded() && value.magnitude < 1e15 ? String(Int(value)) : String(value)
    }

    /// Seven decimals, a centimetre.
    static func degrees(_ value: Double) -> String { number((value * 1e7).rounded() / 1e7) }

    static func string(_ text: String) -> String {
        var out = "\""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\"": out += "\\\""
            case "\\": out += "\\\\"
            case "\n": out += "\\n"
            default:
                if scalar.value < 0x20 {
                    let digits = String(scalar.value, radix: 16)
                    out += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
                } else {
                    out.unicodeScalars.append(scalar)
                }
            }
        }
        return out + "\""
    }
}
