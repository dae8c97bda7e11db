/// The tables that make an SQLite file a GeoPackage 1.3 (OGC 12-128r17), as its annexes define them, and QGIS's own table of styles.
enum GeoPackageSchema {
    /// "GPKG", in the file's header.
    static let applicationID = 0x4750_4B47
    /// Version 1.3.0, in the file's header.
    static let userVersion = 10300

    static let tables = [
        """
        CREATE TABLE gpkg_spatial_ref_sys (
          srs_name TEXT NOT NULL, srs_id INTEGER PRIMARY KEY, organization TEXT NOT NULL, organization_coordsys_id INTEGER NOT NULL,
          definition TEXT NOT NULL, description TEXT
        )
        """,
        """
        CREATE TABLE gpkg_contents (
          table_name TEXT NOT NULL PRIMARY KEY, data_type TEXT NOT NULL, identifier TEXT UNIQUE, description TEXT DEFAULT '',
          last_change DATETIME NOT NULL DEFAULT (strftime('%Y-%m-%dT%H:%M:%fZ','now')),
          min_x DOUBLE, min_y DOUBLE, max_x DOUBLE, max_y DOUBLE, srs_id INTEGER,
          CONSTRAINT fk_gc_r_srs_id FOREIGN KEY (srs_id) REFERENCES gpkg_spatial_ref_sys(srs_id)
        )
        """,
        """
        CREATE TABLE gpkg_geometry_columns (
          table_name TEXT NOT NULL, column_name TEXT NOT NULL, geometry_type_name TEXT NOT NULL, srs_id INTEGER NOT NULL,
          z TINYINT NOT NULL, m TINYINT NOT NULL,
          CONSTRAINT pk_geom_cols PRIMARY KEY (table_name, column_name), CONSTRAINT uk_gc_table_name UNIQUE (table_name),
          CONSTRAINT fk_gc_tn FOREIGN KEY (table_name) REFERENCES gpkg_contents(table_name),
          CONSTRAINT fk_gc_srs FOREIGN KEY (srs_id) REFERENCES gpkg_spatial_ref_sys (srs_id)
        )
        """,
        """
        CREATE TABLE gpkg_extensions (
          table_name TEXT, column_name TEXT, extension_name TEXT NOT NULL, definition TEXT NOT NULL, scope TEXT NOT NULL,
          CONSTRAINT ge_tce UNIQUE (table_name, column_name, extension_name)
        )
        """,
        """
        CREATE TABLE layer_styles (
          id INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL, f_table_catalog TEXT(256), f_table_schema TEXT(256), f_table_name TEXT(256),
          f_geometry_column TEXT(256), styleName TEXT(30), styleQML TEXT, styleSLD TEXT, useAsDefault BOOLEAN, description TEXT,
          owner TEXT(30), ui TEXT(30), update_time DATETIME DEFAULT CURRENT_TIMESTAMP
        )
        """,
    ]

    /// The rows that every GeoPackage has (requirement 11): name, id, organisation, its id, definition, description.
    static let referenceSystems: [(String, Int, String, Int, String, String)] = [
        ("Undefined Cartesian SRS", -1, "NONE", -1, "undefined", "undefined Cartesian coordinate reference system"),
        ("Undefined geographic SRS", 0, "NONE", 0, "undefined", "undefined geographic coordinate reference system"),
        (
            "WGS 84 geodetic", GeoPackageGeometry.wgs84, "EPSG", GeoPackageGeometry.wgs84,
            #"GEOGCS["WGS 84",DATUM["WGS_1984",SPHEROID["WGS 84",6378137,298.257223563,AUTHORITY["EPSG","7030"]],"#
                + #"AUTHORITY["EPSG","6326"]],PRIMEM["Greenwich",0,AUTHORITY["EPSG","8901"]],"#
                + #"UNIT["degree",0.0174532925199433,AUTHORITY["EPSG","9122"]],"#
                + #"AXIS["Latitude",NORTH],AXIS["Longitude",EAST],AUTHORITY["EPSG","4326"]]"#,
            "longitude and latitude in decimal degrees on the WGS 84 spheroid"
        ),
    ]

    static let spatialIndexDefinition = "http://www.geopackage.org/spec120/#extension_rtree"

    static func spatialIndex(of table: String) -> String {
        "CREATE VIRTUAL TABLE rtree_\(table)_geom USING rtree(id, minx, maxx, miny, maxy)"
    }

    /// What keeps the spatial index true when somebody edits the layer (annex F.3). They call functions that only a GeoPackage editor
    /// has, so they come after the rows.
    static func spatialIndexTriggers(of table: String) -> [String] {
        let index = "rtree_\(table)_geom"
        let insert =
            "INSERT OR REPLACE INTO \(index) VALUES "
            + "(NEW.fid, ST_MinX(NEW.geom), ST_MaxX(NEW.geom), ST_MinY(NEW.geom), ST_MaxY(NEW.geom));"
        let filled = "(NEW.geom NOTNULL AND NOT ST_IsEmpty(NEW.geom))"
        let bare = "(NEW.geom ISNULL OR ST_IsEmpty(NEW.geom))"
        let remove = "DELETE FROM \(index) WHERE id = OLD.fid;"
        return [
            "insert AFTER INSERT ON \(table) WHEN \(filled) BEGIN \(insert) END",
            "update1 AFTER UPDATE OF geom ON \(table) WHEN OLD.fid = NEW.fid AND \(filled) BEGIN \(insert) END",
            "update2 AFTER UPDATE OF geom ON \(table) WHEN OLD.fid = NEW.fid AND \(bare) BEGIN \(remove) END",
            "update3 AFTER UPDATE ON \(table) WHEN OLD.fid != NEW.fid AND \(filled) BEGIN \(remove) \(insert) END",
            "update4 AFTER UPDATE ON \(table) WHEN OLD.fid != NEW.fid AND \(bare) "
                + "BEGIN DELETE FROM \(index) WHERE id IN (OLD.fid, NEW.fid); END",
            "delete AFTER DELETE ON \(table) WHEN OLD.geom NOTNULL BEGIN \(remove) END",
        ].map { "CREATE TRIGGER \(index)_\($0)" }
    }
}
