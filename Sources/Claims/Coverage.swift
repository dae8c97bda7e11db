import ChangeDetection
import Geodesy
import Raster

/// What one scene shows.
public struct SceneCoverage: Sendable, Equatable {
    public var date: CalendarDate
    /// The part of the world that it has pixels of: polygons as in `Place`.
    public var footprint: [[[GeographicPoint]]]
    /// Share of the footprint that is neither masked nor without data, 0 to 1.
    public var clearShare: Double

    public init(date: CalendarDate, footprint: [[[GeographicPoint]]], clearShare: Double) {
        self.date = date
        self.footprint = footprint
        self.clearShare = clearShare
    }
}

/// What was seen of a claim's place.
public struct Coverage: Sendable, Equatable {
    /// The part of the place that two dates or more show, in km²: on it something new can be seen.
    public var observedSquareKilometres: Double
    public var placeSquareKilometres: Double
    /// Mean over the scenes that show some of the place, each weighted by how much of it.
    public var clearShare: Double
    /// All dates that show some of the place, in order.
    public var dates: [CalendarDate]

    public var observedShare: Double {
        placeSquareKilometres > 0 ? min(1, observedSquareKilometres / placeSquareKilometres) : 0
    }

    public init(observedSquareKilometres: Double, placeSquareKilometres: Double, clearShare: Double, dates: [CalendarDate]) {
        self.observedSquareKilometres = observedSquareKilometres
        self.placeSquareKilometres = placeSquareKilometres
        self.clearShare = clearShare
        self.dates = dates
    }

    /// Of the scenes up to `by`.
    public init(of place: Place, in scenes: [SceneCoverage], by: CalendarDate? = nil) throws {
        let area = try ClippingArea(place)
        placeSquareKilometres = try area.squareKilometres()
        var byDate: [CalendarDate: [ClippingArea]] = [:]
        var (clear, seen) = (0.0, 0.0)
        for scene in scenes where by.map({ scene.date <= $0 }) ?? true {
            let part = try ClippingArea(polygons: scene.footprint).intersection(area)
            let squareKilometres = try part.squareKilometres()
            guard squareKilometres > 0 else { continue }
            byDate[scene.date, default: []].append(part)
            clear += squareKilometres * min(max(scene.clearShare, 0), 1)
            seen += squareKilometres
        }
        clearShare = seen > 0 ? clear / seen : 0
        dates = byDate.keys.sorted()
        // Grows date by date: what was seen before and is seen again can be compared.
        var once: ClippingArea?
        var twice: ClippingArea?
        for date in dates {
            let shown = try ClippingArea.union(byDate[date] ?? [])
            if let before = once {
                let again = try before.intersection(shown)
                twice = try twice.map { try ClippingArea.union([$0, again]) } ?? again
                once = try ClippingArea.union([before, shown])
            } else {
                once = shown
            }
        }
        observedSquareKilometres = try twice?.squareKilometres() ?? 0
    }
}

/// All that claims are judged by.
public struct ClaimEvidence: Sendable, Equatable {
    public var earthworks: [Earthwork]
    /// One a tile and date.
    public var scenes: [SceneCoverage]
    /// Side of a pixel on the ground, of the coarsest scene.
    public var pixelMetres: Double

    public init(earthworks: [Earthwork], scenes: [SceneCoverage], pixelMetres: Double) {
        self.earthworks = earthworks
        self.scenes = scenes
        self.pixelMetres = pixelMetres
    }
}
