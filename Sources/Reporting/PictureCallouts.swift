import ChangeDetection

/// The labels of the detections and the lines that lead to them.
enum PictureCallouts {
    /// nil where full labels find no room, so that numbers have to stand for them.
    ///
    /// - Parameters:
    ///   - detections: the strongest first.
    ///   - listed: how many of them get a label.
    static func shapes(
        _ detections: [PictureDetection], listed: Int, isNumbered: Bool, map: PictureMap, reserved: [PictureRect], unit: Double,
        text: PictureText
    ) -> [PictureShape]? {
        let metresPerPixel = map.metresPerPixel.map { ($0.across * $0.down).squareRoot() }
        let obstacles = detections.flatMap { $0.samples(every: 4 * unit, inside: map.rect) }
        var labels = PictureLabels(map: map.rect, unit: unit, obstacles: obstacles, reserved: reserved)
        var leaders: [PictureShape] = []
        var boxes: [PictureShape] = []
        for (index, detection) in detections.prefix(listed).enumerated() {
            let label = isNumbered ? Label(number: index + 1, detection, text: text, unit: unit) : Label(detection, text: text, unit: unit)
            let request = PictureLabels.Request(
                anchors: anchors(of: detection, map: map, unit: unit), width: label.width, height: label.height)
            guard let place = labels.place(request) else {
                if isNumbered { continue } else { return nil }
            }
            let end = PictureLabels.nearest(to: place.anchor, in: place.rect)
            // From the outline on, so that the ground between the two lines stays free.
            let length = place.anchor.distance(to: end)
            let skipped = detection.isPolygon ? 0 : min(detection.gap(unit: unit, metresPerPixel: metresPerPixel) / 2 / max(length, 1), 0.8)
            let start = PicturePoint(
                x: place.anchor.x + skipped * (end.x - place.anchor.x), y: place.anchor.y + skipped * (end.y - place.anchor.y))
            leaders.append(.line(start, end, PicturePalette.casing, width: 3.4 * unit))
            leaders.append(.line(start, end, PicturePalette.paper, width: 1.6 * unit))
            boxes += label.shapes(in: place.rect, colour: detection.colour, unit: unit)
        }
        return leaders + boxes
    }

    /// The middle of a line and its quarters; the points of an outline that lie outermost.
    private static func anchors(of detection: PictureDetection, map: PictureMap, unit: Double) -> [PicturePoint] {
        let samples = detection.samples(every: 4 * unit, inside: map.rect)
        guard detection.isPolygon else {
            return [0.5, 0.3, 0.7, 0.1, 0.9].map { samples[min(Int($0 * Double(samples.count)), samples.count - 1)] }
        }
        let ends = [
            samples.max { $0.x < $1.x }, samples.min { $0.y < $1.y }, samples.min { $0.x < $1.x }, samples.max { $0.y < $1.y },
        ]
        return ends.compactMap { $0 }
    }

    private struct Label {
        var lines: [(text: String, font: PictureFont, width: Double)]
        var width: Double
        var height: Double
        private let padding: Double

        /// Name, size, days, and the claim that it bears on.
        init(_ detection: PictureDetection, text: PictureText, unit: Double) {
            let name = PictureFont(size: 15 * unit, isBold: true)
            let detail = PictureFont(size: 13.5 * unit)
            let tag = detection.claimTag.map { "[\($0)]" } ?? ""
            let candidates = [
                (detection.earthwork.id, name), (detection.sizeText, detail), (detection.onsetText, detail), (tag, detail),
            ]
            lines = candidates.filter { !$0.0.isEmpty }.map { line, font in
                let fitted = text.fitted(line, font, width: 300 * unit)
                return (fitted, font, text.width(fitted, font))
            }
            padding = 7 * unit
            width = ((lines.map(\.width).max() ?? 0) + 2 * padding).rounded(.up)
            height = (lines.reduce(0) { $0 + $1.font.size * 1.28 } + 1.3 * padding).rounded(.up)
        }

        /// The number of a row of the table.
        init(number: Int, _ detection: PictureDetection, text: PictureText, unit: Double) {
            let font = PictureFont(size: 15 * unit, isBold: true)
            let word = String(number)
            lines = [(word, font, text.width(word, font))]
            padding = 4 * unit
            width = max(lines[0].width + 2 * padding, 22 * unit).rounded(.up)
            height = (22 * unit).rounded(.up)
        }

        func shapes(in rect: PictureRect, colour: PictureColour, unit: Double) -> [PictureShape] {
            var shapes: [PictureShape] = [
                .box(rect, fill: PicturePalette.paper), .frame(rect, PicturePalette.casing, width: 1.2 * unit),
                // The outline's colour says which kind of outline the label belongs to.
                .box(PictureRect(x: rect.x, y: rect.y, width: 3.5 * unit, height: rect.height), fill: colour),
                .line(
                    PicturePoint(x: rect.x + 3.5 * unit, y: rect.y), PicturePoint(x: rect.x + 3.5 * unit, y: rect.maxY),
                    PicturePalette.casing,
                    width: 0.8 * unit),
            ]
            let block = lines.reduce(0) { $0 + $1.font.size * 1.28 }
            var y = rect.y + (rect.height - block) / 2
            let isCentred = lines.count == 1
            for line in lines {
                let x = isCentred ? rect.centre.x + 1.5 * unit - line.width / 2 : rect.x + padding + 2 * unit
                shapes.append(
                    PictureShape(.text(line.text, PicturePoint(x: x, y: y + line.font.size * 0.99), line.font, PicturePalette.ink)))
                y += line.font.size * 1.28
            }
            return shapes
        }
    }
}
