import Raster

/// Rows of text in aligned columns, two spaces apart. The first row is the heading.
public struct TextTable: Sendable {
    public var rows: [[String]]
    /// Columns whose cells end at the same place, as numbers should.
    public var rightAligned: Set<Int>

    public init(rows: [[String]], rightAligned: Set<Int> = []) {
        self.rows = rows
        self.rightAligned = rightAligned
    }

    public var lines: [String] {
        let cells = rows.map { $0.map(\.oneLine) }
        let columns = cells.map(\.count).max() ?? 0
        let widths = (0..<columns).map { column in cells.map { column < $0.count ? $0[column].count : 0 }.max() ?? 0 }
        return cells.map { row in
            var line = ""
            for (column, cell) in row.enumerated() {
                let padding = String(repeating: " ", count: widths[column] - cell.count)
                if column > 0 { line += "  " }
                line += rightAligned.contains(column) ? padding + cell : cell + padding
            }
            while line.last == " " { line.removeLast() }
            return line
        }
    }
}
