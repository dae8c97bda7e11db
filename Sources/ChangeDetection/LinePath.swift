/// A line sampled at equal steps, with its normal at each.
struct LinePath {
    struct Sample {
        let x: Double
        let y: Double
        /// Unit normal.
        let nx: Double
        let ny: Double
    }

    let points: [Sample]

    private init(points: [Sample]) { self.points = points }

    init(_ vertices: [DetectedLine.Point], spacing: Double) {
        var points: [Sample] = []
        var carried = 0.0
        for (a, b) in zip(vertices, vertices.dropFirst()) {
            let (dx, dy) = (b.x - a.x, b.y - a.y)
            let length = (dx * dx + dy * dy).squareRoot()
            guard length > 0 else { continue }
            var at = carried
            while at < length {
                points.append(Sample(x: a.x + dx * at / length, y: a.y + dy * at / length, nx: -dy / length, ny: dx / length))
                at += spacing
            }
            carried = at - length
        }
        self.points = points
    }

    /// Every `step`th point of a range, and its last.
    func vertices(in range: Range<Int>, every step: Int) -> [DetectedLine.Point] {
        var kept = stride(from: range.lowerBound, to: range.upperBound, by: step).map {
            DetectedLine.Point(x: points[$0].x, y: points[$0].y)
        }
        if let last = range.last, (range.count - 1) % step != 0 { kept.append(DetectedLine.Point(x: points[last].x, y: points[last].y)) }
        return kept
    }

    /// The change across the line at each sample, through the profile's taps along the normal; nil where a tap is not observed.
    func samples(of planes: SearchPlanes, profile: LineProfile) -> [Double?] {
        let taps = profile.taps
        return points.map { point in
            var sum = 0.0
            for (k, weight) in taps.enumerated() where weight != 0 {
                let offset = Double(k - LineProfile.radius)
                let (x, y) = (point.x + offset * point.nx - 0.5, point.y + offset * point.ny - 0.5)
                let (column, row) = (Int(x.rounded()), Int(y.rounded()))
                guard column >= 0, row >= 0, column < planes.width, row < planes.height else { return nil }
                let value = planes.signed[row * planes.width + column]
                guard value != -128 else { return nil }
                sum += Double(weight) * Double(max(-50, min(50, Int(value)))) * Double(ChangeBlock.searchStep)
            }
            return sum
        }
    }
}

// For paths in steps of one pixel.
extension LinePath {
    /// Positions averaged along the path, over less towards the ends, which stay; normals from the positions 4 px to either side.
    func smoothed(over width: Int) -> LinePath {
        let averaged = points.indices.map { i -> DetectedLine.Point in
            let half = min(width / 2, i, points.count - 1 - i)
            var (x, y) = (0.0, 0.0)
            for k in (i - half)...(i + half) {
                x += points[k].x
                y += points[k].y
            }
            let count = Double(2 * half + 1)
            return DetectedLine.Point(x: x / count, y: y / count)
        }
        return LinePath(through: averaged)
    }

    /// At the given positions, one a pixel.
    private init(through positions: [DetectedLine.Point]) {
        let last = positions.count - 1
        points = positions.indices.map { i in
            let (a, b) = (positions[max(0, i - 4)], positions[min(last, i + 4)])
            let (dx, dy) = (b.x - a.x, b.y - a.y)
            let length = max((dx * dx + dy * dy).squareRoot(), .leastNormalMagnitude)
            return Sample(x: positions[i].x, y: positions[i].y, nx: -dy / length, ny: dx / length)
        }
    }

    /// Straight on at both ends, in the direction of the last 24 px.
    ///
    /// - Returns: the path, and how many points were added at either end.
    func extended(by count: Int) -> (path: LinePath, before: Int, after: Int) {
        guard points.count > 1 else { return (self, 0, 0) }
        func ahead(_ end: Sample, from inner: Sample) -> [Sample] {
            let (dx, dy) = (end.x - inner.x, end.y - inner.y)
            let length = max((dx * dx + dy * dy).squareRoot(), .leastNormalMagnitude)
            return (1...count).map { k in
                Sample(x: end.x + Double(k) * dx / length, y: end.y + Double(k) * dy / length, nx: -dy / length, ny: dx / length)
            }
        }
        let inner = min(24, points.count - 1)
        let before = ahead(points[0], from: points[inner]).reversed().map { Sample(x: $0.x, y: $0.y, nx: -$0.nx, ny: -$0.ny) }
        let after = ahead(points[points.count - 1], from: points[points.count - 1 - inner])
        return (LinePath(points: before + points + after), before.count, after.count)
    }

    /// The points of `range`, each moved along its normal.
    func moved(by offsets: [Double], in range: Range<Int>) -> LinePath {
        LinePath(
            through: range.map {
                DetectedLine.Point(x: points[$0].x + offsets[$0] * points[$0].nx, y: points[$0].y + offsets[$0] * points[$0].ny)
            })
    }
}
