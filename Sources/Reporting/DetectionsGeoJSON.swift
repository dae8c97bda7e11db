import ChangeDetection
import Geodesy
import Raster
import RasterIO

/// `detections.geojson`, the record of what was found: GeoJSON by RFC 7946, one feature a line, sorted by id. Equal detections give equal bytes.
public enum DetectionsGeoJSON {
    /// - Throws: `InputError` for a detection that has no place, `OutputError` where the file cannot be written; nothing half-written stays.
    public static func write(_ earthworks: [Earthwork], to path: String, metadata: DetectionsMetadata) throws {
        try AtomicFile.write(Array(text(earthworks, metadata: metadata).utf8), to: path)
    }

    /// The whole file. `simulated` is a member of its own, present only where it is true.
    public static func text(_ earthworks: [Earthwork], metadata: DetectionsMetadata) throws -> String {
        let features = try earthworks.sorted { $0.id < $1.id }.map { (earthwork: $0, geometry: try GeoJSONGeometry($0)) }
        var head: [(String, String)] = [("type", quoted("FeatureCollection")), ("name", quoted("detections"))]
        if metadata.isSimulated { head.append(("simulated", "true")) }
        if let credit = metadata.credit { head.append(("credit", quoted(credit))) }
        if let first = features.first?.geometry.bounds {
            let bounds = features.dropFirst().reduce(first) { $0.union($1.geometry.bounds) }
            head.append(("bbox", list([bounds.west, bounds.south, bounds.east, bounds.north].map(degrees))))
        }
        let lines = features.map { feature($0.earthwork, $0.geometry) }
        let body = lines.isEmpty ? "[]" : "[\n" + lines.joined(separator: ",\n") + "\n]"
        return "{\n" + head.map { "\(quoted($0.0)): \($0.1),\n" }.joined() + "\"features\": \(body)\n}\n"
    }

    private static func feature(_ earthwork: Earthwork, _ geometry: GeoJSONGeometry) -> String {
        let positions = list(geometry.points.map { list([degrees($0.longitude), degrees($0.latitude)]) })
        let coordinates = geometry.kind == .polygon ? list([positions]) : positions
        let properties = DetectionField.all.map { "\(quoted($0.name)): \(json($0.value(earthwork)))" }
        return "{\"type\": \"Feature\", \"id\": \(quoted(earthwork.id)), \"properties\": {\(properties.joined(separator: ", "))}, "
            + "\"geometry\": {\"type\": \"\(geometry.kind.rawValue)\", \"coordinates\": \(coordinates)}}"
    }

    private static func json(_ value: DetectionField.Value) -> String {
        switch value {
        case .none: "null"
        case .text(let text): quoted(text)
        case .date(let date): quoted(date.description)
        case .number(let number, let decimals): number.isFinite ? DecimalText.fixed(number, decimals: decimals) : "null"
        case .list(let texts): list(texts.map(quoted))
        }
    }

    private static func degrees(_ value: Double) -> String { DecimalText.fixed(value, decimals: 7) }

    static func list(_ items: [String]) -> String { "[" + items.joined(separator: ", ") + "]" }

    /// A JSON string; RFC 8259 wants quotation mark, backslash and everything below U+0020 escaped.
    static func quoted(_ text: String) -> String {
        var out = "\""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\"": out += "\\\""
            case "\\": out += "\\\\"
            case "\n": out += "\\n"
            case "\r": out += "\\r"
            case "\t": out += "\\t"
            case _ where scalar.value < 0x20 || scalar.value == 0x7F:
                let digits = String(scalar.value, radix: 16)
                out += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
            default: out.unicodeScalars.append(scalar)
            }
        }
        return out + "\""
    }
}
