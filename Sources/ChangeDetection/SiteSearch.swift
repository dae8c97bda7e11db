import Raster

/// A compact change found in the planes, in continuous pixel coordinates.
public struct DetectedSite: Sendable, Equatable {
    public var x: Double
    public var y: Double
    /// Closed ring of pixel corners, clockwise in image coordinates (rows down), first point repeated as the last.
    public var outline: [DetectedLine.Point]
    /// Of the part that has the peak's sign, in pixels.
    public var coreRadiusPixels: Double
    public var sign: Earthwork.Sign
    public var snr: Double
    public var significance: Significance
}

extension DetectedSite {
    /// Area within the outline, in pixels.
    public var areaPixels: Double {
        abs(zip(outline, outline.dropFirst()).reduce(0) { $0 + $1.0.x * $1.1.y - $1.1.x * $1.0.y }) / 2
    }

    /// True where the middle of one lies within the outline of the other.
    public func isOne(with other: DetectedSite) -> Bool {
        contains(DetectedLine.Point(x: other.x, y: other.y)) || other.contains(DetectedLine.Point(x: x, y: y))
    }

    /// True for a point within the outline.
    public func contains(_ point: DetectedLine.Point) -> Bool {
        // An edge counts where it passes the point's row to the right of it.
        zip(outline, outline.dropFirst()).count { a, b in
            (a.y > point.y) != (b.y > point.y) && point.x < a.x + (point.y - a.y) / (b.y - a.y) * (b.x - a.x)
        } % 2 == 1
    }
}

/// Finds compact changes: blob responses, each a Gaussian mean less the mean around it, at three scales of the planes and two of each of their
/// reductions by two and by four, weighed by what chance and old structure give in the neighbourhood; then local maxima, accepted by the law of the
/// scene's own weaker ones.
///
/// Works block by block; two passes over the blocks, since the first measures what the second judges by.
public struct SiteSearch: Sendable {
    /// Gaussian scales in pixels of the level: works of about 2.5, 4 and 6 px across, and on the reductions up to 24 px.
    static let scales: [Double] = [1.0, 1.6, 2.4]
    /// Pixels around a block that its responses depend on.
    static let halo = 96
    public static let blockSide = 512
    private static let lowestResponse: Float = 3.5
    /// A work stands out from its surroundings by at least this many σ a pixel of the scene. Fainter and wider differences are haze.
    fileprivate static let lowestContrast: Float = 1
    private static let priorRate = 0.8
    /// Where people build, up to half of all peaks is real change.
    private static let realShare = 0.5
    /// Half the width of what is taken out along accepted lines before sites are looked for, in pixels.
    private static let lineReach = 5
    /// A line's ends are known to a beamlet or two; what lies within this many pixels ahead of them is the line's.
    private static let endReach = 16.0

    private let levels: [SearchPlanes]

    /// - Parameter lines: accepted lines; the change on them is theirs and no site's.
    public init(_ planes: SearchPlanes, lines: [DetectedLine]) {
        var first = planes
        if !lines.isEmpty {
            var onLines = GroundMarks(size: RasterSize(width: planes.width, height: planes.height), radius: Self.lineReach)
            for line in lines { onLines.mark(line.pointsWithExtendedEnds(by: Self.endReach)) }
            for i in first.signed.indices where onLines.isMarked(i) && first.signed[i] != -128 { first.signed[i] = 0 }
        }
        let half = first.reducedByTwo()
        levels = [first, half, half.reducedByTwo()]
    }

    /// A window of one of the levels.
    public struct Block: Sendable {
        let level: Int
        let window: PixelWindow
    }

    /// The blocks that both passes go through.
    public var blocks: [Block] {
        levels.indices.flatMap { level in
            PixelWindow(x: 0, y: 0, width: levels[level].width, height: levels[level].height).blocks(side: Self.blockSide)
                .map { Block(level: level, window: $0) }
        }
    }

    /// The finest scale of the first level has no place on the others: it is the coarsest of the level before.
    private static func scaleIndices(_ level: Int) -> Range<Int> { (level == 0 ? 0 : 1)..<scales.count }

    /// What chance gives at each scale, by the strength of old structure: a histogram of responses that passes add up.
    public struct ResponseLaw: Sendable {
        static let classes = 16
        static let bins = 400
        static let binWidth: Float = 0.02
        /// By level, scale, class and bin.
        var counts: [UInt32] = [UInt32](repeating: 0, count: 3 * SiteSearch.scales.count * classes * bins)

        public init() {}

        public mutating func add(_ other: ResponseLaw) {
            for i in counts.indices { counts[i] += other.counts[i] }
        }

