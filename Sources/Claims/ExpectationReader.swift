import Raster
import StrictYAML

/// Reads what a claim expects of its measure.
enum ExpectationReader {
    private static let ofNumbers = ["at_least", "more_than", "at_most", "less_than", "between", "about"]
    private static let ofDates = ["no_later_than", "no_earlier_than"]
    private static let numbers = -1e9...1e9

    static func read(_ file: StrictMapping, of measure: Measure.Word) throws -> ClaimExpectation {
        try file.allow(ofNumbers + ofDates)
        let fitting: [String]
        switch measure {
        case .linearOnset: fitting = ofDates
        case .linearBearing: fitting = ["between", "about"]
        default: fitting = ofNumbers
        }
        if let key = file.keys.first(where: { !fitting.contains($0) }) {
            throw file.error(key, "does not go with \(measure.rawValue)", advice: "give \(fitting.joined(separator: ", "))")
        }
        guard !file.keys.isEmpty else {
            throw ConfigurationError(
                file: file.file, line: file.line, problem: "'expect' is empty", advice: "give \(fitting.joined(separator: ", "))")
        }
        if measure == .linearOnset { return try dates(file) }
        if file.keys.count > 1, file.keys.contains("between") || file.keys.contains("about") || measure == .linearBearing {
            throw file.error(file.keys[1], "stands beside '\(file.keys[0])'", advice: "'between' and 'about' stand alone")
        }
        let range = try range(file)
        guard measure == .linearBearing else {
            if let low = range.low, let high = range.high, high.value < low.value {
                throw file.error(file.keys[0], "holds nothing: its upper end lies below its lower one", advice: "exchange them")
            }
            return .range(range)
        }
        guard let from = range.low?.value, let to = range.high?.value, abs(from) <= 360, abs(to) <= 360 else {
            throw file.error(file.keys[0], "is no pair of bearings", advice: "give degrees from 0 to 180")
        }
        return .axes(from: from, to: from <= to ? to : to + 180)
    }

    private static func dates(_ file: StrictMapping) throws -> ClaimExpectation {
        let earliest = try file.date("no_earlier_than")
        let latest = try file.date("no_later_than")
        if let earliest, let latest, latest < earliest { throw file.error("no_later_than", "lies before 'no_earlier_than'") }
        guard earliest != nil || latest != nil else { throw file.error(file.keys[0], "has no date", advice: "write it as 2021-01-19") }
        return .dates(noEarlierThan: earliest, noLaterThan: latest)
    }

    private static func range(_ file: StrictMapping) throws -> ClaimExpectation.Range {
        typealias End = ClaimExpectation.Range.End
        if let ends = try file.numbers("between", count: 2, in: numbers) { return .init(low: End(ends[0]), high: End(ends[1])) }
        if let about = try file.mapping("about") {
            try about.allow(["value", "tolerance"])
            guard let value = try about.number("value", in: numbers), let tolerance = try about.number("tolerance", in: 0...1e9) else {
                throw file.error("about", "needs 'value' and 'tolerance'", advice: "such as { value: 70, tolerance: 10 }")
            }
            return .init(low: End(value - tolerance), high: End(value + tolerance))
        }
        for (one, other) in [("at_least", "more_than"), ("at_most", "less_than")] where file.keys.contains(one) && file.keys.contains(other)
        {
            throw file.error(other, "stands beside '\(one)'", advice: "give one of both")
        }
        let low =
            try file.number("at_least", in: numbers).map { End($0) }
            ?? file.number("more_than", in: numbers).map { End($0, isIncluded: false) }
        let high =
            try file.number("at_most", in: numbers).map { End($0) }
            ?? file.number("less_than", in: numbers).map { End($0, isIncluded: false) }
        guard low != nil || high != nil else { throw file.error(file.keys[0], "has no number") }
        return .init(low: low, high: high)
    }
}
