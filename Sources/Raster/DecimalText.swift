import Foundation

/// Numbers as text for files and terminals: the same in every locale, never `-0`, never with an exponent.
public enum DecimalText {
    /// Exactly `decimals` digits after the point, half away from zero: `12.30`. "nan", "inf" or "-inf" where it is no finite number.
    public static func fixed(_ value: Double, decimals: Int) -> String {
        guard value.isFinite else { return value.isNaN ? "nan" : value < 0 ? "-inf" : "inf" }
        var scale = 1.0
        for _ in 0..<max(0, decimals) { scale *= 10 }
        let scaled = (value * scale).rounded(.toNearestOrAwayFromZero)
        // Above 2⁵³ a double has no digits after the point to keep.
        guard abs(scaled) < 9_007_199_254_740_992 else { return String(format: "%.\(max(0, decimals))f", value) }
        var digits = String(Int(abs(scaled)))
        if decimals > 0 {
            digits = String(repeating: "0", count: max(0, decimals + 1 - digits.count)) + digits
            digits.insert(".", at: digits.index(digits.endIndex, offsetBy: -decimals))
        }
        return (scaled < 0 ? "-" : "") + digits
    }

    /// Up to `decimals` digits after the point, without closing zeros: `12.3`, `12`.
    public static func trimmed(_ value: Double, decimals: Int) -> String {
        var text = fixed(value, decimals: decimals)
        guard text.contains(".") else { return text }
        while text.hasSuffix("0") { text.removeLast() }
        if text.hasSuffix(".") { text.removeLast() }
        return text == "-0" ? "0" : text
    }
}
