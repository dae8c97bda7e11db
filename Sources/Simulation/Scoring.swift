import Foundation
import Geodesy
import Raster

/// Compares detections with a truth file by length inside a buffer, as road extraction is scored.
///
/// Source: C. Heipke, H. Mayer, C. Wiedemann, O. Jamet, "Evaluation of automatic road extraction", ISPRS 32 (1997).
public enum Scoring {
    /// How near a detection must come to an implanted position to have found it, and to anything implanted not to be a false alarm.
    private static let touchMetres = 60.0

    /// - Parameters:
    ///   - detections: a GeoJSON file: lines are compared with lines; anything near a position finds it.
    ///   - truth: `truth.geojson`, with `case.json` beside it, or the folder of both.
    ///   - observedKm2: the area looked at; nil takes `km2` of `case.json`.
    ///   - minimumConfidence: detections whose `confidence` is lower are left out; without one they count.
    /// - Throws: `InputError` naming the file and the feature.
    public static func score(
        detections: String, truth: String, observedKm2: Double? = nil, bufferMetres: Double = 25, minimumConfidence: Double = 0
    ) throws -> Score {
        guard bufferMetres.isFinite, bufferMetres > 0 else {
            throw InputError(problem: "a buffer of \(bufferMetres) m", advice: "give a positive distance")
        }
        let truthPath = Self.isFolder(truth) ? "\(truth)/truth.geojson" : truth
        let truthFile = try FeatureFile(path: truthPath)
        let detectionFile = try FeatureFile(path: detections)
        let km2 = try observedKm2 ?? Self.observedKm2(beside: truthPath)
        guard km2.isFinite, km2 > 0 else { throw InputError(problem: "an area of \(km2) km²", advice: "give a positive area") }

        let plane = try UTMPlane(around: truthFile.features.isEmpty ? detectionFile.features : truthFile.features)
        let implanted = try truthFile.features.map { try Implant($0, in: truthFile, plane: plane) }
        let found = try detectionFile.features.filter { try Self.confidence($0, in: detectionFile) >= minimumConfidence }
            .map { (isLine: $0.isLine, shape: try plane.shape($0)) }

        let lines = implanted.filter(\.isLinear)
        let detectedLines = found.filter(\.isLine).map(\.shape)
        let nearDetections = try Zone(around: detectedLines, bufferMetres)
        let nearImplants = try Zone(around: lines.map(\.shape), bufferMetres)
        let rows = try lines.map { line in
            let length = try line.shape.length()
            let share = length > 0 ? try nearDetections.length(of: line.shape) / length : 0
            return Score.Line(
                cnr: line.cnr, profile: line.profile, lengthMetres: Int(length.rounded(.toNearestOrEven)),
                completeness: share.rounded(decimals: 3))
        }
        let implantedLength = try lines.reduce(0) { $0 + (try $1.shape.length()) }
        let detectedLength = try detectedLines.reduce(0) { $0 + (try $1.length()) }
        let hit = try zip(rows, lines).reduce(0) { $0 + $1.0.completeness * (try $1.1.shape.length()) }
        let good = try detectedLines.reduce(0) { $0 + (try nearImplants.length(of: $1)) }

        let touching = try Zone(around: implanted.map(\.shape), touchMetres)
        let alarms = try found.filter { try !touching.meets($0.shape) }
        let falseLines = alarms.filter(\.isLine).map(\.shape)
        let falseLength = try falseLines.reduce(0) { $0 + (try $1.length()) }
        let foundParts = found.flatMap(\.shape.parts)
        let index = try PlanarIndex(foundParts)
        let sites = try implanted.filter(\.isCompact).map { site in
            let isFound = try site.shape.parts.contains { part in
                // A little further, since a round buffer of straight pieces lies within the round one.
                try index.candidates(near: part.buffer(1.01 * touchMetres)).contains {
                    try foundParts[$0].distance(to: part) <= touchMetres
                }
            }
            return Score.Site(cnr: site.cnr, found: isFound)
        }
        let per1000Km2 = 1000 / km2
        return Score(
            completeness: implantedLength > 0 ? (hit / implantedLength).rounded(decimals: 3) : nil,
            correctness: detectedLength > 0 ? (good / detectedLength).rounded(decimals: 3) : nil,
            falseLinesPer1000Km2: (Double(falseLines.count) * per1000Km2).rounded(decimals: 2),
            falseLineKmPer1000Km2: (falseLength / 1000 * per1000Km2).rounded(decimals: 2),
            falseCompactPer1000Km2: (Double(alarms.count - falseLines.count) * per1000Km2).rounded(decimals: 2),
            sitesFound: "\(sites.count { $0.found })/\(sites.count)",
            lines: rows, sites: sites)
    }

    private static func isFolder(_ path: String) -> Bool {
        var isFolder: ObjCBool = false
        return FileManager.default.fileExists(atPath: path, isDirectory: &isFolder) && isFolder.boolValue
    }

