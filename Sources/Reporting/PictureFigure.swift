import ChangeDetection
import Geodesy
import Raster

/// A whole figure laid out: its size, the map's place in it, and all that is drawn over and around the map.
///
/// Lengths are in units of a 1400th of the map's width, so that a figure of any size reads the same when it is shown at one width.
struct PictureFigure {
    let size: RasterSize
    let map: PictureMap
    let title: String
    let shapes: [PictureShape]
    /// Picture pixels a unit.
    let unit: Double

    /// Detections that have a label of their own beside them; with more, they are numbered and listed.
    private static let mostFullLabels = 14
    private static let mostListed = 80

    /// - Throws: `InputError` where the grid places no pixel or PROJ does not know its system.
    init(_ content: DiffPictureContent) throws {
        let grid = content.grid
        guard grid.size.width > 0, grid.size.height > 0, grid.transform.isInvertible else {
            throw InputError(problem: "a map of \(grid.size) pixels that lie nowhere cannot be drawn")
        }
        let toDegrees = try CoordinateTransformation(from: grid.crs, to: .epsg(4326))
        let fromDegrees = try CoordinateTransformation(from: .epsg(4326), to: grid.crs)
        let text = try PictureText()

        let longest = max(grid.size.width, grid.size.height)
        let magnification = longest < 1200 ? (1200 + longest - 1) / longest : 1
        let mapWidth = Double(grid.size.width * magnification)
        let mapHeight = Double(grid.size.height * magnification)
        let unit = max(1, max(mapWidth, (mapWidth * mapHeight).squareRoot()) / 1400)
        func placed(x: Double, y: Double) -> PictureMap {
            PictureMap(
                grid: grid, magnification: magnification, rect: PictureRect(x: x, y: y, width: mapWidth, height: mapHeight),
                toDegrees: toDegrees, fromDegrees: fromDegrees)
        }

        // What stands left and right of the map decides the width, and that where lines of text break.
        let margin = (28 * unit).rounded()
        let tickFont = PictureFont(size: 14 * unit)
        let atOrigin = placed(x: 0, y: 0)
        let tickWidth = atOrigin.ticks(on: .left, most: Self.sideTicks(mapHeight, unit)).map { text.width($0.label, tickFont) }.max() ?? 0
        let leftColumn = (tickWidth + 14 * unit).rounded()
        let all = content.earthworks.compactMap {
            PictureDetection($0, claimTag: content.highlightedClaims[$0.id], on: atOrigin)
        }
        let ranked = all.sorted { ($1.earthwork.snr, $0.earthwork.id) < ($0.earthwork.snr, $1.earthwork.id) }.map(\.earthwork)
        let table = PictureTable(ranked, claims: content.highlightedClaims, text: text, unit: unit)
        let mapColumn = max(mapWidth, 1080 * unit - leftColumn)

        func compose(isNumbered: Bool) throws -> PictureFigure? {
            let panelWidth = isNumbered ? 30 * unit + table.width : 0
            let width = (2 * margin + leftColumn + mapColumn + panelWidth).rounded(.up)
            let page = PictureRect(x: margin, y: 0, width: width - 2 * margin, height: 0)
            let title = "Change on the ground between \(content.before) and \(content.after)".oneLine
            var shapes: [PictureShape] = []
            var y = 0.0
            Self.addHeader(content, title: title, detections: ranked, page: page, width: width, unit: unit, text: text, to: &shapes, y: &y)

            let map = placed(x: margin + leftColumn + ((mapColumn - mapWidth) / 2).rounded(), y: (y + 22 * unit).rounded())
            let detections = ranked.compactMap { PictureDetection($0, claimTag: content.highlightedClaims[$0.id], on: map) }
            let scale = map.metresPerPixel
            // Among many, thinner outlines keep the ground in sight.
            let outlineUnit = detections.count > 40 ? 0.75 * unit : unit
            shapes += PictureDetection.outlines(
                detections, map: map, unit: outlineUnit, metresPerPixel: scale.map { ($0.across * $0.down).squareRoot() })
            var reserved: [PictureRect] = []
            if content.isSimulated { reserved.append(Self.addMapTag(on: map, unit: unit, text: text, to: &shapes)) }
            let listed = isNumbered ? min(table.capacity(height: mapHeight), Self.mostListed, detections.count) : detections.count
            guard
                let labels = PictureCallouts.shapes(
                    detections, listed: listed, isNumbered: isNumbered, map: map, reserved: reserved, unit: unit, text: text)
            else { return nil }
            shapes += labels
            shapes += Self.frame(map, unit: unit, font: tickFont, text: text)

            var bottom = map.rect.maxY + 30 * unit
            if isNumbered {
                let corner = PicturePoint(x: margin + leftColumn + mapColumn + 30 * unit, y: map.rect.y)
                bottom = max(bottom, table.add(listed: listed, at: corner, text: text, to: &shapes))
            }
            let legend = PictureLegend(
                unit: unit, text: text, zLimit: content.zLimit, hasClaims: detections.contains { $0.claimTag != nil },
                hasLines: detections.contains { !$0.isPolygon },
                hasPlainLines: detections.contains { !$0.isPolygon && $0.claimTag == nil },
                hasPolygons: detections.contains(where: \.isPolygon))
            y = legend.add(map: map, page: page, y: bottom + 14 * unit, to: &shapes)
            y = Self.addFooter(content, map: map, page: page, y: y, unit: unit, text: text, to: &shapes)
            return PictureFigure(
                size: RasterSize(width: Int(width), height: Int((y + 20 * unit).rounded(.up))), map: map, title: title, shapes: shapes,
                unit: unit)
        }
        if ranked.count <= Self.mostFullLabels, let figure = try compose(isNumbered: false) {
            self = figure
        } else if let figure = try compose(isNumbered: true) {
            self = figure
        } else {
            throw InputError(problem: "the picture's labels cannot be laid out")
        }
    }

