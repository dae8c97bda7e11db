import Geodesy
import Pipeline
import Raster
import RasterIO
import Scenes

/// What `trenchwatch inspect` prints.
struct RasterReport: Encodable {
    struct Band: Encodable {
        @OrNull var name: String?
        var colour: String
        @OrNull var scale: JSONNumber?
        @OrNull var offset: JSONNumber?
        /// null where no sample is valid.
        @OrNull var minimum: JSONNumber?
        @OrNull var maximum: JSONNumber?
        @OrNull var mean: JSONNumber?
        @OrNull var standardDeviation: JSONNumber?
        var validCount: Int

        enum CodingKeys: String, CodingKey {
            case name, colour, scale, offset, mean
            case minimum = "min"
            case maximum = "max"
            case standardDeviation = "std"
            case validCount = "valid"
        }
    }

    var file: String
    var format: String
    var width: Int
    var height: Int
    var type: String
    var bands: [Band]
    /// Width and height.
    var block: [Int]
    var isTiled: Bool
    var isPlanar: Bool
    var compression: String
    var predictor: Int
    var isBigTIFF: Bool
    var isBigEndian: Bool
    var overviews: [[Int]]
    var hasInternalMask: Bool
    /// From 1.
    @OrNull var alphaBand: Int?
    @OrNull var noData: JSONNumber?
    @OrNull var crs: String?
    @OrNull var crsName: String?
    @OrNull var transform: [JSONNumber]?
    @OrNull var pixelMetres: [JSONNumber]?
    @OrNull var georeferencing: String?
    @OrNull var date: String?
    @OrNull var dateSource: String?
    var metadata: [String: String]

    enum CodingKeys: String, CodingKey {
        case file, format, width, height, type, bands, block, compression, predictor, overviews, crs, transform, georeferencing, date
        case metadata
        case isTiled = "tiled"
        case isPlanar = "planar"
        case isBigTIFF = "bigtiff"
        case isBigEndian = "big_endian"
        case hasInternalMask = "internal_mask"
        case alphaBand = "alpha_band"
        case noData = "nodata"
        case crsName = "crs_name"
        case pixelMetres = "pixel_m"
        case dateSource = "date_source"
    }

    /// - Parameters:
    ///   - statistics: one a band.
    ///   - scene: what the file is as a scene; nil where it is none.
    init(_ info: RasterInfo, statistics: [BandStatistics], scene: SceneDescription?) {
        file = info.path
        format = info.format.rawValue
        width = info.size.width
        height = info.size.height
        type = info.sampleType.rawValue
        bands = statistics.enumerated().map { Band(info, index: $0, statistics: $1) }
        block = [info.blockSize.width, info.blockSize.height]
        isTiled = info.isTiled
        isPlanar = info.isPlanar
        compression = info.compression
        predictor = info.predictor
        isBigTIFF = info.isBigTIFF
        isBigEndian = info.isBigEndian
        overviews = info.overviews.map { [$0.width, $0.height] }
        hasInternalMask = info.hasInternalMask
        alphaBand = info.alphaBand.map { $0 + 1 }
        noData = info.noData.map(JSONNumber.init)
        crs = info.crs?.shortText
        crsName = info.crs.flatMap { try? CoordinateSystemDescription($0) }?.name
        transform = info.transform?.gdalOrder
        let size = info.grid.flatMap { try? PixelSize.metres(inMiddleOf: $0) }
        pixelMetres = size.map { [JSONNumber($0.x, decimals: 3), JSONNumber($0.y, decimals: 3)] }
        switch info.georeferencing {
        case .none: georeferencing = nil
        case .geoTIFFTags: georeferencing = "GeoTIFF tags"
        case .worldFile(let path): georeferencing = path
        }
        date = scene?.date?.description
        dateSource = scene?.dateSource?.words
        metadata = info.metadata
    }

    /// One fact a line, then a table of the bands.
    var text: String {
        let facts: [(String, String?)] = [
            ("file", file),
            ("format", format + (isBigTIFF ? ", BigTIFF" : "") + (isBigEndian ? ", big endian" : "")),
            ("size", "\(width) x \(height), \(bands.count) band\(bands.count == 1 ? "" : "s") of \(type)"),
            (
                "blocks",
                "\(block[0]) x \(block[1]) \(isTiled ? "tiles" : "strips"), \(isPlanar ? "band by band" : "pixel by pixel"), "
                    + "compression \(compression)" + (predictor > 1 ? ", predictor \(predictor)" : "")
            ),
            ("overviews", overviews.isEmpty ? nil : overviews.map { "\($0[0]) x \($0[1])" }.joined(separator: ", ")),
            ("mask", hasInternalMask ? "in the file" : alphaBand.map { "alpha, band \($0)" }),
            ("nodata", noData.map(Self.number)),
            ("CRS", [crs, crsName].compactMap(\.self).joined(separator: ", ")),
            ("transform", transform.map { $0.map(Self.number).joined(separator: ", ") }),
            ("pixel", pixelMetres.map { $0.map(Self.number).joined(separator: " x ") + " m" }),
            ("placed by", georeferencing),
            ("date", date.map { $0 + (dateSource.map { " (\($0))" } ?? "") }),
        ]
        let shown = facts.compactMap { name, value in value.flatMap { $0.isEmpty ? nil : [name, $0] } }
        let items = metadata.sorted { $0.key < $1.key }.map { [$0.key, $0.value] }
        let heading = ["band", "name", "min", "max", "mean", "std", "valid", "scale", "offset"]
        let rows = bands.enumerated().map { index, band in
            [
                String(index + 1), band.name ?? band.colour, Self.number(band.minimum), Self.number(band.maximum),
                Self.number(band.mean), Self.number(band.standardDeviation), String(band.validCount), Self.number(band.scale),
                Self.number(band.offset),
            ]
        }
        let lines =
            TextTable(rows: shown).lines + (items.isEmpty ? [] : ["", "metadata"] + TextTable(rows: items).lines.map { "  " + $0 }) + [""]
            + TextTable(rows: [heading] + rows, rightAligned: [0, 2, 3, 4, 5, 6, 7, 8]).lines
        return lines.joined(separator: "\n")
    }

    private static func number(_ number: JSONNumber?) -> String { number.map(Self.number) ?? "-" }

    private static func number(_ number: JSONNumber) -> String {
        guard let whole = Int(exactly: number.value) else { return "\(number.value)" }
        return String(whole)
    }
}

extension RasterReport.Band {
    fileprivate init(_ info: RasterInfo, index: Int, statistics: BandStatistics) {
        func given(_ list: [Double]?) -> JSONNumber? {
            list.flatMap { $0.indices.contains(index) ? JSONNumber($0[index]) : nil }
        }
        let isSeen = statistics.validCount > 0
        self.init(
            name: info.bandNames.indices.contains(index) ? info.bandNames[index] : nil,
            colour: info.colourInterpretation.indices.contains(index) ? info.colourInterpretation[index].rawValue : "undefined",
            scale: given(info.scales), offset: given(info.offsets), minimum: isSeen ? JSONNumber(statistics.minimum) : nil,
            maximum: isSeen ? JSONNumber(statistics.maximum) : nil, mean: isSeen ? JSONNumber(statistics.mean, decimals: 6) : nil,
            standardDeviation: isSeen ? JSONNumber(statistics.standardDeviation, decimals: 6) : nil, validCount: statistics.validCount)
    }
}
