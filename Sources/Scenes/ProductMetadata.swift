import Foundation
import Raster

/// What the metadata files beside a scene's bands say of date and scale.
struct ProductMetadata: Sendable {
    struct Scale: Hashable, Sendable {
        var scale: Double
        var offset: Double
        var source: ScaleSource
        var offsetIsKnown: Bool
    }

    var date: CalendarDate?
    /// Which file says so.
    var path: String
    /// Of a band by its name, in a file of the given name.
    let scale: @Sendable (_ band: String, _ indexInFile: Int, _ fileName: String) -> Scale?
    var warnings: [String] = []
}

/// `MTD_MSIL2A.xml` and `MTD_MSIL1C.xml` of a Sentinel-2 product.
///
/// Source: Sentinel-2 Products Specification Document 15.0, user product metadata: reflectance = (DN + `BOA_ADD_OFFSET`) /
/// `BOA_QUANTIFICATION_VALUE`, at level 1C `RADIO_ADD_OFFSET` and `QUANTIFICATION_VALUE`; products before baseline 04.00 have no offset.
enum Sentinel2Metadata {
    static let fileNames = ["MTD_MSIL2A.xml", "MTD_MSIL1C.xml"]

    /// nil where the text is no such metadata.
    static func parse(_ text: String, path: String) -> ProductMetadata? {
        let quantification = (elements("BOA_QUANTIFICATION_VALUE", in: text) + elements("QUANTIFICATION_VALUE", in: text))
            .compactMap { Double($0.text) }.first
        let time = (elements("DATATAKE_SENSING_START", in: text) + elements("PRODUCT_START_TIME", in: text)).first?.text
        guard quantification != nil || time != nil else { return nil }
        var offsets: [Int: Double] = [:]
        for element in elements("BOA_ADD_OFFSET", in: text) + elements("RADIO_ADD_OFFSET", in: text) {
            guard let band = attribute("band_id", of: element.attributes).flatMap({ Int($0) }), let value = Double(element.text),
                value.isFinite
            else { continue }
            offsets[band] = value
        }
        let usable = quantification.flatMap { $0.isFinite && $0 > 0 ? $0 : nil }
        let given = offsets
        return ProductMetadata(
            date: time.flatMap { CalendarDate(iso: $0.prefix(10)) }, path: path,
            scale: { band, _, _ in
                guard let usable, let index = BandOrder.sentinel2Index(band) else { return nil }
                return ProductMetadata.Scale(
                    scale: 1 / usable, offset: (given[index] ?? 0) / usable, source: .productMetadata, offsetIsKnown: true)
            })
    }

    /// The elements of one name that hold text only, wherever they stand.
    private static func elements(_ name: String, in text: String) -> [(attributes: Substring, text: String)] {
        text.split(separator: "<").compactMap { piece in
            guard piece.hasPrefix(name), let end = piece.firstIndex(of: ">") else { return nil }
            let attributes = piece[piece.index(piece.startIndex, offsetBy: name.count)..<end]
            guard attributes.isEmpty || attributes.first?.isWhitespace == true else { return nil }
            return (attributes, piece[piece.index(after: end)...].trimmingCharacters(in: .whitespacesAndNewlines))
        }
    }

    private static func attribute(_ name: String, of attributes: Substring) -> Substring? {
        guard let start = attributes.range(of: name + "=\"")?.upperBound, let end = attributes[start...].firstIndex(of: "\"") else {
            return nil
        }
        return attributes[start..<end]
    }
}

/// A STAC item (1.0 and 1.1), with the `raster` extension's scale and offset.
struct STACItem: Decodable, Sendable {
    struct Properties: Decodable, Sendable {
        var datetime: String?
        var start: String?
        var acquired: String?
        var offsetIsApplied: Bool?

        enum CodingKeys: String, CodingKey {
            case datetime, acquired
            case start = "start_datetime"
            case offsetIsApplied = "earthsearch:boa_offset_applied"
        }
    }

    struct Band: Decodable, Sendable {
        var scale: Double?
        var offset: Double?
        var prefixedScale: Double?
        var prefixedOffset: Double?

