import CCairo
import Raster

/// A colour as Cairo takes it: components 0–1, not premultiplied.
struct PictureColour: Hashable, Sendable {
    var red: Double
    var green: Double
    var blue: Double
    var alpha = 1.0

    /// 0xRRGGBB.
    init(_ hex: UInt32, alpha: Double = 1) {
        red = Double(hex >> 16 & 0xFF) / 255
        green = Double(hex >> 8 & 0xFF) / 255
        blue = Double(hex & 0xFF) / 255
        self.alpha = alpha
    }

    init(grey: Double) {
        red = grey
        green = grey
        blue = grey
    }

    /// `share` of the other colour, the rest of this one.
    func mixed(with other: PictureColour, _ share: Double) -> PictureColour {
        var mixed = self
        mixed.red += (other.red - red) * share
        mixed.green += (other.green - green) * share
        mixed.blue += (other.blue - blue) * share
        return mixed
    }
}

/// A rectangle in picture pixels; y runs down.
struct PictureRect: Hashable, Sendable {
    var x: Double
    var y: Double
    var width: Double
    var height: Double

    var maxX: Double { x + width }
    var maxY: Double { y + height }
    var centre: PicturePoint { PicturePoint(x: x + width / 2, y: y + height / 2) }

    func expanded(by margin: Double) -> PictureRect {
        PictureRect(x: x - margin, y: y - margin, width: width + 2 * margin, height: height + 2 * margin)
    }

    func meets(_ other: PictureRect) -> Bool {
        x < other.maxX && other.x < maxX && y < other.maxY && other.y < maxY
    }

    func contains(_ other: PictureRect) -> Bool {
        other.x >= x && other.y >= y && other.maxX <= maxX && other.maxY <= maxY
    }

    func contains(_ point: PicturePoint) -> Bool {
        point.x >= x && point.x <= maxX && point.y >= y && point.y <= maxY
    }
}

struct PicturePoint: Hashable, Sendable {
    var x: Double
    var y: Double

    func distance(to other: PicturePoint) -> Double {
        ((x - other.x) * (x - other.x) + (y - other.y) * (y - other.y)).squareRoot()
    }
}

/// The family that Debian's `fonts-dejavu-core` installs; fontconfig takes another where it is missing.
struct PictureFont: Hashable, Sendable {
    static let family = "DejaVu Sans"
    /// Height of the em square, in picture pixels.
    var size: Double
    var isBold = false
}

/// A Cairo surface of one piece of the picture, drawn on in the whole picture's coordinates.
///
/// Not safe to use from two threads at once.
final class CairoCanvas {
    let width: Int
    let height: Int
    private let surface: OpaquePointer
    private let context: OpaquePointer
    /// Cairo shares its fonts between surfaces, and its font library is not made for threads that open, use and close them at once.
    private static let fonts = Guarded<Void>(())

    /// - Throws: `InputError` where there is no memory for it. - Precondition: both sides are 1 to 32 767.
    init(width: Int, height: Int) throws {
        let surface = cairo_image_surface_create(CAIRO_FORMAT_ARGB32, Int32(width), Int32(height))
        let context = cairo_create(surface)
        guard let surface, let context, cairo_surface_status(surface) == CAIRO_STATUS_SUCCESS, cairo_status(context) == CAIRO_STATUS_SUCCESS
        else {
            cairo_destroy(context)
            cairo_surface_destroy(surface)
            throw InputError(problem: "no memory is left to draw a picture of \(width) × \(height) pixels")
        }
        self.width = width
        self.height = height
        self.surface = surface
        self.context = context
        // Hinting would round glyphs to the pixel grid by rules that differ between builds of the font library.
        let options = cairo_font_options_create()
        cairo_font_options_set_antialias(options, CAIRO_ANTIALIAS_GRAY)
        cairo_font_options_set_hint_style(options, CAIRO_HINT_STYLE_NONE)
        cairo_font_options_set_hint_metrics(options, CAIRO_HINT_METRICS_OFF)
        cairo_set_font_options(context, options)
        cairo_font_options_destroy(options)
        cairo_set_line_cap(context, CAIRO_LINE_CAP_ROUND)
        cairo_set_line_join(context, CAIRO_LINE_JOIN_ROUND)
    }

    deinit {
        // It may have the last hold of a font.
        Self.fonts.withLock { _ in cairo_destroy(context) }
        cairo_surface_destroy(surface)
    }

