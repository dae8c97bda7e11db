import PixelKernels
import Raster

/// Ground along accepted lines, whose change is the lines' and counts for nothing else. In its place stands what the ground about it shows.
///
/// What haze leaves makes whole hillsides brighter or darker by a standard deviation or two. No change at all would be a trench of its own in them, and its ends blobs.
struct TakenGround: Sendable {
    /// Side of the cells whose medians the ground is told by, in pixels: narrower than anything that haze leaves, wider than a line.
    private static let side = 32
    /// Fewer pixels tell nothing.
    private static let fewest = side * side / 8

    let marks: PixelBits
    private let columns: Int
    private let rows: Int
    /// Median change of each cell in levels, row by row; known where marks are near.
    private let medians: [Float]

    /// - Parameters:
    ///   - signed: levels of a plane of `size`, −128 not observed.
    ///   - mapping: by which cells are looked at at the same time.
    init(marks: PixelBits, of signed: [Int8], size: RasterSize, by mapping: Mapping) {
        self.marks = marks
        let (columns, rows) = ((size.width + Self.side - 1) / Self.side, (size.height + Self.side - 1) / Self.side)
        (self.columns, self.rows) = (columns, rows)
        let wanted = Self.cellsNear(marks, size: size, columns: columns, rows: rows)
        let known = mapping.map(rows) { row in
            (0..<columns).map { column -> Float? in
                guard wanted[row * columns + column] else { return nil }
                let cell = PixelWindow(x: column * Self.side, y: row * Self.side, width: Self.side, height: Self.side)
                return Self.median(of: signed, in: cell.intersection(PixelWindow(size)), without: marks, width: size.width)
            }
        }.flatMap { $0 }
        medians = known.indices.map { k in
            if let median = known[k] { return median }
            guard wanted[k] else { return 0 }
            // One that tells nothing is like those around it.
            let (row, column) = (k / columns, k % columns)
            let near = (max(0, row - 1)...min(rows - 1, row + 1)).flatMap { r in
                (max(0, column - 1)...min(columns - 1, column + 1)).compactMap { known[r * columns + $0] }
            }
            return near.isEmpty ? 0 : near.reduce(0, +) / Float(near.count)
        }
    }

    /// Cells that a mark lies in or in a neighbour of.
    private static func cellsNear(_ marks: PixelBits, size: RasterSize, columns: Int, rows: Int) -> [Bool] {
        var touched = [Bool](repeating: false, count: columns * rows)
        for y in 0..<size.height where marks.containsAny(row: y) {
            marks.forEach(row: y, columns: 0..<size.width) { touched[y / side * columns + $0 / side] = true }
        }
        var near = touched
        for k in touched.indices where touched[k] {
            for row in max(0, k / columns - 1)...min(rows - 1, k / columns + 1) {
                for column in max(0, k % columns - 1)...min(columns - 1, k % columns + 1) { near[row * columns + column] = true }
            }
        }
        return near
    }

    /// The median, which a work beside the line does not move; nil where too little is known.
    private static func median(of signed: [Int8], in cell: PixelWindow, without marks: PixelBits, width: Int) -> Float? {
        var counts = [Int](repeating: 0, count: 256)
        for y in cell.y..<cell.maxY {
            for x in cell.x..<cell.maxX { counts[Int(signed[y * width + x]) + 128] += 1 }
            marks.forEach(row: y, columns: cell.x..<cell.maxX) { counts[Int(signed[y * width + $0]) + 128] -= 1 }
        }
        // Not observed.
        counts[0] = 0
        let count = counts.reduce(0, +)
        guard count >= fewest else { return nil }
        var (level, below) = (0, 0)
        while 2 * (below + counts[level]) < count {
            below += counts[level]
            level += 1
        }
        return Float(level - 128)
    }

    /// What stands in the place of a marked pixel: the medians of the four cells around it, bilinear between their middles.
    func level(x: Int, y: Int) -> Int8 {
        let (column, row) = (CellNode(x, cells: columns, side: Self.side), CellNode(y, cells: rows, side: Self.side))
        func across(_ row: Int) -> Float {
            let (left, right) = (medians[row * columns + column.lower], medians[row * columns + column.upper])
            return left + column.weight * (right - left)
        }
        let (above, below) = (across(row.lower), across(row.upper))
        return Int8((above + row.weight * (below - above)).rounded())
    }
}
