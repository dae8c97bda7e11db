import ChangeDetection
import Geodesy

/// Which earthworks of one set another has already.
enum EarthworkOverlap {

    /// What `found` adds to `known`: sites that lie near none of it, and the pieces of lines that do, where they are long enough.
    static func new(
        _ found: [Earthwork], beyond known: [Earthwork], within nearMetres: Double = 60, minimumLengthMetres: Double
    ) -> [Earthwork] {
        guard let bounds = GeographicBounds(found.flatMap(\.shape.points)) else { return [] }
        let nearby = known.filter { GeographicBounds($0.shape.points)?.mayBeNear(bounds, metres: nearMetres) ?? false }
        let knownPoints = nearby.flatMap { densified($0.shape.points) }
        func isNew(_ point: GeographicPoint) -> Bool { !knownPoints.contains { Geodesic.distance($0, point) < nearMetres } }
        return found.flatMap { earthwork -> [Earthwork] in
            guard case .line(let vertices) = earthwork.shape else {
                let points = earthwork.shape.points
                return 2 * points.count(where: isNew) > points.count ? [earthwork] : []
            }
            var pieces: [[GeographicPoint]] = [[]]
            for point in densified(vertices) {
                if isNew(point) { pieces[pieces.count - 1].append(point) } else if !pieces[pieces.count - 1].isEmpty { pieces.append([]) }
            }
            return pieces.filter { $0.count > 1 }.compactMap { points in
                let length = Geodesic.length(points)
                guard length >= max(minimumLengthMetres, 1) else { return nil }
                var piece = earthwork
                piece.shape = .line(points)
                piece.lengthMetres = length
                piece.bearingDegrees = Geodesic.axisBearing(of: points)
                return piece
            }
        }
    }

    /// Vertices and points between them, at most about 50 m apart.
    private static func densified(_ points: [GeographicPoint]) -> [GeographicPoint] {
        var result = Array(points.prefix(1))
        for (a, b) in zip(points, points.dropFirst()) {
            let steps = max(1, Int(Geodesic.distance(a, b) / 50))
            for k in 1...steps {
                let t = Double(k) / Double(steps)
                result.append(
                    GeographicPoint(
                        longitude: a.longitude + t * (b.longitude - a.longitude), latitude: a.latitude + t * (b.latitude - a.latitude)))
            }
        }
        return result
    }
}
