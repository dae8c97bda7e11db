import CCairo
import GRDB

/// The system libraries that draw and that write databases, as a manifest names them.
public enum ReportingLibraries {
    /// By name, of those that are loaded.
    public static var versions: [String: String] {
        let sqlite = try? DatabaseQueue().read { try String.fetchOne($0, sql: "SELECT sqlite_version()") }
        return [
            "SQLite": sqlite ?? "unknown",
            "cairo": cairo_version_string().map { String(cString: $0) } ?? "unknown",
        ]
    }
}