    private init(size: RasterSize, map: PictureMap, title: String, shapes: [PictureShape], unit: Double) {
        self.size = size
        self.map = map
        self.title = title
        self.shapes = shapes
        self.unit = unit
    }

    private static func sideTicks(_ length: Double, _ unit: Double) -> Int { max(2, Int(length / (170 * unit))) }
}

// MARK: Above the map

extension PictureFigure {
    private static func addHeader(
        _ content: DiffPictureContent, title: String, detections: [Earthwork], page: PictureRect, width: Double, unit: Double,
        text: PictureText,
        to shapes: inout [PictureShape], y: inout Double
    ) {
        if content.isSimulated {
            let bar = PictureRect(x: 0, y: 0, width: width, height: (46 * unit).rounded())
            shapes.append(.box(bar, fill: PicturePalette.banner))
            let font = PictureFont(size: 22 * unit, isBold: true)
            let words = text.fitted(
                "SIMULATED IMAGERY – a made-up scene, not a place as it was seen", font, width: page.width)
            shapes.append(text.shape(words, at: PicturePoint(x: width / 2, y: 31 * unit), font, PicturePalette.paper, .centre))
            y = bar.maxY
        }
        y += 48 * unit
        var size = 29.0
        while size > 20, text.width(title, PictureFont(size: size * unit, isBold: true)) > page.width { size -= 1 }
        for line in text.wrapped(title, PictureFont(size: size * unit, isBold: true), width: page.width, mostLines: 3) {
            shapes.append(text.shape(line, at: PicturePoint(x: page.x, y: y), PictureFont(size: size * unit, isBold: true)))
            y += 1.25 * size * unit
        }
        let font = PictureFont(size: 17 * unit)
        for line in text.wrapped(summary(content, detections), font, width: page.width, mostLines: 2) {
            shapes.append(text.shape(line, at: PicturePoint(x: page.x, y: y - 6 * unit), font, PicturePalette.quietInk))
            y += 23 * unit
        }
        y -= 14 * unit
    }

    private static func summary(_ content: DiffPictureContent, _ detections: [Earthwork]) -> String {
        let lines = detections.filter { $0.kind == .linear }
        let sites = detections.count - lines.count
        var parts: [String] = []
        if !content.tile.isEmpty, content.tile != "scene" { parts.append("Tile \(content.tile)") }
        if !lines.isEmpty {
            let metres = lines.compactMap(\.lengthMetres).filter(\.isFinite).reduce(0, +)
            parts.append("\(lines.count) linear earthwork\(lines.count == 1 ? "" : "s"), \(PictureUnits.length(metres)) in all")
        }
        if sites > 0 { parts.append("\(sites) compact earthwork\(sites == 1 ? "" : "s")") }
        if detections.isEmpty { parts.append("no earthwork found above the detection limit") }
        return parts.joined(separator: "  ·  ")
    }

