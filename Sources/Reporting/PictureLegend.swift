import Raster

/// Scale bar, north arrow, and what the colours and outlines stand for.
struct PictureLegend {
    let unit: Double
    let text: PictureText
    let zLimit: Float
    let hasClaims: Bool
    let hasLines: Bool
    let hasPlainLines: Bool
    let hasPolygons: Bool

    private var font: PictureFont { PictureFont(size: 14 * unit) }
    private var headFont: PictureFont { PictureFont(size: 14 * unit, isBold: true) }

    /// Adds the three blocks below the map and returns where they end.
    func add(map: PictureMap, page: PictureRect, y: Double, to shapes: inout [PictureShape]) -> Double {
        addScale(map, at: PicturePoint(x: page.x, y: y), to: &shapes)
        addColours(at: PicturePoint(x: page.x + 390 * unit, y: y), to: &shapes)
        addSymbols(at: PicturePoint(x: page.x + 790 * unit, y: y), to: &shapes)
        return y + 112 * unit
    }

    // MARK: Scale and north

    private func addScale(_ map: PictureMap, at corner: PicturePoint, to shapes: inout [PictureShape]) {
        let arrowCentre = PicturePoint(x: corner.x + 26 * unit, y: corner.y + 48 * unit)
        addNorthArrow(map, centre: arrowCentre, to: &shapes)
        guard let scale = map.metresPerPixel else { return }
        let metres = RoundNumber.largest(atMost: 240 * unit * scale.across)
        let length = metres / scale.across
        let left = corner.x + 78 * unit
        let top = corner.y + 34 * unit
        let height = 8 * unit
        for part in 0..<4 {
            let piece = PictureRect(x: left + Double(part) * length / 4, y: top, width: length / 4, height: height)
            shapes.append(.box(piece, fill: part % 2 == 0 ? PicturePalette.ink : PicturePalette.paper))
        }
        shapes.append(.frame(PictureRect(x: left, y: top, width: length, height: height), PicturePalette.ink, width: 1.1 * unit))
        let unitText = metres >= 1000 ? "km" : "m"
        let value = metres >= 1000 ? metres / 1000 : metres
        for (share, label) in [(0, "0"), (0.5, Self.number(value / 2)), (1, Self.number(value) + " " + unitText)] {
            shapes.append(
                text.shape(label, at: PicturePoint(x: left + share * length, y: top - 8 * unit), font, PicturePalette.ink, .centre))
        }
        let ratio = scale.across / scale.down
        // Degrees are shorter eastward than northward, so one bar cannot serve both directions.
        let words = abs(ratio - 1) > 0.01 ? "east–west; north–south × \(DecimalText.fixed(ratio, decimals: 2))" : "at the map’s centre"
        for (line, words) in [words, "coordinates: WGS 84"].enumerated() {
            let point = PicturePoint(x: left, y: top + (28 + 19 * Double(line)) * unit)
            shapes.append(text.shape(words, at: point, font, PicturePalette.quietInk))
        }
    }

    private static func number(_ value: Double) -> String { DecimalText.trimmed(value, decimals: 3) }

    private func addNorthArrow(_ map: PictureMap, centre: PicturePoint, to shapes: inout [PictureShape]) {
        guard let north = map.north else { return }
        func at(_ along: Double, _ across: Double) -> PicturePoint {
            PicturePoint(
                x: centre.x + (north.x * along - north.y * across) * unit, y: centre.y + (north.y * along + north.x * across) * unit)
        }
        let tip = at(26, 0)
        let notch = at(-13, 0)
        shapes.append(PictureShape(.fill([tip, at(-22, -13), notch], PicturePalette.ink)))
        let right = [tip, at(-22, 13), notch]
        shapes.append(PictureShape(.fill(right, PicturePalette.paper)))
        shapes.append(PictureShape(.stroke(right, isClosed: true, PicturePalette.ink, width: 1.2 * unit, dash: 0)))
        let label = at(38, 0)
        shapes.append(text.shape("N", at: PicturePoint(x: label.x, y: label.y + 5.5 * unit), headFont, PicturePalette.ink, .centre))
    }

    // MARK: Colours

