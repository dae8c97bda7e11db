/// Puts labels beside what they name: none over another, none outside the map, as little as may be over what was detected.
struct PictureLabels {
    struct Request {
        /// Where on the detection a leader line may end, the best first.
        var anchors: [PicturePoint]
        var width: Double
        var height: Double
    }

    struct Place: Equatable {
        var rect: PictureRect
        var anchor: PicturePoint
    }

    private let map: PictureRect
    private let unit: Double
    private let cell: Double
    private let columns: Int
    private let rows: Int
    /// Cells that a detection runs through.
    private var occupied: [Bool]
    private var taken: [PictureRect]
    private var leaders: [(PicturePoint, PicturePoint)] = []

    /// - Parameters:
    ///   - unit: picture pixels of a unit of layout.
    ///   - obstacles: points along the detections, at most half a cell (`4 · unit`) apart.
    ///   - reserved: rectangles that are taken already.
    init(map: PictureRect, unit: Double, obstacles: [PicturePoint], reserved: [PictureRect]) {
        self.map = map.expanded(by: -5 * unit)
        self.unit = unit
        cell = 8 * unit
        columns = Int(map.width / cell) + 1
        rows = Int(map.height / cell) + 1
        occupied = [Bool](repeating: false, count: columns * rows)
        taken = reserved
        for point in obstacles {
            let column = Int((point.x - map.x) / cell)
            let row = Int((point.y - map.y) / cell)
            // The outline runs beside the points.
            for (across, down) in [(0, 0), (-1, 0), (1, 0), (0, -1), (0, 1)] {
                let (column, row) = (column + across, row + down)
                if (0..<columns).contains(column), (0..<rows).contains(row) { occupied[row * columns + column] = true }
            }
        }
        origin = PicturePoint(x: map.x, y: map.y)
    }

    private let origin: PicturePoint

    /// The best free place, nil where there is none within reach. Later labels keep clear of it.
    mutating func place(_ request: Request) -> Place? {
        var best: Place?
        var bestCost = Double.infinity
        for (preference, anchor) in request.anchors.enumerated() {
            for ring in [18.0, 30, 46, 70, 100, 140, 190, 250, 330, 430] {
                // Further out costs more than anything gained so far.
                guard ring + Double(preference) * 4 < bestCost else { break }
                for direction in Self.directions {
                    let rect = Self.rect(at: anchor, direction: direction, distance: ring * unit, request)
                    guard map.contains(rect), !taken.contains(where: { $0.expanded(by: 3 * unit).meets(rect) }) else { continue }
                    let end = Self.nearest(to: anchor, in: rect)
                    guard !taken.contains(where: { Self.crosses(anchor, end, $0) }) else { continue }
                    let cost =
                        ring + Double(preference) * 4 + 22 * Double(cellsOccupied(in: rect)) + direction.penalty
                        + 60 * Double(leaders.count { Self.cross($0.0, $0.1, anchor, end) })
                    if cost < bestCost {
                        bestCost = cost
                        best = Place(rect: rect, anchor: anchor)
                    }
                }
            }
        }
        if let best {
            taken.append(best.rect)
            leaders.append((best.anchor, Self.nearest(to: best.anchor, in: best.rect)))
        }
        return best
    }

    /// The point of a rectangle that is nearest to another one.
    static func nearest(to point: PicturePoint, in rect: PictureRect) -> PicturePoint {
        PicturePoint(x: min(max(point.x, rect.x), rect.maxX), y: min(max(point.y, rect.y), rect.maxY))
    }

    private struct Direction {
        var x: Double
        var y: Double
        var penalty: Double
    }

    /// Sixteen points of the compass; right of the thing and above it reads best.
    private static let directions: [Direction] = [
        (1, 0), (0.92, -0.38), (0.71, -0.71), (0.38, -0.92), (0, -1), (-0.38, -0.92), (-0.71, -0.71), (-0.92, -0.38), (-1, 0),
        (-0.92, 0.38),
        (-0.71, 0.71), (-0.38, 0.92), (0, 1), (0.38, 0.92), (0.71, 0.71), (0.92, 0.38),
    ].map { x, y in Direction(x: x, y: y, penalty: 3 * (1 - x) + 2 * (1 + y)) }

    private static func rect(at anchor: PicturePoint, direction: Direction, distance: Double, _ request: Request) -> PictureRect {
        let x = anchor.x + direction.x * distance + (direction.x - 1) / 2 * request.width
        let y = anchor.y + direction.y * distance + (direction.y - 1) / 2 * request.height
        return PictureRect(x: x.rounded(), y: y.rounded(), width: request.width, height: request.height)
    }

    private func cellsOccupied(in rect: PictureRect) -> Int {
        let left = max(0, Int((rect.x - origin.x) / cell))
        let right = min(columns - 1, Int((rect.maxX - origin.x) / cell))
        let top = max(0, Int((rect.y - origin.y) / cell))
        let bottom = min(rows - 1, Int((rect.maxY - origin.y) / cell))
        var count = 0
        for row in top...max(top, bottom) {
            for column in left...max(left, right) where occupied[row * columns + column] { count += 1 }
        }
        return count
    }

    private static func crosses(_ a: PicturePoint, _ b: PicturePoint, _ rect: PictureRect) -> Bool {
        if rect.contains(a) || rect.contains(b) { return true }
        let corners = rect.corners
        return corners.indices.contains { cross(a, b, corners[$0], corners[($0 + 1) % 4]) }
    }

    private static func cross(_ a: PicturePoint, _ b: PicturePoint, _ c: PicturePoint, _ d: PicturePoint) -> Bool {
        func side(_ p: PicturePoint, _ q: PicturePoint, _ r: PicturePoint) -> Double {
            (q.x - p.x) * (r.y - p.y) - (q.y - p.y) * (r.x - p.x)
        }
        return side(a, b, c) * side(a, b, d) < 0 && side(c, d, a) * side(c, d, b) < 0
    }
}
