import Raster

/// Things, by their numbers, that are noted by the squares of the pixel plane which they touch, so that what is far from a place need not be looked at.
struct PlaneCells {
    private struct Cell: Hashable {
        var column: Int
        var row: Int
    }

    private let side: Double
    private var members: [Cell: [Int]] = [:]

    /// - Parameter side: of a square, in pixels.
    init(side: Double) { self.side = side }

    mutating func insert(_ number: Int, at point: DetectedLine.Point) { members[cell(point.x, point.y), default: []].append(number) }

    mutating func insert(_ number: Int, touching window: PixelWindow) {
        for cell in cells(window) { members[cell, default: []].append(number) }
    }

    /// All that were noted at points within a side of one of these, and some others; ascending, each once.
    func near(_ points: [DetectedLine.Point]) -> [Int] {
        var found: [Int] = []
        for point in points {
            let middle = cell(point.x, point.y)
            for row in middle.row - 1...middle.row + 1 {
                for column in middle.column - 1...middle.column + 1 { found += members[Cell(column: column, row: row)] ?? [] }
            }
        }
        return Self.once(found)
    }

    /// All that were noted with windows that share a pixel with this one, and some others; ascending, each once.
    func touching(_ window: PixelWindow) -> [Int] { Self.once(cells(window).flatMap { members[$0] ?? [] }) }

    private static func once(_ numbers: [Int]) -> [Int] {
        var last: Int?
        return numbers.sorted().filter { number in
            defer { last = number }
            return number != last
        }
    }

    private func cell(_ x: Double, _ y: Double) -> Cell {
        Cell(column: Int((x / side).rounded(.down)), row: Int((y / side).rounded(.down)))
    }

    private func cells(_ window: PixelWindow) -> [Cell] {
        guard !window.isEmpty else { return [] }
        let first = cell(Double(window.x), Double(window.y))
        let last = cell(Double(window.x + window.width - 1), Double(window.y + window.height - 1))
        return (first.row...last.row).flatMap { row in (first.column...last.column).map { Cell(column: $0, row: row) } }
    }
}
