import ChangeDetection
import Geodesy
import Glibc
import Raster

/// Where the map lies in the picture, and the way between picture pixels and degrees.
struct PictureMap {
    let grid: RasterGrid
    /// Picture pixels a map pixel, a whole number.
    let magnification: Int
    /// The map in the picture.
    let rect: PictureRect
    private let toDegrees: CoordinateTransformation
    private let fromDegrees: CoordinateTransformation

    init(
        grid: RasterGrid, magnification: Int, rect: PictureRect, toDegrees: CoordinateTransformation, fromDegrees: CoordinateTransformation
    ) {
        self.grid = grid
        self.magnification = magnification
        self.rect = rect
        self.toDegrees = toDegrees
        self.fromDegrees = fromDegrees
    }

    /// nil where the position has no counterpart in the map's system.
    func point(_ position: GeographicPoint) -> PicturePoint? {
        guard let place = try? fromDegrees.transform(x: position.longitude, y: position.latitude) else { return nil }
        let pixel = grid.transform.invert(x: place.x, y: place.y)
        let point = PicturePoint(
            x: rect.x + pixel.column * Double(magnification), y: rect.y + pixel.row * Double(magnification))
        // Beyond this no line is drawn in a picture, and Cairo's fixed-point coordinates end.
        guard abs(point.x) < 4e6, abs(point.y) < 4e6 else { return nil }
        return point
    }

    /// nil where the point has no counterpart in degrees.
    func position(_ point: PicturePoint) -> GeographicPoint? {
        let place = grid.transform.apply(
            column: (point.x - rect.x) / Double(magnification), row: (point.y - rect.y) / Double(magnification))
        guard let degrees = try? toDegrees.transform(x: place.x, y: place.y) else { return nil }
        return GeographicPoint(longitude: degrees.x, latitude: degrees.y)
    }

    /// Metres on the ground of a picture pixel at the map's centre, across and down; nil where that cannot be said.
    var metresPerPixel: (across: Double, down: Double)? {
        let centre = rect.centre
        let dx = rect.width / 8
        let dy = rect.height / 8
        guard let west = position(PicturePoint(x: centre.x - dx, y: centre.y)),
            let east = position(PicturePoint(x: centre.x + dx, y: centre.y)),
            let north = position(PicturePoint(x: centre.x, y: centre.y - dy)),
            let south = position(PicturePoint(x: centre.x, y: centre.y + dy))
        else { return nil }
        let across = Geodesic.distance(west, east) / (2 * dx)
        let down = Geodesic.distance(north, south) / (2 * dy)
        guard across > 0, down > 0, across.isFinite, down.isFinite else { return nil }
        return (across, down)
    }

    /// Unit vector towards true north at the map's centre; nil where there is none to be had (at a pole).
    var north: PicturePoint? {
        guard let scale = metresPerPixel, let centre = position(rect.centre) else { return nil }
        let stepDegrees = min(0.1, max(1e-7, rect.height / 20 * scale.down / 111_000))
        let start = GeographicPoint(longitude: centre.longitude, latitude: max(-90, centre.latitude - stepDegrees))
        let end = GeographicPoint(longitude: centre.longitude, latitude: min(90, centre.latitude + stepDegrees))
        guard let a = point(start), let b = point(end), case let length = a.distance(to: b), length > 0 else { return nil }
        return PicturePoint(x: (b.x - a.x) / length, y: (b.y - a.y) / length)
    }
}

/// A mark on the map's frame.
struct PictureTick: Equatable {
    var point: PicturePoint
    var label: String
}

extension PictureMap {
    enum Edge: CaseIterable { case left, right, top, bottom }

