import Raster

/// When to run: the five fields of a crontab line, or one of its shorthands.
///
/// Read as Debian's cron reads it (crontab(5)), and where crons differ only what all of them take: so no seconds, no `?`, `L`, `W`, `#`, `~`.
public struct ScheduleExpression: Sendable, Equatable {
    /// Every night, at a minute when few others start.
    public static let usual = "17 4 * * *"

    /// For a crontab, names replaced by numbers.
    public let text: String
    /// In the order of `ScheduleField.Unit`; nil for `@reboot`.
    let fields: [ScheduleField]?

    private static let shorthands: KeyValuePairs = [
        "@yearly": "0 0 1 1 *", "@annually": "0 0 1 1 *", "@monthly": "0 0 1 * *", "@weekly": "0 0 * * 0", "@daily": "0 0 * * *",
        "@midnight": "0 0 * * *", "@hourly": "0 * * * *",
    ]

    /// - Throws: `InputError` where it is no such expression, or one of a day that never comes.
    public init(_ expression: String) throws {
        let words = expression.split { $0 == " " || $0 == "\t" }
        if words.count == 1, words[0].first == "@" {
            let name = words[0].lowercased()
            if name == "@reboot" {
                text = name
                fields = nil
                return
            }
            guard let meaning = Self.shorthands.first(where: { $0.key == name })?.value else {
                throw InputError(
                    problem: "there is no shorthand '\(words[0].prefix(40))'",
                    advice: "use one of @reboot, " + Self.shorthands.map(\.key).joined(separator: ", "))
            }
            text = name
            fields = try Self.fields(meaning.split(separator: " "))
            return
        }
        let fields = try Self.fields(words)
        text = fields.map(\.text).joined(separator: " ")
        self.fields = fields
    }

    private static func fields(_ words: [Substring]) throws -> [ScheduleField] {
        let units = ScheduleField.Unit.allCases
        guard words.count == units.count else {
            throw InputError(
                problem: "a cron expression has five fields, not \(words.count)",
                advice: "write minute, hour, day of the month, month, day of the week, such as '\(usual)'")
        }
        let fields = try zip(words, units).map { try ScheduleField($0, unit: $1) }
        // The day of the week then brings other days, or none of them counts.
        let needsDay = !fields[2].isStarred && fields[4].isStarred
        if needsDay, let first = fields[2].values.first, !fields[3].values.contains(where: { longest(month: $0) >= first }) {
            throw InputError(problem: "'\(words.joined(separator: " "))' never comes: there is no such day", advice: "check day and month")
        }
        return fields
    }

    private static func longest(month: Int) -> Int {
        switch month {
        case 2: 29
        case 4, 6, 9, 11: 30
        default: 31
        }
    }

    /// The same times for `OnCalendar=` of a systemd timer, one entry each; any of them starts a run. Source: systemd.time(7).
    ///
    /// - Throws: `InputError` for `@reboot`, which is no time of a calendar.
    public func onCalendar() throws -> [String] {
        guard let fields else {
            throw InputError(
                problem: "'\(text)' is no time of a calendar, so no systemd timer follows from it",
                advice: "give five fields, such as '\(Self.usual)'")
        }
        let time = "\(Self.calendar(fields[1].values, 0...23)):\(Self.calendar(fields[0].values, 0...59)):00"
        let month = Self.calendar(fields[3].values, 1...12)
        let day = Self.calendar(fields[2].values, 1...31)
        let weekdays = Self.weekdays(fields[4].values)
        if fields[2].isStarred || fields[4].isStarred { return ["\(weekdays)*-\(month)-\(day) \(time)"] }
        return day == "*" || weekdays.isEmpty ? ["*-\(month)-* \(time)"] : ["*-\(month)-\(day) \(time)", "\(weekdays)*-\(month)-* \(time)"]
    }

    /// `*`, `02/15`, `08..18`, `01,15`: the shortest way to write ascending values within bounds.
    private static func calendar(_ values: [Int], _ bounds: ClosedRange<Int>) -> String {
        func padded(_ value: Int) -> String { value < 10 ? "0\(value)" : "\(value)" }
        if values.count == bounds.count { return "*" }
        if values.count > 2 {
            let step = values[1] - values[0]
            if step > 1, values == Array(stride(from: values[0], through: bounds.upperBound, by: step)) {
                return "\(padded(values[0]))/\(step)"
            }
        }
        return runs(values).map { $0.count > 2 ? "\(padded($0[0]))..\(padded($0[$0.count - 1]))" : $0.map(padded).joined(separator: ",") }
            .joined(separator: ",")
    }

    /// With a space at its end; "" for every day.
    private static func weekdays(_ values: [Int]) -> String {
        if values.count == 7 { return "" }
        let names = ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"]
        // systemd's week begins with Monday.
        let fromMonday = values.map { ($0 + 6) % 7 }.sorted()
        return runs(fromMonday).map {
            $0.count > 2 ? "\(names[$0[0]])..\(names[$0[$0.count - 1]])" : $0.map { names[$0] }.joined(separator: ",")
        }.joined(separator: ",") + " "
    }

    private static func runs(_ values: [Int]) -> [[Int]] {
        values.reduce(into: [[Int]]()) { runs, value in
            if let last = runs.last?.last, value == last + 1 { runs[runs.count - 1].append(value) } else { runs.append([value]) }
        }
    }
}
