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
    /// In the scene's middle, or all over it.
    public var x: Double
    public var y: Double
    /// How the shift grows from the middle; nil where that could not be told from none.
    public var slope: Displacement.Slope?
    /// Root mean square of the shifts that single sample windows still show after the common one, in pixels; NaN-free: 0 where unknown.
    public var residual: Double
    /// False where no shift could be found that lowers the difference of the two dates; the shift is then zero.
    public var lock: Bool

    public init(x: Double, y: Double, slope: Displacement.Slope? = nil, residual: Double, lock: Bool) {
        self.x = x
        self.y = y
        self.slope = slope
        self.residual = residual
        self.lock = lock
    }

    public static let none = Registration(x: 0, y: 0, residual: 0, lock: false)

    public var displacement: Displacement { Displacement(x: x, y: y, slope: slope) }
}

/// Sub-pixel shift between two dates by iterated least squares on band-passed brightness, and turn, scale and shear where they can be told from none.
///
/// Source: Lucas & Kanade, "An Iterative Image Registration Technique" (1981), with Cauchy weights against true change and the contrast ratio as
/// a nuisance. With B(x) = I(x − s) and a current estimate ŝ, B(x + ŝ) − I(x) = −∇I · (s − ŝ) to first order. A search over whole pixels goes
/// first, since the linear step is good to about a pixel.
public enum ShiftEstimator {
    /// Largest shift looked for, in pixels along each axis. Sentinel-2 scenes before the geometric refinement are off by up to 1.2.
    public static let searchRadius = 8
    /// Largest standard error, in pixels, of a shift that is called known.
    static let largestError = 0.05
    /// A shift that differs from whole pixels by less than this, or by less than three of its standard errors, is taken for whole: interpolating both dates by so
    /// small a fraction gains nothing, and costs a frame of pixels and some sharpness. Of scenes that lie alike one in ninety is beyond three standard errors.
    static let leastFraction = SlopeEstimator.leastRootMeanSquare
    /// Pixels that each window needs around the part that is compared.
    static let margin = searchRadius + 8

    /// - Parameters:
    ///   - samples: windows spread over the scene, each at least 96 pixels wide and high.
    ///   - size: the scene's, about whose middle it may be turned or stretched; what the windows span where nil.
    ///   - mapping: how the windows are worked on; nothing in the result depends on it.
    /// - Returns: the common shift, with its slope where there is one, or `.none` where too little is seen or where no shift lowers the difference.
    public static func estimate(_ samples: [PairBlock], over size: RasterSize? = nil, mapping: Mapping = .serial) -> Registration {
        let prepared = mapping.map(samples.count) { RegistrationSample(samples[$0]) }.compactMap { $0 }
        let seen = prepared.reduce(0) { $0 + $1.usableCount }
        guard seen >= 4096 else { return .none }

        func cells(at displacement: Displacement) -> [[RegistrationCell]] {
            mapping.map(prepared.count) { RegistrationComparison(prepared[$0], displacement: displacement).cells }
        }
        func total(_ cells: [[RegistrationCell]]) -> NormalEquations { NormalEquations.sum(cells.joined().map(\.equations)) }
        let start = wholePixelShift(prepared, mapping)
        let whole = Displacement(x: Double(start.x), y: Double(start.y))
        let atWhole = cells(at: whole)
        let equations = total(atWhole)
        let before = whole.isNone ? atWhole : cells(at: .none)
        let spreadBefore = total(before).meanSquare
        func isBetter(_ cells: [[RegistrationCell]]) -> Bool {
            let total = total(cells)
            guard total.meanSquare <= spreadBefore, let error = total.standardError, error < largestError else { return false }
            return showsTheSameGround(cells.joined().map(\.correlation))
        }
        var (shift, known) = (whole, atWhole)
        if !(isNothingToTake(equations) && isBetter(atWhole)) {
            guard let found = refined(whole, by: equations.solution, prepared, mapping) else { return .none }
            (shift, known) = (found, cells(at: found))
            if !isBetter(known) {
                // Where nothing is to be gained by so small a shift the dates lie as their files say.
                guard max(abs(shift.x), abs(shift.y)) < largestError else { return .none }
                (shift, known) = (.none, before)
                guard isBetter(known) else { return .none }
            }
        }

        let extent = size ?? span(of: samples)
        if let sloped = SlopeEstimator(samples: prepared, size: extent, mapping: mapping).estimate(from: shift, cells: known),
            isBetter(sloped.cells)
        {
            shift = sloped.displacement
            known = sloped.cells
        }
        return Registration(x: shift.x, y: shift.y, slope: shift.slope, residual: residual(known), lock: true)
    }

