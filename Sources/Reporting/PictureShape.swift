/// One thing to draw, in picture pixels. The figure is a list of them, so that each strip of it can be drawn from the same list.
struct PictureShape: Sendable {
    enum Kind: Sendable {
        case fill([PicturePoint], PictureColour)
        /// `dash` is the length of the dashes and of the gaps between them; 0 for none.
        case stroke([PicturePoint], isClosed: Bool, PictureColour, width: Double, dash: Double)
        /// Takes away what was drawn before along a line, so that the ground is seen there.
        case erase([PicturePoint], width: Double)
        case circle(PicturePoint, radius: Double, fill: PictureColour?, line: PictureColour?, width: Double)
        /// From its baseline's start.
        case text(String, PicturePoint, PictureFont, PictureColour)
    }

    let kind: Kind
    /// Nothing is drawn outside of it.
    let clip: PictureRect?
    /// Encloses all that is drawn.
    let bounds: PictureRect
    /// Of a long line without dashes: what encloses each piece of `segmentsOfPiece` segments. Empty else.
    let pieces: [PictureRect]
    static let segmentsOfPiece = 16

    init(_ kind: Kind, clip: PictureRect? = nil) {
        self.kind = kind
        self.clip = clip
        switch kind {
        case .fill(let points, _): bounds = Self.bounds(of: points[...]).expanded(by: 1)
        case .stroke(let points, _, _, let width, _), .erase(let points, let width):
            bounds = Self.bounds(of: points[...]).expanded(by: width / 2 + 1)
        case .circle(let centre, let radius, _, _, let width):
            bounds = PictureRect(x: centre.x, y: centre.y, width: 0, height: 0).expanded(by: radius + width / 2 + 1)
        case .text(let text, let origin, let font, _):
            // No glyph of the family is wider than 1.5 em or reaches further up or down.
            bounds = PictureRect(
                x: origin.x - font.size, y: origin.y - 1.5 * font.size,
                width: (Double(text.unicodeScalars.count) * 1.5 + 2) * font.size, height: 2.5 * font.size)
        }
        pieces = Self.pieces(of: kind)
    }

    private static func pieces(of kind: Kind) -> [PictureRect] {
        let (points, width): ([PicturePoint], Double)
        switch kind {
        case .stroke(let line, false, _, let across, 0): (points, width) = (line, across)
        case .erase(let line, let across): (points, width) = (line, across)
        default: return []
        }
        guard points.count > 2 * segmentsOfPiece else { return [] }
        return stride(from: 0, to: points.count - 1, by: segmentsOfPiece).map {
            bounds(of: points[$0...min(points.count - 1, $0 + segmentsOfPiece)]).expanded(by: width / 2 + 1)
        }
    }

    /// Whether anything of it may be seen in a rectangle.
    func meets(_ rect: PictureRect) -> Bool {
        bounds.meets(rect) && (clip?.meets(rect) ?? true) && (pieces.isEmpty || pieces.contains { $0.meets(rect) })
    }

    static func bounds(of points: [PicturePoint]) -> PictureRect { bounds(of: points[...]) }

    private static func bounds(of points: ArraySlice<PicturePoint>) -> PictureRect {
        guard let first = points.first else { return PictureRect(x: 0, y: 0, width: 0, height: 0) }
        var low = first
        var high = first
        for point in points {
            low = PicturePoint(x: min(low.x, point.x), y: min(low.y, point.y))
            high = PicturePoint(x: max(high.x, point.x), y: max(high.y, point.y))
        }
        return PictureRect(x: low.x, y: low.y, width: high.x - low.x, height: high.y - low.y)
    }

    static func line(_ a: PicturePoint, _ b: PicturePoint, _ colour: PictureColour, width: Double) -> PictureShape {
        PictureShape(.stroke([a, b], isClosed: false, colour, width: width, dash: 0))
    }

    static func box(_ rect: PictureRect, fill: PictureColour) -> PictureShape {
        PictureShape(.fill(rect.corners, fill))
    }

    static func frame(_ rect: PictureRect, _ colour: PictureColour, width: Double) -> PictureShape {
        PictureShape(.stroke(rect.corners, isClosed: true, colour, width: width, dash: 0))
    }
}

extension PictureRect {
    var corners: [PicturePoint] {
        [
            PicturePoint(x: x, y: y), PicturePoint(x: maxX, y: y), PicturePoint(x: maxX, y: maxY), PicturePoint(x: x, y: maxY),
        ]
    }
}
