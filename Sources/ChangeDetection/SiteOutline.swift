import Raster

/// The outline of a compact change along pixel edges.
enum SiteOutline {
    private static let radius = 10

    /// - Returns: the ring round the work, clockwise with rows down, closed, and the number of pixels of its core.
    ///
    /// The core is what hangs together with the peak and whose 1 px mean is at least half the peak's; never empty, at least the peak's own pixel. The
    /// work is the core and what is as strong within two pixels of it, of either sign: a bank round a hollow, a pit and its spoil.
    static func ring(around peak: SiteSearch.Peak, in planes: SearchPlanes) -> (points: [DetectedLine.Point], corePixels: Int) {
        let side = 2 * radius + 1
        let sign: Float = peak.response > 0 ? 1 : -1
        func change(_ x: Int, _ y: Int) -> Float {
            guard x >= 0, y >= 0, x < planes.width, y < planes.height else { return 0 }
            let value = planes.level(x: x, y: y)
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
        let grid = PixelSet(side: side) { u, v in
            let (x, y) = (peak.x + u - radius, peak.y + v - radius)
            return u > 0 && v > 0 && u < side - 1 && v < side - 1 && x >= 0 && y >= 0 && x < planes.width && y < planes.height
        }
        let core = grid.connected(to: start, reach: 1) { means[$0] >= limit }
        let strong = max(limit, leastOfOtherSign)
        let work = grid.connected(to: start, reach: 2) { core[$0] || abs(means[$0]) >= strong }
        let closed = grid.closed(work)
        let inside = grid.connected(to: start, reach: 1) { closed[$0] }
        let points = boundary(inside, side: side).map {
            DetectedLine.Point(x: Double(peak.x - radius + $0.u), y: Double(peak.y - radius + $0.v))
        }
        return (points, core.count { $0 })
    }

    /// 2 σ, in steps of the plane: five deviations of the 1 px mean where nothing changed.
    private static let leastOfOtherSign: Float = 2 / ChangeBlock.searchStep

    /// Pixels of a square.
    private struct PixelSet {
        let side: Int
        let isUsable: [Bool]

        init(side: Int, isUsable: (Int, Int) -> Bool) {
            self.side = side
            self.isUsable = (0..<(side * side)).map { isUsable($0 % side, $0 / side) }
        }

        /// The members that can be reached from the first, which is one of them: over edges with a reach of 1, else by steps of up to `reach` both ways.
        func connected(to first: Int, reach: Int, where isMember: (Int) -> Bool) -> [Bool] {
            var reached = [Bool](repeating: false, count: side * side)
            var pending = [first]
            reached[first] = true
            while let i = pending.popLast() {
                for dv in -reach...reach {
                    for du in -reach...reach where reach > 1 || abs(du) + abs(dv) == 1 {
                        let (u, v) = (i % side + du, i / side + dv)
                        guard u >= 0, v >= 0, u < side, v < side else { continue }
                        let k = v * side + u
                        guard isUsable[k], !reached[k], isMember(k) else { continue }
                        reached[k] = true
                        pending.append(k)
                    }
                }
            }
            return reached
        }

        /// With gaps of one or two pixels between members filled.
        func closed(_ members: [Bool]) -> [Bool] { shrunk(grown(members)) }

        private func grown(_ members: [Bool]) -> [Bool] {
            members.indices.map { i in isUsable[i] && isAny(around: i) { members[$0] } }
        }

        private func shrunk(_ members: [Bool]) -> [Bool] {
            members.indices.map { i in members[i] && !isAny(around: i) { !members[$0] && isUsable[$0] } }
        }

        @inline(__always)
        private func isAny(around i: Int, where isSuch: (Int) -> Bool) -> Bool {
            let (u, v) = (i % side, i / side)
            for y in max(0, v - 1)...min(side - 1, v + 1) {
                for x in max(0, u - 1)...min(side - 1, u + 1) where isSuch(y * side + x) { return true }
            }
            return false
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
