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
        let tiles = Set(earthworks.flatMap(\.tiles)).sorted()
        guard tiles.count > 1 else { return earthworks }
        let byTile = Dictionary(grouping: earthworks) { $0.tiles.first }
        var joining = Joining(names: EarthworkNames(taken: Set(earthworks.map(\.id))))
        for tile in tiles {
            for earthwork in byTile[tile] ?? [] { joining.add(earthwork) }
        }
        return joining.result
    }

    /// What the tiles so far have come to.
    private struct Joining {
        var names: EarthworkNames
        private(set) var result: [Earthwork] = []
        private var cells = EarthworkCells()

        init(names: EarthworkNames) { self.names = names }

        mutating func add(_ earthwork: Earthwork) {
            switch earthwork.shape {
            case .polygon:
                let centre = earthwork.shape.meanCorner
                let twin = others(than: earthwork, kind: .compact, within: nearMetres).first {
                    mayBeNear(result[$0], earthwork, metres: nearMetres)
                        && Geodesic.distance(result[$0].shape.meanCorner, centre) < nearMetres
                }
                if let twin { note(earthwork.tiles, at: twin) } else { append(earthwork) }
            case .line:
                addLine(earthwork)
            }
        }

        /// Of other tiles, by their places in the result.
        private func others(than earthwork: Earthwork, kind: Earthwork.Kind, within metres: Double) -> [Int] {
            cells.near(earthwork.shape, metres: metres).filter { result[$0].kind == kind && result[$0].tiles != earthwork.tiles }
        }

        private mutating func append(_ earthwork: Earthwork) {
            cells.insert(result.count, earthwork.shape)
            result.append(earthwork)
        }

        private mutating func note(_ tiles: [String], at index: Int) {
            result[index].tiles = Set(result[index].tiles + tiles).sorted()
        }

        private mutating func addLine(_ earthwork: Earthwork) {
            let near = others(than: earthwork, kind: .linear, within: nearMetres)
            func beyond(_ known: [Int]) -> [Earthwork] {
                EarthworkOverlap.new([earthwork], beyond: known.map { result[$0] }, within: nearMetres, minimumLengthMetres: 50)
            }
            let pieces = beyond(near)
            guard !pieces.isEmpty else {
                // All of it is known; the tile that shows it again is noted where it is.
                let left = near.map { index in (index, beyond([index]).reduce(0) { $0 + ($1.lengthMetres ?? 0) }) }
                if let best = left.min(by: { $0.1 < $1.1 }) { note(earthwork.tiles, at: best.0) }
                return
            }
            // Pieces of one line are things of their own.
            var isNameFree = true
            for var piece in pieces {
                if !isNameFree { piece.id = names.unique(piece.id) }
                if addPiece(piece) { isNameFree = false }
            }
        }

        /// - Returns: false where it became part of a line that is there.
        private mutating func addPiece(_ piece: Earthwork) -> Bool {
            let neighbour = others(than: piece, kind: .linear, within: gapMetres).first { continues(result[$0], piece) }
            let points = neighbour.flatMap { endToEnd(result[$0].shape.points, piece.shape.points) }
            if let i = neighbour, let points, result[i].firstSeen == piece.firstSeen, result[i].lastAbsent == piece.lastAbsent,
                result[i].status == piece.status
            {
                result[i].shape = .line(points)
                result[i].lengthMetres = Geodesic.length(points)
                result[i].bearingDegrees = Geodesic.axisBearing(of: points)
                result[i].snr = (result[i].snr * result[i].snr + piece.snr * piece.snr).squareRoot()
                note(piece.tiles, at: i)
                cells.insert(i, result[i].shape)
                return false
            }
            var piece = piece
            if let neighbour, points != nil { piece.group = result[neighbour].group }
            append(piece)
            return true
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
}
