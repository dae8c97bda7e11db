import Geodesy
import Raster

/// A box of the world in degrees. Empty until it holds a point.
struct Extent {
    private(set) var west = Double.infinity
    private(set) var east = -Double.infinity
    private(set) var south = Double.infinity
    private(set) var north = -Double.infinity

    init(_ lines: some Sequence<some Sequence<GeographicPoint>>) {
        for line in lines {
            for point in line where ReportText.isOnGlobe(point) {
                west = min(west, point.longitude)
                east = max(east, point.longitude)
                south = min(south, point.latitude)
                north = max(north, point.latitude)
            }
        }
    }

    init(west: Double, east: Double, south: Double, north: Double) {
        (self.west, self.east, self.south, self.north) = (west, east, south, north)
    }

    var isEmpty: Bool { west > east || south > north }
    var width: Double { east - west }
    var height: Double { north - south }

    func union(_ other: Extent) -> Extent {
        Extent(west: min(west, other.west), east: max(east, other.east), south: min(south, other.south), north: max(north, other.north))
    }

    func grown(by share: Double) -> Extent {
        let margin = share * max(width, height)
        return Extent(west: west - margin, east: east + margin, south: south - margin, north: north + margin)
    }

    func meets(_ other: Extent) -> Bool {
        west <= other.east && other.west <= east && south <= other.north && other.south <= north
    }

    func contains(_ point: GeographicPoint) -> Bool {
        (west...east).contains(point.longitude) && (south...north).contains(point.latitude)
    }

    /// Less than a quarter in width and height of what the other's drawing shows.
    func isSmall(beside other: Extent) -> Bool { 4 * max(width, height) < max(other.width, other.height) }
}

/// Degrees to a drawing's units: latitude straight, longitude shrunk by the cosine of the middle latitude, which over the few degrees of a
/// report distorts less than the eye sees.
struct MapFrame {
    let width = 720.0
    let height: Double
    private let scale: Double
    private let shrink: Double
    private let west: Double
    private let north: Double
    private let east: Double
    private let south: Double

    init(_ extent: Extent) {
        let middle = (extent.south + extent.north) / 2
        shrink = max(0.05, Self.cosine(middle))
        // A place without extent still has surroundings: some hundred metres.
        let across = max(extent.width * shrink, 0.004)
        let up = max(extent.height, 0.004)
        let margin = 64.0
        height = min(900, max(420, (width - 2 * margin) / across * up + 2 * margin))
        scale = min((width - 2 * margin) / across, (height - 2 * margin) / up)
        let centre = (extent.west + extent.east) / 2
        west = centre - width / 2 / scale / shrink
        east = centre + width / 2 / scale / shrink
        north = middle + height / 2 / scale
        south = middle - height / 2 / scale
    }

    private static func cosine(_ degrees: Double) -> Double {
        // By distances on the ellipsoid, which needs no library of angles.
        let step = 0.01
        let latitude = min(max(degrees, -89), 89)
        let along = Geodesic.distance(
            GeographicPoint(longitude: 0, latitude: latitude), GeographicPoint(longitude: step, latitude: latitude))
        let up = Geodesic.distance(
            GeographicPoint(longitude: 0, latitude: latitude - step / 2), GeographicPoint(longitude: 0, latitude: latitude + step / 2))
        return along / up
    }

    func x(_ longitude: Double) -> Double { (longitude - west) * shrink * scale }
    func y(_ latitude: Double) -> Double { (north - latitude) * scale }

    func contains(_ point: GeographicPoint) -> Bool { Extent(west: west, east: east, south: south, north: north).contains(point) }
    func meets(_ extent: Extent) -> Bool { Extent(west: west, east: east, south: south, north: north).meets(extent) }

    func box(_ extent: Extent) -> (left: Double, top: Double, right: Double, bottom: Double) {
        (x(extent.west), y(extent.north), x(extent.east), y(extent.south))
    }

    /// Points that fall upon each other in print are drawn once.
    func line(_ points: [GeographicPoint]) -> String {
        var path = ""
        var last = ""
        for point in points {
            let place = svg(x(point.longitude)) + " " + svg(y(point.latitude))
            if place == last { continue }
            path += (last.isEmpty ? "M" : "L") + place
            last = place
        }
        return path
    }

    func path(_ polygons: [[[GeographicPoint]]]) -> String {
        polygons.joined().map { line($0.filter(ReportText.isOnGlobe)) + "Z" }.filter { $0.count > 1 }.joined()
    }

    // MARK: Furniture

    private var step: Double {
        // Four lines or five across the shorter side.
        let wanted = min(width / shrink, height) / scale / 4
        var step = 90.0
        while step > wanted, step > 1e-4 { step = Self.next(below: step) }
        return step
    }