        /// Class of old-structure strength (σ): equal steps of its binary logarithm, 1/8 σ and less in class 0.
        static func classIndex(_ strength: Float) -> Int {
            guard strength > 0.125 else { return 0 }
            let steps = strength / 0.125
            return min(classes - 1, Int(steps.exponent) + (steps.significand >= 1.5 ? 1 : 0))
        }

        static func base(level: Int, scale: Int, strengthClass: Int) -> Int {
            ((level * SiteSearch.scales.count + scale) * classes + strengthClass) * bins
        }

        /// Trimmed root mean square of each level, scale and class, never falling with structure.
        public var spreads: ResponseSpreads {
            var values: [Float] = []
            for level in 0..<ResponseSpreads.levels {
                for scale in SiteSearch.scales.indices { values += spreads(level: level, scale: scale) }
            }
            return ResponseSpreads(values: values)
        }

        private func spreads(level: Int, scale: Int) -> [Float] {
            var highest: Float = 0
            let rows = (0..<Self.classes).map { k -> Float? in
                let base = Self.base(level: level, scale: scale, strengthClass: k)
                let row = counts[base..<(base + Self.bins)]
                let total = row.reduce(0.0) { $0 + Double($1) }
                guard total >= 200 else { return nil }
                var (seen, squares) = (0.0, 0.0)
                for (bin, count) in row.enumerated() {
                    let take = min(Double(count), max(0, total * 0.99 - seen))
                    let value = (Double(bin) + 0.5) * Double(Self.binWidth)
                    squares += take * value * value
                    seen += take
                }
                // 1.049: what cutting the largest hundredth takes from a normal sample's deviation.
                return Float((squares / max(1, seen)).squareRoot() * 1.049)
            }
            let first = rows.compactMap { $0 }.first ?? 1
            return rows.map { value in
                highest = max(highest, value ?? max(highest, first))
                return max(highest, 1e-3)
            }
        }
    }

    /// First pass, one block.
    public func law(in block: Block) -> ResponseLaw {
        let field = ResponseField(planes: levels[block.level], block: block.window)
        var law = ResponseLaw()
        for scale in Self.scaleIndices(block.level) {
            field.forEachPixel(of: block.window) { i, strength in
                let bin = min(ResponseLaw.bins - 1, Int(abs(field.responses[scale].values[i]) / ResponseLaw.binWidth))
                law.counts[
                    ResponseLaw.base(level: block.level, scale: scale, strengthClass: ResponseLaw.classIndex(strength)) + bin] += 1
            }
        }
        return law
    }

    /// 2 √π s, the inverse of a Gaussian's norm: white noise of variance 1, filtered and multiplied by it, has a variance near 1.
    fileprivate static func norm(scale: Double) -> Float { Float(2 * scale * 1.772_453_85) }

    /// A local maximum of the standardised response.
    public struct Peak: Sendable {
        let level: Int
        /// Pixel of the level.
        let x: Int
        let y: Int
        let response: Float
        let scale: Int
        /// Mean change of the work against its surroundings, σ a pixel of the scene.
        let contrast: Float
        var standsOut: Bool { contrast >= SiteSearch.lowestContrast }
        /// Place and radius of the work in pixels of the first level: a Gaussian blob of scale s answers strongest to a disc of radius 1.4 s.
        var centre: (x: Double, y: Double) {
            let size = Double(1 << level)
            return ((Double(x) + 0.5) * size, (Double(y) + 0.5) * size)
        }
        var radius: Double { 1.4 * SiteSearch.scales[scale] * Double(1 << level) }
        var score: Double { Double(response) * Double(response) / 2 }
        /// The score with which it would stand out, were it stronger.
        var neededScore: Double {
            let factor = Double(SiteSearch.lowestContrast / contrast)
            return score * factor * factor
        }
    }

