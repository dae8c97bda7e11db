import Raster

/// What the name of a file or folder of a known product says.
struct ProductName: Hashable, Sendable {
    enum Family: Hashable, Sendable {
        case sentinel2, landsat, planet, maxar
    }

    /// How stored numbers become reflectance by the product's documentation.
    enum ScaleRule: Hashable, Sendable {
        /// (DN + offset) / 10000; the offset is -1000 from processing baseline 04.00 on. `baseline` is nil where the name has none.
        case sentinel2(baseline: Int?)
        /// DN · 0.0000275 - 0.2
        case landsatSurfaceReflectance
        /// DN / 10000
        case planetSurfaceReflectance
        case none
    }

    var family: Family
    var sensor: String?
    var tile: String?
    /// When the picture was taken.
    var date: CalendarDate?
    /// When the file was made, where the name has that instead.
    var processingDate: CalendarDate?
    var scaleRule: ScaleRule = .none
    /// The name up to what tells one of the product's files from another.
    var prefix: String
    var part: ScenePart = .whole

    /// nil for names of no known product.
    ///
    /// - Parameter name: without a file's extension; `.SAFE` may stand.
    init?(_ name: String) {
        let stem = name.hasSuffix(".SAFE") ? String(name.dropLast(5)) : name
        let tokens = stem.split(separator: "_")
        guard
            let product = Self.sentinel2Product(stem, tokens) ?? Self.sentinel2Tile(stem, tokens) ?? Self.sentinel2Band(stem, tokens)
                ?? Self.sentinel2Archive(stem, tokens) ?? Self.landsat(stem, tokens) ?? Self.planet(stem, tokens) ?? Self.maxar(stem)
        else { return nil }
        self = product
    }

    private init(_ family: Family, prefix: String) {
        self.family = family
        self.prefix = prefix
    }

    /// The product of a stem whose last piece tells the band.
    private init(_ family: Family, stem: String) {
        let ending = NameEnding(of: stem)
        self.init(family, prefix: ending.prefix)
        part = ending.part
    }

    /// 2022-01-25, by ESA's notice.
    private static let firstDayOfBaseline400 = (year: 2022, month: 1, day: 25)

    private static func isSentinel2Mission(_ token: Substring?) -> Bool {
        guard let token else { return false }
        return ["S2A", "S2B", "S2C", "S2D"].contains(token)
    }

    /// `S2A_MSIL2A_20200701T093041_N0214_R136_T33RXQ_20200701T121949`, perhaps with a band after it.
    private static func sentinel2Product(_ stem: String, _ tokens: [Substring]) -> ProductName? {
        guard tokens.count >= 6, isSentinel2Mission(tokens[0]), tokens[1] == "MSIL1C" || tokens[1] == "MSIL2A", tokens[2].isTimestamp,
            tokens[3].isNumbered("N", digits: 4), tokens[4].isNumbered("R", digits: 3), tokens[5].first == "T",
            let tile = tokens[5].gridTile
        else { return nil }
        var product = ProductName(.sentinel2, stem: stem)
        product.sensor = "Sentinel-2 MSI"
        product.tile = tile
        product.date = tokens[2].compactDate
        product.scaleRule = .sentinel2(baseline: Int(tokens[3].dropFirst()))
        return product
    }

    /// `S2A_OPER_MSI_L1C_TL_EPA__20160706T155721_A000849_T30TXT_B04`: the time is when the file was made, the date stands elsewhere.
    /// `S2A_OPER_PRD_MSIL1C_PDMC_20160706T155721_R094_V20150821T110931_20150821T110931`: the V marks the time of the picture.
    private static func sentinel2Tile(_ stem: String, _ tokens: [Substring]) -> ProductName? {
        guard tokens.count >= 6, isSentinel2Mission(tokens[0]), tokens[1] == "OPER", tokens[2] == "MSI" || tokens[2] == "PRD" else {
            return nil
        }
        var product = ProductName(.sentinel2, stem: stem)
        product.sensor = "Sentinel-2 MSI"
        product.tile = tokens.dropFirst(3).first { $0.first == "T" && $0.gridTile != nil }?.gridTile
        product.processingDate = tokens.first(where: \.isTimestamp)?.compactDate
        product.date = tokens.first { $0.first == "V" && $0.dropFirst().isTimestamp }?.dropFirst().compactDate
        let baseline = tokens.first { $0.first == "N" && $0.utf8.count == 6 && $0.dropFirst(3).first == "." }
            .flatMap { Int($0.dropFirst().replacing(".", with: "")) }
        // What was made before baseline 04.00 came into use cannot have its offset; the date of the picture would prove nothing.
        let isOlder = product.processingDate.map { ($0.year, $0.month, $0.day) < Self.firstDayOfBaseline400 } ?? false
        product.scaleRule = .sentinel2(baseline: baseline ?? (isOlder ? 0 : nil))
        return product
    }

