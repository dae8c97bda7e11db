import Raster
import RasterIO

/// Names, scale and nodata of a scene's bands.
enum SceneBands {
    static func bands(of opened: [SceneAssembler.Opened], metadata: [ProductMetadata]) -> [SceneBand] {
        let isOneFileABand = opened.count > 1 || opened.contains { if case .band = $0.file.part { $0.info.bandCount <= 2 } else { false } }
        var bands: [SceneBand] = []
        var taken: Set<String> = []
        for item in opened {
            let names = names(of: item)
            let rule = scaleRule(of: item, names: names)
            for index in 0..<item.info.bandCount where index != item.info.alphaBand {
                var name = names[index]
                var copy = 2
                while !taken.insert(name).inserted {
                    name = "\(names[index])_\(copy)"
                    copy += 1
                }
                let scale = scale(of: item, index: index, name: name, rule: rule, metadata: metadata)
                bands.append(
                    SceneBand(
                        name: name, path: item.file.path, indexInFile: index, grid: item.grid, scale: scale.scale, offset: scale.offset,
                        scaleSource: scale.source, offsetIsKnown: scale.offsetIsKnown, noData: noData(of: item.info, rule: rule)))
            }
        }
        return isOneFileABand ? bands.sorted { BandOrder.precedes($0.name, $1.name) } : bands
    }

    // MARK: Names

    /// One a band of the file.
    private static func names(of item: SceneAssembler.Opened) -> [String] {
        let isSentinel2 = item.file.product?.family == .sentinel2 || item.file.folderProduct?.family == .sentinel2
        if case .band(let name) = item.file.part, item.info.bandCount - (item.info.alphaBand == nil ? 0 : 1) == 1 {
            return [String](repeating: isSentinel2 ? padded(name) : name, count: item.info.bandCount)
        }
        return (0..<item.info.bandCount).map { index in
            if let given = item.info.bandNames.indices.contains(index) ? item.info.bandNames[index] : nil,
                let name = shortened(given, isSentinel2: isSentinel2)
            {
                return name
            }
            switch item.info.colourInterpretation.indices.contains(index) ? item.info.colourInterpretation[index] : .undefined {
            case .red: return "Red"
            case .green: return "Green"
            case .blue: return "Blue"
            default: return "B\(index + 1)"
            }
        }
    }

    /// `B4, central wavelength 665 nm` is `B4`; other descriptions stay as they are.
    private static func shortened(_ description: String, isSentinel2: Bool) -> String? {
        let words = description.split { $0.isWhitespace || ",;(".contains($0) }
        guard let first = words.first else { return nil }
        guard case .band(let name) = NameEnding(of: String(first)).part, name.first == "B", first.uppercased() == name else {
            return words.joined(separator: " ").oneLine
        }
        return isSentinel2 ? padded(name) : name
    }

    private static func padded(_ name: String) -> String {
        let upper = name.uppercased()
        return upper.utf8.count == 2 && upper.first == "B" && upper.dropFirst().isDigits ? "B0" + upper.dropFirst() : name
    }

    // MARK: Scale

    /// The product's rule, where the samples are the product's integers.
    private static func scaleRule(of item: SceneAssembler.Opened, names: [String]) -> ProductName.ScaleRule {
        guard !item.info.sampleType.isFloatingPoint, item.info.sampleType.byteCount >= 2 else { return .none }
        let products = [item.file.product, item.file.folderProduct].compactMap { $0 }
        for product in products {
            // The folder's name may know the processing baseline that the band's has not.
            if case .sentinel2 = product.scaleRule {
                let baseline = products.lazy.compactMap { product in
                    if case .sentinel2(let baseline?) = product.scaleRule { baseline } else { nil }
                }.first
                return .sentinel2(baseline: baseline)
            }
            if product.scaleRule != .none { return product.scaleRule }
        }
        guard products.isEmpty, item.file.gridTileInNames != nil else { return .none }
        let measured = names.indices.filter { $0 != item.info.alphaBand }
        return measured.allSatisfy { BandOrder.isSentinel2(names[$0]) } ? .sentinel2(baseline: nil) : .none
    }

    private static func scale(
        of item: SceneAssembler.Opened, index: Int, name: String, rule: ProductName.ScaleRule, metadata: [ProductMetadata]
    ) -> ProductMetadata.Scale {
        if !item.info.sampleType.isFloatingPoint {
            let fileName = item.file.fileName
            if let found = metadata.lazy.compactMap({ $0.scale(name, index, fileName) }).first { return found }
        }
        let tagged = (
            scale: item.info.scales.flatMap { $0.indices.contains(index) ? $0[index] : nil },
            offset: item.info.offsets.flatMap { $0.indices.contains(index) ? $0[index] : nil }
        )
        // Writers that know nothing put 1 and 0.
        let isNeutral = (tagged.scale ?? 1) == 1 && (tagged.offset ?? 0) == 0
        if !isNeutral, tagged.scale != 0 {
            return ProductMetadata.Scale(
                scale: tagged.scale ?? 1, offset: tagged.offset ?? 0, source: .tiffTags, offsetIsKnown: true)
        }
        switch rule {
        case .sentinel2(let baseline?):
            return ProductMetadata.Scale(
                scale: 1e-4, offset: baseline >= 400 ? -0.1 : 0, source: .productMetadata, offsetIsKnown: true)
        case .sentinel2(nil): return ProductMetadata.Scale(scale: 1e-4, offset: 0, source: .productRule, offsetIsKnown: false)
        case .landsatSurfaceReflectance:
            return ProductMetadata.Scale(scale: 0.0000275, offset: -0.2, source: .productRule, offsetIsKnown: true)
        case .planetSurfaceReflectance: return ProductMetadata.Scale(scale: 1e-4, offset: 0, source: .productRule, offsetIsKnown: true)
        case .none: return ProductMetadata.Scale(scale: 1, offset: 0, source: .none, offsetIsKnown: true)
        }
    }

    /// Values that are not finite are never usable and need no rule.
    private static func noData(of info: RasterInfo, rule: ProductName.ScaleRule) -> Double? {
        if let given = info.noData { return given.isFinite ? given : nil }
        return rule == .none ? nil : 0
    }
}
