import ChangeDetection
import Geodesy
import Raster

/// The part of an earthwork that lies in a place.
struct PlacedEarthwork: Sendable {
    let earthwork: Earthwork
    /// Of a linear one, the parts inside.
    let lines: [[GeographicPoint]]
    /// Of the parts inside; 0 for a compact one.
    let lengthMetres: Double
    /// Half way along a line, or the middle of an outline's vertices.
    let middle: GeographicPoint

    /// nil where nothing of a line, or not the middle of a compact earthwork, lies inside.
    init?(_ earthwork: Earthwork, in area: ClippingArea) throws {
        self.earthwork = earthwork
        let points = earthwork.shape.points
        guard !points.isEmpty else { return nil }
        switch earthwork.shape {
        case .line:
            lines = try area.parts(ofLine: points)
            guard !lines.isEmpty else { return nil }
            // The record's own length, where nothing was cut off, so that sums agree with it.
            lengthMetres =
                lines == [points] ? earthwork.lengthMetres ?? Geodesic.length(points) : lines.reduce(0) { $0 + Geodesic.length($1) }
            middle = points[points.count / 2]
        case .polygon:
            let corners = points.count > 1 && points.first == points.last ? Array(points.dropLast()) : points
            middle = GeographicPoint(
                longitude: corners.reduce(0) { $0 + $1.longitude } / Double(corners.count),
                latitude: corners.reduce(0) { $0 + $1.latitude } / Double(corners.count))
            guard try area.contains(middle) else { return nil }
            lines = []
            lengthMetres = 0
        }
    }

    /// Whether something was dug: not so where a thing was seen on one date only and gone on the next, as vehicles and dust are.
    var isGround: Bool {
        guard earthwork.status == .transient else { return true }
        guard let first = earthwork.firstSeen, let last = earthwork.lastSeen else { return false }
        return first < last
    }

    func isFirstSeen(after since: CalendarDate?, by: CalendarDate?) -> Bool {
        guard since != nil || by != nil else { return true }
        guard let seen = earthwork.firstSeen else { return false }
        return since.map { seen > $0 } ?? true && by.map { seen <= $0 } ?? true
    }

    /// The chance that noise made it.
    var falseChance: Double { min(max(1 - earthwork.confidence, 0), 1) }
}