    /// 90, 45, 20, 10, 5, 2, 1, 0.5 … degrees.
    private static func next(below step: Double) -> Double {
        if step > 20.5 { return step > 45.5 ? 45 : 20 }
        return RoundNumber.largest(atMost: step * 0.999)
    }

    private func lines(from low: Double, to high: Double) -> [Double] {
        let first = (low / step).rounded(.up)
        let count = Int(min(20, max(0, (high / step).rounded(.down) - first)))
        return (0...count).map { (first + Double($0)) * step }.filter { (low...high).contains($0) }
    }

    private var decimals: Int { step >= 1 ? 0 : step >= 0.1 ? 1 : step >= 0.01 ? 2 : step >= 0.001 ? 3 : 4 }

    private func label(_ degrees: Double, _ positive: String, _ negative: String) -> String {
        let turned = degrees > 180 ? degrees - 360 : degrees < -180 ? degrees + 360 : degrees
        let number = DecimalText.fixed(abs(turned), decimals: decimals)
        return number + "°" + (turned == 0 ? "" : turned > 0 ? positive : negative)
    }

    private static let furnitureHeight = 44.0

    var graticule: Markup {
        element(
            "g", ["class": "graticule"],
            Markup(
                lines(from: west, to: east).map { element("line", ["x1": svg(x($0)), "x2": svg(x($0)), "y1": "0", "y2": svg(height)]) }),
            Markup(
                lines(from: south, to: north).map { element("line", ["x1": "0", "x2": svg(width), "y1": svg(y($0)), "y2": svg(y($0))]) }))
    }

    /// Along the lower and the left edge; those that would run into a corner's furniture are left out.
    var graticuleLabels: Markup {
        let meridians = lines(from: west, to: east).filter { (56...width - 56).contains(x($0)) }
        let parallels = lines(from: south, to: north).filter { (40...height - 110).contains(y($0)) }
        return element(
            "g", ["class": "graticule-labels"],
            Markup(
                meridians.map {
                    element("text", ["x": svg(x($0)), "y": svg(height - 10), "text-anchor": "middle"], Markup(label($0, "E", "W")))
                }),
            Markup(parallels.map { element("text", ["x": "8", "y": svg(y($0) - 6)], Markup(label($0, "N", "S"))) }))
    }

    var scaleBar: Markup {
        let metresPerUnit = 111_320 / scale
        let (metres, text) = ReportScale.bar(atMost: 170 * metresPerUnit)
        let length = metres / metresPerUnit
        let (left, bottom) = (20.0, height - Self.furnitureHeight)
        return element(
            "g", ["class": "scale"],
            element("path", ["d": "M\(svg(left)) \(svg(bottom - 8))v8h\(svg(length))v-8"]),
            element("text", ["x": svg(left), "y": svg(bottom - 16)], Markup(text)))
    }

    var northArrow: Markup {
        element(
            "g", ["class": "north"],
            element("path", ["d": "M\(svg(width - 34)) 52V18m-8 11l8-12l8 12"]),
            element("text", ["x": svg(width - 34), "y": "76", "text-anchor": "middle"], "N"))
    }
}

/// Names on a map that keep off each other; one that finds no room is left out, its shape still bears it as a title.
struct MapLabels {
    private let frame: MapFrame
    private var taken: [(left: Double, top: Double, right: Double, bottom: Double)]
    private(set) var markup = Markup.nothing

    init(frame: MapFrame) {
        self.frame = frame
        // The corners of north arrow and scale bar.
        taken = [(frame.width - 60, 0, frame.width, 84), (0, frame.height - 96, 210, frame.height)]
    }

    mutating func add(_ text: String, class name: String, near box: (left: Double, top: Double, right: Double, bottom: Double)) {
        let short = text.count > 28 ? text.prefix(27) + "…" : Substring(text)
        // As wide as in the largest print that the style sheet uses, on telephones.
        let (width, height) = (13.0 * Double(short.count), 26.0)
        let centre = (box.left + box.right) / 2 - width / 2
        let middle = (box.top + box.bottom) / 2 - height / 2
        let places = [
            (centre, box.top - height - 4), (centre, box.bottom + 4), (box.right + 6, middle), (box.left - width - 6, middle),
            (centre, box.top + 4), (box.left + 6, max(box.top + 4, 6)), (centre, middle), (max(box.left, 0) + 70, max(box.top, 0) + 12),
        ]
        for (left, top) in places {
            let box = (left: left, top: top, right: left + width, bottom: top + height)
            guard box.left >= 2, box.top >= 2, box.right <= frame.width - 2, box.bottom <= frame.height - 34,
                !taken.contains(where: { $0.left < box.right && box.left < $0.right && $0.top < box.bottom && box.top < $0.bottom })
            else { continue }
            taken.append(box)
            let label = element(
                "text", ["class": "\(name)", "x": svg(left + width / 2), "y": svg(top + 20), "text-anchor": "middle"], Markup(String(short))
            )
            markup = [markup, label]
            return
        }
    }
}
