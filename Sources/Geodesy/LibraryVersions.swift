import CGEOS
import CProj

/// The system libraries that know the shape of the earth and of plane figures, as a manifest names them.
public enum GeodesyLibraries {
    /// By name, of those that are loaded.
    public static var versions: [String: String] {
        let proj = proj_info()
        return [
            "GEOS": GEOSversion().map { String(cString: $0) } ?? "unknown",
            "PROJ": proj.version.map { String(cString: $0) } ?? "\(proj.major).\(proj.minor).\(proj.patch)",
        ]
    }
}