    /// Empties the surface and puts the picture's position (`x`, `y`) at its upper left corner.
    func begin(x: Int, y: Int) {
        cairo_identity_matrix(context)
        cairo_set_operator(context, CAIRO_OPERATOR_CLEAR)
        cairo_paint(context)
        cairo_set_operator(context, CAIRO_OPERATOR_OVER)
        cairo_translate(context, Double(-x), Double(-y))
    }

    /// - Parameter seen: outside of it nothing need be drawn.
    func draw(_ shape: PictureShape, in seen: PictureRect) {
        // From the font's choice until its release.
        if case .text = shape.kind { Self.fonts.withLock { _ in paint(shape, in: seen) } } else { paint(shape, in: seen) }
    }

    private func paint(_ shape: PictureShape, in seen: PictureRect) {
        cairo_save(context)
        defer { cairo_restore(context) }
        if let clip = shape.clip {
            cairo_rectangle(context, clip.x, clip.y, clip.width, clip.height)
            cairo_clip(context)
        }
        switch shape.kind {
        case .fill(let points, let colour):
            trace(points, isClosed: true)
            set(colour)
            cairo_fill(context)
        case .stroke(let points, let isClosed, let colour, let width, let dash):
            trace(points, isClosed: isClosed, pieces: shape.pieces, seenIn: seen)
            set(colour)
            cairo_set_line_width(context, width)
            if dash > 0 { cairo_set_dash(context, [dash, dash], 2, 0) }
            cairo_stroke(context)
        case .erase(let points, let width):
            trace(points, isClosed: false, pieces: shape.pieces, seenIn: seen)
            cairo_set_operator(context, CAIRO_OPERATOR_CLEAR)
            cairo_set_line_width(context, width)
            cairo_stroke(context)
        case .circle(let centre, let radius, let fill, let line, let width):
            cairo_arc(context, centre.x, centre.y, radius, 0, 2 * .pi)
            if let fill {
                set(fill)
                cairo_fill_preserve(context)
            }
            if let line {
                set(line)
                cairo_set_line_width(context, width)
                cairo_stroke(context)
            }
        case .text(let text, let origin, let font, let colour):
            set(colour)
            select(font)
            cairo_move_to(context, origin.x, origin.y)
            cairo_show_text(context, text)
        }
    }

    /// How far a text advances, in picture pixels.
    func width(of text: String, _ font: PictureFont) -> Double {
        Self.fonts.withLock { _ in
            select(font)
            var extents = cairo_text_extents_t()
            cairo_text_extents(context, text, &extents)
            return extents.x_advance
        }
    }

    /// Rows of premultiplied ARGB, each a 32-bit word, `stride` words apart.
    func withPixels<Result>(_ body: (_ pixels: UnsafePointer<UInt32>, _ stride: Int) throws -> Result) rethrows -> Result? {
        cairo_surface_flush(surface)
        let stride = Int(cairo_image_surface_get_stride(surface)) / 4
        guard let data = cairo_image_surface_get_data(surface) else { return nil }
        return try data.withMemoryRebound(to: UInt32.self, capacity: stride * height) { try body($0, stride) }
    }

    private func trace(_ points: [PicturePoint], isClosed: Bool) {
        for (index, point) in points.enumerated() {
            if index == 0 { cairo_move_to(context, point.x, point.y) } else { cairo_line_to(context, point.x, point.y) }
        }
        if isClosed { cairo_close_path(context) }
    }

    /// Of a line in pieces only those that are seen: it takes Cairo long to make the outline of a long one, which runs through many pieces of the picture.
    private func trace(_ points: [PicturePoint], isClosed: Bool, pieces: [PictureRect], seenIn rect: PictureRect) {
        guard !pieces.isEmpty else { return trace(points, isClosed: isClosed) }
        var reached = -1
        for (k, piece) in pieces.enumerated() where piece.meets(rect) {
            let first = k * PictureShape.segmentsOfPiece
            if reached != first { cairo_move_to(context, points[first].x, points[first].y) }
            reached = min(points.count - 1, first + PictureShape.segmentsOfPiece)
            for point in points[(first + 1)...reached] { cairo_line_to(context, point.x, point.y) }
        }
    }

    private func set(_ colour: PictureColour) {
        cairo_set_source_rgba(context, colour.red, colour.green, colour.blue, colour.alpha)
    }

    private func select(_ font: PictureFont) {
        cairo_select_font_face(
            context, PictureFont.family, CAIRO_FONT_SLANT_NORMAL, font.isBold ? CAIRO_FONT_WEIGHT_BOLD : CAIRO_FONT_WEIGHT_NORMAL)
        cairo_set_font_size(context, font.size)
    }
}
