import Raster

/// A line and the box around it, to tell quickly what lies near.
struct LineBounds {
    private struct Box {
        var left = Double.infinity
        var top = Double.infinity
        var right = -Double.infinity
        var bottom = -Double.infinity

        init(_ points: ArraySlice<DetectedLine.Point>) {
            for point in points {
                (left, right) = (min(left, point.x), max(right, point.x))
                (top, bottom) = (min(top, point.y), max(bottom, point.y))
            }
        }

        func holds(_ point: DetectedLine.Point, within pixels: Double) -> Bool {
            point.x >= left - pixels && point.x <= right + pixels && point.y >= top - pixels && point.y <= bottom + pixels
        }
    }

    private static let segmentsOfPiece = 16
    private let points: [DetectedLine.Point]
    private var box: Box
    /// Of each piece of so many segments.
    private let pieces: [Box]

    init(_ points: [DetectedLine.Point]) {
        self.points = points
        box = Box(points[...])
        pieces = stride(from: 0, to: points.count - 1, by: Self.segmentsOfPiece).map {
            Box(points[$0...min(points.count - 1, $0 + Self.segmentsOfPiece)])
        }
    }

    /// The pixels that the box touches.
    var window: PixelWindow {
        guard !points.isEmpty else { return PixelWindow(x: 0, y: 0, width: 0, height: 0) }
        let (x, y) = (Int(box.left.rounded(.down)), Int(box.top.rounded(.down)))
        return PixelWindow(x: x, y: y, width: Int(box.right.rounded(.down)) + 1 - x, height: Int(box.bottom.rounded(.down)) + 1 - y)
    }

    func widened(by pixels: Double) -> LineBounds {
        var result = self
        (result.box.left, result.box.right) = (box.left - pixels, box.right + pixels)
        (result.box.top, result.box.bottom) = (box.top - pixels, box.bottom + pixels)
        return result
    }

    func overlaps(_ other: LineBounds) -> Bool {
        box.left <= other.box.right && other.box.left <= box.right && box.top <= other.box.bottom && other.box.top <= box.bottom
    }

    /// Sets the mark of every place that lies within so many pixels of the line.
    func tell(which places: [DetectedLine.Point], areWithin pixels: Double, in marks: inout [Bool]) {
        points.withUnsafeBufferPointer { points in
            pieces.withUnsafeBufferPointer { pieces in
                for (k, place) in places.enumerated() where box.holds(place, within: pixels) {
                    let isNear = pieces.indices.contains { piece in
                        guard pieces[piece].holds(place, within: pixels) else { return false }
                        let first = piece * Self.segmentsOfPiece
                        return (first..<min(points.count - 1, first + Self.segmentsOfPiece)).contains { i in
                            Self.isNear(place, from: points[i], to: points[i + 1], within: pixels)
                        }
                    }
                    if isNear { marks[k] = true }
                }
            }
        }
    }

    private static func isNear(
        _ point: DetectedLine.Point, from a: DetectedLine.Point, to b: DetectedLine.Point, within pixels: Double
    ) -> Bool {
        let (dx, dy) = (b.x - a.x, b.y - a.y)
        let squared = dx * dx + dy * dy
        let share = squared > 0 ? max(0, min(1, ((point.x - a.x) * dx + (point.y - a.y) * dy) / squared)) : 0
        let (u, v) = (point.x - a.x - share * dx, point.y - a.y - share * dy)
        return u * u + v * v <= pixels * pixels
    }
}
