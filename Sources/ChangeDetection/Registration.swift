import Raster

/// Both dates of one window, on the earlier date's grid.
public struct PairBlock: Sendable {
    public var before: SceneBlock
    public var after: SceneBlock

    public init(before: SceneBlock, after: SceneBlock) {
        self.before = before
        self.after = after
    }
}

/// How far the later date lies from the earlier: positive right and down, in the earlier date's pixels.
public struct Registration: Sendable, Equatable, Codable {
    public var x: Double
    public var y: Double
    /// Root mean square of the shifts that single sample windows still show after the common one, in pixels; NaN-free: 0 where unknown.
    public var residual: Double
    /// False where no shift could be found that lowers the difference of the two dates; the shift is then zero.
    public var lock: Bool

    public init(x: Double, y: Double, residual: Double, lock: Bool) {
        self.x = x
        self.y = y
        self.residual = residual
        self.lock = lock
    }

    public static let none = Registration(x: 0, y: 0, residual: 0, lock: false)
}

/// Sub-pixel shift between two dates by iterated least squares on band-passed brightness.
///
/// Source: Lucas & Kanade, "An Iterative Image Registration Technique" (1981), with Cauchy weights against true change and the contrast ratio as
/// a nuisance. With B(x) = I(x − s) and a current estimate ŝ, B(x + ŝ) − I(x) = −∇I · (s − ŝ) to first order. A search over whole pixels goes
/// first, since the linear step is good to about a pixel.
public enum ShiftEstimator {
    /// Largest shift looked for, in pixels along each axis. Sentinel-2 scenes before the geometric refinement are off by up to 1.2.
    public static let searchRadius = 8
    /// Pixels that each window needs around the part that is compared.
    static let margin = searchRadius + 8

    /// - Parameter samples: windows spread over the scene, each at least 96 pixels wide and high.
    /// - Returns: the common shift, or `.none` where too little is seen or where no shift lowers the difference.
    public static func estimate(_ samples: [PairBlock]) -> Registration {
        let prepared = samples.compactMap(PreparedSample.init)
        let seen = prepared.reduce(0) { $0 + $1.usableCount }
        guard seen >= 4096 else { return .none }

        let start = wholePixelShift(prepared)
        var shift = (x: Double(start.x), y: Double(start.y))
        var converged = false
        for _ in 0..<20 {
            let systems = prepared.map { NormalEquations(sample: $0, shift: shift) }
            guard let step = NormalEquations.sum(systems).solution else { return .none }
            shift.x += step.x
            shift.y += step.y
            guard abs(shift.x) <= Double(searchRadius), abs(shift.y) <= Double(searchRadius) else { return .none }
            if abs(step.x) < 5e-4 && abs(step.y) < 5e-4 {
                converged = true
                break
            }
        }
        guard converged else { return .none }

        let final = prepared.map { NormalEquations(sample: $0, shift: shift) }
        let before = prepared.map { NormalEquations(sample: $0, shift: (0, 0)) }
        let spreadAfter = NormalEquations.sum(final).meanSquare
        let spreadBefore = NormalEquations.sum(before).meanSquare
        guard spreadAfter <= spreadBefore else { return .none }
        guard let error = NormalEquations.sum(final).standardError, error < 0.05 else { return .none }

        let leftovers = final.compactMap { equations -> Double? in
            guard let error = equations.standardError, error < 0.1, let step = equations.solution else { return nil }
            return step.x * step.x + step.y * step.y
        }
        let residual = leftovers.isEmpty ? 0 : (leftovers.reduce(0, +) / Double(leftovers.count)).squareRoot()
        return Registration(x: shift.x, y: shift.y, residual: residual, lock: true)
    }

    /// The whole-pixel shift with the highest correlation of the clipped band-passed images.
    private static func wholePixelShift(_ samples: [PreparedSample]) -> (x: Int, y: Int) {
        var best = (score: -Double.infinity, x: 0, y: 0)
        for dy in -searchRadius...searchRadius {
            for dx in -searchRadius...searchRadius {
                var score = 0.0
                for sample in samples { score += sample.correlation(dx: dx, dy: dy) }
                // A tie, as between two blank images, goes to the smaller shift.
                if score > best.score * (1 + 1e-9) || (score == best.score && dx * dx + dy * dy < best.x * best.x + best.y * best.y) {
                    best = (score, dx, dy)
                }
            }
        }
        return (best.x, best.y)
    }
}

