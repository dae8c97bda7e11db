import Raster

/// Both dates of a sample window with a displacement taken out.
struct RegistrationComparison {
    /// Side that a cell of a window has at least, in pixels: some ten times the coarsest structure that is compared.
    private static let cellSide = 72

    private let sample: RegistrationSample
    private let moved: FloatPlane
    /// Later less earlier, of the usable pixels 0 elsewhere.
    private let difference: [Float]
    /// Robust spread of the difference.
    private let scale: Float

    init(_ sample: RegistrationSample, displacement: Displacement) {
        self.sample = sample
        moved = sample.moved(by: displacement)
        var difference = [Float](repeating: 0, count: sample.width * sample.height)
        moved.values.withUnsafeBufferPointer { moved in
            sample.before.values.withUnsafeBufferPointer { before in
                for i in difference.indices where sample.usable[i] { difference[i] = moved[i] - before[i] }
            }
        }
        self.difference = difference
        scale = max(RobustStatistics.centredDeviation(sample.someUsable(of: difference)), .leastNormalMagnitude)
    }

    private var inner: PixelWindow {
        PixelWindow(x: 0, y: 0, width: sample.width, height: sample.height).expanded(by: -ShiftEstimator.margin)
    }

    /// Of the whole window.
    var equations: NormalEquations { equations(in: inner).0 }

    /// Of the window's parts, each of which can tell a shift of its own.
    var cells: [RegistrationCell] {
        let columns = max(1, inner.width / Self.cellSide)
        let rows = max(1, inner.height / Self.cellSide)
        var cells: [RegistrationCell] = []
        for row in 0..<rows {
            for column in 0..<columns {
                let (left, right) = (inner.width * column / columns, inner.width * (column + 1) / columns)
                let (top, bottom) = (inner.height * row / rows, inner.height * (row + 1) / rows)
                let part = PixelWindow(x: inner.x + left, y: inner.y + top, width: right - left, height: bottom - top)
                let (equations, middle) = equations(in: part)
                guard equations.count > 0 else { continue }
                cells.append(
                    RegistrationCell(
                        column: Double(sample.origin.x) + middle.x + 0.5, row: Double(sample.origin.y) + middle.y + 0.5,
                        equations: equations,
                        correlation: correlation(in: part)))
            }
        }
        return cells
    }

    /// Of the two dates, both clipped at three deviations so that no single bright roof decides; 0 where one shows nothing.
    private func correlation(in part: PixelWindow) -> Double {
        let limit = 3 * sample.spread
        var (ab, aa, bb) = (0.0, 0.0, 0.0)
        for y in part.y..<part.maxY {
            for x in part.x..<part.maxX where sample.usable[y * sample.width + x] {
                let a = Double(max(-limit, min(limit, sample.before.values[y * sample.width + x])))
                let b = Double(max(-limit, min(limit, moved.values[y * sample.width + x])))
                ab += a * b
                aa += a * a
                bb += b * b
            }
        }
        return aa > 0 && bb > 0 ? ab / (aa * bb).squareRoot() : 0
    }

    /// With the mean position of the pixels that were used.
    private func equations(in part: PixelWindow) -> (NormalEquations, (x: Double, y: Double)) {
        let width = sample.width
        var result = NormalEquations()
        var sumX = 0
        var sumY = 0
        moved.values.withUnsafeBufferPointer { moved in
            sample.before.values.withUnsafeBufferPointer { before in
                for y in part.y..<part.maxY {
                    for x in part.x..<part.maxX where sample.usable[y * width + x] {
                        let i = y * width + x
                        let d = difference[i]
                        let mean = 0.5 * (moved[i] + before[i])
                        let gx = 0.25 * (moved[i + 1] - moved[i - 1] + before[i + 1] - before[i - 1])
                        let gy = 0.25 * (moved[i + width] - moved[i - width] + before[i + width] - before[i - width])
                        let t = d / (2 * scale)
                        result.add(
                            weight: Double(1 / (1 + t * t)), gx: Double(-gx), gy: Double(-gy), mean: Double(mean), difference: Double(d))
                        sumX += x
                        sumY += y
                    }
                }
            }
        }
        result.mirror()
        let n = Double(max(1, result.count))
        return (result, (Double(sumX) / n, Double(sumY) / n))
    }
}

/// A part of a sample window, small enough to have one shift.
struct RegistrationCell {
    /// Its middle in the scene, in continuous pixel coordinates.
    let column: Double
    let row: Double
    let equations: NormalEquations
    /// Of the two dates' band-passed brightness, −1…1.
    let correlation: Double
}

/// The 3 × 3 normal equations for the step in x, in y and in contrast.
struct NormalEquations {
    private(set) var matrix = [Double](repeating: 0, count: 9)
    private(set) var vector = [Double](repeating: 0, count: 3)
    private(set) var weightedSquares = 0.0
    private(set) var weightSum = 0.0
    private(set) var count = 0

    /// Enters a pixel into the lower triangle; `mirror` completes it.
    @inline(__always)
    mutating func add(weight: Double, gx: Double, gy: Double, mean: Double, difference: Double) {
        vector[0] += weight * gx * difference
        vector[1] += weight * gy * difference
        vector[2] += weight * mean * difference
        matrix[0] += weight * gx * gx
        matrix[3] += weight * gy * gx
        matrix[4] += weight * gy * gy
        matrix[6] += weight * mean * gx
        matrix[7] += weight * mean * gy
        matrix[8] += weight * mean * mean
        weightedSquares += weight * difference * difference
        weightSum += weight
        count += 1
    }

    mutating func mirror() {
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
