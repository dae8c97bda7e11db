import Glibc
import Raster

/// What stands in the `.aux.xml` beside a raster: place, nodata and metadata for formats that cannot hold them.
/// Source: GDAL, "Persistent Auxiliary Metadata" (`gdalpamdataset`).
public struct PAMSidecar: Sendable, Equatable {
    public var crs: CoordinateSystem?
    /// Pixel corner convention.
    public var transform: GeoTransform?
    /// The dataset's own items, by name.
    public var metadata: [String: String]
    /// By 1-based band number, as are the next three.
    public var noData: [Int: Double]
    public var bandNames: [Int: String]
    public var scales: [Int: Double]
    public var offsets: [Int: Double]

    public init(
        crs: CoordinateSystem? = nil, transform: GeoTransform? = nil, metadata: [String: String] = [:], noData: [Int: Double] = [:],
        bandNames: [Int: String] = [:], scales: [Int: Double] = [:], offsets: [Int: Double] = [:]
    ) {
        self.crs = crs
        self.transform = transform
        self.metadata = metadata
        self.noData = noData
        self.bandNames = bandNames
        self.scales = scales
        self.offsets = offsets
    }

    /// Where the sidecar of a raster stands: `a.png` has `a.png.aux.xml`.
    public static func path(for raster: String) -> String { raster + ".aux.xml" }

    /// Reads the sidecar beside a raster; nil where there is none.
    ///
    /// - Throws: `InputError` where it is there and is not well-formed, or its numbers are none.
    static func read(beside raster: String, maxBytes: Int = 1 << 24) throws -> PAMSidecar? {
        let path = path(for: raster)
        guard let text = try SidecarText.read(path, maxBytes: maxBytes) else { return nil }
        return try PAMSidecar(parsing: text, path: path)
    }

    init(parsing text: String, path: String) throws {
        self.init()
        let advice = "mend it or remove it"
        guard let elements = PAMScanner.elements(of: text) else {
            throw InputError(path: path, problem: "is not well-formed XML", advice: advice)
        }
        guard elements.first?.path == ["PAMDataset"] else {
            throw InputError(path: path, problem: "is not a PAMDataset", advice: advice)
        }
        var band: Int?
        for element in elements {
            func number() throws -> Double {
                guard let value = Double(element.text.trimmed) else {
                    throw InputError(
                        path: path, problem: "<\(element.path.last ?? "")> '\(element.text.trimmed)' is not a number", advice: advice)
                }
                return value
            }
            switch element.path.dropFirst() {
            case ["SRS"] where !element.text.trimmed.isEmpty: crs = CoordinateSystem(userInput: element.text.trimmed)
            case ["GeoTransform"]:
                let numbers = element.text.split(separator: ",").map { Double(String($0).trimmed) }
                guard numbers.count == 6, case let values = numbers.compactMap({ $0 }), values.count == 6 else {
                    throw InputError(path: path, problem: "<GeoTransform> does not hold six numbers", advice: advice)
                }
                let transform = GeoTransform(
                    originX: values[0], xPerColumn: values[1], xPerRow: values[2],
                    originY: values[3], yPerColumn: values[4], yPerRow: values[5])
                guard transform.isInvertible else {
                    throw InputError(path: path, problem: "<GeoTransform> places no pixel", advice: advice)
                }
                self.transform = transform
            case ["Metadata", "MDI"] where element.parentAttributes["domain", default: ""].isEmpty:
                if let key = element.attributes["key"] { metadata[key] = element.text }
            case ["PAMRasterBand"]: band = element.attributes["band"].flatMap { Int($0) }
            case ["PAMRasterBand", "NoDataValue"]: if let band { noData[band] = try number() }
            case ["PAMRasterBand", "Scale"]: if let band { scales[band] = try number() }
            case ["PAMRasterBand", "Offset"]: if let band { offsets[band] = try number() }
            case ["PAMRasterBand", "Description"]: if let band { bandNames[band] = element.text }
            default: break
            }
        }
    }

    /// Writes the sidecar of a raster beside it, whole or not at all.
    ///
    /// - Parameter raster: the raster's own path.
    @discardableResult
    public func write(for raster: String) throws -> String {
        let target = Self.path(for: raster)
        try AtomicFile.write(xml, to: target)
        return target
    }

