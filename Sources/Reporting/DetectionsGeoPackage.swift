import ChangeDetection
import Foundation
import GRDB
import Raster
import RasterIO

/// `detections.gpkg`: the record of `detections.geojson` to work on in QGIS, as an OGC GeoPackage 1.3 with a layer of lines, `linear`, and one
/// of outlines, `compact`, both with a spatial index and a style. Lists are JSON arrays in text. Equal detections give equal bytes with the
/// same SQLite library.
public enum DetectionsGeoPackage {
    /// - Throws: `InputError` for a detection that has no place, `OutputError` where the file cannot be written; nothing half-written stays.
    public static func write(_ earthworks: [Earthwork], to path: String, metadata: DetectionsMetadata) throws {
        let sorted = earthworks.sorted { $0.id < $1.id }
        let layers = try [
            Layer(name: "linear", kind: .linear, earthworks: sorted, style: QGISStyle.linear),
            Layer(name: "compact", kind: .compact, earthworks: sorted, style: QGISStyle.compact),
        ]
        let file = try AtomicFile(path: path)
        do {
            let database = try DatabaseQueue(path: file.temporaryPath, configuration: configuration)
            try database.write { database in
                try writeFrame(database, metadata: metadata)
                for layer in layers { try write(layer, metadata: metadata, to: database) }
            }
            try database.close()
        } catch let error as DatabaseError {
            let isFull = error.resultCode == .SQLITE_FULL
            throw OutputError(
                path: path, problem: "the GeoPackage cannot be written: \(isFull ? "the disk is full" : error.message ?? "SQLite failed")",
                advice: isFull ? "free some space and run again" : nil)
        }
        try file.commit()
    }

    private struct Layer {
        let name: String
        let geometryType: String
        let kindInWords: String
        let features: [(earthwork: Earthwork, geometry: GeoJSONGeometry)]
        let style: String

        init(name: String, kind: Earthwork.Kind, earthworks: [Earthwork], style: String) throws {
            self.name = name
            self.style = style
            geometryType = kind == .linear ? "LINESTRING" : "POLYGON"
            kindInWords = kind == .linear ? "linear earthworks (trenches, berms, tracks)" : "compact earthworks (positions, pits, pads)"
            features = try earthworks.filter { $0.kind == kind }.map { ($0, try GeoJSONGeometry($0)) }
            let wanted: GeoJSONGeometry.Kind = kind == .linear ? .line : .polygon
            if let odd = features.first(where: { $0.geometry.kind != wanted }) {
                throw InputError(
                    problem: "detection \(odd.earthwork.id) is \(kind.rawValue) but its shape is a \(odd.geometry.kind.rawValue)")
            }
        }

        var bounds: GeoJSONGeometry.Bounds? {
            guard let first = features.first?.geometry.bounds else { return nil }
            return features.dropFirst().reduce(first) { $0.union($1.geometry.bounds) }
        }
    }

    private static var configuration: Configuration {
        var configuration = Configuration()
        configuration.prepareDatabase { database in
            // The file is private until it is renamed: no journal beside it, and one flush at the end is enough. What SQLite frees is
            // overwritten, so that no byte depends on how the file came about.
            for pragma in [
                "page_size = 4096", "journal_mode = MEMORY", "synchronous = OFF", "locking_mode = EXCLUSIVE", "auto_vacuum = NONE",
                "secure_delete = ON", "encoding = 'UTF-8'",
            ] {
                try database.execute(sql: "PRAGMA \(pragma)")
            }
        }
        return configuration
    }

    /// What a GeoPackage has whatever is in it.
    private static func writeFrame(_ database: Database, metadata: DetectionsMetadata) throws {
        try database.execute(sql: "PRAGMA application_id = \(GeoPackageSchema.applicationID)")
        try database.execute(sql: "PRAGMA user_version = \(GeoPackageSchema.userVersion)")
        for table in GeoPackageSchema.tables { try database.execute(sql: table) }
        for system in GeoPackageSchema.referenceSystems {
            try database.execute(
                sql: "INSERT INTO gpkg_spatial_ref_sys VALUES (?, ?, ?, ?, ?, ?)",
                arguments: [system.0, system.1, system.2, system.3, system.4, system.5])
        }
        try database.execute(
            sql: "INSERT INTO gpkg_contents (table_name, data_type, identifier, description, last_change) VALUES (?, ?, ?, ?, ?)",
            arguments: ["layer_styles", "attributes", "layer_styles", "styles for QGIS", metadata.timeStamp])
    }

