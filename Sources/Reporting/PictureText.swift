import Raster

/// Sets text: measures, cuts and breaks it. Text from data is drawn as it stands, control characters as escapes.
struct PictureText {
    let canvas: CairoCanvas
    /// No line in a figure is longer; what is beyond is not even measured.
    private static let longest = 600

    init() throws { canvas = try CairoCanvas(width: 1, height: 1) }

    func width(_ text: String, _ font: PictureFont) -> Double { canvas.width(of: text, font) }

    /// The text, or as much of its beginning as fits, with an ellipsis.
    func fitted(_ text: String, _ font: PictureFont, width limit: Double) -> String {
        let text = String(text.prefix(Self.longest)).oneLine
        guard width(text, font) > limit else { return text }
        var low = 0
        var high = text.count
        while low < high {
            let middle = (low + high + 1) / 2
            if width(text.prefix(middle) + "…", font) <= limit { low = middle } else { high = middle - 1 }
        }
        return text.prefix(low) + "…"
    }

    /// Lines no wider than the limit, broken at spaces; a word that is too wide is cut.
    func wrapped(_ text: String, _ font: PictureFont, width limit: Double, mostLines: Int) -> [String] {
        let words = String(text.prefix(Self.longest * mostLines)).oneLine.split(separator: " ")
        var lines: [String] = []
        var line = ""
        for word in words {
            let longer = line.isEmpty ? String(word) : line + " " + word
            if line.isEmpty || width(longer, font) <= limit {
                line = longer
            } else {
                lines.append(line)
                line = String(word)
            }
        }
        if !line.isEmpty { lines.append(line) }
        if lines.count > mostLines {
            lines = Array(lines.prefix(mostLines))
            lines[mostLines - 1] += " …"
        }
        return lines.map { fitted($0, font, width: limit) }
    }

    enum Alignment { case left, centre, right }

    func shape(
        _ text: String, at point: PicturePoint, _ font: PictureFont, _ colour: PictureColour = PicturePalette.ink,
        _ alignment: Alignment = .left
    ) -> PictureShape {
        let shift: Double =
            switch alignment {
            case .left: 0
            case .centre: width(text, font) / 2
            case .right: width(text, font)
            }
        return PictureShape(.text(text, PicturePoint(x: point.x - shift, y: point.y), font, colour))
    }
}
