/// Distances to a broken line, in the units of its points.
struct Polyline: Sendable {
    let points: [MapPoint]

    var length: Double {
        zip(points, points.dropFirst()).reduce(0) { sum, ends in
            let (dx, dy) = (ends.1.x - ends.0.x, ends.1.y - ends.0.y)
            return sum + (dx * dx + dy * dy).squareRoot()
        }
    }

    /// The position `distance` along the line, its last point beyond the end.
    func point(at distance: Double) -> MapPoint {
        var left = distance
        for (a, b) in zip(points, points.dropFirst()) {
            let (dx, dy) = (b.x - a.x, b.y - a.y)
            let length = (dx * dx + dy * dy).squareRoot()
            if left <= length, length > 0 { return MapPoint(x: a.x + dx * left / length, y: a.y + dy * left / length) }
            left -= length
        }
        return points[points.count - 1]
    }

    /// Distance to one segment, negative on the left of its direction.
    @inline(__always)
    static func signedDistance(_ p: MapPoint, from a: MapPoint, to b: MapPoint) -> Double {
        let (dx, dy) = (b.x - a.x, b.y - a.y)
        let (px, py) = (p.x - a.x, p.y - a.y)
        let t = min(max((px * dx + py * dy) / (dx * dx + dy * dy), 0), 1)
        let (ex, ey) = (px - t * dx, py - t * dy)
        let distance = (ex * ex + ey * ey).squareRoot()
        return dx * py - dy * px > 0 ? -distance : distance
    }
}
