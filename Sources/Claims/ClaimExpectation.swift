import Raster

/// What a claim says a measure is.
public enum ClaimExpectation: Sendable, Equatable {
    /// At least one of both ends.
    public struct Range: Sendable, Equatable {
        public struct End: Sendable, Equatable {
            public var value: Double
            /// Whether the value itself still fits.
            public var isIncluded: Bool

            public init(_ value: Double, isIncluded: Bool = true) {
                self.value = value
                self.isIncluded = isIncluded
            }
        }
        public var low: End?
        public var high: End?

        public init(low: End? = nil, high: End? = nil) {
            self.low = low
            self.high = high
        }
    }

    case range(Range)
    /// An arc of axes from the first bearing clockwise to the second, modulo 180°.
    case axes(from: Double, to: Double)
    /// Days, both included.
    case dates(noEarlierThan: CalendarDate?, noLaterThan: CalendarDate?)

    public static func atLeast(_ value: Double) -> ClaimExpectation { .range(Range(low: .init(value))) }
    public static func moreThan(_ value: Double) -> ClaimExpectation { .range(Range(low: .init(value, isIncluded: false))) }
    public static func atMost(_ value: Double) -> ClaimExpectation { .range(Range(high: .init(value))) }
    public static func lessThan(_ value: Double) -> ClaimExpectation { .range(Range(high: .init(value, isIncluded: false))) }
    public static func between(_ low: Double, _ high: Double) -> ClaimExpectation { .range(Range(low: .init(low), high: .init(high))) }
    public static func about(_ value: Double, tolerance: Double) -> ClaimExpectation { .between(value - tolerance, value + tolerance) }

    /// In words: "at least 20 km".
    func words(unit: String) -> String {
        func number(_ value: Double) -> String { PlainText.number(value, decimals: 3) }
        switch self {
        case .axes(let from, let to): return "between \(number(from)) and \(number(to)) \(unit)"
        case .dates(let earliest?, let latest?): return "no earlier than \(earliest) and no later than \(latest)"
        case .dates(let earliest?, nil): return "no earlier than \(earliest)"
        case .dates(nil, let latest?): return "no later than \(latest)"
        case .dates(nil, nil): return "any date"
        case .range(let range):
            let least = range.low.map { ($0.isIncluded ? "at least " : "more than ") + number($0.value) }
            let most = range.high.map { ($0.isIncluded ? "at most " : "less than ") + number($0.value) }
            return [least, most].compactMap { $0 }.joined(separator: " and ") + " " + unit
        }
    }

    /// How a measured interval lies to what was said.
    enum Fit: Equatable {
        /// Wholly within.
        case within
        /// Wholly outside, and less or later than said: something that was to be there was not found.
        case fallsShort
        /// Wholly outside, by what was found.
        case isOtherwise
        case partly
    }

    func fit(of measured: Measured) -> Fit {
        switch (self, measured) {
        case (.range(let range), .number(let interval)): Self.fit(of: interval, in: range)
        case (.axes(let from, let to), .number(let interval)): Self.fit(ofAxis: interval, from: from, to: to)
        case (.dates(let earliest, let latest), .onset(let onset)): Self.fit(of: onset, noEarlierThan: earliest, noLaterThan: latest)
        default: .partly
        }
    }

    private static func fit(of interval: Interval, in range: Range) -> Fit {
        if let low = range.low, let high = interval.high, low.isIncluded ? high < low.value : high <= low.value { return .fallsShort }
        if let high = range.high, high.isIncluded ? interval.low > high.value : interval.low >= high.value { return .isOtherwise }
        let reaches = range.low.map { $0.isIncluded ? interval.low >= $0.value : interval.low > $0.value } ?? true
        let ends =
            range.high.map { end in interval.high.map { end.isIncluded ? $0 <= end.value : $0 < end.value } ?? false } ?? true
        return reaches && ends ? .within : .partly
    }

    private static func fit(ofAxis interval: Interval, from: Double, to: Double) -> Fit {
        let arc = Self.folded(to - from)
        if to - from >= 180 { return .within }
        guard let high = interval.high, high - interval.low < 180 else { return .partly }
        let width = high - interval.low
        let start = Self.folded(interval.low - from)
        if start + width <= arc { return .within }
        return start > arc && start + width < 180 ? .isOtherwise : .partly
    }

    /// Into 0 ..< 180.
    private static func folded(_ degrees: Double) -> Double {
        let rest = degrees.truncatingRemainder(dividingBy: 180)
        return rest < 0 ? rest + 180 : rest
    }

    /// The onset lies after `lastAbsent` and no later than `firstSeen`.
    private static func fit(of onset: Onset, noEarlierThan earliest: CalendarDate?, noLaterThan latest: CalendarDate?) -> Fit {
        if let earliest, onset.firstSeen < earliest { return .isOtherwise }
        if let latest, let absent = onset.lastAbsent, absent >= latest { return .fallsShort }
        let late = earliest.map { day in onset.lastAbsent.map { $0.daysSince1970 + 1 >= day.daysSince1970 } ?? false } ?? true
        let early = latest.map { onset.firstSeen <= $0 } ?? true
        return late && early ? .within : .partly
    }
}
