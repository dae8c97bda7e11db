import Raster

/// What earthworks and vehicles add to the ground of a window on one date, in the mean of the bands; point spread included.
struct Imprint {
    private(set) var values: [Double]
    private let window: PixelWindow
    private let pixelMetres: Double
    private let shift: (x: Double, y: Double)
    private let noise: Double

    /// `window` counts pixels of the whole map, as `GroundPatch` does.
    init(window: PixelWindow, acquisition: Int, scenario: Scenario, shift: (x: Double, y: Double), random: CounterRandom) {
        self.window = window
        self.shift = shift
        pixelMetres = scenario.pixelMetres
        noise = scenario.noise
        values = [Double](repeating: 0, count: window.pixelCount)
        let date = scenario.dates[acquisition].date
        for earthwork in scenario.earthworks where earthwork.isPresent(on: date) {
            switch earthwork.shape {
            case .line(let points, let profile, let width): dig(points, profile, widthMetres: width, cnr: earthwork.cnr)
            case .compact(let centre, let site, let size): raise(centre, site, sizePixels: size, cnr: earthwork.cnr)
            }
        }
        for (index, convoy) in scenario.convoys.enumerated() where convoy.date == date {
            let stream = random.stream(.vehicles, index)
            let road = Polyline(points: convoy.points)
            let gap = road.length / Double(convoy.vehicles)
            for vehicle in 0..<convoy.vehicles {
                let along = (Double(vehicle) + 0.5 + 0.3 * (stream.uniform(vehicle) - 0.5)) * gap
                spot(road.point(at: along), spread: GroundPatch.spreadPixels, peak: Contrast.line * convoy.cnr * noise)
            }
        }
    }

    /// A map position in the window's pixels, as this date sees it.
    private func pixel(_ point: MapPoint) -> MapPoint {
        MapPoint(x: point.x / pixelMetres + shift.x - Double(window.x), y: -point.y / pixelMetres + shift.y - Double(window.y))
    }

    private func columns(_ low: Double, _ high: Double) -> Range<Int> { Self.range(low, high, count: window.width) }
    private func rows(_ low: Double, _ high: Double) -> Range<Int> { Self.range(low, high, count: window.height) }

    private static func range(_ low: Double, _ high: Double, count: Int) -> Range<Int> {
        let first = Int(min(max(low.rounded(.down), 0), Double(count)))
        return first..<max(first, Int(min(max(high.rounded(.up), 0), Double(count))))
    }

    private mutating func dig(_ points: [MapPoint], _ profile: Scenario.Profile, widthMetres: Double, cnr: Double) {
        let ownWidth = widthMetres / pixelMetres
        let spread = (GroundPatch.spreadPixels * GroundPatch.spreadPixels + ownWidth * ownWidth / 12).squareRoot()
        let section = CrossSection(profile, spread: spread)
        let reach = section.reach
        let pixels = points.map(pixel)
        // Each pixel belongs to the segment nearest to it.
        var nearest: [Int: Double] = [:]
        for (a, b) in zip(pixels, pixels.dropFirst()) {
            for row in rows(min(a.y, b.y) - reach, max(a.y, b.y) + reach) {
                for column in columns(min(a.x, b.x) - reach, max(a.x, b.x) + reach) {
                    let distance = Polyline.signedDistance(MapPoint(x: Double(column) + 0.5, y: Double(row) + 0.5), from: a, to: b)
                    guard distance.magnitude < reach else { continue }
                    let at = row * window.width + column
                    if let other = nearest[at], other.magnitude <= distance.magnitude { continue }
                    nearest[at] = distance
                }
            }
        }
        for (at, distance) in nearest { values[at] += cnr * noise * section.contrast(at: distance) }
    }

    private mutating func raise(_ centre: MapPoint, _ site: Scenario.Site, sizePixels: Double, cnr: Double) {
        let spread = GroundPatch.spreadPixels
        let radius = sizePixels / 2
        let peak = Contrast.rim * cnr * noise
        guard site == .ring else {
            return spot(centre, spread: (spread * spread + radius * radius / 4).squareRoot(), peak: peak)
        }
        // A rim about a pit; the pit of a small position is smeared away.
        let rimSpread = (spread * spread + 1.0 / 12).squareRoot()
        let inner = max(radius - 1, 0)
        let pitSpread = (spread * spread + inner * inner / 4).squareRoot()
        let pitDepth = peak * (1 - ExactMath.exp(-inner * inner / (2 * spread * spread)))
        let middle = pixel(centre)
        let reach = radius + 4 * rimSpread
        for row in rows(middle.y - reach, middle.y + reach) {
            for column in columns(middle.x - reach, middle.x + reach) {
                let (dx, dy) = (Double(column) + 0.5 - middle.x, Double(row) + 0.5 - middle.y)
                let distance = (dx * dx + dy * dy).squareRoot()
                let rim = (distance - radius) / rimSpread
                let pit = distance / pitSpread
                values[row * window.width + column] += peak * ExactMath.exp(-0.5 * rim * rim) - pitDepth * ExactMath.exp(-0.5 * pit * pit)
            }
        }
    }

    private mutating func spot(_ centre: MapPoint, spread: Double, peak: Double) {
        let middle = pixel(centre)
        let reach = 4.5 * spread
        for row in rows(middle.y - reach, middle.y + reach) {
            for column in columns(middle.x - reach, middle.x + reach) {
                let (dx, dy) = ((Double(column) + 0.5 - middle.x) / spread, (Double(row) + 0.5 - middle.y) / spread)
                values[row * window.width + column] += peak * ExactMath.exp(-0.5 * (dx * dx + dy * dy))
            }
        }
    }
}

/// A line's contrast across its course, in units of CNR · noise.
private struct CrossSection {
    let profile: Scenario.Profile
    let spread: Double
    private let lobeOffset: Double
    private let lobeScale: Double

    /// `spread` is the standard deviation across the line, in pixels.
    init(_ profile: Scenario.Profile, spread: Double) {
        self.profile = profile
        self.spread = spread
        let offset = 0.945 * spread
        lobeOffset = offset
        let highest = (0..<400).map { Self.lobes(at: Double($0) * spread / 100, offset: offset, spread: spread) }.max() ?? 1
        lobeScale = Contrast.lobe / highest
    }

    var reach: Double { 5.5 * spread }

    /// `distance` in pixels, signed by the side.
    func contrast(at distance: Double) -> Double {
        switch profile {
        case .bright: Contrast.line * Self.bell(distance / spread)
        case .dark: -Contrast.line * Self.bell(distance / spread)
        case .dipole: lobeScale * Self.lobes(at: distance, offset: lobeOffset, spread: spread)
        }
    }

    private static func bell(_ t: Double) -> Double { ExactMath.exp(-0.5 * t * t) }
    private static func lobes(at distance: Double, offset: Double, spread: Double) -> Double {
        bell((distance - offset) / spread) - bell((distance + offset) / spread)
    }
}

extension Scenario.Earthwork {
    func isPresent(on date: CalendarDate) -> Bool {
        date >= onset && removed.map { date < $0 } ?? true
    }
}
