import Raster

/// One of the five fields of a crontab line, as the values that it lets pass.
struct ScheduleField: Sendable, Equatable {
    enum Unit: String, Sendable, CaseIterable {
        case minute
        case hour
        case dayOfMonth = "day of the month"
        case month
        case dayOfWeek = "day of the week"

        /// What may be written. Sunday is 0 and 7.
        var bounds: ClosedRange<Int> {
            switch self {
            case .minute: 0...59
            case .hour: 0...23
            case .dayOfMonth: 1...31
            case .month: 1...12
            case .dayOfWeek: 0...7
            }
        }

        /// Three letters each, in the order of the values.
        var names: [String] {
            switch self {
            case .month: ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"]
            case .dayOfWeek: ["sun", "mon", "tue", "wed", "thu", "fri", "sat"]
            default: []
            }
        }
    }

    /// In ascending order; Sunday is 0.
    let values: [Int]
    /// True where it begins with `*`, even with a step: cron then ties the two day fields with "and", else with "or".
    let isStarred: Bool
    /// As it was written, names replaced by numbers: not every cron takes names in ranges and lists.
    let text: String

    /// - Throws: `InputError` with what is wrong.
    init(_ field: Substring, unit: Unit) throws {
        var values: Set<Int> = []
        var parts: [String] = []
        for part in field.split(separator: ",", omittingEmptySubsequences: false) {
            let span = try Span(part, unit: unit)
            values.formUnion(span.values.map { unit == .dayOfWeek && $0 == 7 ? 0 : $0 })
            parts.append(span.text)
        }
        self.values = values.sorted()
        isStarred = field.first == "*"
        text = parts.joined(separator: ",")
    }

    /// `*`, `7`, `8-18`, each but the second also with `/step`.
    private struct Span {
        let values: [Int]
        let text: String

        init(_ part: Substring, unit: Unit) throws {
            let pieces = part.split(separator: "/", maxSplits: 1, omittingEmptySubsequences: false)
            let ends = pieces[0].split(separator: "-", maxSplits: 1, omittingEmptySubsequences: false)
            let range: ClosedRange<Int>
            if pieces[0] == "*" {
                // Not 0-7: a step would else count Sunday twice.
                range = unit == .dayOfWeek ? 0...6 : unit.bounds
            } else {
                let first = try Self.value(ends[0], in: part, unit: unit)
                var last = ends.count > 1 ? try Self.value(ends[1], in: part, unit: unit) : first
                // A week that ends with Sunday.
                if unit == .dayOfWeek, last == 0, first > 0 { last = 7 }
                guard first <= last else {
                    throw InputError(
                        problem: "\(unit.rawValue) '\(part.shown)' runs backwards",
                        advice: "write \(first)-\(unit.bounds.upperBound),\(unit.bounds.lowerBound)-\(last)")
                }
                range = first...last
            }
            let written = pieces[0] == "*" ? "*" : ends.count > 1 ? "\(range.lowerBound)-\(range.upperBound)" : "\(range.lowerBound)"
            guard pieces.count > 1 else {
                values = Array(range)
                text = written
                return
            }
            guard pieces[0] == "*" || ends.count > 1 else {
                throw InputError(
                    problem: "\(unit.rawValue) '\(part.shown)' has a step but no range",
                    advice: "write \(range.lowerBound)-\(unit.bounds.upperBound)/\(pieces[1].shown)")
            }
            guard let step = Self.number(pieces[1]), (1...range.count).contains(step) else {
                throw InputError(
                    problem: "the step of \(unit.rawValue) '\(part.shown)' is not a number from 1 to \(range.count)")
            }
            values = Array(stride(from: range.lowerBound, through: range.upperBound, by: step))
            text = "\(written)/\(step)"
        }

        private static func value(_ text: Substring, in part: Substring, unit: Unit) throws -> Int {
            if let index = unit.names.firstIndex(of: text.lowercased()) { return index + unit.bounds.lowerBound }
            guard let number = number(text), unit.bounds.contains(number) else {
                let names = unit.names.isEmpty ? "" : " or a name from \(unit.names[0]) to \(unit.names[unit.names.count - 1])"
                throw InputError(
                    problem: "\(unit.rawValue) '\(part.shown)' is not made of numbers from \(unit.bounds.lowerBound) to "
                        + "\(unit.bounds.upperBound)\(names)")
            }
            return number
        }

        /// One or two digits, and no sign.
        private static func number(_ text: Substring) -> Int? {
            guard (1...2).contains(text.utf8.count), text.utf8.allSatisfy({ (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) })
            else { return nil }
            return Int(text)
        }
    }
}

extension Substring {
    /// Short enough for an error message.
    fileprivate var shown: String { count > 40 ? prefix(40) + "…" : String(self) }
}