    private static func write(_ layer: Layer, metadata: DetectionsMetadata, to database: Database) throws {
        let columns = DetectionField.all.map { "\"\($0.name)\" \($0.column.rawValue)" }.joined(separator: ", ")
        try database.execute(
            sql: "CREATE TABLE \(layer.name) (fid INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL, geom \(layer.geometryType), \(columns))")
        try register(layer, metadata: metadata, in: database)
        try database.execute(sql: GeoPackageSchema.spatialIndex(of: layer.name))

        let marks = [String](repeating: "?", count: DetectionField.all.count + 2).joined(separator: ", ")
        let row = try database.makeStatement(sql: "INSERT INTO \(layer.name) VALUES (\(marks))")
        let box = try database.makeStatement(sql: "INSERT INTO rtree_\(layer.name)_geom VALUES (?, ?, ?, ?, ?)")
        for (index, feature) in layer.features.enumerated() {
            let blob = GeoPackageGeometry.blob(feature.geometry)
            let values = DetectionField.all.map { $0.value(feature.earthwork).stored }
            try row.execute(arguments: StatementArguments([(index + 1).databaseValue, Data(blob).databaseValue] + values))
            let bounds = feature.geometry.bounds
            try box.execute(arguments: [index + 1, bounds.west, bounds.east, bounds.south, bounds.north])
        }
        for trigger in GeoPackageSchema.spatialIndexTriggers(of: layer.name) { try database.execute(sql: trigger) }
    }

    private static func register(_ layer: Layer, metadata: DetectionsMetadata, in database: Database) throws {
        var description = "Detected \(layer.kindInWords)"
        if metadata.isSimulated { description += ". SIMULATED imagery: none of these exists" }
        if let credit = metadata.credit { description += ". Imagery: \(credit)" }
        let bounds = layer.bounds
        let identifier = "Earthworks, \(layer.name)" + (metadata.isSimulated ? " (simulated imagery)" : "")
        try database.execute(
            sql: "INSERT INTO gpkg_contents VALUES (?, 'features', ?, ?, ?, ?, ?, ?, ?, ?)",
            arguments: [
                layer.name, identifier, description, metadata.timeStamp, bounds?.west, bounds?.south, bounds?.east, bounds?.north,
                GeoPackageGeometry.wgs84,
            ])
        try database.execute(
            sql: "INSERT INTO gpkg_geometry_columns VALUES (?, 'geom', ?, ?, 0, 0)",
            arguments: [layer.name, layer.geometryType, GeoPackageGeometry.wgs84])
        try database.execute(
            sql: "INSERT INTO gpkg_extensions VALUES (?, 'geom', 'gpkg_rtree_index', ?, 'write-only')",
            arguments: [layer.name, GeoPackageSchema.spatialIndexDefinition])
        try database.execute(
            sql: """
                INSERT INTO layer_styles (f_table_catalog, f_table_schema, f_table_name, f_geometry_column, styleName, styleQML, styleSLD,
                  useAsDefault, description, owner, ui, update_time) VALUES ('', '', ?, 'geom', ?, ?, '', 1, ?, '', NULL, ?)
                """,
            arguments: [layer.name, layer.name, layer.style, "by sign: brighter, darker, both side by side", metadata.timeStamp])
    }
}

extension DetectionField.Value {
    /// Numbers with the digits that the GeoJSON has, so that both files say the same.
    fileprivate var stored: DatabaseValue {
        switch self {
        case .none: .null
        case .text(let text): text.databaseValue
        case .date(let date): date.description.databaseValue
        case .number(let number, let decimals): Double(DecimalText.fixed(number, decimals: decimals)).databaseValue
        case .list(let texts): DetectionsGeoJSON.list(texts.map(DetectionsGeoJSON.quoted)).databaseValue
        }
    }
}
