import Raster

/// What holds for a file of detections as a whole.
public struct DetectionsMetadata: Sendable, Equatable {
    /// Any of the scenes says of itself that it is simulated.
    public var isSimulated: Bool
    /// Whom the imagery is owed to, as the scenes say; nil where they do not.
    public var credit: String?
    /// When the data are from, for formats that must have a time stamp: `2021-01-19T00:00:00.000Z`. Never the clock's time, so that the
    /// same input gives the same bytes.
    public var timeStamp: String

    public init(isSimulated: Bool, credit: String? = nil, timeStamp: String) {
        self.isSimulated = isSimulated
        self.credit = credit
        self.timeStamp = timeStamp
    }

    /// Stamped with the newest scene's day, 1970-01-01 where there is none.
    public init(isSimulated: Bool, credit: String? = nil, newestScene: CalendarDate?) {
        self.init(isSimulated: isSimulated, credit: credit, timeStamp: (newestScene?.description ?? "1970-01-01") + "T00:00:00.000Z")
    }
}