    /// `T33RXQ_20200701T093041_B04_10m`, in old products `L2A_T33RXQ_…`; granule folders `L2A_T33RXQ_A026123_20200701T093041`.
    private static func sentinel2Band(_ stem: String, _ tokens: [Substring]) -> ProductName? {
        var rest = tokens[...]
        if let first = rest.first, first == "L2A" || first == "L1C" { rest = rest.dropFirst() }
        guard let first = rest.first, first.first == "T", let tile = first.gridTile else { return nil }
        rest = rest.dropFirst()
        if let orbit = rest.first, orbit.isNumbered("A", digits: 6) { rest = rest.dropFirst() }
        guard let time = rest.first, time.isTimestamp else { return nil }
        var product = ProductName(.sentinel2, stem: stem)
        product.sensor = "Sentinel-2 MSI"
        product.tile = tile
        product.date = time.compactDate
        product.scaleRule = .sentinel2(baseline: nil)
        return product
    }

    /// `S2A_33RXQ_20200701_0_L2A` and the later `S2A_T33RXQ_20200701T093040_L2A`, of the COG archives.
    private static func sentinel2Archive(_ stem: String, _ tokens: [Substring]) -> ProductName? {
        guard tokens.count >= 4, isSentinel2Mission(tokens[0]), let tile = tokens[1].gridTile,
            tokens[2].isDigits(8) || tokens[2].isTimestamp, tokens[3...].prefix(2).contains(where: { $0 == "L2A" || $0 == "L1C" })
        else { return nil }
        var product = ProductName(.sentinel2, stem: stem)
        product.sensor = "Sentinel-2 MSI"
        product.tile = tile
        product.date = tokens[2].compactDate
        product.scaleRule = .sentinel2(baseline: nil)
        return product
    }

    /// `LC08_L2SP_187038_20200701_20200913_02_T1_SR_B4`: the first date is the picture's, the second the processing's.
    private static func landsat(_ stem: String, _ tokens: [Substring]) -> ProductName? {
        guard tokens.count >= 7, tokens[0].utf8.count == 4, tokens[0].first == "L", let number = Int(tokens[0].suffix(2)),
            tokens[1].utf8.count == 4, tokens[1].first == "L", tokens[2].isDigits(6), tokens[3].isDigits(8), tokens[4].isDigits(8),
            tokens[5].isDigits(2)
        else { return nil }
        var product = ProductName(.landsat, stem: stem)
        let instruments: [Character: String] = ["C": "OLI/TIRS", "O": "OLI", "T": number < 8 ? "TM" : "TIRS", "E": "ETM+", "M": "MSS"]
        product.sensor = "Landsat \(number)" + (tokens[0].dropFirst().first.flatMap { instruments[$0] }.map { " " + $0 } ?? "")
        product.tile = String(tokens[2])
        product.date = tokens[3].compactDate
        product.scaleRule = tokens[1].hasPrefix("L2") ? .landsatSurfaceReflectance : .none
        return product
    }

    /// Item `20210119_081516_35_2518` (date, time, hundredths, satellite; without hundredths before 2020) and its asset
    /// `…_3B_AnalyticMS_SR`, `…_3B_udm2`.
    private static func planet(_ stem: String, _ tokens: [Substring]) -> ProductName? {
        guard tokens.count >= 3, tokens[0].isDigits(8), tokens[1].isDigits(6) else { return nil }
        let hasHundredths = tokens.count >= 4 && tokens[2].isDigits(2) && tokens[3].utf8.count == 4
        let satellite = tokens[hasHundredths ? 3 : 2]
        guard satellite.utf8.count == 4, satellite.isHexadecimal else { return nil }
        let asset = tokens[(hasHundredths ? 4 : 3)...]
        guard hasHundredths || asset.first.map({ ["1A", "1B", "3A", "3B"].contains($0) }) == true else { return nil }
        guard asset.isEmpty || (asset.first?.utf8.count == 2 && asset.first?.isAlphanumeric == true) else { return nil }
        var product = ProductName(.planet, stem: stem)
        if product.part == .whole || product.part == .mask(.planetUsableData) || product.part == .mask(.planetUnusableData) {
            product.prefix = tokens[..<(hasHundredths ? 4 : 3)].joined(separator: "_")
        }
        product.sensor = "PlanetScope"
        product.date = tokens[0].compactDate
        product.scaleRule = asset.contains("SR") ? .planetSurfaceReflectance : .none
        return product
    }

    /// `103001010B9A1B00-visual`, `…-ms`: a catalogue id of 16 hexadecimal digits. Date and quadkey are folders above it.
    private static func maxar(_ stem: String) -> ProductName? {
        let pieces = stem.split(separator: "-", maxSplits: 1)
        guard pieces.count == 2, pieces[0].utf8.count == 16, pieces[0].isHexadecimal else { return nil }
        var product = ProductName(.maxar, prefix: stem)
        product.sensor = "Maxar"
        if !["visual", "ms", "ms_analytic", "pan", "pan_analytic"].contains(pieces[1]) { product.part = .extra }
        return product
    }
}
