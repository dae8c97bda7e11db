/// How a file names its coordinate reference system. What the name means is for `Geodesy` to say.
public enum CoordinateSystem: Hashable, Sendable, Codable {
    case epsg(Int)
    /// WKT or a PROJ string, for systems without a code.
    case definition(String)

    /// The text that PROJ understands.
    public var projDefinition: String {
        switch self {
        case .epsg(let code): "EPSG:\(code)"
        case .definition(let text): text
        }
    }
}

/// Where the pixels of a raster lie: its size, geotransform and coordinate system.
public struct RasterGrid: Hashable, Sendable, Codable {
    public var size: RasterSize
    public var transform: GeoTransform
    public var crs: CoordinateSystem

    public init(size: RasterSize, transform: GeoTransform, crs: CoordinateSystem) {
        self.size = size
        self.transform = transform
        self.crs = crs
    }
}
