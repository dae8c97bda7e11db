import Raster

/// How a pixel of an overview is made from the four below it. Nodata and not-a-number never enter.
public enum OverviewResampling: String, Sendable, Hashable, Codable {
    case average
    /// The upper left one: for classes, whose numbers have no mean.
    case nearest
    /// The one farthest from zero, so that small strong change stays visible from afar.
    case maximumMagnitude
}

/// What a Cloud-Optimized GeoTIFF is to say about itself.
public struct COGDescription: Sendable {
    public var grid: RasterGrid
    /// One a band; this many bands are written.
    public var bandNames: [String]
    public var sampleType: SampleType
    public var noData: Double?
    /// For every band: value = scale · sample + offset.
    public var scale: Double?
    public var offset: Double?
    /// Dataset items, such as `SIMULATED` = `YES`.
    public var metadata: [String: String]
    /// `2021:01:19 09:15:00`, as TIFF writes it.
    public var dateTime: String?
    /// Side of a tile, in pixels; a multiple of 32. Smaller rasters get a smaller tile.
    public var blockSize: Int
    /// 1 none, 2 horizontal differences, 3 floating point; nil takes 2 for integers and 3 for floats.
    public var predictor: Int?
    /// 2 (fast) to 9 (small) are zlib's. 1 writes literals and runs only, several times as fast still: of predicted imagery, in which little repeats
    /// but runs, the file is a few per cent larger for it.
    public var compressionLevel: Int
    public var overviewResampling: OverviewResampling
    /// Without any, what is meant to be read whole takes a quarter less room.
    public var hasOverviews: Bool
    /// One band after the other, so that each can be read without the others, in place of the bands of a pixel together.
    public var isPlanar: Bool

    public init(
        grid: RasterGrid, bandNames: [String], sampleType: SampleType, noData: Double? = nil, scale: Double? = nil, offset: Double? = nil,
        metadata: [String: String] = [:], dateTime: String? = nil, blockSize: Int = 512, predictor: Int? = nil, compressionLevel: Int = 6,
        overviewResampling: OverviewResampling = .average, hasOverviews: Bool = true, isPlanar: Bool = false
    ) {
        self.grid = grid
        self.bandNames = bandNames
        self.sampleType = sampleType
        self.noData = noData
        self.scale = scale
        self.offset = offset
        self.metadata = metadata
        self.dateTime = dateTime
        self.blockSize = blockSize
        self.predictor = predictor
        self.compressionLevel = compressionLevel
        self.overviewResampling = overviewResampling
        self.hasOverviews = hasOverviews
        self.isPlanar = isPlanar
    }

    /// Planes that are stored one after the other, and the bands of each.
    var planes: [Range<Int>] { isPlanar ? bandNames.indices.map { $0..<($0 + 1) } : [bandNames.indices] }

    var usedPredictor: Int { predictor ?? (sampleType.isFloatingPoint ? 3 : 2) }

    /// - Throws: where no valid file can be made of it, by name.
    func check(path: String) throws {
        func fail(_ problem: String) -> OutputError { OutputError(path: path, problem: "cannot write the raster: \(problem)") }
        let size = grid.size
        guard size.width > 0, size.height > 0, size.width <= Int32.max, size.height <= Int32.max else {
            throw fail("\(size) pixels is no size for it")
        }
        guard (1...65535).contains(bandNames.count) else { throw fail("\(bandNames.count) bands is no number for it") }
        guard (32...8192).contains(blockSize), blockSize.isMultiple(of: 32) else {
            throw fail("a block size of \(blockSize) is not a multiple of 32 from 32 to 8192")
        }
        guard (1...9).contains(compressionLevel) else { throw fail("compression level \(compressionLevel) is not one of 1 to 9") }
        let predictors = sampleType.isFloatingPoint ? [1, 3] : [1, 2]
        guard predictors.contains(usedPredictor) else {
            throw fail("predictor \(usedPredictor) does not suit \(sampleType.rawValue) samples")
        }
        guard grid.transform.isInvertible else { throw fail("its geotransform places no pixel") }
        if let noData, sampleType.bytes(of: noData) == nil { throw fail("\(sampleType.rawValue) has no value \(noData) for nodata") }
        if let scale, !scale.isFinite || scale == 0 { throw fail("a scale of \(scale) has no meaning") }
        if let offset, !offset.isFinite { throw fail("an offset of \(offset) has no meaning") }
        if let dateTime {
            let form = dateTime.utf8.map { (0x30...0x39).contains($0) ? UInt8(ascii: "0") : $0 }
            guard form == Array("0000:00:00 00:00:00".utf8) else { throw fail("'\(dateTime)' is not written as 2021:01:19 09:15:00") }
        }
    }
}
