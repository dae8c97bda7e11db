import ChangeDetection
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
    /// What is found with a power of 0.9.
    public var detectableLengthMetres: Double
    /// The chance that an earthwork of the asked size is found in what was observed of the place, clouds and all.
    public var power: Double

    public init(detectableLengthMetres: Double, power: Double) {
        self.detectableLengthMetres = detectableLengthMetres
        self.power = power
    }
}

/// Answers by injection and recovery; nil where the power is not known.
public typealias DetectionPowerSource = (PowerQuestion) throws -> DetectionPower?
