import Raster

/// An earthwork in the pixels of one date, ready to be blended into what is read of it.
public struct ImplantImprint: Sendable {
    private enum Shape: Sendable {
        /// Vertices in metres right and down of the scene's corner.
        case line([Vertex], ImplantProfile)
        case spot(Vertex, ImplantStamp)
    }

    private struct Vertex: Sendable {
        let x: Double
        let y: Double
    }

    private let shape: Shape
    private let strength: Double
    private let metres: (x: Double, y: Double)
    /// The pixels that it touches.
    public let bounds: PixelWindow

    /// A line through pixel positions of the date's own grid.
    ///
    /// - Parameters `metresPerPixel`: of a column and of a row. `strength`: factor on the profile's contrast.
    public init(line: [DetectedLine.Point], profile: ImplantProfile, strength: Double, metresPerPixel: (x: Double, y: Double)) {
        let vertices = line.map { Vertex(x: $0.x * metresPerPixel.x, y: $0.y * metresPerPixel.y) }
        self.init(shape: .line(vertices, profile), vertices: vertices, reach: profile.reach, strength: strength, metres: metresPerPixel)
    }

    public init(middle: DetectedLine.Point, stamp: ImplantStamp, strength: Double, metresPerPixel: (x: Double, y: Double)) {
        let vertex = Vertex(x: middle.x * metresPerPixel.x, y: middle.y * metresPerPixel.y)
        self.init(shape: .spot(vertex, stamp), vertices: [vertex], reach: stamp.reach, strength: strength, metres: metresPerPixel)
    }

    private init(shape: Shape, vertices: [Vertex], reach: Double, strength: Double, metres: (x: Double, y: Double)) {
        self.shape = shape
        self.strength = strength
        self.metres = metres
        let left = (((vertices.map(\.x).min() ?? 0) - reach) / metres.x).rounded(.down)
        let top = (((vertices.map(\.y).min() ?? 0) - reach) / metres.y).rounded(.down)
        let right = (((vertices.map(\.x).max() ?? 0) + reach) / metres.x).rounded(.up)
        let bottom = (((vertices.map(\.y).max() ?? 0) + reach) / metres.y).rounded(.up)
        let limit = 1e9
        if [left, top, right, bottom].allSatisfy({ abs($0) < limit }) {
            bounds = PixelWindow(x: Int(left), y: Int(top), width: Int(right - left), height: Int(bottom - top))
        } else {
            // Where the ground has no place in this date's coordinate system.
            bounds = PixelWindow(x: 0, y: 0, width: 0, height: 0)
        }
    }

    /// Multiplies what is usable by one plus the contrast: disturbed soil and shadow change each band by a share of its own reflectance.
    public func blend(into block: inout SceneBlock) {
        let window = bounds.intersection(block.window)
        guard !window.isEmpty, strength != 0 else { return }
        let factors =
            switch shape {
            case .line(let vertices, let profile): lineContrast(vertices, profile, in: window)
            case .spot(let middle, let stamp): spotContrast(middle, stamp, in: window)
            }
        for y in 0..<window.height {
            let target = (window.y - block.window.y + y) * block.window.width + window.x - block.window.x
            for x in 0..<window.width {
                let contrast = factors[y * window.width + x]
                guard contrast != 0, block.validity.values[target + x] != 0 else { continue }
                let factor = Float(1 + strength * contrast)
                for band in block.planes.indices { block.planes[band].values[target + x] *= factor }
            }
        }
    }

    private func spotContrast(_ middle: Vertex, _ stamp: ImplantStamp, in window: PixelWindow) -> [Double] {
        var result = [Double](repeating: 0, count: window.pixelCount)
        for y in 0..<window.height {
            let down = (Double(window.y + y) + 0.5) * metres.y - middle.y
            for x in 0..<window.width {
                result[y * window.width + x] = stamp.contrast(x: (Double(window.x + x) + 0.5) * metres.x - middle.x, y: down)
            }
        }
        return result
    }

    /// Each pixel belongs to the segment nearest to it.
    private func lineContrast(_ vertices: [Vertex], _ profile: ImplantProfile, in window: PixelWindow) -> [Double] {
        var nearest = [Double](repeating: .infinity, count: window.pixelCount)
        let reach = profile.reach
        for (a, b) in zip(vertices, vertices.dropFirst()) {
            let (dx, dy) = (b.x - a.x, b.y - a.y)
            let square = dx * dx + dy * dy
            guard square > 0 else { continue }
            let columns = Self.range((min(a.x, b.x) - reach) / metres.x, (max(a.x, b.x) + reach) / metres.x, window.x, window.width)
            let rows = Self.range((min(a.y, b.y) - reach) / metres.y, (max(a.y, b.y) + reach) / metres.y, window.y, window.height)
            for row in rows {
                let py = (Double(window.y + row) + 0.5) * metres.y - a.y
                for column in columns {
                    let px = (Double(window.x + column) + 0.5) * metres.x - a.x
                    let t = max(0, min(1, (px * dx + py * dy) / square))
                    let (ex, ey) = (px - t * dx, py - t * dy)
                    let distance = (ex * ex + ey * ey).squareRoot()
                    let at = row * window.width + column
                    // Down is positive, so that what turns right from the direction has a positive cross product.
                    if distance < abs(nearest[at]) { nearest[at] = dx * py - dy * px >= 0 ? distance : -distance }
                }
            }
        }
        return nearest.map { $0.isFinite ? profile.contrast(at: $0) : 0 }
    }

    private static func range(_ low: Double, _ high: Double, _ start: Int, _ count: Int) -> Range<Int> {
        let first = max(0, min(count, Int(low.rounded(.down)) - start))
        return first..<max(first, min(count, Int(high.rounded(.up)) - start))
    }
}
