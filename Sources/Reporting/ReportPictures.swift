import CCairo
import Foundation
import Raster

/// Before and after of earthworks. A picture's bytes stand once in the page, beside its detection; elsewhere it is drawn by reference.
struct ReportPictures {
    private let swipes: [String: ReportSwipe]
    private let encoded: [String: (before: String, after: String)]

    /// - Parameter shown: ids of the detections that have a card, where the bytes stand.
    /// - Throws: `InputError` for a picture whose bytes do not fit its size.
    init(_ swipes: [String: ReportSwipe], shown: [String]) throws {
        var encoded: [String: (before: String, after: String)] = [:]
        var kept: [String: ReportSwipe] = [:]
        for id in shown where kept[id] == nil {
            guard let swipe = swipes[id] else { continue }
            guard swipe.isWhole else {
                throw InputError(
                    problem:
                        "the pictures of detection \(id) have \(swipe.before.count) and \(swipe.after.count) bytes for \(swipe.width) × \(swipe.height) pixels",
                    advice: "leave them out of the report")
            }
            kept[id] = swipe
            encoded[id] = (
                try PortableGrey.dataURI(swipe.before, width: swipe.width, height: swipe.height),
                try PortableGrey.dataURI(swipe.after, width: swipe.width, height: swipe.height)
            )
        }
        self.swipes = kept
        self.encoded = encoded
    }

    func has(_ id: String) -> Bool { swipes[id] != nil }

    /// - Parameters:
    ///   - isOriginal: true where the bytes are to stand, once a page.
    ///   - caption: what the pictures are of.
    func figure(_ id: String, isOriginal: Bool, caption: Markup) -> Markup {
        guard let swipe = swipes[id], let bytes = encoded[id] else { return .nothing }
        let key = "picture-" + ReportText.anchor(id)
        func pane(_ side: String, _ word: String, _ date: String, _ uri: String, hasMark: Bool) -> Markup {
            let image =
                isOriginal
                ? element("image", ["id": "\(key)-\(side)", "width": "\(swipe.width)", "height": "\(swipe.height)", "href": uri])
                : element("use", ["href": "#\(key)-\(side)"])
            return element(
                "div", ["class": "pane pane-\(side)"],
                element(
                    "svg",
                    [
                        "viewBox": "0 0 \(swipe.width) \(swipe.height)", "role": "img",
                        "aria-label": "Satellite picture of \(date), \(word.lowercased()), at \(id)",
                    ],
                    image, hasMark ? mark(swipe, key: key, isOriginal: isOriginal) : .nothing, scaleBar(swipe)),
                element("p", ["class": "pane-date"], element("strong", [:], Markup(word)), " \(date)"))
        }
        return element(
            "figure", ["class": "swipe"],
            element(
                "div", ["class": "stage"],
                pane("before", "Before", swipe.beforeDate, bytes.before, hasMark: false),
                pane("after", "After", swipe.afterDate, bytes.after, hasMark: true)),
            element(
                "div", ["class": "swipe-control", "hidden": ""],
                element(
                    "label", [:], element("span", [:], "Swipe: \(swipe.beforeDate) to \(swipe.afterDate)"),
                    element("input", ["type": "range", "min": "0", "max": "100", "value": "50", "autocomplete": "off"]))),
            element("figcaption", [:], caption))
    }

    /// Two rails beside a line, or a ring around a site: the ground itself stays free to be looked at.
    private func mark(_ swipe: ReportSwipe, key: String, isOriginal: Bool) -> Markup {
        let points = swipe.outline.filter { $0.x.isFinite && $0.y.isFinite && abs($0.x) < 1e5 && abs($0.y) < 1e5 }
        guard points.count > 1 else { return .nothing }
        guard isOriginal else { return element("use", ["href": "#\(key)-mark"]) }
        let path = points.map { "\(svg($0.x)),\(svg($0.y))" }.joined(separator: " ")
        let unit = Double(max(swipe.width, swipe.height)) / 100
        func width(_ factor: Double) -> String { DecimalText.trimmed(factor * unit, decimals: 2) }
        // A mask keeps the rails' inside free; it reaches beyond the picture, where lines run out of it.
        let frame: [String] = [-swipe.width, -swipe.height, 3 * swipe.width, 3 * swipe.height].map(String.init)
        return element(
            "g", ["id": "\(key)-mark"],
            element(
                "mask",
                ["id": "\(key)-mask", "maskUnits": "userSpaceOnUse", "x": frame[0], "y": frame[1], "width": frame[2], "height": frame[3]],
                element("rect", ["x": frame[0], "y": frame[1], "width": frame[2], "height": frame[3], "fill": "#fff"]),
                element(
                    "polyline",
                    [
                        "points": path, "fill": points.first == points.last ? "#000" : "none", "stroke": "#000", "stroke-width": width(5.6),
                        "stroke-linejoin": "round",
                        "stroke-linecap": "round",
                    ])),
            element(
                "g", ["mask": "url(#\(key)-mask)", "fill": "none", "stroke-linejoin": "round", "stroke-linecap": "round"],
                element("polyline", ["points": path, "stroke": "#1c1f23", "stroke-width": width(8)]),
                element("polyline", ["points": path, "stroke": "#ffd23f", "stroke-width": width(7.2)])))
    }

