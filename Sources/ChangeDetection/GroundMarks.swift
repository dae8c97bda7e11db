import Raster

/// Pixels near lines that have been taken.
public struct GroundMarks: Sendable {
    private let width: Int
    private let height: Int
    private let radius: Int
    private(set) var marks: PixelBits

    /// - Parameter radius: how far a mark reaches to each side of a line, in pixels.
    public init(size: RasterSize, radius: Int) {
        width = size.width
        height = size.height
        self.radius = radius
        marks = PixelBits(width: width, height: height)
    }

    public func contains(_ point: DetectedLine.Point) -> Bool {
        let (column, row) = (Int(point.x.rounded(.down)), Int(point.y.rounded(.down)))
        guard column >= 0, row >= 0, column < width, row < height else { return false }
        return marks.contains(x: column, y: row)
    }

    public mutating func mark(_ points: [DetectedLine.Point]) {
        Self.forEachSquare(along: points, radius: radius, size: RasterSize(width: width, height: height)) { square in
            guard !square.isEmpty else { return }
            for y in square.y..<square.maxY { marks.insert(row: y, columns: square.x..<square.maxX) }
        }
    }

    /// Calls `body` with squares along a line that together are all that lies within `radius` pixels both ways of its places 3 px apart.
    static func forEachSquare(along points: [DetectedLine.Point], radius: Int, size: RasterSize, _ body: (PixelWindow) -> Void) {
        let whole = PixelWindow(x: 0, y: 0, width: size.width, height: size.height)
        for (a, b) in zip(points, points.dropFirst()) {
            let length = ((b.x - a.x) * (b.x - a.x) + (b.y - a.y) * (b.y - a.y)).squareRoot()
            let steps = max(1, Int(length / 3))
            for k in 0...steps {
                let t = Double(k) / Double(steps)
                let column = Int((a.x + t * (b.x - a.x)).rounded(.down))
                let row = Int((a.y + t * (b.y - a.y)).rounded(.down))
                let square = PixelWindow(x: column - radius, y: row - radius, width: 2 * radius + 1, height: 2 * radius + 1)
                body(square.intersection(whole))
            }
        }
    }
}
