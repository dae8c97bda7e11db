import Raster

/// The XML text of TIFF tag 42112, in which GDAL keeps what TIFF has no tags for.
///
///     <GDALMetadata>
///       <Item name="SIMULATED">YES</Item>
///       <Item name="SCALE" sample="0" role="scale">0.0001</Item>
///     </GDALMetadata>
///
/// GDAL escapes a text twice, once by itself and once through its XML writer, and so undoes it twice.
struct GDALMetadata {
    /// One a band; nil where no band has one.
    var scales: [Double]?
    var offsets: [Double]?
    var bandNames: [String?]
    /// The dataset's items of the default domain.
    var items: [String: String] = [:]

    /// Reads what is well-formed of `xml` and leaves the rest.
    init(xml: String, bandCount: Int) {
        bandNames = [String?](repeating: nil, count: bandCount)
        var scanner = ItemScanner(bytes: Array(xml.utf8))
        while let item = scanner.next() {
            guard let name = item.attributes["name"] else { continue }
            guard let sample = item.attributes["sample"] else {
                if (item.attributes["domain"] ?? "").isEmpty { items[name] = item.text }
                continue
            }
            guard let band = Int(sample), (0..<bandCount).contains(band) else { continue }
            switch item.attributes["role"] {
            case "scale": Self.set(&scales, band, item.text, of: bandCount, neutral: 1)
            case "offset": Self.set(&offsets, band, item.text, of: bandCount, neutral: 0)
            case "description": bandNames[band] = item.text
            default: break
            }
        }
    }

    private static func set(_ values: inout [Double]?, _ band: Int, _ text: String, of count: Int, neutral: Double) {
        guard let value = number(text), value.isFinite else { return }
        var all = values ?? [Double](repeating: neutral, count: count)
        all[band] = value
        values = all
    }

    /// A number as GDAL writes it; also with a decimal comma and in the C library's spellings of not-a-number.
    static func number(_ text: String) -> Double? {
        let trimmed = text.split(whereSeparator: \.isWhitespace).first.map(String.init) ?? ""
        if trimmed.lowercased().hasPrefix("nan") || trimmed.contains("#QNAN") || trimmed.contains("#IND") { return .nan }
        return Double(trimmed) ?? Double(String(trimmed.map { $0 == "," ? "." : $0 }))
    }

    // MARK: Writing

    /// The XML of these items, in the order of their names, and of the bands' scale, offset and name; nil where there is nothing to say.
    static func xml(items: [String: String], bandNames: [String], scale: Double?, offset: Double?) -> String? {
        var lines: [String] = items.sorted { $0.key < $1.key }.map { "<Item name=\"\(escaped($0.key))\">\(escaped($0.value))</Item>" }
        for (band, name) in bandNames.enumerated() {
            func add(_ item: String, _ role: String, _ value: String) {
                lines.append("<Item name=\"\(item)\" sample=\"\(band)\" role=\"\(role)\">\(escaped(value))</Item>")
            }
            if let offset { add("OFFSET", "offset", "\(offset)") }
            if let scale { add("SCALE", "scale", "\(scale)") }
            if !name.isEmpty { add("DESCRIPTION", "description", name) }
        }
        guard !lines.isEmpty else { return nil }
        return "<GDALMetadata>\n" + lines.map { "  \($0)\n" }.joined() + "</GDALMetadata>\n"
    }

    static func escaped(_ text: String) -> String { escapedOnce(escapedOnce(text)) }

    /// Text for XML; control characters, which XML 1.0 cannot hold, become spaces.
    private static func escapedOnce(_ text: String) -> String {
        var out = ""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "&": out += "&amp;"
            case "<": out += "&lt;"
            case ">": out += "&gt;"
            case "\"": out += "&quot;"
            case "\n", "\t": out.unicodeScalars.append(scalar)
            default: out.unicodeScalars.append(scalar.value < 0x20 || scalar.value == 0x7F ? " " : scalar)
            }
        }
        return out
    }
}

