import ChangeDetection
import Geodesy
import Raster

/// What became of the earthworks that were implanted into a tile's scenes.
struct InjectionOutcome: Codable, Sendable, Equatable {
    /// One implant.
    struct Implant: Codable, Sendable, Equatable {
        var kind: Earthwork.Kind
        /// Length of a linear one, diameter of a compact one.
        var sizeMetres: Double
        /// Factor on the contrast of the reference section.
        var strength: Double
        var middle: GeographicPoint
        /// The last date on which its ground was observed without it, and the first on which it was with it.
        var lastAbsent: CalendarDate
        var firstSeen: CalendarDate
        /// Found, not as transient, and not on a date before it was there.
        var isRecovered: Bool
        /// When the analysis first saw it; nil where it is not recovered.
        var recoveredFirstSeen: CalendarDate?
        /// Recovered with an onset interval that holds the true one.
        var isDated: Bool
    }

    var tile: String
    /// Ring around the ground that was searched, closed.
    var footprint: [GeographicPoint]
    var implants: [Implant]
}
