import Raster

/// Numbers and likelihoods in the words of a report.
enum PlainText {
    /// At most `decimals` digits after the point, without closing zeros.
    static func number(_ value: Double, decimals: Int) -> String { DecimalText.trimmed(value, decimals: decimals) }

    static func rounded(_ value: Double, decimals: Int) -> Double {
        let scale = (0..<decimals).reduce(1.0) { scale, _ in scale * 10 }
        let rounded = (value * scale).rounded() / scale
        return rounded == 0 ? 0 : rounded
    }

    static func count(_ count: Int, _ one: String, _ many: String) -> String { "\(count) \(count == 1 ? one : many)" }

    /// The beginning of a sentence: the words of Intelligence Community Directive 203 for a probability.
    static func itIsLikely(_ probability: Double) -> String {
        switch probability {
        case ..<0.05: "There is almost no chance that"
        case ..<0.2: "It is very unlikely that"
        case ..<0.45: "It is unlikely that"
        case ..<0.55: "There is a roughly even chance that"
        case ..<0.8: "It is likely that"
        case ..<0.95: "It is very likely that"
        default: "It is almost certain that"
        }
    }

    static func length(metres: Double) -> String {
        metres >= 1000 ? number(metres / 1000, decimals: 1) + " km" : number(metres, decimals: 0) + " m"
    }
}