    private func addColours(at corner: PicturePoint, to shapes: inout [PictureShape]) {
        let cell = 24 * unit
        let height = 15 * unit
        let top = corner.y + 26 * unit
        let steps = 6
        let count = Double(2 * steps + 2)
        let heads: [(Double, String, PictureFont, PictureText.Alignment)] = [
            (0, "darker", font, .left), (count / 2, "Change in brightness", headFont, .centre), (count, "brighter", font, .right),
        ]
        for (place, words, font, alignment) in heads {
            let point = PicturePoint(x: corner.x + place * cell, y: corner.y + 14 * unit)
            shapes.append(text.shape(words, at: point, font, PicturePalette.ink, alignment))
        }
        func swatch(_ index: Int, _ colour: PictureColour) {
            shapes.append(.box(PictureRect(x: corner.x + Double(index) * cell, y: top, width: cell, height: height), fill: colour))
        }
        for step in 0..<steps {
            let strength = Double(step) / Double(steps - 1)
            swatch(steps - 1 - step, PicturePalette.tinted(brightness: 127.5, hue: PicturePalette.darker, strength: strength))
            swatch(steps + 2 + step, PicturePalette.tinted(brightness: 127.5, hue: PicturePalette.brighter, strength: strength))
        }
        for index in [steps, steps + 1] { swatch(index, PictureColour(grey: 0.5)) }
        let full = DecimalText.trimmed(PicturePalette.fullStrength(zLimit: zLimit), decimals: 1)
        let limit = DecimalText.trimmed(Double(zLimit), decimals: 1)
        let marks: [(Double, String)] = [
            (0, "−\(full) σ"), (Double(steps), "−\(limit)"), (Double(steps + 2), "+\(limit)"), (count, "+\(full) σ"),
        ]
        for (index, (place, label)) in marks.enumerated() {
            let alignment: PictureText.Alignment = index == 0 ? .left : index == 3 ? .right : index == 1 ? .right : .left
            let point = PicturePoint(x: corner.x + place * cell, y: top + height + 17 * unit)
            shapes.append(text.shape(label, at: point, font, PicturePalette.ink, alignment))
        }
        let box = PictureRect(x: corner.x, y: top + height + 28 * unit, width: 30 * unit, height: height)
        shapes.append(.box(box, fill: PictureColour(grey: 0.8)))
        for offset in stride(from: -box.height, to: box.width, by: 9 * unit) {
            let low = PicturePoint(x: box.x + offset, y: box.maxY)
            let high = PicturePoint(x: box.x + offset + box.height, y: box.y)
            shapes.append(
                PictureShape(.stroke([low, high], isClosed: false, PictureColour(grey: 0.57), width: 1.8 * unit, dash: 0), clip: box))
        }
        shapes.append(.frame(box, PicturePalette.quietInk, width: 0.8 * unit))
        shapes.append(
            text.shape("not observed: cloud, shadow, no data", at: PicturePoint(x: box.maxX + 8 * unit, y: box.maxY - 2.5 * unit), font))
    }

    // MARK: Outlines

    private func addSymbols(at corner: PicturePoint, to shapes: inout [PictureShape]) {
        guard hasLines || hasPolygons else { return }
        shapes.append(text.shape("Earthworks found", at: PicturePoint(x: corner.x, y: corner.y + 14 * unit), headFont))
        var y = corner.y + 33 * unit
        func label(_ words: String) {
            shapes.append(text.shape(words, at: PicturePoint(x: corner.x + 48 * unit, y: y + 5 * unit), font))
            y += 25 * unit
        }
        func stroke(_ points: [PicturePoint], isClosed: Bool, _ colour: PictureColour) {
            shapes.append(PictureShape(.stroke(points, isClosed: isClosed, PicturePalette.casing, width: 4.6 * unit, dash: 0)))
            shapes.append(PictureShape(.stroke(points, isClosed: isClosed, colour, width: 2.4 * unit, dash: 0)))
        }
        func rails(_ colour: PictureColour) {
            for offset in [-6.5, 6.5] {
                let points = [
                    PicturePoint(x: corner.x + 2 * unit, y: y + offset * unit), PicturePoint(x: corner.x + 36 * unit, y: y + offset * unit),
                ]
                stroke(points, isClosed: false, colour)
            }
        }
        if hasLines {
            rails(hasPlainLines ? PicturePalette.outline : PicturePalette.claimOutline)
            label("linear: runs between the two lines")
        }
        if hasPolygons {
            stroke(
                PictureRect(x: corner.x + 8 * unit, y: y - 8 * unit, width: 22 * unit, height: 16 * unit).corners, isClosed: true,
                PicturePalette.outline)
            label("compact: position, pit or pad")
        }
        if hasClaims {
            let swatch = PictureRect(x: corner.x + 8 * unit, y: y - 6 * unit, width: 22 * unit, height: 12 * unit)
            shapes.append(.box(swatch, fill: PicturePalette.claimOutline))
            shapes.append(.frame(swatch, PicturePalette.casing, width: 1.1 * unit))
            label("this colour: bears on a claim [its name]")
        }
    }
}
