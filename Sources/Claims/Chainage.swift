import Geodesy

/// How far along a line the place nearest to a point lies.
struct Chainage {
    private let line: [GeographicPoint]

    /// Of several lines, one after the other.
    init(_ lines: [[GeographicPoint]]) { line = lines.flatMap { $0 } }

    /// Metres along the line to the place on it that is nearest to the point.
    func metres(to point: GeographicPoint) -> Double {
        let frame = LocalFrame(around: point)
        var travelled = 0.0
        var best = (away: Double.infinity, along: 0.0)
        for (start, end) in zip(line, line.dropFirst()) {
            let (a, b) = (frame.planar(start), frame.planar(end))
            let squared = (b.x - a.x) * (b.x - a.x) + (b.y - a.y) * (b.y - a.y)
            let share = squared > 0 ? min(max(-(a.x * (b.x - a.x) + a.y * (b.y - a.y)) / squared, 0), 1) : 0
            let (x, y) = (a.x + share * (b.x - a.x), a.y + share * (b.y - a.y))
            let length = Geodesic.distance(start, end)
            let away = (x * x + y * y).squareRoot()
            if away < best.away { best = (away, travelled + share * length) }
            travelled += length
        }
        return best.along
    }
}