        enum CodingKeys: String, CodingKey {
            case scale, offset
            case prefixedScale = "raster:scale"
            case prefixedOffset = "raster:offset"
        }
    }

    struct Asset: Decodable, Sendable {
        var href: String
        var rasterBands: [Band]?
        var bands: [Band]?
        var scale: Double?
        var offset: Double?

        enum CodingKeys: String, CodingKey {
            case href, bands
            case rasterBands = "raster:bands"
            case scale = "raster:scale"
            case offset = "raster:offset"
        }

        var fileName: String {
            let path = href.prefix { $0 != "?" && $0 != "#" }
            return String(path.split(separator: "/").last ?? "")
        }

        func scaleAndOffset(_ index: Int) -> (scale: Double?, offset: Double?) {
            let lists = [rasterBands, bands].compactMap { $0 }
            let band = lists.first { $0.indices.contains(index) }?[index]
            return (band?.scale ?? band?.prefixedScale ?? scale, band?.offset ?? band?.prefixedOffset ?? offset)
        }
    }

    var properties: Properties
    var assets: [String: Asset]?

    var date: CalendarDate? {
        [properties.datetime, properties.start, properties.acquired].compactMap { $0 }.lazy
            .compactMap { CalendarDate(iso: $0.prefix(10)) }.first
    }

    /// - Parameter data: JSON that may be something else altogether; nil then.
    static func parse(_ data: Data, path: String) -> ProductMetadata? {
        guard let item = try? JSONDecoder().decode(STACItem.self, from: data) else { return nil }
        guard item.date != nil || item.assets != nil else { return nil }
        let assets = (item.assets ?? [:]).sorted { $0.key < $1.key }.map(\.value)
        let isApplied = item.properties.offsetIsApplied
        @Sendable func scale(_ index: Int, _ fileName: String) -> ProductMetadata.Scale? {
            guard let asset = assets.first(where: { $0.fileName == fileName }) else { return nil }
            let given = asset.scaleAndOffset(index)
            guard let scale = given.scale, scale.isFinite, scale > 0, given.offset?.isFinite != false else { return nil }
            let offset = given.offset ?? 0
            // Catalogues say both "already applied" and "apply it": then nobody knows.
            let contradicts = isApplied == true && offset != 0
            return ProductMetadata.Scale(
                scale: scale, offset: contradicts ? 0 : offset, source: .stacItem,
                offsetIsKnown: !contradicts && (given.offset != nil || isApplied == true))
        }
        var metadata = ProductMetadata(date: item.date, path: path, scale: { _, index, fileName in scale(index, fileName) })
        if isApplied == true, assets.contains(where: { ($0.scaleAndOffset(0).offset ?? 0) != 0 }) {
            metadata.warnings.append(
                "\(path): says that the offset is applied already and also that it is to be applied; it is left out, check the dark pixels")
        }
        return metadata
    }
}

extension ProductMetadata {
    /// The metadata beside a scene's files: the product's own first, then a STAC item named after file, product or folder.
    ///
    /// - Parameter folders: where to look, the product's folder first.
    /// - Parameter names: the names without extension that an item may have.
    static func find(in folders: [String], names: [String]) -> (found: [ProductMetadata], warnings: [String]) {
        var found: [ProductMetadata] = []
        var warnings: [String] = []
        func look(_ path: String, _ parse: (Data) -> ProductMetadata?) {
            do {
                guard let bytes = try SmallFile.read(path) else { return }
                guard let metadata = parse(Data(bytes)) else {
                    warnings.append("\(path): not understood as product metadata; left out".oneLine)
                    return
                }
                warnings += metadata.warnings
                found.append(metadata)
            } catch {
                warnings.append("\(path): left out: \(RefusedInput(path: path, error: error).reason)".oneLine)
            }
        }
        for folder in folders {
            for name in Sentinel2Metadata.fileNames {
                let path = folder + "/" + name
                look(path) { Sentinel2Metadata.parse(String(decoding: $0, as: UTF8.self), path: path) }
            }
        }
        for folder in folders {
            for name in names {
                let path = folder + "/" + name + ".json"
                look(path) { STACItem.parse($0, path: path) }
            }
        }
        return (found, warnings)
    }
}
