import Raster

public enum RasterFormat: String, Sendable, Hashable, Codable {
    case tiff, png
}

/// What a band shows, as far as the file says.
public enum ColourInterpretation: String, Sendable, Hashable, Codable {
    case grey, red, green, blue, palette, alpha, undefined
}

/// Where a raster's place was read from.
public enum Georeferencing: Sendable, Hashable {
    case none
    case geoTIFFTags
    case worldFile(String)
}

/// What a raster file says about itself.
public struct RasterInfo: Sendable, Hashable {
    public var path: String
    public var format: RasterFormat
    public var size: RasterSize
    public var bandCount: Int
    public var sampleType: SampleType
    /// A tile, or a strip of the raster's width.
    public var blockSize: RasterSize
    public var isTiled: Bool
    /// Bands stand apart in the file; otherwise a pixel's samples stand together.
    public var isPlanar: Bool
    /// `none`, `deflate`, `lzw`, `packbits`, `zstd`, `lerc`, `lzma`, `webp`, `jpeg`.
    public var compression: String
    /// 1 none, 2 horizontal differences, 3 floating point; as TIFF numbers them.
    public var predictor: Int
    public var isBigTIFF: Bool
    public var isBigEndian: Bool
    /// Sizes of the overviews, largest first.
    public var overviews: [RasterSize]
    /// The file keeps a transparency mask of its own beside the bands.
    public var hasInternalMask: Bool
    /// 0-based index of the band that is opacity.
    public var alphaBand: Int?
    /// One a band.
    public var colourInterpretation: [ColourInterpretation]
    public var noData: Double?
    /// One a band: value = scale · sample + offset. nil where the file gives none.
    public var scales: [Double]?
    public var offsets: [Double]?
    /// One a band, nil where it has no name.
    public var bandNames: [String?]
    /// The dataset's own metadata items, by name.
    public var metadata: [String: String]
    /// As TIFF writes it: `2021:01:19 09:15:00`.
    public var dateTime: String?
    public var crs: CoordinateSystem?
    /// Pixel corner convention, whatever the file's own was.
    public var transform: GeoTransform?
    public var georeferencing: Georeferencing

    /// The raster's place; nil where it has no transform or no coordinate system.
    public var grid: RasterGrid? {
        guard let transform, let crs else { return nil }
        return RasterGrid(size: size, transform: transform, crs: crs)
    }
}