    /// The file's text; items are in the order of their names.
    var xml: String {
        var out = "<PAMDataset>\n"
        // Without a mapping of axes, readers take x before y, as the transform has them.
        if let crs { out += "  <SRS>\(crs.projDefinition.xmlEscaped)</SRS>\n" }
        if let t = transform {
            let numbers = [t.originX, t.xPerColumn, t.xPerRow, t.originY, t.yPerColumn, t.yPerRow]
            out += "  <GeoTransform>\(numbers.map { "\($0)" }.joined(separator: ", "))</GeoTransform>\n"
        }
        if !metadata.isEmpty {
            out += "  <Metadata>\n"
            for (key, value) in metadata.sorted(by: { $0.key < $1.key }) {
                out += "    <MDI key=\"\(key.xmlEscaped)\">\(value.xmlEscaped)</MDI>\n"
            }
            out += "  </Metadata>\n"
        }
        for band in Set(noData.keys).union(bandNames.keys).union(scales.keys).union(offsets.keys).sorted() {
            out += "  <PAMRasterBand band=\"\(band)\">\n"
            if let name = bandNames[band] { out += "    <Description>\(name.xmlEscaped)</Description>\n" }
            if let value = noData[band] { out += "    <NoDataValue>\(value)</NoDataValue>\n" }
            if let value = offsets[band] { out += "    <Offset>\(value)</Offset>\n" }
            if let value = scales[band] { out += "    <Scale>\(value)</Scale>\n" }
            out += "  </PAMRasterBand>\n"
        }
        return out + "</PAMDataset>\n"
    }
}

extension CoordinateSystem {
    /// From `EPSG:32633`, or WKT 1 or 2 (its own EPSG code where it names one); any other text is kept as it is.
    init(userInput text: String) {
        if text.uppercased().hasPrefix("EPSG:"), let code = Int(text.dropFirst(5)) {
            self = .epsg(code)
        } else {
            self = Self.rootEPSGCode(wkt: text).map { .epsg($0) } ?? .definition(text)
        }
    }

    /// The code in `AUTHORITY["EPSG","32633"]` or `ID["EPSG",32633]` of the outermost node; those further in name its parts.
    private static func rootEPSGCode(wkt: String) -> Int? {
        var depth = 0
        var isQuoted = false
        var word = ""
        var collecting: String?
        for character in wkt {
            if collecting != nil, character != "]", character != ")" { collecting?.append(character) }
            switch character {
            case "\"": isQuoted.toggle()
            case "[" where !isQuoted, "(" where !isQuoted:
                depth += 1
                if depth == 2, ["AUTHORITY", "ID"].contains(word.uppercased()) { collecting = "" }
                word = ""
            case "]" where !isQuoted, ")" where !isQuoted:
                depth -= 1
                if let text = collecting {
                    let parts = text.split(separator: ",").map { $0.filter { $0 != "\"" && !$0.isWhitespace } }
                    if parts.count == 2, parts[0].uppercased() == "EPSG", let code = Int(parts[1]) { return code }
                    collecting = nil
                }
                word = ""
            case "," where !isQuoted: word = ""
            default: if !isQuoted, !character.isWhitespace { word.append(character) }
            }
        }
        return nil
    }
}

/// A small text file beside a raster.
enum SidecarText {
    /// nil where there is no such regular file.
    ///
    /// - Throws: `InputError` where it cannot be read or is larger than `maxBytes`.
    static func read(_ path: String, maxBytes: Int) throws(InputError) -> String? {
        var status = stat()
        guard stat(path, &status) == 0, status.st_mode & S_IFMT == S_IFREG else { return nil }
        return try SmallFile.read(path, atMost: maxBytes).map { String(decoding: $0, as: UTF8.self) }
    }
}

extension String {
    fileprivate var trimmed: String {
        var rest = self[...]
        while let first = rest.first, first.isWhitespace { rest = rest.dropFirst() }
        while let last = rest.last, last.isWhitespace { rest = rest.dropLast() }
        return String(rest)
    }

    /// As XML text or attribute; characters that XML cannot hold are left out.
    fileprivate var xmlEscaped: String {
        var out = ""
        for scalar in unicodeScalars {
            switch scalar {
            case "&": out += "&amp;"
            case "<": out += "&lt;"
            case ">": out += "&gt;"
            case "\"": out += "&quot;"
            case "\t", "\n", "\r": out += "&#\(scalar.value);"
            default: if scalar.value >= 0x20, scalar.value < 0xFFFE || scalar.value > 0xFFFF { out.unicodeScalars.append(scalar) }
            }
        }
        return out
    }
}
