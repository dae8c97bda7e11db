/// What a file may ask for before it is refused, so that a few hostile bytes cannot claim the machine's memory or time.
public struct ReadLimits: Sendable, Hashable {
    /// Width × height × bands of a raster.
    public var maxSamples: Int
    /// One decoded block (tile or strip), in bytes. Taller strips are read row by row.
    public var maxBlockBytes: Int
    /// The samples that one read returns, in bytes.
    public var maxReadBytes: Int
    /// A picture that can only be decoded whole, in bytes.
    public var maxPictureBytes: Int
    /// Image directories that are looked at in one TIFF file.
    public var maxDirectories: Int
    /// A text tag or chunk, in bytes; longer ones are not looked at.
    public var maxTextBytes: Int

    public init(
        maxSamples: Int = 1 << 38, maxBlockBytes: Int = 1 << 27, maxReadBytes: Int = 1 << 30, maxPictureBytes: Int = 1 << 29,
        maxDirectories: Int = 128, maxTextBytes: Int = 1 << 20
    ) {
        self.maxSamples = maxSamples
        self.maxBlockBytes = maxBlockBytes
        self.maxReadBytes = maxReadBytes
        self.maxPictureBytes = maxPictureBytes
        self.maxDirectories = maxDirectories
        self.maxTextBytes = maxTextBytes
    }

    public static let `default` = ReadLimits()
}