    private func scaleBar(_ swipe: ReportSwipe) -> Markup {
        guard swipe.metresPerPixel.isFinite, swipe.metresPerPixel > 0 else { return .nothing }
        let (metres, label) = ReportScale.bar(atMost: 0.35 * Double(swipe.width) * swipe.metresPerPixel)
        let length = metres / swipe.metresPerPixel
        let unit = Double(swipe.width) / 100
        let (left, bottom) = (3 * unit, Double(swipe.height) - 4 * unit)
        func text(_ value: Double) -> String { DecimalText.trimmed(value, decimals: 2) }
        let path = "M\(text(left)) \(text(bottom))h\(text(length))"
        return element(
            "g", ["class": "picture-scale", "aria-hidden": "true"],
            element("path", ["d": path, "stroke": "#1c1f23", "stroke-width": text(2.2 * unit)]),
            element("path", ["d": path, "stroke": "#fff", "stroke-width": text(1.1 * unit)]),
            element(
                "text",
                [
                    "x": text(left), "y": text(bottom - 2.4 * unit), "font-size": text(6 * unit), "fill": "#fff", "stroke": "#1c1f23",
                    "stroke-width": text(1.2 * unit), "paint-order": "stroke",
                ], Markup(label)))
    }
}

/// Lengths that scale bars show.
enum ReportScale {
    /// The longest of 1, 2, 5, 10 … m that is no longer than asked for.
    static func bar(atMost most: Double) -> (metres: Double, label: String) {
        let metres = RoundNumber.largest(atMost: most)
        return (
            metres, metres >= 1000 ? "\(ReportText.number(metres / 1000, decimals: 0)) km" : "\(ReportText.number(metres, decimals: 3)) m"
        )
    }
}

/// PNG of 8 grey bits, in memory, as cairo writes it.
private enum PortableGrey {
    private final class Sink {
        var bytes: [UInt8] = []
    }

    static func dataURI(_ grey: [UInt8], width: Int, height: Int) throws -> String {
        guard let surface = cairo_image_surface_create(CAIRO_FORMAT_A8, Int32(width), Int32(height)) else { throw noMemory }
        defer { cairo_surface_destroy(surface) }
        cairo_surface_flush(surface)
        guard cairo_surface_status(surface) == CAIRO_STATUS_SUCCESS, let rows = cairo_image_surface_get_data(surface) else {
            throw noMemory
        }
        let stride = Int(cairo_image_surface_get_stride(surface))
        for y in 0..<height {
            for x in 0..<width { rows[y * stride + x] = grey[y * width + x] }
        }
        cairo_surface_mark_dirty(surface)
        let sink = Sink()
        let status = cairo_surface_write_to_png_stream(
            surface,
            { context, bytes, count in
                guard let context, let bytes else { return CAIRO_STATUS_WRITE_ERROR }
                let sink = Unmanaged<Sink>.fromOpaque(context).takeUnretainedValue()
                sink.bytes.append(contentsOf: UnsafeBufferPointer(start: bytes, count: Int(count)))
                return CAIRO_STATUS_SUCCESS
            }, Unmanaged.passUnretained(sink).toOpaque())
        guard status == CAIRO_STATUS_SUCCESS else { throw noMemory }
        return "data:image/png;base64," + Data(sink.bytes).base64EncodedString()
    }

    private static var noMemory: InputError {
        InputError(problem: "a picture of the report cannot be encoded", advice: "is there memory left?")
    }
}