    /// Second pass, one block: its peaks above the counting threshold.
    public func peaks(in block: Block, spreads: ResponseSpreads) -> [Peak] {
        let field = ResponseField(planes: levels[block.level], block: block.window)
        let width = field.window.width
        var strongest = FloatPlane(width: width, height: field.window.height)
        var scaleOf = [UInt8](repeating: 0, count: strongest.values.count)
        for scale in Self.scaleIndices(block.level) {
            var standardised = field.responses[scale]
            for i in standardised.values.indices {
                standardised.values[i] /= spreads[block.level, scale, ResponseLaw.classIndex(field.strength.values[i])]
            }
            let local = LocalSpread(standardised, validity: field.validity)
            for y in 0..<field.window.height {
                for x in 0..<width {
                    let i = y * width + x
                    let r = standardised.values[i] / local.factor(x: x, y: y)
                    if abs(r) > abs(strongest.values[i]) {
                        strongest.values[i] = r
                        scaleOf[i] = UInt8(scale)
                    }
                }
            }
        }
        var peaks: [Peak] = []
        let reach = 4
        field.forEachPixel(of: block.window) { i, _ in
            let value = abs(strongest.values[i])
            guard value > Self.lowestResponse else { return }
            let (x, y) = (i % width, i / width)
            for v in max(0, y - reach)...min(field.window.height - 1, y + reach) {
                for u in max(0, x - reach)...min(width - 1, x + reach) {
                    let other = abs(strongest.values[v * width + u])
                    if other > value || (other == value && (v, u) < (y, x)) { return }
                }
            }
            let scale = Int(scaleOf[i])
            peaks.append(
                Peak(
                    level: block.level, x: x + field.window.x, y: y + field.window.y, response: strongest.values[i],
                    scale: scale,
                    contrast: abs(field.responses[scale].values[i]) / (Self.norm(scale: Self.scales[scale]) * Float(1 << block.level))))
        }
        return peaks
    }

    /// The sites that chance would not make. A work answers at several scales and levels; the strongest answer speaks for it.
    ///
    /// - Parameters:
    ///   - observedSquareKilometres: area that could be seen; that of the law where one is given.
    ///   - known: the law of chance sites, where it is not to be taken from the peaks.
    /// - Returns: the sites, and the law by which they stand.
    public func sites(
        from peaks: [Peak], observedSquareKilometres: Double, falseAlarmsPer1000SquareKilometres limit: Double, null known: SiteLaw? = nil
    ) -> (sites: [DetectedSite], null: SiteLaw) {
        // What is too faint to be a work still tells how chance behaves, but hides no work.
        let ordered = peaks.sorted { a, b in
            if a.standsOut != b.standsOut { return a.standsOut }
            return (abs(b.response), a.level, a.y, a.x) < (abs(a.response), b.level, b.y, b.x)
        }
        var kept: [Peak] = []
        var index = PeakIndex()
        for peak in ordered where !index.covers(peak) {
            kept.append(peak)
            index.insert(peak)
        }
        let lowest = Double(Self.lowestResponse * Self.lowestResponse) / 2
        let null =
            known
            ?? SiteLaw(
                tail: NullTail.fit(scores: kept.map(\.score), threshold: lowest, priorRate: Self.priorRate, censoredShare: Self.realShare),
                neededScores: kept.map(\.neededScore))
        var sites: [DetectedSite] = []
        for peak in kept {
            let significance = Significance(
                expectedCount: null.expectedCount(atLeast: peak.score), observedSquareKilometres: observedSquareKilometres)
            guard peak.standsOut, significance.falseAlarmsPer1000SquareKilometres <= limit else { continue }
            let size = Double(1 << peak.level)
            let outline = SiteOutline.ring(around: peak, in: levels[peak.level])
            let site = DetectedSite(
                x: peak.centre.x, y: peak.centre.y,
                outline: outline.points.map { DetectedLine.Point(x: $0.x * size, y: $0.y * size) },
                coreRadiusPixels: (Double(outline.corePixels) / 3.14159).squareRoot() * size, sign: peak.response > 0 ? .brighter : .darker,
                snr: Double(abs(peak.response)), significance: significance)
            // The strongest come first: the other side of a ring, and its hollow, are one work with it.
            if !sites.contains(where: { $0.isOne(with: site) }) { sites.append(site) }
        }
        return (sites.sorted { ($0.y, $0.x) < ($1.y, $1.x) }, null)
    }
}

/// Accepted peaks by place.
private struct PeakIndex {
    private static let cell = 64.0
    private struct Key: Hashable {
        let column: Int
        let row: Int
    }
    private var cells: [Key: [SiteSearch.Peak]] = [:]

    private static func key(_ peak: SiteSearch.Peak) -> Key {
        Key(column: Int(peak.centre.x / cell), row: Int(peak.centre.y / cell))
    }

    mutating func insert(_ peak: SiteSearch.Peak) { cells[Self.key(peak), default: []].append(peak) }

    /// True where a stronger peak's work takes this one in, or this one's the stronger's centre.
    func covers(_ peak: SiteSearch.Peak) -> Bool {
        let key = Self.key(peak)
        for row in (key.row - 1)...(key.row + 1) {
            for column in (key.column - 1)...(key.column + 1) {
                for other in cells[Key(column: column, row: row)] ?? [] {
                    let (dx, dy) = (peak.centre.x - other.centre.x, peak.centre.y - other.centre.y)
                    let reach = max(4, 1.5 * other.radius, peak.radius)
                    if dx * dx + dy * dy < reach * reach { return true }
                }
            }
        }
        return false
    }
}