    /// Where round longitudes meet the upper and lower edge, or round latitudes the sides.
    ///
    /// - Parameter most: how many there is room for.
    func ticks(on edge: Edge, most: Int) -> [PictureTick] {
        let isLongitude = edge == .top || edge == .bottom
        let samples = 32
        var points: [(point: PicturePoint, degrees: Double)] = []
        for index in 0...samples {
            let share = Double(index) / Double(samples)
            let point =
                switch edge {
                case .left: PicturePoint(x: rect.x, y: rect.y + share * rect.height)
                case .right: PicturePoint(x: rect.maxX, y: rect.y + share * rect.height)
                case .top: PicturePoint(x: rect.x + share * rect.width, y: rect.y)
                case .bottom: PicturePoint(x: rect.x + share * rect.width, y: rect.maxY)
                }
            guard let position = position(point) else { continue }
            var degrees = isLongitude ? position.longitude : position.latitude
            // Across the antimeridian, longitudes go on beyond 180°.
            if isLongitude, let last = points.last?.degrees { degrees += 360 * ((last - degrees) / 360).rounded() }
            points.append((point, degrees))
        }
        guard let low = points.map(\.degrees).min(), let high = points.map(\.degrees).max(), high > low, most > 0 else { return [] }
        let step = PictureDegreeStep.smallest(span: high - low, most: most)
        var ticks: [PictureTick] = []
        for (a, b) in zip(points, points.dropFirst()) where a.degrees != b.degrees {
            let first = (min(a.degrees, b.degrees) / step.degrees).rounded(.up)
            let last = (max(a.degrees, b.degrees) / step.degrees).rounded(.down)
            var multiple = first
            while multiple <= last, ticks.count < 200 {
                let share = (multiple * step.degrees - a.degrees) / (b.degrees - a.degrees)
                let point = PicturePoint(x: a.point.x + share * (b.point.x - a.point.x), y: a.point.y + share * (b.point.y - a.point.y))
                let tick = PictureTick(point: point, label: step.label(multiple: multiple, isLongitude: isLongitude))
                // A round value on a sample belongs to both of its neighbours' stretches.
                if ticks.last?.label != tick.label { ticks.append(tick) }
                multiple += 1
            }
        }
        return ticks
    }
}

/// A round step of degrees, written in the unit that it is round in.
struct PictureDegreeStep: Equatable {
    /// In arc seconds; steps of less than one are decimal fractions of a degree.
    private var seconds: Int
    private var decimals = 0
    let degrees: Double

    private init(seconds: Int) {
        self.seconds = seconds
        degrees = Double(seconds) / 3600
    }

    private init(fraction: Int, decimals: Int) {
        seconds = 0
        self.decimals = decimals
        degrees = Double(fraction) / pow(10, Double(decimals))
    }

    /// The smallest step that a span of degrees holds at most so many of.
    static func smallest(span: Double, most: Int) -> PictureDegreeStep {
        let wanted = span / Double(most)
        for decimals in [7, 6, 5, 4] {
            for fraction in [1, 2, 5] {
                let step = PictureDegreeStep(fraction: fraction, decimals: decimals)
                if step.degrees >= wanted, step.degrees < 1.0 / 3600 { return step }
            }
        }
        let seconds = [1, 2, 5, 10, 15, 20, 30, 60, 120, 300, 600, 900, 1200, 1800, 3600, 7200, 18000, 36000, 54000, 108_000]
        return seconds.map { PictureDegreeStep(seconds: $0) }.first { $0.degrees >= wanted } ?? PictureDegreeStep(seconds: 216_000)
    }

    func label(multiple: Double, isLongitude: Bool) -> String {
        var value = multiple * degrees
        if isLongitude { value -= 360 * (value / 360).rounded() }
        let letter = value == 0 ? "" : isLongitude ? (value < 0 ? "W" : "E") : (value < 0 ? "S" : "N")
        guard seconds > 0 else { return DecimalText.fixed(abs(value), decimals: decimals) + "°" + letter }
        let total = Int((abs(value) * 3600).rounded())
        func two(_ number: Int) -> String { number < 10 ? "0\(number)" : "\(number)" }
        var text = "\(total / 3600)°"
        if seconds % 3600 != 0 { text += two(total / 60 % 60) + "′" }
        if seconds % 60 != 0 { text += two(total % 60) + "″" }
        return text + letter
    }
}
