import Raster

/// A value and the interval that holds it in about 95 of 100 cases.
public struct Interval: Sendable, Equatable {
    public var value: Double
    public var low: Double
    /// nil where nothing bounds it from above.
    public var high: Double?

    public init(value: Double, low: Double, high: Double?) {
        self.value = value
        self.low = low
        self.high = high
    }
}

/// When something began: after `lastAbsent`, and no later than `firstSeen`.
public struct Onset: Sendable, Equatable {
    /// nil where it was there on the first date already.
    public var lastAbsent: CalendarDate?
    public var firstSeen: CalendarDate

    public init(lastAbsent: CalendarDate?, firstSeen: CalendarDate) {
        self.lastAbsent = lastAbsent
        self.firstSeen = firstSeen
    }
}

public enum Measured: Sendable, Equatable {
    case number(Interval)
    case onset(Onset)
}
