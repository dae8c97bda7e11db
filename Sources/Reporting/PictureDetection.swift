import ChangeDetection
import Raster

/// An earthwork as it lies in the picture.
struct PictureDetection {
    let earthwork: Earthwork
    /// The claim that it is highlighted for.
    let claimTag: String?
    let points: [PicturePoint]
    let isPolygon: Bool

    /// nil where none of it is on the map.
    init?(_ earthwork: Earthwork, claimTag: String?, on map: PictureMap) {
        let points = earthwork.shape.points.compactMap(map.point)
        guard !points.isEmpty, PictureShape.bounds(of: points).expanded(by: 0.5).meets(map.rect) else { return nil }
        self.earthwork = earthwork
        self.claimTag = claimTag
        self.points = points
        if case .polygon = earthwork.shape { isPolygon = true } else { isPolygon = false }
        guard !samples(every: map.rect.width / 200, inside: map.rect).isEmpty else { return nil }
    }

    /// Points along the line or outline that are on the map, from its start to its end.
    func samples(every step: Double, inside rect: PictureRect) -> [PicturePoint] {
        var samples = points.prefix(1).filter(rect.contains)
        for (a, b) in zip(points, points.dropFirst()) {
            let count = min(max(Int((a.distance(to: b) / max(step, 1)).rounded(.up)), 1), 4096)
            for index in 1...count {
                let share = Double(index) / Double(count)
                let point = PicturePoint(x: a.x + share * (b.x - a.x), y: a.y + share * (b.y - a.y))
                if rect.contains(point) { samples.append(point) }
            }
        }
        return samples
    }

    var sizeText: String { earthwork.sizeText }

    /// The days between which it came about, and when it was gone again.
    var onsetText: String {
        switch (earthwork.lastAbsent, earthwork.firstSeen) {
        case (let absent?, let seen?): "\(absent) – \(seen)"
        case (nil, let seen?): "by \(seen)"
        case (let absent?, nil): "after \(absent)"
        case (nil, nil): ""
        }
    }

    /// Between the two lines that run along a linear earthwork: the ground to be seen between them.
    func gap(unit: Double, metresPerPixel: Double?) -> Double {
        guard !isPolygon else { return 0 }
        let width = metresPerPixel.flatMap { scale in earthwork.widthMetres.map { $0 / scale } } ?? 0
        return min(max(width + 6 * unit, 13 * unit), 60 * unit)
    }

    var colour: PictureColour { claimTag == nil ? PicturePalette.outline : PicturePalette.claimOutline }
}

extension Earthwork {
    /// `12.3 km`, `840 m`, `1.25 ha`, `840 m²`; empty where the record has no size.
    var sizeText: String {
        func length(_ metres: Double) -> String { PictureUnits.length(metres) }
        switch kind {
        case .linear: return lengthMetres.map(length) ?? ""
        case .compact: return areaSquareMetres.map(PictureUnits.area) ?? lengthMetres.map(length) ?? ""
        }
    }
}

enum PictureUnits {
    static func length(_ metres: Double) -> String {
        if metres >= 99_950 { return DecimalText.fixed(metres / 1000, decimals: 0) + " km" }
        if metres >= 995 { return DecimalText.fixed(metres / 1000, decimals: metres < 9_995 ? 2 : 1) + " km" }
        return DecimalText.fixed(metres, decimals: 0) + " m"
    }

    static func area(_ squareMetres: Double) -> String {
        if squareMetres >= 1e6 { return DecimalText.fixed(squareMetres / 1e6, decimals: 2) + " km²" }
        if squareMetres >= 9_950 { return DecimalText.fixed(squareMetres / 1e4, decimals: squareMetres < 99_500 ? 2 : 1) + " ha" }
        return DecimalText.fixed(squareMetres, decimals: 0) + " m²"
    }
}

extension PictureDetection {
    /// Outlines of all, drawn so that neither a line nor what lies in a polygon is covered: a line gets a casing on either side.
    static func outlines(_ detections: [PictureDetection], map: PictureMap, unit: Double, metresPerPixel: Double?) -> [PictureShape] {
        let stroke = 2.4 * unit
        let edge = 1.1 * unit
        let lines = detections.filter { !$0.isPolygon && $0.points.count > 1 }
        func gap(_ detection: PictureDetection) -> Double { detection.gap(unit: unit, metresPerPixel: metresPerPixel) }
        func strokes(_ colour: (PictureDetection) -> PictureColour, extra: Double) -> [PictureShape] {
            lines.map {
                PictureShape(.stroke($0.points, isClosed: false, colour($0), width: gap($0) + extra, dash: 0), clip: map.rect)
            }
        }
        var shapes = strokes({ _ in PicturePalette.casing }, extra: 2 * stroke + 2 * edge)
        shapes += strokes(\.colour, extra: 2 * stroke)
        shapes += strokes({ _ in PicturePalette.casing }, extra: 0.9 * edge)
        shapes += lines.map { PictureShape(.erase($0.points, width: gap($0)), clip: map.rect) }

        for detection in detections where detection.isPolygon || detection.points.count == 1 {
            let bounds = PictureShape.bounds(of: detection.points)
            if max(bounds.width, bounds.height) < 14 * unit {
                // Too small for its outline to be told from a dot.
                for (colour, width) in [(PicturePalette.casing, stroke + 2 * edge), (detection.colour, stroke)] {
                    shapes.append(
                        PictureShape(.circle(bounds.centre, radius: 12 * unit, fill: nil, line: colour, width: width), clip: map.rect))
                }
            } else {
                for (colour, width) in [(PicturePalette.casing, stroke + 2 * edge), (detection.colour, stroke)] {
                    shapes.append(
                        PictureShape(.stroke(detection.points, isClosed: true, colour, width: width, dash: 0), clip: map.rect))
                }
            }
        }
        return shapes
    }
}
