/// What a file may ask for before it is refused, so that a few hostile bytes cannot claim the machine's memory or time.
public struct ReadLimits: Sendable, Hashable {
    /// Width × height of a raster.
    public var maxPixels: Int
    /// One decoded block (tile or strip), in bytes. Taller strips are read row by row.
    public var maxBlockBytes: Int
    /// The samples that one read returns, in bytes.
    public var maxReadBytes: Int
    /// Image directories that are looked at in one TIFF file.
    public var maxDirectories: Int
    /// A text tag or chunk, in bytes; longer ones are not looked at.
    public var maxTextBytes: Int

    public init(
        maxPixels: Int = 1 << 38, maxBlockBytes: Int = 1 << 28, maxReadBytes: Int = 1 << 32, maxDirectories: Int = 128,
        maxTextBytes: Int = 1 << 20
    ) {
        self.maxPixels = maxPixels
        self.maxBlockBytes = maxBlockBytes
        self.maxReadBytes = maxReadBytes
        self.maxDirectories = maxDirectories
        self.maxTextBytes = maxTextBytes
    }

    public static let `default` = ReadLimits()
}
