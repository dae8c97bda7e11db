import Raster

/// The lasting ground of a window, on a lattice four times as fine as the pixels, and what a sensor with its point spread makes of it.
///
/// Windows count pixels of the whole map: column = x / pixel size, row = −y / pixel size; so every tile sees the same ground.
struct GroundPatch {
    static let samplesPerPixel = 4
    /// Room around the window for shifts of up to 2 pixels and the point spread's width.
    static let marginPixels = 5
    /// Standard deviation of the point spread in pixels: the pixel's own square and the optics. Little enough that edges alias, as real ones do.
    static let spreadPixels = 0.51

    let window: PixelWindow
    private let fineWidth: Int
    private let fineHeight: Int
    /// One plane a band, row by row.
    private var planes: [[Float]]

    init(_ window: PixelWindow, scenario: Scenario, random: CounterRandom) {
        self.window = window
        let wide = window.expanded(by: Self.marginPixels)
        let scale = Self.samplesPerPixel
        fineWidth = wide.width * scale
        fineHeight = wide.height * scale
        let step = scenario.pixelMetres / Double(scale)
        let west = Double(wide.x) * scenario.pixelMetres
        let north = -Double(wide.y) * scenario.pixelMetres
        planes = [[Float]](repeating: [Float](repeating: 0, count: fineWidth * fineHeight), count: 4)

        let desert = Desert(scenario.ground, random: random)
        let height = Double(wide.height) * scenario.pixelMetres
        let width = Double(wide.width) * scenario.pixelMetres
        let towns = scenario.towns.enumerated().map { TownPlan($1, random: random, index: $0) }.filter { town in
            let reach = town.reachMetres
            let meetsColumns = town.centre.x + reach > west && town.centre.x - reach < west + width
            let meetsRows = town.centre.y - reach < north && town.centre.y + reach > north - height
            return meetsColumns && meetsRows
        }
        for row in 0..<fineHeight {
            let y = north - (Double(row) + 0.5) * step
            for column in 0..<fineWidth {
                let x = west + (Double(column) + 0.5) * step
                var value = desert.reflectance(x, y)
                for town in towns { value = town.reflectance(x, y, soil: value) }
                let at = row * fineWidth + column
                for band in 0..<4 { planes[band][at] = Float(value[band]) }
            }
        }
        for road in scenario.roads { draw(road, west: west, north: north, step: step) }
    }

    private mutating func draw(_ road: Scenario.Road, west: Double, north: Double, step: Double) {
        let half = road.widthMetres / 2
        // A road's pixels are darkened once, however many of its segments cover them.
        var covered: Set<Int> = []
        for (a, b) in zip(road.points, road.points.dropFirst()) {
            let columns = Self.range(min(a.x, b.x) - half - west, max(a.x, b.x) + half - west, step: step, count: fineWidth)
            let rows = Self.range(north - max(a.y, b.y) - half, north - min(a.y, b.y) + half, step: step, count: fineHeight)
            for row in rows {
                let y = north - (Double(row) + 0.5) * step
                for column in columns {
                    let x = west + (Double(column) + 0.5) * step
                    if Polyline.signedDistance(MapPoint(x: x, y: y), from: a, to: b).magnitude <= half {
                        covered.insert(row * fineWidth + column)
                    }
                }
            }
        }
        let factor = Float(1 + road.contrast)
        for at in covered {
            for band in 0..<4 { planes[band][at] *= factor }
        }
    }

    private static func range(_ low: Double, _ high: Double, step: Double, count: Int) -> Range<Int> {
        let first = min(max((low / step).rounded(.down), 0), Double(count))
        let last = min(max((high / step).rounded(.up), 0), Double(count))
        return Int(first)..<max(Int(first), Int(last))
    }

    /// The window's pixels with the ground moved right and down by `shift`. Shape: `window.height` × `window.width`.
    func sampled(band: Int, shift: (x: Double, y: Double)) -> [Float] {
        let across = Self.weights(shift: shift.x)
        let down = Self.weights(shift: shift.y)
        let scale = Self.samplesPerPixel
        let width = window.width
        let plane = planes[band]
        var rows = [Float](repeating: 0, count: fineHeight * width)
        for row in 0..<fineHeight {
            for column in 0..<width {
                let first = row * fineWidth + column * scale + across.first
                var sum: Float = 0
                for tap in 0..<across.weights.count { sum += across.weights[tap] * plane[first + tap] }
                rows[row * width + column] = sum
            }
        }
        var out = [Float](repeating: 0, count: window.height * width)
        for row in 0..<window.height {
            for tap in 0..<down.weights.count {
                let weight = down.weights[tap]
                let from = (row * scale + down.first + tap) * width
                for column in 0..<width { out[row * width + column] += weight * rows[from + column] }
            }
        }
        return out
    }

    /// The point spread sampled on the fine lattice about the centre of pixel 0, and the lattice index of its first weight.
    private static func weights(shift: Double) -> (first: Int, weights: [Float]) {
        let scale = Double(samplesPerPixel)
        let centre = (Double(marginPixels) + 0.5 - shift) * scale - 0.5
        let reach = 4 * spreadPixels * scale
        let first = Int((centre - reach).rounded(.up))
        let last = Int((centre + reach).rounded(.down))
        let raw = (first...last).map { index in
            let t = (Double(index) - centre) / (spreadPixels * scale)
            return ExactMath.exp(-0.5 * t * t)
        }
        let sum = raw.reduce(0, +)
        return (first, raw.map { Float($0 / sum) })
    }
}
