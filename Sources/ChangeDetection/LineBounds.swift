import Raster

/// A line and the box around it, to tell quickly what lies near.
struct LineBounds {
    private let points: [DetectedLine.Point]
    /// Pieces of a long line with boxes of their own.
    private let pieces: [LineBounds]
    private static let pieceCount = 16
    private var left = Double.infinity
    private var top = Double.infinity
    private var right = -Double.infinity
    private var bottom = -Double.infinity

    init(_ points: [DetectedLine.Point]) {
        self.points = points
        for point in points {
            (left, right) = (min(left, point.x), max(right, point.x))
            (top, bottom) = (min(top, point.y), max(bottom, point.y))
        }
        pieces =
            points.count <= 2 * Self.pieceCount
            ? []
            : stride(from: 0, to: points.count - 1, by: Self.pieceCount).map {
                LineBounds(Array(points[$0...min(points.count - 1, $0 + Self.pieceCount)]))
            }
    }

    /// The pixels that the box touches.
    var window: PixelWindow {
        guard !points.isEmpty else { return PixelWindow(x: 0, y: 0, width: 0, height: 0) }
        let (x, y) = (Int(left.rounded(.down)), Int(top.rounded(.down)))
        return PixelWindow(x: x, y: y, width: Int(right.rounded(.down)) + 1 - x, height: Int(bottom.rounded(.down)) + 1 - y)
    }

    func widened(by pixels: Double) -> LineBounds {
        var result = self
        (result.left, result.right) = (left - pixels, right + pixels)
        (result.top, result.bottom) = (top - pixels, bottom + pixels)
        return result
    }

    func overlaps(_ other: LineBounds) -> Bool {
        left <= other.right && other.left <= right && top <= other.bottom && other.top <= bottom
    }

    func isNear(_ point: DetectedLine.Point, within pixels: Double) -> Bool {
        guard point.x >= left - pixels, point.x <= right + pixels, point.y >= top - pixels, point.y <= bottom + pixels else { return false }
        guard pieces.isEmpty else { return pieces.contains { $0.isNear(point, within: pixels) } }
        return zip(points, points.dropFirst()).contains { a, b in
            let (dx, dy) = (b.x - a.x, b.y - a.y)
            let squared = dx * dx + dy * dy
            let share = squared > 0 ? max(0, min(1, ((point.x - a.x) * dx + (point.y - a.y) * dy) / squared)) : 0
            let (u, v) = (point.x - a.x - share * dx, point.y - a.y - share * dy)
            return u * u + v * v <= pixels * pixels
        }
    }
}
