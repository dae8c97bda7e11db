/// What a file's name says that the file holds of its scene.
enum ScenePart: Hashable, Sendable {
    /// All bands, or whatever it has.
    case whole
    case band(String)
    case mask(SceneMask.Kind)
    /// Nothing that is measured: previews, water vapour, browse pictures.
    case extra
    /// A mask whose values nobody wrote down.
    case unknownMask
}

/// The end of a file's name: `…_B04_10m`, `…_SCL`, `…_QA_PIXEL`, `…_SR_B4`.
struct NameEnding {
    var part: ScenePart
    /// The name without the ending and its separator; empty for `B04`.
    var prefix: String

    private static let separators: Set<Character> = ["_", "-", ".", " "]
    private static let colours: Set<String> = [
        "coastal", "blue", "green", "red", "rededge", "rededge1", "rededge2", "rededge3", "nir", "nir08", "nir09", "swir", "swir16",
        "swir22",
        "pan",
    ]

    /// - Parameter name: a file's name without its extension.
    init(of name: String) {
        var rest = Substring(name)
        // Sizes and export notes stand after the band: `_10m`, `_(Raw)`, `_clip`.
        while let (last, before) = Self.splitLast(rest), !before.isEmpty, Self.isNote(last) { rest = before }
        guard let (last, before) = Self.splitLast(rest) else {
            self.init(part: .whole, prefix: name)
            return
        }
        if let (earlier, first) = Self.splitLast(before), !earlier.isEmpty,
            let part = Self.part(earlier.lowercased() + "_" + last.lowercased(), original: last)
        {
            self.init(part: part, prefix: String(first))
        } else if let part = Self.part(last.lowercased(), original: last) {
            self.init(part: part, prefix: String(before))
        } else {
            self.init(part: .whole, prefix: name)
        }
    }

    private init(part: ScenePart, prefix: String) {
        self.part = part
        self.prefix = prefix
    }

    private static func splitLast(_ text: Substring) -> (last: Substring, before: Substring)? {
        guard !text.isEmpty else { return nil }
        guard let separator = text.lastIndex(where: { separators.contains($0) }) else { return (text, text.prefix(0)) }
        return (text[text.index(after: separator)...], text[..<separator])
    }

    private static func isNote(_ token: Substring) -> Bool {
        ["10m", "20m", "60m", "(raw)", "clip"].contains(token.lowercased())
    }

    private static func part(_ word: String, original: Substring) -> ScenePart? {
        switch word {
        case "scl": return .mask(.sceneClassification)
        case "qa_pixel": return .mask(.landsatQuality)
        case "udm2": return .mask(.planetUsableData)
        case "dn_udm", "udm": return .mask(.planetUnusableData)
        case "cld", "clp", "msk_cldprb", "cldprb": return .mask(.cloudProbability)
        case "mask", "cloudmask", "clouds": return .unknownMask
        case "tci", "aot", "wvp", "pvi", "l2a_pvi", "msk_snwprb", "snw", "preview", "thumbnail", "overview", "browse", "qa_radsat",
            "qa_aerosol", "qa_linemask", "st_qa", "st_trad", "st_urad", "st_drad", "st_atran", "st_emis", "st_emsd", "st_cdist", "st_b6",
            "st_b10", "sr_opacity", "atmos_opacity", "cloud_qa", "vaa", "vza", "saa", "sza", "angle":
            return .extra
        default: break
        }
        let number = word.hasPrefix("sr_") ? word.dropFirst(3) : Substring(word)
        if isBandNumber(number) { return .band(number.uppercased()) }
        return colours.contains(word) ? .band(String(original)) : nil
    }

    /// `b1` … `b12`, `b02`, `b8a`
    private static func isBandNumber(_ word: Substring) -> Bool {
        guard word.first == "b" else { return false }
        let digits = word.dropFirst()
        return digits == "8a" || (digits.utf8.count <= 2 && digits.isDigits)
    }
}

/// How band names of the known sensors follow each other.
enum BandOrder {
    private static let sentinel2 = ["B01", "B02", "B03", "B04", "B05", "B06", "B07", "B08", "B8A", "B09", "B10", "B11", "B12"]

    static func isSentinel2(_ name: String) -> Bool { sentinel2.contains(name) }

    /// Sentinel-2's `band_id`, which is also the order of wavelength (but for B10).
    static func sentinel2Index(_ name: String) -> Int? { sentinel2.firstIndex(of: name) }

    /// By wavelength for Sentinel-2, by number for `B4`, else by letters.
    static func precedes(_ a: String, _ b: String) -> Bool {
        func key(_ name: String) -> (Int, Int, String) {
            if let index = sentinel2Index(name) { return (0, index, name) }
            if name.first == "B", let number = Int(name.dropFirst()) { return (1, number, name) }
            return (2, 0, name)
        }
        return key(a) < key(b)
    }
}
