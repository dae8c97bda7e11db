import Geodesy
import RasterIO
import Reporting

/// Which program this is, and which libraries it runs with.
public enum Version {
    public static let number = "0.1.0"
    public static let program = "TrenchWatch \(number)"

    /// The system libraries that outputs pass through, by name.
    public static let libraries: [String: String] = [RasterIOLibraries.versions, GeodesyLibraries.versions, ReportingLibraries.versions]
        .reduce(into: [:]) { $0.merge($1) { known, _ in known } }
}
