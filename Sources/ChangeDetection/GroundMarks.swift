import Raster

/// Pixels near lines that have been taken.
public struct GroundMarks: Sendable {
    private let width: Int
    private let height: Int
    private let radius: Int
    private var marks: [Bool]

    /// - Parameter radius: how far a mark reaches to each side of a line, in pixels.
    public init(size: RasterSize, radius: Int) {
        width = size.width
        height = size.height
        self.radius = radius
        marks = [Bool](repeating: false, count: width * height)
    }

    public func contains(_ point: DetectedLine.Point) -> Bool {
        let (column, row) = (Int(point.x.rounded(.down)), Int(point.y.rounded(.down)))
        guard column >= 0, row >= 0, column < width, row < height else { return false }
        return marks[row * width + column]
    }

    func isMarked(_ index: Int) -> Bool { marks[index] }

    public mutating func mark(_ points: [DetectedLine.Point]) {
        for (a, b) in zip(points, points.dropFirst()) {
            let length = ((b.x - a.x) * (b.x - a.x) + (b.y - a.y) * (b.y - a.y)).squareRoot()
            let steps = max(1, Int(length / 3))
            for k in 0...steps {
                let t = Double(k) / Double(steps)
                let column = Int((a.x + t * (b.x - a.x)).rounded(.down))
                let row = Int((a.y + t * (b.y - a.y)).rounded(.down))
                guard row + radius >= 0, row - radius < height, column + radius >= 0, column - radius < width else { continue }
                for y in max(0, row - radius)...min(height - 1, row + radius) {
                    for x in max(0, column - radius)...min(width - 1, column + radius) { marks[y * width + x] = true }
                }
            }
        }
    }
}
