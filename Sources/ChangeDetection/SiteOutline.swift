import Raster

/// The outline of a compact change along pixel edges.
enum SiteOutline {
    private static let radius = 10

    /// The ring round the pixels that hang together with the peak and whose 1 px mean is at least half the peak's; clockwise with rows down,
    /// closed. Never empty: at least the peak's own pixel.
    static func ring(around peak: SiteSearch.Peak, in planes: SearchPlanes) -> [DetectedLine.Point] {
        let side = 2 * radius + 1
        let sign: Float = peak.response > 0 ? 1 : -1
        func change(_ x: Int, _ y: Int) -> Float {
            guard x >= 0, y >= 0, x < planes.width, y < planes.height else { return 0 }
            let value = planes.signed[y * planes.width + x]
            return value == -128 ? 0 : Float(value) * sign
        }
        var means = [Float](repeating: 0, count: side * side)
        for v in 0..<side {
            for u in 0..<side {
                let (x, y) = (peak.x + u - radius, peak.y + v - radius)
                var sum = 4 * change(x, y)
                sum += 2 * (change(x - 1, y) + change(x + 1, y) + change(x, y - 1) + change(x, y + 1))
                sum += change(x - 1, y - 1) + change(x + 1, y - 1) + change(x - 1, y + 1) + change(x + 1, y + 1)
                means[v * side + u] = sum / 16
            }
        }
        let centre = radius * side + radius
        var start = centre
        for v in -2...2 {
            for u in -2...2 where means[centre + v * side + u] > means[start] { start = centre + v * side + u }
        }
        let limit = max(means[start] / 2, .leastNormalMagnitude)
        var inside = [Bool](repeating: false, count: side * side)
        var pending = [start]
        inside[start] = true
        while let i = pending.popLast() {
            let (u, v) = (i % side, i / side)
            for (du, dv) in [(1, 0), (-1, 0), (0, 1), (0, -1)] {
                let (p, q) = (u + du, v + dv)
                guard p > 0, q > 0, p < side - 1, q < side - 1 else { continue }
                let (x, y) = (peak.x + p - radius, peak.y + q - radius)
                guard x >= 0, y >= 0, x < planes.width, y < planes.height else { continue }
                if !inside[q * side + p] && means[q * side + p] >= limit {
                    inside[q * side + p] = true
                    pending.append(q * side + p)
                }
            }
        }
        return boundary(inside, side: side).map {
            DetectedLine.Point(x: Double(peak.x - radius + $0.u), y: Double(peak.y - radius + $0.v))
        }
    }

    /// Follows the outer boundary of a connected set with the set on the right hand, keeping only corners.
    private static func boundary(_ inside: [Bool], side: Int) -> [(u: Int, v: Int)] {
        func isInside(_ u: Int, _ v: Int) -> Bool { u >= 0 && v >= 0 && u < side && v < side && inside[v * side + u] }
        guard let first = inside.firstIndex(of: true) else { return [] }
        let start = (u: first % side, v: first / side)
        var (u, v) = start
        var (du, dv) = (1, 0)
        var ring: [(u: Int, v: Int)] = [start]
        // At most four edges a pixel.
        for _ in 0..<(4 * side * side) {
            u += du
            v += dv
            // The two pixels ahead of the corner: left and right of the direction of travel.
            let leftAhead = isInside(u + (du + dv - 1) / 2, v + (dv - du - 1) / 2)
            let rightAhead = isInside(u + (du - dv - 1) / 2, v + (dv + du - 1) / 2)
            let (oldU, oldV) = (du, dv)
            if !rightAhead {
                (du, dv) = (-oldV, oldU)
            } else if leftAhead {
                (du, dv) = (oldV, -oldU)
            }
            if (du, dv) != (oldU, oldV) { ring.append((u, v)) }
            if (u, v) == start { break }
        }
        if let last = ring.last, last != start { ring.append(start) }
        return ring
    }
}