/// Blob responses of one block and its surroundings.
private struct ResponseField {
    let window: PixelWindow
    let responses: [FloatPlane]
    /// Old structure: root mean square, over about 3 px, in σ.
    let strength: FloatPlane
    let validity: BytePlane

    init(planes: SearchPlanes, block: PixelWindow) {
        // A rim beyond the scene, of nothing observed, as wide as the filters reach: they repeat the last pixel of what they are given.
        let scene = PixelWindow(x: 0, y: 0, width: planes.width, height: planes.height)
        window = block.expanded(by: SiteSearch.halo).intersection(scene.expanded(by: 24))
        var change = FloatPlane(width: window.width, height: window.height)
        var squares = change
        var validity = BytePlane(width: window.width, height: window.height)
        let limit = BeamletSums.clip / ChangeBlock.searchStep
        let inside = window.intersection(scene)
        for y in (inside.y - window.y)..<(inside.maxY - window.y) {
            for x in (inside.x - window.x)..<(inside.maxX - window.x) {
                let source = (window.y + y) * planes.width + window.x + x
                let i = y * window.width + x
                let value = planes.signed[source]
                guard value != -128 else { continue }
                validity.values[i] = 255
                change.values[i] = max(-limit, min(limit, Float(value))) * ChangeBlock.searchStep
                let s = Float(planes.structure[source])
                squares.values[i] = s * s
            }
        }
        self.validity = validity
        let weight = FloatPlane(width: window.width, height: window.height, values: validity.values.map { $0 == 0 ? 0 : 1 })
        responses = SiteSearch.scales.map { scale in
            let (near, far) = (FloatPlane.gaussianKernel(sigma: scale), FloatPlane.gaussianKernel(sigma: 3 * scale))
            // Means over what was observed: beside a mask or an edge the rest of the disc speaks for the whole.
            let (nearWeight, farWeight) = (weight.filtered(symmetric: near), weight.filtered(symmetric: far))
            var inner = change.filtered(symmetric: near)
            let outer = change.filtered(symmetric: far)
            let norm = SiteSearch.norm(scale: scale)
            for i in inner.values.indices {
                let (n, f) = (nearWeight.values[i], farWeight.values[i])
                inner.values[i] = n > 0.95 && f > 0.4 ? (inner.values[i] / n - outer.values[i] / f) * norm : 0
            }
            return inner
        }
        var strength = squares.filtered(symmetric: FloatPlane.gaussianKernel(sigma: 1.5))
        for i in strength.values.indices { strength.values[i] = max(0, strength.values[i]).squareRoot() }
        self.strength = strength
    }

    /// Calls `body` for each observed pixel of `block`, in order, with its index in the field and its strength of old structure.
    func forEachPixel(of block: PixelWindow, _ body: (Int, Float) -> Void) {
        for y in (block.y - window.y)..<(block.maxY - window.y) {
            for x in (block.x - window.x)..<(block.maxX - window.x) {
                let i = y * window.width + x
                if validity.values[i] != 0 { body(i, strength.values[i]) }
            }
        }
    }
}

/// How lively a response is in a neighbourhood of about 96 px, against its expectation of 1; never below 0.85.
private struct LocalSpread {
    private let grid: CellGrid
    private let factors: [Float]

    init(_ plane: FloatPlane, validity: BytePlane) {
        grid = CellGrid(width: plane.width, height: plane.height, side: 32)
        var squares = [Float](repeating: 0, count: grid.count)
        var counts = squares
        for y in 0..<plane.height {
            for x in 0..<plane.width where validity.values[y * plane.width + x] != 0 {
                let cell = (y / 32) * grid.columns + x / 32
                let clipped = max(-3, min(3, plane.values[y * plane.width + x]))
                squares[cell] += clipped * clipped
                counts[cell] += 1
            }
        }
        var factors = [Float](repeating: 1, count: grid.count)
        for row in 0..<grid.rows {
            for column in 0..<grid.columns {
                var (sum, count): (Float, Float) = (0, 0)
                for r in max(0, row - 1)...min(grid.rows - 1, row + 1) {
                    for c in max(0, column - 1)...min(grid.columns - 1, column + 1) {
                        sum += squares[r * grid.columns + c]
                        count += counts[r * grid.columns + c]
                    }
                }
                if count > 0 { factors[row * grid.columns + column] = max(0.85, (sum / count).squareRoot()) }
            }
        }
        self.factors = factors
    }

    func factor(x: Int, y: Int) -> Float { factors[(y / 32) * grid.columns + x / 32] }
}