/// One sample window, ready for comparison: band-passed brightness of both dates and what is usable of it.
private struct PreparedSample {
    let width: Int
    let height: Int
    let before: FloatPlane
    let after: FloatPlane
    let usable: [Bool]
    let usableCount: Int
    /// Robust spread of the earlier image, to clip by.
    let spread: Float

    init?(_ pair: PairBlock) {
        width = pair.before.window.width
        height = pair.before.window.height
        guard width >= 2 * ShiftEstimator.margin + 32, height >= 2 * ShiftEstimator.margin + 32, pair.after.window == pair.before.window
        else {
            return nil
        }
        before = Self.bandPassed(pair.before)
        after = Self.bandPassed(pair.after)
        // What the filters or a shift could draw in from an unusable pixel is unusable too.
        var both = BytePlane(width: width, height: height)
        for i in both.values.indices { both.values[i] = pair.before.validity.values[i] & pair.after.validity.values[i] }
        let safe = both.eroded(by: ShiftEstimator.searchRadius)
        let margin = ShiftEstimator.margin
        var usable = [Bool](repeating: false, count: width * height)
        var count = 0
        for y in margin..<(height - margin) {
            for x in margin..<(width - margin) where safe.values[y * width + x] != 0 {
                usable[y * width + x] = true
                count += 1
            }
        }
        guard count >= 256 else { return nil }
        self.usable = usable
        usableCount = count
        let values = zip(before.values, usable).compactMap { $1 ? $0 : nil }
        spread = max(RobustStatistics.centredDeviation(values), .leastNormalMagnitude)
    }

    /// Brightness less its 4 px blur, softened by 0.8 px, so that interpolation's own softening makes no difference.
    private static func bandPassed(_ block: SceneBlock) -> FloatPlane {
        var brightness = block.brightness
        var sum = 0.0
        var count = 0
        for i in brightness.values.indices where block.validity.values[i] != 0 {
            sum += Double(brightness.values[i])
            count += 1
        }
        let mean = count > 0 ? Float(sum / Double(count)) : 0
        for i in brightness.values.indices where block.validity.values[i] == 0 { brightness.values[i] = mean }
        var fine = brightness.filtered(symmetric: FloatPlane.gaussianKernel(sigma: 0.8))
        let coarse = brightness.filtered(symmetric: FloatPlane.gaussianKernel(sigma: 4))
        for i in fine.values.indices { fine.values[i] -= coarse.values[i] }
        return fine
    }

    func correlation(dx: Int, dy: Int) -> Double {
        let margin = ShiftEstimator.margin
        let limit = 3 * spread
        var sum = 0.0
        for y in stride(from: margin, to: height - margin, by: 2) {
            var row: Float = 0
            for x in margin..<(width - margin) where usable[y * width + x] {
                let a = max(-limit, min(limit, before.values[y * width + x]))
                let b = max(-limit, min(limit, after.values[(y + dy) * width + x + dx]))
                row += a * b
            }
            sum += Double(row)
        }
        return sum
    }
}

/// The 3 × 3 normal equations for the step in x, in y and in contrast.
private struct NormalEquations {
    var matrix = [Double](repeating: 0, count: 9)
    var vector = [Double](repeating: 0, count: 3)
    var weightedSquares = 0.0
    var weightSum = 0.0
    var count = 0

    init() {}

