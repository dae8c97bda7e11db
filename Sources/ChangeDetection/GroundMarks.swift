import Raster

/// Pixels near lines that have been taken.
public struct GroundMarks: Sendable {
    private let width: Int
    private let height: Int
    private let radius: Int
    /// One bit a pixel, the first lowest; rows in whole words.
    private var marks: [UInt64]
    private let pitch: Int

    /// - Parameter radius: how far a mark reaches to each side of a line, in pixels.
    public init(size: RasterSize, radius: Int) {
        width = size.width
        height = size.height
        self.radius = radius
        pitch = (width + 63) / 64
        marks = [UInt64](repeating: 0, count: pitch * height)
    }

    public func contains(_ point: DetectedLine.Point) -> Bool {
        let (column, row) = (Int(point.x.rounded(.down)), Int(point.y.rounded(.down)))
        guard column >= 0, row >= 0, column < width, row < height else { return false }
        return contains(x: column, y: row)
    }

    /// - Precondition: the pixel lies within.
    func contains(x: Int, y: Int) -> Bool { marks[y * pitch + x >> 6] >> UInt64(x & 63) & 1 == 1 }

    func marksAny(row: Int) -> Bool { marks[(row * pitch)..<((row + 1) * pitch)].contains { $0 != 0 } }

    /// Calls `body` with the marked columns among some of a row. - Precondition: they lie within.
    @inline(__always)
    func forEachMark(row: Int, columns: Range<Int>, _ body: (Int) -> Void) {
        guard !columns.isEmpty else { return }
        for word in (columns.lowerBound >> 6)...((columns.upperBound - 1) >> 6) {
            var bits = marks[row * pitch + word]
            while bits != 0 {
                let x = 64 * word + bits.trailingZeroBitCount
                if columns.contains(x) { body(x) }
                bits &= bits - 1
            }
        }
    }

    public mutating func mark(_ points: [DetectedLine.Point]) {
        let (pitch, radius, size) = (pitch, radius, RasterSize(width: width, height: height))
        marks.withUnsafeMutableBufferPointer { marks in
            guard let marks = marks.baseAddress else { return }
            Self.forEachSquare(along: points, radius: radius, size: size) { square in
                guard !square.isEmpty else { return }
                let (first, last) = (square.x >> 6, (square.maxX - 1) >> 6)
                for word in first...last {
                    let left = max(0, square.x - 64 * word)
                    let right = min(64, square.maxX - 64 * word)
                    let bits = (UInt64.max >> UInt64(64 - (right - left))) << UInt64(left)
                    for y in square.y..<square.maxY { marks[y * pitch + word] |= bits }
                }
            }
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
