import Geodesy
import Raster

/// Text, numbers and links as the report writes them.
enum ReportText {
    // MARK: Escaping

    /// Text for element content and quoted attribute values alike. What could steer the page or its reader's eye is made visible: control
    /// characters, and those that reverse or hide text (Unicode Standard Annex 9; Unicode Technical Report 36, section 2.9).
    static func escaped(_ text: String) -> String {
        // A picture in the page is a text of some hundred thousand such bytes.
        if text.utf8.allSatisfy(isPlain) { return text }
        var out = ""
        out.reserveCapacity(text.utf8.count)
        for scalar in text.unicodeScalars {
            switch scalar {
            case "&": out += "&amp;"
            case "<": out += "&lt;"
            case ">": out += "&gt;"
            case "\"": out += "&quot;"
            case "'": out += "&#39;"
            case "\n", "\r", "\t", "\u{2028}", "\u{2029}": out += " "
            // Marks without a glyph that plain mixed text may hold; the page isolates each piece of text instead.
            case "\u{200E}", "\u{200F}", "\u{061C}", "\u{FEFF}", "\u{200B}": break
            case _ where isDeceptive(scalar): out += "⟨U+" + hexadecimal(scalar.value) + "⟩"
            default: out.unicodeScalars.append(scalar)
            }
        }
        return out
    }

    /// A character of ASCII that stands for itself.
    private static func isPlain(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "&"), UInt8(ascii: "<"), UInt8(ascii: ">"), UInt8(ascii: "\""), UInt8(ascii: "'"): false
        default: (0x20..<0x7F).contains(byte)
        }
    }

    private static func isDeceptive(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.value {
        case 0..<0x20, 0x7F...0x9F, 0x202A...0x202E, 0x2060...0x206F, 0xFFF9...0xFFFB, 0xE0000...0xE007F: true
        default: scalar.properties.isNoncharacterCodePoint
        }
    }

    private static func hexadecimal(_ value: UInt32) -> String {
        let digits = String(value, radix: 16, uppercase: true)
        return String(repeating: "0", count: max(0, 4 - digits.count)) + digits
    }

    /// An id for an element, and the fragment that leads to it.
    static func anchor(_ id: String) -> String { id.isEmpty ? "_" : percentEncoded(id, keeping: "-_.") }

    /// A link to a file beside the report. It cannot leave for another scheme or host, whatever the path holds.
    static func fileLink(_ path: String) -> String { "./" + percentEncoded(path, keeping: "-_.~/") }

    /// The address where it is one of the web; nil for anything else, such as a script's.
    static func webLink(_ url: String) -> String? {
        let lower = url.lowercased()
        let allowed = url.utf8.allSatisfy { (0x21...0x7E).contains($0) && !"\"<>\\^`{|}".utf8.contains($0) }
        return allowed && (lower.hasPrefix("https://") || lower.hasPrefix("http://")) ? url : nil
    }

    private static func percentEncoded(_ text: String, keeping kept: String) -> String {
        var out = ""
        for byte in text.utf8 {
            let scalar = Unicode.Scalar(byte)
            if scalar.isASCII, scalar.properties.isAlphabetic || ("0"..."9").contains(scalar) || kept.unicodeScalars.contains(scalar) {
                out.unicodeScalars.append(scalar)
            } else {
                let digits = String(byte, radix: 16, uppercase: true)
                out += "%" + (digits.count < 2 ? "0" : "") + digits
            }
        }
        return out
    }

    // MARK: Numbers

    static let dash = "–"

    static func counted(_ count: Int, _ one: String, _ many: String? = nil) -> String { "\(count) \(count == 1 ? one : many ?? one + "s")" }

    /// With a unit; a dash where there is no number.
    static func number(_ value: Double?, decimals: Int, unit: String = "") -> String {
        guard let value, value.isFinite else { return dash }
        return DecimalText.trimmed(value, decimals: decimals).replacing("-", with: "−") + (unit.isEmpty ? "" : "\u{A0}" + unit)
    }

    static func kilometres(_ metres: Double) -> String { number(metres / 1000, decimals: 2, unit: "km") }

    static func length(_ metres: Double?) -> String {
        guard let metres, metres.isFinite else { return dash }
        return metres >= 1000 ? kilometres(metres) : number(metres, decimals: 0, unit: "m")
    }

    static func percent(_ share: Double) -> String { number(100 * min(max(share, 0), 1), decimals: 0, unit: "%") }

    /// Kept below a certainty that was not computed: 0.9999999 is not 1.
    static func confidence(_ value: Double) -> String {
        guard value.isFinite else { return dash }
        let bounded = min(max(value, 0), 1)
        return bounded > 0.9999 ? "> 0.9999" : DecimalText.fixed((bounded * 10_000).rounded(.down) / 10_000, decimals: 4)
    }

    static func rate(_ perThousand: Double) -> String {
        guard perThousand.isFinite else { return dash }
        return perThousand < 0.001 ? "< 0.001" : DecimalText.trimmed(perThousand, decimals: 3)
    }

    static func bytes(_ count: Int) -> String {
        switch count {
        case ..<1000: "\(count)\u{A0}B"
        case ..<1_000_000: number(Double(count) / 1e3, decimals: 1, unit: "kB")
        case ..<1_000_000_000: number(Double(count) / 1e6, decimals: 1, unit: "MB")
        default: number(Double(count) / 1e9, decimals: 1, unit: "GB")
        }
    }

    static func span(_ first: CalendarDate, _ last: CalendarDate) -> String { first == last ? "\(first)" : "\(first) to \(last)" }

    /// A day that does not break over two lines.
    static func time(_ date: CalendarDate) -> Markup { element("time", [:], Markup(date.description)) }

    static func times(_ first: CalendarDate, _ last: CalendarDate) -> Markup {
        first == last ? time(first) : [time(first), " to ", time(last)]
    }

    /// To the digits that lengths, areas and counts of these images can mean.
    static func rough(_ value: Double) -> String { number(value, decimals: abs(value) >= 1000 ? 1 : abs(value) >= 1 ? 2 : 3) }

    // MARK: Positions

    static func isOnGlobe(_ point: GeographicPoint) -> Bool { abs(point.longitude) <= 360 && abs(point.latitude) <= 90 }

    /// Latitude, longitude in degrees to 5 decimals, about a metre: the order that map services take.
    static func decimalDegrees(_ point: GeographicPoint) -> String {
        DecimalText.fixed(point.latitude, decimals: 5) + ", " + DecimalText.fixed(point.longitude, decimals: 5)
    }

    static func degreesMinutesSeconds(_ point: GeographicPoint) -> String {
        sexagesimal(point.latitude, "N", "S") + " " + sexagesimal(point.longitude, "E", "W")
    }

    private static func sexagesimal(_ degrees: Double, _ positive: String, _ negative: String) -> String {
        guard abs(degrees) <= 360 else { return dash }
        let tenths = Int((abs(degrees) * 36_000).rounded())
        let (whole, minutes, seconds) = (tenths / 36_000, tenths / 600 % 60, Double(tenths % 600) / 10)
        let pad = { (text: String, width: Int) in String(repeating: "0", count: max(0, width - text.count)) + text }
        return "\(whole)°\(pad(String(minutes), 2))′\(pad(DecimalText.fixed(seconds, decimals: 1), 4))″\(degrees < 0 ? negative : positive)"
    }
}
