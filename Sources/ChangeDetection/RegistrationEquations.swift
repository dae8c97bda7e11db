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
        let moved = moved
        difference = [Float](unsafeUninitializedCapacity: sample.width * sample.height) { difference, count in
            moved.values.withUnsafeBufferPointer { moved in
                sample.before.values.withUnsafeBufferPointer { before in
                    sample.usable.withUnsafeBufferPointer { usable in
                        for i in difference.indices { difference[i] = usable[i] != 0 ? moved[i] - before[i] : 0 }
                    }
                }
            }
            count = sample.width * sample.height
        }
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
        withPlanes { moved, before, _, usable in
            for y in part.y..<part.maxY {
                var (rowAB, rowAA, rowBB) = (SIMD4<Float>(), SIMD4<Float>(), SIMD4<Float>())
                for x in stride(from: part.x, to: part.maxX, by: 4) {
                    let i = y * sample.width + x
                    let weight = Self.weights(usable + i, count: part.maxX - x)
                    let a =
                        Self.four(before + i).clamped(lowerBound: SIMD4(repeating: -limit), upperBound: SIMD4(repeating: limit)) * weight
                    let b = Self.four(moved + i).clamped(lowerBound: SIMD4(repeating: -limit), upperBound: SIMD4(repeating: limit)) * weight
                    rowAB += a * b
                    rowAA += a * a
                    rowBB += b * b
                }
                ab += Self.sum(rowAB)
                aa += Self.sum(rowAA)
                bb += Self.sum(rowBB)
            }
        }
        return aa > 0 && bb > 0 ? ab / (aa * bb).squareRoot() : 0
    }

    /// With the mean position of the pixels that were used.
    private func equations(in part: PixelWindow) -> (NormalEquations, (x: Double, y: Double)) {
        let width = sample.width
        var result = NormalEquations()
        var (sumX, sumY) = (0.0, 0.0)
        let perScale = SIMD4<Float>(repeating: 1 / (2 * scale))
        withPlanes { moved, before, difference, usable in
            for y in part.y..<part.maxY {
                var row = NormalEquations.Row()
                // Sums of a row's four columns each stay far below what a float tells apart.
                var (count, places) = (SIMD4<Float>(), SIMD4<Float>())
                var column = SIMD4<Float>(0, 1, 2, 3)
                for x in stride(from: part.x, to: part.maxX, by: 4) {
                    let i = y * width + x
                    let used = Self.weights(usable + i, count: part.maxX - x)
                    let (m, b, d) = (moved + i, before + i, Self.four(difference + i))
                    let gx = 0.25 * (Self.four(m + 1) - Self.four(m - 1) + Self.four(b + 1) - Self.four(b - 1))
                    let gy = 0.25 * (Self.four(m + width) - Self.four(m - width) + Self.four(b + width) - Self.four(b - width))
                    let t = d * perScale
                    row.add(weight: used / (1 + t * t), gx: -gx, gy: -gy, mean: 0.5 * (Self.four(m) + Self.four(b)), difference: d)
                    count += used
                    places += used * column
                    column += 4
                }
                let used = Self.sum(count)
                result.add(row, count: Int(used))
                sumX += Self.sum(places) + Double(part.x) * used
                sumY += Double(y) * used
            }
        }
        result.mirror()
        let n = Double(max(1, result.count))
        return (result, (sumX / n, sumY / n))
    }

    /// - Parameter body: gets the moved later image, the earlier one, their difference and what is usable, 1 or 0.
    private func withPlanes(
        _ body: (UnsafePointer<Float>, UnsafePointer<Float>, UnsafePointer<Float>, UnsafePointer<Float>) -> Void
    ) {
        moved.values.withUnsafeBufferPointer { moved in
            sample.before.values.withUnsafeBufferPointer { before in
                difference.withUnsafeBufferPointer { difference in
                    sample.usable.withUnsafeBufferPointer { usable in
                        guard let moved = moved.baseAddress, let before = before.baseAddress, let difference = difference.baseAddress,
                            let usable = usable.baseAddress
                        else { return }
                        body(moved, before, difference, usable)
                    }
                }
            }
        }
    }

    /// Windows have a margin, so that there are always four more.
    @inline(__always)
    private static func four(_ pointer: UnsafePointer<Float>) -> SIMD4<Float> {
        UnsafeRawPointer(pointer).loadUnaligned(as: SIMD4<Float>.self)
    }

    /// What is usable of four pixels, of which so many belong to the part.
    @inline(__always)
    private static func weights(_ usable: UnsafePointer<Float>, count: Int) -> SIMD4<Float> {
        let all = four(usable)
        return count >= 4 ? all : all.replacing(with: 0, where: SIMD4<Int32>(0, 1, 2, 3) .>= SIMD4(repeating: Int32(count)))
    }

    @inline(__always)
    fileprivate static func sum(_ lanes: SIMD4<Float>) -> Double {
        Double(lanes[0]) + Double(lanes[1]) + Double(lanes[2]) + Double(lanes[3])
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

    /// Sums over the pixels of one row, four columns apart.
    struct Row {
        fileprivate var products = (
            xx: SIMD4<Float>(), yx: SIMD4<Float>(), yy: SIMD4<Float>(), mx: SIMD4<Float>(), my: SIMD4<Float>(), mm: SIMD4<Float>()
        )
        fileprivate var vector = (x: SIMD4<Float>(), y: SIMD4<Float>(), m: SIMD4<Float>())
        fileprivate var squares = SIMD4<Float>()
        fileprivate var weights = SIMD4<Float>()

        @inline(__always)
        mutating func add(weight: SIMD4<Float>, gx: SIMD4<Float>, gy: SIMD4<Float>, mean: SIMD4<Float>, difference: SIMD4<Float>) {
            let (x, y, m) = (weight * gx, weight * gy, weight * mean)
            products.xx += x * gx
            products.yx += y * gx
            products.yy += y * gy
            products.mx += m * gx
            products.my += m * gy
            products.mm += m * mean
            vector.x += x * difference
            vector.y += y * difference
            vector.m += m * difference
            squares += weight * difference * difference
            weights += weight
        }
    }

    /// Enters a row into the lower triangle; `mirror` completes it.
    mutating func add(_ row: Row, count: Int) {
        let sum = RegistrationComparison.sum
        vector[0] += sum(row.vector.x)
        vector[1] += sum(row.vector.y)
        vector[2] += sum(row.vector.m)
        matrix[0] += sum(row.products.xx)
        matrix[3] += sum(row.products.yx)
        matrix[4] += sum(row.products.yy)
        matrix[6] += sum(row.products.mx)
        matrix[7] += sum(row.products.my)
        matrix[8] += sum(row.products.mm)
        weightedSquares += sum(row.squares)
        weightSum += sum(row.weights)
        self.count += count
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
