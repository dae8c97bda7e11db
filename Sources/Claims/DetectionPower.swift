import ChangeDetection
import Geodesy
import Raster

/// Would an earthwork of this size have been found?
public struct PowerQuestion: Sendable, Equatable {
    public var place: Place
    public var kind: Earthwork.Kind
    /// Length of a linear earthwork, diameter of a compact one.
    public var sizeMetres: Double
    /// Had it been new after this day and there by the other; nil for no limit.
    public var since: CalendarDate?
    public var by: CalendarDate?

    public init(place: Place, kind: Earthwork.Kind, sizeMetres: Double, since: CalendarDate?, by: CalendarDate?) {
        self.place = place
        self.kind = kind
        self.sizeMetres = sizeMetres
        self.since = since
        self.by = by
    }
}

public struct DetectionPower: Sendable, Equatable {
    /// The smallest size that is found with a power of 0.9; nil where none is.
    public var detectableLengthMetres: Double?
    /// The chance that an earthwork of the asked size is found in what was observed of the place, clouds and all. How bright an earthwork is nobody
    /// knows before it is found: the chance is that of one of the reference section.
    public var power: Double

    public init(detectableLengthMetres: Double?, power: Double) {
        self.detectableLengthMetres = detectableLengthMetres
        self.power = power
    }
}

/// Answers by injection and recovery; nil where the power is not known.
public typealias DetectionPowerSource = (PowerQuestion) throws -> DetectionPower?

extension Place {
    /// Which of the points lie inside.
    public func containment(of points: [GeographicPoint]) throws -> [Bool] {
        let area = try ClippingArea(self)
        return try points.map(area.contains)
    }

    /// Whether it shares ground with another: more than an edge.
    public func overlaps(_ other: Place) throws -> Bool {
        try ClippingArea(self).intersection(ClippingArea(other)).squareKilometres() > 0
    }
}
