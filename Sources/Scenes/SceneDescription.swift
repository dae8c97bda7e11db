import Raster

/// Where a scene's date was read, the most trustworthy first. A file's modification time is never one of them.
public enum DateSource: String, Sendable, Hashable, Codable, CaseIterable {
    /// `MTD_MSIL2A.xml` or a STAC item beside the files.
    case productMetadata
    /// A Sentinel-2, Landsat or Planet product name, of a file or of a folder.
    case productName
    case fileName
    case folderName
    /// TIFF tag 306: when the file was written, as a rule, which need not be when the picture was taken.
    case tiffDateTime

    /// As messages name it.
    public var words: String {
        switch self {
        case .productMetadata: "product metadata"
        case .productName: "product name"
        case .fileName: "file name"
        case .folderName: "folder name"
        case .tiffDateTime: "TIFF DateTime tag"
        }
    }
}

/// Where the factor from stored numbers to reflectance was read, the most trustworthy first.
public enum ScaleSource: String, Sendable, Hashable, Codable {
    /// `MTD_MSIL2A.xml`, or the processing baseline in a product's name.
    case productMetadata
    /// `raster:bands` of a STAC item.
    case stacItem
    /// The file's own scale and offset items.
    case tiffTags
    /// What the product's documentation says of every such product.
    case productRule
    /// Nothing tells: values stay in the file's own units.
    case none
}

/// One band of a scene.
public struct SceneBand: Sendable, Hashable, Codable {
    /// `B04`, `Red`; `B1`, `B2` … where the file gives no name.
    public var name: String
    public var path: String
    /// 0-based, in its file.
    public var indexInFile: Int
    /// The band's own grid, which may be coarser than the scene's.
    public var grid: RasterGrid
    /// value = scale · sample + offset, which is reflectance unless `scaleSource` is `none`.
    public var scale: Double
    public var offset: Double
    public var scaleSource: ScaleSource
    /// False where the product may carry an offset of -0.1 (Sentinel-2 from processing baseline 04.00 on) and nothing tells whether it does.
    public var offsetIsKnown: Bool
    /// The sample that means "nothing here"; by the file, or by the product's rule.
    public var noData: Double?
}

/// What tells the usable pixels of a scene from the others, besides nodata, which is always looked at.
public struct SceneMask: Sendable, Hashable, Codable {
    public enum Kind: String, Sendable, Hashable, Codable {
        /// Sentinel-2 SCL.
        case sceneClassification
        /// Landsat Collection 2 QA_PIXEL.
        case landsatQuality
        /// Planet udm2, eight bands.
        case planetUsableData
        /// Planet's first mask, one band of bits.
        case planetUnusableData
        /// Sentinel-2 CLD or s2cloudless: per cent.
        case cloudProbability
        /// A mask within the image file.
        case internalMask
        /// A band of opacity in the image file.
        case alphaBand
    }
    public var kind: Kind
    public var path: String
}

/// One picture of one place on one day: a file with several bands, or one file a band.
public struct SceneDescription: Sendable, Hashable, Codable {
    /// Sentinel-2 tile `33RXQ`, Landsat path and row `187038`, Maxar quadkey, else the folder's name. nil where nothing tells.
    public var tile: String?
    public var date: CalendarDate?
    public var dateSource: DateSource?
    /// In words, where two sources differ; `date` is that of the more trustworthy one.
    public var dateDisagreement: String?
    /// `Sentinel-2 MSI`, `Landsat 8 OLI`, `PlanetScope` …; by the product's name only, nil where it has none.
    public var sensor: String?
    /// In the order of wavelength where the names tell, else of the file.
    public var bands: [SceneBand]
    /// The finest band's. Coarser bands are brought onto it when they are read.
    public var grid: RasterGrid
    public var mask: SceneMask?
    public var isSimulated: Bool
    /// Whom a picture of it must name.
    public var credit: String?
    /// Every file that was read for it, sorted.
    public var files: [String]
    /// What to call it: the ISO date, numbered where a tile has two scenes of one day; without a date the file's or folder's name.
    public var name: String

    /// False where one of its bands may carry an offset that nothing tells of.
    public var offsetIsKnown: Bool { bands.allSatisfy(\.offsetIsKnown) }
}

/// An input that is not used, and why.
public struct RefusedInput: Sendable, Hashable, Codable {
    public var path: String
    public var reason: String

    public init(path: String, reason: String) {
        self.path = path
        self.reason = reason
    }

    /// - Parameter error: its words become the reason, with its path only where that is another one.
    init(path: String, error: any Error) {
        self.path = path
        guard let known = error as? any TrenchWatchError else {
            reason = String(describing: error).oneLine
            return
        }
        let elsewhere = known.path.flatMap { $0 == path ? nil : $0 + ": " } ?? ""
        reason = (elsewhere + known.problem + (known.advice.map { "; " + $0 } ?? "")).oneLine
    }
}

/// What was found under a folder.
public struct SceneInventory: Sendable, Hashable, Codable {
    /// By tile, date and name.
    public var scenes: [SceneDescription]
    /// By path.
    public var refused: [RefusedInput]
    public var warnings: [String]
    /// Absolute paths of all rasters that were looked at, of scenes or not.
    public var files: [String]
}