    /// Whether whole pixels are all that can be told of a shift, by the equations there: see `leastFraction`. They must know it well.
    private static func isNothingToTake(_ equations: NormalEquations) -> Bool {
        guard let step = equations.solution, let threeErrors = equations.standardError.map({ 3 * $0 }), threeErrors <= largestError else {
            return false
        }
        return (step.x * step.x + step.y * step.y).squareRoot() < max(leastFraction, threeErrors)
    }

    /// The shift that leaves no step to take; nil where that is not found or lies too far.
    private static func refined(
        _ start: Displacement, by first: (x: Double, y: Double)?, _ samples: [RegistrationSample], _ mapping: Mapping
    ) -> Displacement? {
        var shift = start
        var next = first
        for _ in 0..<20 {
            guard let step = next else { return nil }
            shift.x += step.x
            shift.y += step.y
            guard abs(shift.x) <= Double(searchRadius), abs(shift.y) <= Double(searchRadius) else { return nil }
            if abs(step.x) < 5e-4 && abs(step.y) < 5e-4 { return shift }
            let current = shift
            let systems = mapping.map(samples.count) { RegistrationComparison(samples[$0], displacement: current).equations }
            next = NormalEquations.sum(systems).solution
        }
        return nil
    }

    /// Least ratio of the cells' mean correlation to its standard error. The best of the 289 whole shifts on unrelated ground, of which some fifty are
    /// independent, reaches 3 or 4.
    static let leastCorrelationRatio = 6.0

    /// Whether the dates agree all over the scene and not by chance in few places. A shift that is best by chance looks well known by the
    /// number of its pixels alone. Of fewer than nine cells nothing can be said, and of so few pixels their own error says enough.
    private static func showsTheSameGround(_ correlations: [Double]) -> Bool {
        guard correlations.count >= 9 else { return true }
        let n = Double(correlations.count)
        let mean = correlations.reduce(0, +) / n
        let variance = correlations.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / (n - 1)
        return mean > leastCorrelationRatio * (variance / n).squareRoot()
    }

    /// Root mean square of the windows' own shifts after the common one, of those windows that can tell theirs.
    private static func residual(_ windows: [[RegistrationCell]]) -> Double {
        let leftovers = windows.compactMap { cells -> Double? in
            let equations = NormalEquations.sum(cells.map(\.equations))
            guard let error = equations.standardError, error < 0.1, let step = equations.solution else { return nil }
            return step.x * step.x + step.y * step.y
        }
        return leftovers.isEmpty ? 0 : (leftovers.reduce(0, +) / Double(leftovers.count)).squareRoot()
    }

    /// From the raster's first pixel to the last one of any window.
    private static func span(of samples: [PairBlock]) -> RasterSize {
        RasterSize(
            width: samples.map(\.before.window.maxX).max() ?? 0, height: samples.map(\.before.window.maxY).max() ?? 0)
    }

    /// Pixels that the whole-pixel shift is looked for with. Their standard error of a correlation is 0.003 where they are
    /// independent, and six times that where structure of 6 px makes them alike.
    private static let searchPixels = 1 << 17

    /// The whole-pixel shift with the highest correlation of the clipped band-passed images.
    private static func wholePixelShift(_ samples: [RegistrationSample], _ mapping: Mapping) -> (x: Int, y: Int) {
        let shifts = -searchRadius...searchRadius
        let seen = samples.reduce(0) { $0 + $1.usableCount }
        let rowStep = max(2, min(8, seen / searchPixels))
        let scores = mapping.map(shifts.count) { row in
            shifts.map { dx in samples.reduce(0) { $0 + $1.correlation(dx: dx, dy: row - searchRadius, rowStep: rowStep) } }
        }
        var best = (score: Int.min, x: 0, y: 0)
        for dy in shifts {
            for dx in shifts {
                let score = scores[dy + searchRadius][dx + searchRadius]
                // A tie, as between two blank images, goes to the smaller shift.
                if score > best.score || (score == best.score && dx * dx + dy * dy < best.x * best.x + best.y * best.y) {
                    best = (score, dx, dy)
                }
            }
        }
        return (best.x, best.y)
    }
}
