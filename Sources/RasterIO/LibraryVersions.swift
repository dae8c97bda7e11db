import CGeoTIFF
import CPNG
import CTIFF
import CZlib

/// The system libraries that read and write rasters, as a manifest names them.
public enum RasterIOLibraries {
    /// By name: those that are loaded, except libgeotiff, which tells only the version that was compiled against.
    public static var versions: [String: String] {
        let geotiff = Int(LIBGEOTIFF_VERSION)
        return [
            "libgeotiff": "\(geotiff / 1000).\(geotiff / 100 % 10).\(geotiff / 10 % 10)",
            "libpng": png_get_libpng_ver(nil).map { String(cString: $0) } ?? "unknown",
            "libtiff": tiff,
            "zlib": zlibVersion().map { String(cString: $0) } ?? "unknown",
        ]
    }

    /// libtiff says `LIBTIFF, Version 4.5.0` and goes on with its copyright on the next line.
    private static var tiff: String {
        guard let text = TIFFGetVersion() else { return "unknown" }
        let line = String(cString: text).prefix { !$0.isNewline }
        return line.split(separator: " ").last.map(String.init) ?? "unknown"
    }
}