/// Walks the `<Item …>text</Item>` elements of a text, once and forward; nothing else of XML is looked at.
private struct ItemScanner {
    let bytes: [UInt8]
    private var position = 0

    init(bytes: [UInt8]) {
        self.bytes = bytes
    }

    mutating func next() -> (attributes: [String: String], text: String)? {
        while advance(past: "<Item") {
            guard let byte = current, byte <= 0x20 || byte == UInt8(ascii: ">") else { continue }
            guard let attributes = scanAttributes() else { return nil }
            let start = position
            guard advance(past: "</Item>") else { return nil }
            return (attributes, Self.unescapedTwice(bytes[start..<(position - 7)]))
        }
        return nil
    }

    private var current: UInt8? { position < bytes.count ? bytes[position] : nil }

    private mutating func advance(past word: StaticString) -> Bool {
        let length = word.utf8CodeUnitCount
        while position + length <= bytes.count {
            if bytes[position] == word.utf8Start[0], (1..<length).allSatisfy({ bytes[position + $0] == word.utf8Start[$0] }) {
                position += length
                return true
            }
            position += 1
        }
        position = bytes.count
        return false
    }

    /// Up to and with the closing `>`; nil where the text ends before.
    private mutating func scanAttributes() -> [String: String]? {
        var attributes: [String: String] = [:]
        while let byte = current {
            position += 1
            if byte == UInt8(ascii: ">") { return attributes }
            guard byte > 0x20, byte != UInt8(ascii: "/") else { continue }
            let nameStart = position - 1
            while let byte = current, byte != UInt8(ascii: "="), byte != UInt8(ascii: ">") { position += 1 }
            guard current == UInt8(ascii: "="), position + 1 < bytes.count else { continue }
            let name = String(decoding: bytes[nameStart..<position], as: UTF8.self).filter { !$0.isWhitespace }
            position += 1
            let quote = bytes[position]
            guard quote == UInt8(ascii: "\"") || quote == UInt8(ascii: "'") else { continue }
            position += 1
            let valueStart = position
            while let byte = current, byte != quote { position += 1 }
            guard current != nil else { return nil }
            attributes[name] = Self.unescapedTwice(bytes[valueStart..<position])
            position += 1
        }
        return nil
    }

    private static func unescapedTwice(_ text: ArraySlice<UInt8>) -> String {
        let once = unescaped(text)
        return once.utf8.contains(UInt8(ascii: "&")) ? unescaped(ArraySlice(once.utf8)) : once
    }

    /// Resolves the five named entities and numeric ones; anything else stays as it is.
    private static func unescaped(_ text: ArraySlice<UInt8>) -> String {
        guard text.contains(UInt8(ascii: "&")) else { return String(decoding: text, as: UTF8.self) }
        var out: [UInt8] = []
        var rest = text
        while let byte = rest.first {
            if byte == UInt8(ascii: "&"), let end = rest.prefix(12).firstIndex(of: UInt8(ascii: ";")),
                let scalar = entity(String(decoding: rest[(rest.startIndex + 1)..<end], as: UTF8.self))
            {
                out += Array(String(Character(scalar)).utf8)
                rest = rest[(end + 1)...]
            } else {
                out.append(byte)
                rest = rest.dropFirst()
            }
        }
        return String(decoding: out, as: UTF8.self)
    }

    private static func entity(_ name: String) -> Unicode.Scalar? {
        switch name {
        case "amp": return "&"
        case "lt": return "<"
        case "gt": return ">"
        case "quot": return "\""
        case "apos": return "'"
        default:
            guard name.hasPrefix("#") else { return nil }
            let digits = name.dropFirst()
            let code = digits.first == "x" ? UInt32(digits.dropFirst(), radix: 16) : UInt32(digits)
            return code.flatMap { $0 == 0 ? nil : Unicode.Scalar($0) }
        }
    }
}