    private static func observedKm2(beside truthPath: String) throws -> Double {
        let path = URL(fileURLWithPath: truthPath).deletingLastPathComponent().appendingPathComponent("case.json").path
        guard let bytes = try SmallFile.read(path) else {
            throw InputError(path: path, problem: "is not there, so the area looked at is unknown", advice: "put it beside the truth file")
        }
        guard let members = try? JSONSerialization.jsonObject(with: Data(bytes)) as? [String: Any],
            let km2 = FeatureFile.number(members["km2"]),
            km2 > 0
        else { throw InputError(path: path, problem: "has no positive number 'km2'", advice: "give the area that the scenes cover") }
        return km2
    }

    private static func confidence(_ feature: FeatureFile.Feature, in file: FeatureFile) throws -> Double {
        switch feature.properties["confidence"] {
        case nil: return 1
        case is NSNull: return 0
        case let value:
            guard let number = FeatureFile.number(value) ?? (value as? String).flatMap(Double.init) else {
                throw InputError(path: file.path, problem: "features[\(feature.index)]: 'confidence' is not a number")
            }
            return number
        }
    }
}

/// One earthwork of the truth file.
private struct Implant {
    var isLinear: Bool
    var isCompact: Bool { !isLinear }
    var cnr: Double
    var profile: String?
    var shape: Shape

    init(_ feature: FeatureFile.Feature, in file: FeatureFile, plane: UTMPlane) throws {
        func fail(_ problem: String) -> InputError {
            InputError(path: file.path, problem: "features[\(feature.index)]: \(problem)", advice: "is this a truth file?")
        }
        let kind = feature.properties["kind"] as? String
        guard kind == "linear" || kind == "compact" else { throw fail("'kind' is neither 'linear' nor 'compact'") }
        guard let cnr = FeatureFile.number(feature.properties["cnr"]) else { throw fail("'cnr' is not a number") }
        isLinear = kind == "linear"
        self.cnr = cnr
        profile = feature.properties["profile"] as? String
        shape = try plane.shape(feature)
    }
}

/// A geometry of one or more parts, in metres.
private struct Shape {
    var parts: [PlanarGeometry]

    func length() throws -> Double { try parts.reduce(0) { $0 + (try $1.length()) } }
}

/// All within a distance of any of several shapes. Asked about one shape, it looks at what lies near that alone.
private struct Zone {
    private let buffers: [PlanarGeometry]
    private let index: PlanarIndex

    init(around shapes: [Shape], _ distance: Double) throws {
        buffers = try shapes.flatMap(\.parts).map { try $0.buffer(distance) }
        index = try PlanarIndex(buffers)
    }

    /// The length of what of the shape lies in the zone.
    func length(of shape: Shape) throws -> Double {
        try shape.parts.reduce(0) { sum, part in
            let near = index.candidates(near: part)
            guard !near.isEmpty else { return sum }
            return sum + (try part.length(inside: .union(of: near.map { buffers[$0] })))
        }
    }

    func meets(_ shape: Shape) throws -> Bool {
        try shape.parts.contains { part in try index.candidates(near: part).contains { try part.intersects(buffers[$0]) } }
    }
}

/// The UTM zone of what is compared; lengths there are true to 0.04 %.
private struct UTMPlane {
    private let transformation: CoordinateTransformation

    /// The zone of the mean position.
    init(around features: [FeatureFile.Feature]) throws {
        let positions = features.flatMap { $0.parts.flatMap(\.positions) }
        let count = Double(max(1, positions.count))
        let longitude = positions.reduce(0) { $0 + $1.longitude } / count
        let latitude = positions.reduce(0) { $0 + $1.latitude } / count
        let zone = min(60, max(1, Int((longitude + 180) / 6) + 1))
        transformation = try CoordinateTransformation(from: .epsg(4326), to: .epsg((latitude < 0 ? 32700 : 32600) + zone))
    }

    func shape(_ feature: FeatureFile.Feature) throws -> Shape {
        Shape(
            parts: try feature.parts.map { part in
                switch part {
                case .point(let position): try PlanarGeometry.point(project(position))
                case .line(let line): try PlanarGeometry.line(line.map(project))
                case .polygon(let rings):
                    try PlanarGeometry.polygon(rings[0].map(project), holes: rings.dropFirst().map { try $0.map(project) })
                }
            })
    }

    private func project(_ position: GeographicPoint) throws -> PlanarPoint {
        let point = try transformation.transform(x: position.longitude, y: position.latitude)
        return PlanarPoint(x: point.x, y: point.y)
    }
}

extension FeatureFile.Part {
    fileprivate var positions: [GeographicPoint] {
        switch self {
        case .point(let position): [position]
        case .line(let positions): positions
        case .polygon(let rings): rings.flatMap(\.self)
        }
    }
}

extension Double {
    /// The nearest number of that many decimals; where two are equally near, by the exact binary value.
    fileprivate func rounded(decimals: Int) -> Double { Double(String(format: "%.\(decimals)f", self)) ?? self }
}
