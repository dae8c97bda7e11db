import Foundation
import Geodesy

/// The degrees that some points lie between: tells at once what is far from each other, before any geodesic is computed.
struct GeographicBounds {
    private let south: Double
    private let north: Double
    private let west: Double
    private let east: Double

    /// A degree of latitude, and one of longitude at the equator, are no shorter on the WGS 84 ellipsoid.
    private static let leastMetresPerDegree = 110_500.0

    /// nil for no points.
    init?(_ points: [GeographicPoint]) {
        guard let first = points.first else { return nil }
        var (south, north, west, east) = (first.latitude, first.latitude, first.longitude, first.longitude)
        for point in points.dropFirst() {
            south = min(south, point.latitude)
            north = max(north, point.latitude)
            west = min(west, point.longitude)
            east = max(east, point.longitude)
        }
        (self.south, self.north, self.west, self.east) = (south, north, west, east)
    }

    /// False only where no point of one lies within `metres`, some kilometres at most, of a point of the other.
    func mayBeNear(_ other: GeographicBounds, metres: Double) -> Bool {
        let degrees = metres / Self.leastMetresPerDegree
        guard max(south - other.north, other.south - north) <= degrees else { return false }
        // Meridians are closest to each other at the point nearest to a pole; longitudes go round.
        let latitude = min(90, max(-south, north, -other.south, other.north) + degrees)
        let between = max(west - other.east, other.west - east)
        let around = 360 - (max(east, other.east) - min(west, other.west))
        return min(between, around) * cos(latitude * .pi / 180) <= degrees
    }
}