    /// The word stands on the map too, where it stays in a picture cut out of the figure.
    private static func addMapTag(on map: PictureMap, unit: Double, text: PictureText, to shapes: inout [PictureShape]) -> PictureRect {
        let font = PictureFont(size: 18 * unit, isBold: true)
        let word = "SIMULATED IMAGERY"
        let width = text.width(word, font) + 24 * unit
        let rect = PictureRect(
            x: map.rect.x + 10 * unit, y: map.rect.y + 10 * unit, width: min(width, map.rect.width - 20 * unit), height: 30 * unit)
        guard rect.width > 60 * unit else { return rect }
        shapes.append(.box(rect, fill: PicturePalette.banner))
        let fitted = text.fitted(word, font, width: rect.width - 12 * unit)
        shapes.append(
            text.shape(fitted, at: PicturePoint(x: rect.centre.x, y: rect.y + 21.5 * unit), font, PicturePalette.paper, .centre))
        return rect
    }
}

// MARK: Around and below the map

extension PictureFigure {
    private static func frame(_ map: PictureMap, unit: Double, font: PictureFont, text: PictureText) -> [PictureShape] {
        let rect = map.rect
        let line = 1.4 * unit
        let tick = 7 * unit
        var shapes: [PictureShape] = [.frame(rect.expanded(by: line / 2), PicturePalette.ink, width: line)]
        for edge in PictureMap.Edge.allCases {
            let isAcross = edge == .top || edge == .bottom
            var end = -Double.infinity
            let ticks = map.ticks(on: edge, most: isAcross ? max(2, Int(rect.width / (190 * unit))) : sideTicks(rect.height, unit))
            for mark in ticks.sorted(by: { ($0.point.x, $0.point.y) < ($1.point.x, $1.point.y) }) {
                let point = mark.point
                switch edge {
                case .left: shapes.append(.line(point, PicturePoint(x: point.x - tick, y: point.y), PicturePalette.ink, width: line))
                case .right: shapes.append(.line(point, PicturePoint(x: point.x + tick, y: point.y), PicturePalette.ink, width: line))
                case .top: shapes.append(.line(point, PicturePoint(x: point.x, y: point.y - tick), PicturePalette.ink, width: line))
                case .bottom: shapes.append(.line(point, PicturePoint(x: point.x, y: point.y + tick), PicturePalette.ink, width: line))
                }
                if edge == .left {
                    shapes.append(
                        text.shape(
                            mark.label, at: PicturePoint(x: point.x - 11 * unit, y: point.y + 5 * unit), font, PicturePalette.ink, .right))
                } else if edge == .bottom {
                    let width = text.width(mark.label, font)
                    guard point.x - width / 2 > end + 12 * unit else { continue }
                    shapes.append(
                        text.shape(mark.label, at: PicturePoint(x: point.x, y: point.y + 24 * unit), font, PicturePalette.ink, .centre))
                    end = point.x + width / 2
                }
            }
        }
        return shapes
    }

    private static func addFooter(
        _ content: DiffPictureContent, map: PictureMap, page: PictureRect, y start: Double, unit: Double, text: PictureText,
        to shapes: inout [PictureShape]
    ) -> Double {
        var y = start
        shapes.append(.line(PicturePoint(x: page.x, y: y), PicturePoint(x: page.maxX, y: y), PicturePalette.rule, width: unit))
        y += 8 * unit
        let font = PictureFont(size: 14 * unit)
        func paragraph(_ words: String, _ colour: PictureColour = PicturePalette.quietInk, mostLines: Int = 4) {
            for line in text.wrapped(words, font, width: page.width, mostLines: mostLines) {
                y += 19 * unit
                shapes.append(text.shape(line, at: PicturePoint(x: page.x, y: y), font, colour))
            }
        }
        paragraph(
            "The ground is the later image (\(content.after)). Orange: brighter than on \(content.before), as turned-up soil is; blue: darker, "
                + "as shadow, dug or wet soil is. The unit σ is the usual spread of ground that did not change.")
        let pixel =
            map.metresPerPixel.map { scale in
                let k = Double(map.magnification)
                let across = DecimalText.trimmed(scale.across * k, decimals: 1)
                let down = DecimalText.trimmed(scale.down * k, decimals: 1)
                return across == down ? "One pixel of the imagery is \(across) m" : "One pixel of the imagery is \(across) × \(down) m"
            } ?? "The size of a pixel on the ground is not known"
        paragraph(
            "\(pixel): what is much narrower is seen only by strong contrast, and its depth, purpose and builders cannot be seen. Where nothing "
                + "is marked, nothing was found in these images.")
        if !content.notes.isEmpty { paragraph("Notes: " + content.notes.joined(separator: "; ") + ".") }
        if let credit = content.sourceCredit, !credit.isEmpty { paragraph("Source: \(credit)", PicturePalette.ink, mostLines: 2) }
        return y
    }
}
