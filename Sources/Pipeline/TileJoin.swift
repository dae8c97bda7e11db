import ChangeDetection
import Geodesy

/// Earthworks of neighbouring tiles brought together: tiles overlap, and a trench does not end where a tile does.
///
/// What a second tile shows of a work that the first has already is dropped; where a line goes on in the next tile, and came between the same dates, the
/// two become one. Both keep their names where they stay apart, and share a group where their ends meet.
enum TileJoin {
    /// Two tiles place a work to within half a pixel each and the shift that their files have; Sentinel-2 scenes are off by up to 12 m.
    private static let nearMetres = 40.0
    private static let gapMetres = 300.0

    static func joined(_ earthworks: [Earthwork]) -> [Earthwork] {
        let tiles = Array(Set(earthworks.flatMap(\.tiles))).sorted()
        guard tiles.count > 1 else { return earthworks }
        var result: [Earthwork] = []
        for tile in tiles {
            for earthwork in earthworks where earthwork.tiles.first == tile { add(earthwork, to: &result) }
        }
        return result
    }

    private static func add(_ earthwork: Earthwork, to result: inout [Earthwork]) {
        switch earthwork.shape {
        case .polygon:
            let centre = earthwork.shape.meanCorner
            let twin = result.firstIndex { other in
                other.kind == .compact && other.tiles != earthwork.tiles && mayBeNear(other, earthwork, metres: nearMetres)
                    && Geodesic.distance(other.shape.meanCorner, centre) < nearMetres
            }
            guard let twin else {
                result.append(earthwork)
                return
            }
            result[twin].tiles = merged(result[twin].tiles, earthwork.tiles)
        case .line:
            addLine(earthwork, to: &result)
        }
    }

    private static func addLine(_ earthwork: Earthwork, to result: inout [Earthwork]) {
        let others = result.filter { $0.kind == .linear && $0.tiles != earthwork.tiles }
        let pieces = EarthworkOverlap.new([earthwork], beyond: others, within: nearMetres, minimumLengthMetres: 50)
        guard !pieces.isEmpty else {
            // All of it is known; the tile that shows it again is noted where it is.
            let shares = others.indices.map { i in
                (
                    i,
                    EarthworkOverlap.new([earthwork], beyond: [others[i]], within: nearMetres, minimumLengthMetres: 50).reduce(0) {
                        $0 + ($1.lengthMetres ?? 0)
                    }
                )
            }
            if let best = shares.min(by: { $0.1 < $1.1 }), let i = result.firstIndex(where: { $0.id == others[best.0].id }) {
                result[i].tiles = merged(result[i].tiles, earthwork.tiles)
            }
            return
        }
        for piece in pieces {
            let neighbour = result.indices.first { i in
                result[i].kind == .linear && result[i].tiles != piece.tiles && continues(result[i], piece)
            }
            guard let i = neighbour, let points = endToEnd(result[i].shape.points, piece.shape.points) else {
                result.append(piece)
                continue
            }
            if result[i].firstSeen == piece.firstSeen && result[i].lastAbsent == piece.lastAbsent && result[i].status == piece.status {
                result[i].shape = .line(points)
                result[i].lengthMetres = Geodesic.length(points)
                result[i].bearingDegrees = Geodesic.axisBearing(of: points)
                result[i].tiles = merged(result[i].tiles, piece.tiles)
                result[i].snr = (result[i].snr * result[i].snr + piece.snr * piece.snr).squareRoot()
            } else {
                var piece = piece
                piece.group = result[i].group
                result.append(piece)
            }
        }
    }

    private static func continues(_ a: Earthwork, _ b: Earthwork) -> Bool {
        guard mayBeNear(a, b, metres: gapMetres), let gap = ends(a.shape.points, b.shape.points)?.metres, gap < gapMetres else {
            return false
        }
        guard let first = a.bearingDegrees, let second = b.bearingDegrees else { return false }
        let turn = abs(first - second)
        return min(turn, 180 - turn) < 40
    }

    private static func mayBeNear(_ a: Earthwork, _ b: Earthwork, metres: Double) -> Bool {
        guard let first = GeographicBounds(a.shape.points), let second = GeographicBounds(b.shape.points) else { return false }
        return first.mayBeNear(second, metres: metres)
    }

    private static func ends(_ a: [GeographicPoint], _ b: [GeographicPoint]) -> (metres: Double, reverseA: Bool, reverseB: Bool)? {
        guard let aFirst = a.first, let aLast = a.last, let bFirst = b.first, let bLast = b.last else { return nil }
        return [
            (Geodesic.distance(aLast, bFirst), false, false), (Geodesic.distance(aLast, bLast), false, true),
            (Geodesic.distance(aFirst, bFirst), true, false), (Geodesic.distance(aFirst, bLast), true, true),
        ].min { $0.0 < $1.0 }.map { (metres: $0.0, reverseA: $0.1, reverseB: $0.2) }
    }

    private static func endToEnd(_ a: [GeographicPoint], _ b: [GeographicPoint]) -> [GeographicPoint]? {
        ends(a, b).map { ($0.reverseA ? a.reversed() : a) + ($0.reverseB ? b.reversed() : b) }
    }

    private static func merged(_ a: [String], _ b: [String]) -> [String] { Array(Set(a + b)).sorted() }
}
