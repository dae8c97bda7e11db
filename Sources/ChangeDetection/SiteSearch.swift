import Raster

/// A compact change found in the planes, in continuous pixel coordinates.
public struct DetectedSite: Sendable, Equatable {
    public var x: Double
    public var y: Double
    /// Closed ring of pixel corners, clockwise in image coordinates (rows down), first point repeated as the last.
    public var outline: [DetectedLine.Point]
    public var sign: Earthwork.Sign
    public var snr: Double
    public var significance: Significance
}

/// Finds compact changes: a blob response at three scales, each a Gaussian mean less the mean around it, weighed by what chance and old structure
/// give in the neighbourhood; then local maxima, accepted by the law of the scene's own weaker ones.
///
/// Works block by block; two passes over the blocks, since the first measures what the second judges by.
public struct SiteSearch: Sendable {
    /// Gaussian scales in pixels: works of about 2.5, 4 and 6 px across.
    static let scales: [Double] = [1.0, 1.6, 2.4]
    /// Pixels around a block that its responses depend on.
    static let halo = 96
    public static let blockSide = 512
    private static let lowestResponse: Float = 3.5
    private static let priorRate = 0.8

    private let planes: SearchPlanes

    public init(_ planes: SearchPlanes) { self.planes = planes }

    /// The blocks that both passes go through.
    public var blocks: [PixelWindow] { PixelWindow(x: 0, y: 0, width: planes.width, height: planes.height).blocks(side: Self.blockSide) }

    /// What chance gives at each scale, by the strength of old structure: a histogram of responses that passes add up.
    public struct ResponseLaw: Sendable {
        static let classes = 16
        static let bins = 400
        static let binWidth: Float = 0.02
        var counts: [UInt32] = [UInt32](repeating: 0, count: SiteSearch.scales.count * classes * bins)

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

        /// Trimmed root mean square of each scale and class, never falling with structure.
        func spreads() -> [[Float]] {
            SiteSearch.scales.indices.map { scale in
                var highest: Float = 0
                let rows = (0..<Self.classes).map { k -> Float? in
                    let base = (scale * Self.classes + k) * Self.bins
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
    }

    /// First pass, one block.
    public func law(in block: PixelWindow) -> ResponseLaw {
        let field = ResponseField(planes: planes, block: block)
        var law = ResponseLaw()
        for scale in Self.scales.indices {
            field.forEachPixel(of: block) { i, strength in
                let bin = min(ResponseLaw.bins - 1, Int(abs(field.responses[scale].values[i]) / ResponseLaw.binWidth))
                law.counts[(scale * ResponseLaw.classes + ResponseLaw.classIndex(strength)) * ResponseLaw.bins + bin] += 1
            }
        }
        return law
    }

    /// A local maximum of the standardised response.
    public struct Peak: Sendable {
        let x: Int
        let y: Int
        let response: Float
        let scale: Int
        var score: Double { Double(response) * Double(response) / 2 }
    }

    /// Second pass, one block: its peaks above the counting threshold.
    public func peaks(in block: PixelWindow, law: ResponseLaw) -> [Peak] {
        let field = ResponseField(planes: planes, block: block)
        let spreads = law.spreads()
        let width = field.window.width
        var strongest = FloatPlane(width: width, height: field.window.height)
        var scaleOf = [UInt8](repeating: 0, count: strongest.values.count)
        for scale in Self.scales.indices {
            var standardised = field.responses[scale]
            for i in standardised.values.indices {
                standardised.values[i] /= spreads[scale][ResponseLaw.classIndex(field.strength.values[i])]
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
        field.forEachPixel(of: block) { i, _ in
            let value = abs(strongest.values[i])
            guard value > Self.lowestResponse else { return }
            let (x, y) = (i % width, i / width)
            for v in max(0, y - reach)...min(field.window.height - 1, y + reach) {
                for u in max(0, x - reach)...min(width - 1, x + reach) {
                    let other = abs(strongest.values[v * width + u])
                    if other > value || (other == value && (v, u) < (y, x)) { return }
                }
            }
            peaks.append(
                Peak(x: x + field.window.x, y: y + field.window.y, response: strongest.values[i], scale: Int(scaleOf[i])))
        }
        return peaks
    }

    /// The sites that chance would not make.
    ///
    /// - Parameter lines: accepted lines; what lies on them is theirs.
    public func sites(
        from peaks: [Peak], lines: [DetectedLine], observedSquareKilometres: Double, falseAlarmsPer1000SquareKilometres limit: Double
    ) -> (sites: [DetectedSite], null: NullTail) {
        var onLines = Occupancy(width: planes.width, height: planes.height, radius: 5)
        for line in lines { onLines.mark(line.points) }
        let free = peaks.filter { !onLines.contains(x: Double($0.x) + 0.5, y: Double($0.y) + 0.5) }
        let lowest = Double(Self.lowestResponse * Self.lowestResponse) / 2
        let null = NullTail.fit(scores: free.map(\.score), threshold: lowest, priorRate: Self.priorRate)
        let sites = free.compactMap { peak -> DetectedSite? in
            let significance = Significance(
                expectedCount: null.expectedCount(atLeast: peak.score), observedSquareKilometres: observedSquareKilometres)
            guard significance.falseAlarmsPer1000SquareKilometres <= limit else { return nil }
            return DetectedSite(
                x: Double(peak.x) + 0.5, y: Double(peak.y) + 0.5, outline: SiteOutline.ring(around: peak, in: planes),
                sign: peak.response > 0 ? .brighter : .darker, snr: Double(abs(peak.response)), significance: significance)
        }
        return (sites.sorted { ($0.y, $0.x) < ($1.y, $1.x) }, null)
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
        window = block.expanded(by: SiteSearch.halo).intersection(PixelWindow(x: 0, y: 0, width: planes.width, height: planes.height))
        var change = FloatPlane(width: window.width, height: window.height)
        var squares = change
        var validity = BytePlane(width: window.width, height: window.height)
        let limit = BeamletSums.clip / ChangeBlock.searchStep
        for y in 0..<window.height {
            for x in 0..<window.width {
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
        responses = SiteSearch.scales.map { scale in
            var inner = change.filtered(symmetric: FloatPlane.gaussianKernel(sigma: scale))
            let outer = change.filtered(symmetric: FloatPlane.gaussianKernel(sigma: 3 * scale))
            // The Gaussian's norm: filtered white noise of variance 1 then has a variance near 1.
            let norm = Float(2 * scale * 1.772_453_85)
            for i in inner.values.indices { inner.values[i] = (inner.values[i] - outer.values[i]) * norm }
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
