import ChangeDetection
import Raster

/// The list beside the map of what its numbers stand for, the strongest first.
struct PictureTable {
    private struct Column {
        var title: String
        var isRight: Bool
        var cells: [String]
        var width = 0.0
    }

    let width: Double
    private let columns: [Column]
    private let total: Int
    private let unit: Double
    private let rowHeight: Double
    private let font: PictureFont
    private let headFont: PictureFont
    private static let mostRows = 80

    /// - Parameter ranked: the strongest first.
    init(_ ranked: [Earthwork], claims: [String: String], text: PictureText, unit: Double) {
        let rows = ranked.prefix(Self.mostRows)
        let font = PictureFont(size: 14 * unit)
        let headFont = PictureFont(size: 14 * unit, isBold: true)
        var columns = [
            Column(title: "No.", isRight: true, cells: rows.indices.map { String($0 + 1) }),
            Column(title: "Earthwork", isRight: false, cells: rows.map { text.fitted($0.id, font, width: 190 * unit) }),
            Column(title: "Size", isRight: true, cells: rows.map(\.sizeText)),
            Column(title: "New between", isRight: false, cells: rows.map(Self.onset)),
            Column(title: "S/N", isRight: true, cells: rows.map { DecimalText.fixed($0.snr, decimals: 1) }),
        ]
        if rows.contains(where: { claims[$0.id] != nil }) {
            let cells = rows.map { claims[$0.id].map { text.fitted($0, font, width: 130 * unit) } ?? "" }
            columns.append(Column(title: "Claim", isRight: false, cells: cells))
        }
        for index in columns.indices {
            let cells = columns[index].cells.map { text.width($0, font) }
            columns[index].width = max(cells.max() ?? 0, text.width(columns[index].title, headFont))
        }
        self.columns = columns
        self.font = font
        self.headFont = headFont
        self.unit = unit
        total = ranked.count
        rowHeight = 20.5 * unit
        width = columns.reduce(0) { $0 + $1.width } + Double(columns.count - 1) * 16 * unit
    }

    /// How many rows stand beside a map of some height; never fewer than a dozen.
    func capacity(height: Double) -> Int { max(12, Int((height - 3 * rowHeight) / rowHeight)) }

    /// Adds the first rows and returns where they end.
    func add(listed: Int, at corner: PicturePoint, text: PictureText, to shapes: inout [PictureShape]) -> Double {
        var y = corner.y + 15 * unit
        func addRow(_ cell: (Column) -> String, _ font: PictureFont) {
            var x = corner.x
            for column in columns {
                let words = cell(column)
                let start = column.isRight ? x + column.width - text.width(words, font) : x
                shapes.append(PictureShape(.text(words, PicturePoint(x: start, y: y), font, PicturePalette.ink)))
                x += column.width + 16 * unit
            }
            y += rowHeight
        }
        addRow(\.title, headFont)
        let rule = y - 0.62 * rowHeight
        shapes.append(
            .line(PicturePoint(x: corner.x, y: rule), PicturePoint(x: corner.x + width, y: rule), PicturePalette.ink, width: 1.2 * unit))
        y += 4 * unit
        for row in 0..<listed { addRow({ $0.cells[row] }, font) }
        if total > listed {
            let words = "and \(total - listed) more in detections.geojson"
            shapes.append(text.shape(words, at: PicturePoint(x: corner.x, y: y + 4 * unit), font, PicturePalette.quietInk))
            y += rowHeight
        }
        return y
    }

    private static func onset(_ earthwork: Earthwork) -> String {
        switch (earthwork.lastAbsent, earthwork.firstSeen) {
        case (let absent?, let seen?): "\(absent) – \(seen)"
        case (nil, let seen?): "by \(seen)"
        case (let absent?, nil): "after \(absent)"
        case (nil, nil): ""
        }
    }
}