    init(sample: PreparedSample, shift: (x: Double, y: Double)) {
        let width = sample.width
        let height = sample.height
        let margin = ShiftEstimator.margin
        let moved = sample.moved(by: shift)
        var differences: [Float] = []
        differences.reserveCapacity(sample.usableCount)
        for i in 0..<(width * height) where sample.usable[i] { differences.append(moved.values[i] - sample.before.values[i]) }
        let scale = max(RobustStatistics.centredDeviation(differences), .leastNormalMagnitude)
        var index = 0
        for y in margin..<(height - margin) {
            for x in margin..<(width - margin) where sample.usable[y * width + x] {
                let i = y * width + x
                let difference = differences[index]
                index += 1
                let mean = 0.5 * (moved.values[i] + sample.before.values[i])
                let gx =
                    0.25 * (moved.values[i + 1] - moved.values[i - 1] + sample.before.values[i + 1] - sample.before.values[i - 1])
                let gy =
                    0.25
                    * (moved.values[i + width] - moved.values[i - width] + sample.before.values[i + width] - sample.before.values[i - width])
                let t = difference / (2 * scale)
                let weight = Double(1 / (1 + t * t))
                let row = [Double(-gx), Double(-gy), Double(mean)]
                for a in 0..<3 {
                    vector[a] += weight * row[a] * Double(difference)
                    for b in 0...a { matrix[a * 3 + b] += weight * row[a] * row[b] }
                }
                weightedSquares += weight * Double(difference) * Double(difference)
                weightSum += weight
                count += 1
            }
        }
        for a in 0..<3 { for b in 0..<a { matrix[b * 3 + a] = matrix[a * 3 + b] } }
    }

    static func sum(_ systems: [NormalEquations]) -> NormalEquations {
        systems.reduce(into: NormalEquations()) { total, one in
            for i in 0..<9 { total.matrix[i] += one.matrix[i] }
            for i in 0..<3 { total.vector[i] += one.vector[i] }
            total.weightedSquares += one.weightedSquares
            total.weightSum += one.weightSum
            total.count += one.count
        }
    }

    var solution: (x: Double, y: Double)? {
        LinearSolver.solve(matrix, vector).map { ($0[0], $0[1]) }
    }

    /// Weighted mean square of what the step leaves of the difference; the contrast ratio is always allowed for.
    var meanSquare: Double {
        guard weightSum > 0, matrix[8] > 0 else { return .infinity }
        return (weightedSquares - vector[2] * vector[2] / matrix[8]) / weightSum
    }

    /// The larger of the two standard errors of the step, in pixels, taking neighbours within the filter's reach (about 10 px) as one.
    var standardError: Double? {
        guard let inverse = LinearSolver.inverse(matrix, size: 3), weightSum > 0 else { return nil }
        return (max(inverse[0], inverse[4]) * meanSquare * 10).squareRoot()
    }
}

extension PreparedSample {
    /// The later image read at x + shift.
    fileprivate func moved(by shift: (x: Double, y: Double)) -> FloatPlane {
        let window = PixelWindow(x: 0, y: 0, width: width, height: height)
        let block = SceneBlock(window: window, planes: [after], validity: BytePlane(width: width, height: height, repeating: 255))
        let columns = InterpolationTaps(positions: (0..<width).map { Double($0) + 0.5 + shift.x }, origin: 0, length: width)
        let rows = InterpolationTaps(positions: (0..<height).map { Double($0) + 0.5 + shift.y }, origin: 0, length: height)
        return block.resampled(columns: columns, rows: rows, to: window).planes[0]
    }
}

extension BytePlane {
    /// Zero wherever a zero lies within `radius` pixels in both axes.
    func eroded(by radius: Int) -> BytePlane {
        func erodedLine(count: Int, at index: (Int) -> Int, source: [UInt8], into target: inout [UInt8]) {
            var lastZero = -radius - 1
            var result = [UInt8](repeating: 255, count: count)
            for i in 0..<count {
                if source[index(i)] == 0 { lastZero = i }
                if i - lastZero <= radius { result[i] = 0 }
            }
            var nextZero = count + radius + 1
            for i in stride(from: count - 1, through: 0, by: -1) {
                if source[index(i)] == 0 { nextZero = i }
                if nextZero - i <= radius { result[i] = 0 }
            }
            for i in 0..<count { target[index(i)] = result[i] }
        }
        var horizontal = values
        for y in 0..<height { erodedLine(count: width, at: { y * width + $0 }, source: values, into: &horizontal) }
        var result = horizontal
        for x in 0..<width { erodedLine(count: height, at: { $0 * width + x }, source: horizontal, into: &result) }
        return BytePlane(width: width, height: height, values: result)
    }
}
