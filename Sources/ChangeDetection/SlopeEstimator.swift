import Raster

/// Turn, scale and shear between two dates, where the windows' own shifts show them.
///
/// The normal equations of many cells, each with one shift, are solved together for a shift that grows evenly over the scene. The exact solution is a
/// fixed point of the iteration whatever a cell's extent, since there no cell has a shift left. Whether a slope is real is told by how much
/// of the scatter of the cells' own shifts it takes away, and not by the pixels' noise: neighbouring pixels err together. A turn and a
/// common scale are taken before stretch and shear, since every further number adds its own error.
struct SlopeEstimator {
    /// Least root mean square over the scene, in pixels, of a displacement that is worth taking out: less is beside what pixels on edges show anyway.
    static let leastRootMeanSquare = 0.02
    /// Least ratio of the variance that each of two or four numbers explains to that which is left. Chance reaches either once in 800 times with a
    /// dozen cells, once in 10 000 or more with eighty.
    static func leastVarianceRatio(_ count: Int) -> Double { count == 2 ? 10 : 7 }

    let samples: [RegistrationSample]
    let size: RasterSize
    let mapping: Mapping

    /// Slopes of x by column and row, then of y, of each number that is looked for.
    private static let turnAndScale: [[Double]] = [[1, 0, 0, 1], [0, -1, 1, 0]]
    private static let stretchAndShear: [[Double]] = [[1, 0, 0, -1], [0, 1, 1, 0]]

    private struct Solution {
        var displacement: Displacement
        var cells: [[RegistrationCell]]
    }

    private var middle: (column: Double, row: Double) { (Double(size.width) / 2, Double(size.height) / 2) }
    /// Pixels that the unknown slopes are counted in, so that the equations are of one size.
    private var unit: Double { max(1, Double(max(size.width, size.height)) / 2) }

    /// - Parameters:
    ///   - shift: the best common shift.
    ///   - cells: those of each window at that shift.
    /// - Returns: shift and slope, with the cells there; nil where no slope can be told from none.
    func estimate(from shift: Displacement, cells: [[RegistrationCell]]) -> (displacement: Displacement, cells: [[RegistrationCell]])? {
        let start = Solution(displacement: shift, cells: cells)
        let all = Self.turnAndScale + Self.stretchAndShear
        var best: Solution?
        if isReal(Self.turnAndScale, tested: 0..<2, at: start) { best = solution(Self.turnAndScale, from: start) }
        let further = best == nil ? isReal(all, tested: 0..<4, at: start) : isReal(all, tested: 2..<4, at: best ?? start)
        if further { best = solution(all, from: best ?? start) ?? best }
        return best.map { ($0.displacement, $0.cells) }
    }

    /// Whether some of the numbers that a fit gives, on top of what has been taken out, explain more than chance does.
    private func isReal(_ generators: [[Double]], tested: Range<Int>, at start: Solution) -> Bool {
        guard let fit = SlopeFit(start.cells.flatMap { $0 }, generators: generators, middle: middle, unit: unit) else { return false }
        return fit.varianceRatio(Array(fit.slopes[tested]), at: tested) > Self.leastVarianceRatio(tested.count)
    }

    /// Iterated to its end; nil where that does not come, goes too far or is not worth it.
    private func solution(_ generators: [[Double]], from start: Solution) -> Solution? {
        var solution = start
        for _ in 0..<20 {
            guard let fit = SlopeFit(solution.cells.flatMap { $0 }, generators: generators, middle: middle, unit: unit) else { return nil }
            solution.displacement = moved(solution.displacement, by: fit, generators)
            guard isAllowed(solution.displacement) else { return nil }
            let displacement = solution.displacement
            solution.cells = mapping.map(samples.count) { RegistrationComparison(samples[$0], displacement: displacement).cells }
            guard fit.largestStep < 1e-3 else { continue }
            return (solution.displacement.slope?.rootMeanSquare(over: size) ?? 0) > Self.leastRootMeanSquare ? solution : nil
        }
        return nil
    }

    private func moved(_ displacement: Displacement, by fit: SlopeFit, _ generators: [[Double]]) -> Displacement {
        var slope =
            displacement.slope
            ?? .init(xPerColumn: 0, xPerRow: 0, yPerColumn: 0, yPerRow: 0, middleColumn: middle.column, middleRow: middle.row)
        for (amount, generator) in zip(fit.slopes, generators) {
            slope.xPerColumn += amount * generator[0] / unit
            slope.xPerRow += amount * generator[1] / unit
            slope.yPerColumn += amount * generator[2] / unit
            slope.yPerRow += amount * generator[3] / unit
        }
        return Displacement(x: displacement.x + fit.shift.x, y: displacement.y + fit.shift.y, slope: slope)
    }

    /// No farther anywhere in the scene than is looked for.
    private func isAllowed(_ displacement: Displacement) -> Bool {
        let limit = Double(ShiftEstimator.searchRadius)
        return [(0, 0), (size.width, 0), (0, size.height), (size.width, size.height)].allSatisfy { column, row in
            let (x, y) = displacement.at(column: Double(column), row: Double(row))
            return abs(x) <= limit && abs(y) <= limit
        }
    }
}

/// One step of the joint solution, and how well it is known.
private struct SlopeFit {
    /// In pixels.
    let shift: (x: Double, y: Double)
    /// Of each generator, in pixels a unit.
    let slopes: [Double]
    /// Weighted squares of the cells' own shifts that the step leaves, for each degree of freedom.
    private let scatter: Double
    /// Covariance of all unknowns but for `scatter`.
    private let covariance: [Double]
    private let unknowns: Int

    /// nil where there are too few cells, or all in one line.
    init?(_ cells: [RegistrationCell], generators: [[Double]], middle: (column: Double, row: Double), unit: Double) {
        guard cells.count >= 6 else { return nil }
        // Unknowns: shift in x and y, one for each generator, then the contrast that all cells share.
        let n = generators.count + 3
        var matrix = [Double](repeating: 0, count: n * n)
        var vector = [Double](repeating: 0, count: n)
        /// By how much each unknown moves the cell in x, in y and in contrast.
        func rows(_ cell: RegistrationCell) -> [[Double]] {
            let u = (cell.column - middle.column) / unit
            let v = (cell.row - middle.row) / unit
            return [
                [1, 0] + generators.map { $0[0] * u + $0[1] * v } + [0], [0, 1] + generators.map { $0[2] * u + $0[3] * v } + [0],
                [Double](repeating: 0, count: n - 1) + [1],
            ]
        }
        for cell in cells {
            let rows = rows(cell)
            for a in 0..<3 {
                for i in 0..<n where rows[a][i] != 0 {
                    vector[i] += rows[a][i] * cell.equations.vector[a]
                    for b in 0..<3 {
                        for j in 0..<n { matrix[i * n + j] += rows[a][i] * cell.equations.matrix[a * 3 + b] * rows[b][j] }
                    }
                }
            }
        }
        guard let solution = LinearSolver.solve(matrix, vector), let covariance = LinearSolver.inverse(matrix, size: n) else { return nil }
        shift = (solution[0], solution[1])
        slopes = Array(solution[2..<(n - 1)])
        self.covariance = covariance
        unknowns = n
        var sum = 0.0
        for cell in cells {
            let rows = rows(cell)
            let step = (0..<3).map { a in zip(rows[a], solution).reduce(0) { $0 + $1.0 * $1.1 } }
            let matrix = cell.equations.matrix
            let left = (0..<2).map { a in cell.equations.vector[a] - (0..<3).reduce(0) { $0 + matrix[a * 3 + $1] * step[$1] } }
            guard let own = LinearSolver.solve([matrix[0], matrix[1], matrix[3], matrix[4]], left) else { continue }
            sum += left[0] * own[0] + left[1] * own[1]
        }
        scatter = sum / Double(2 * cells.count - n + 1)
    }

    /// The largest change that the step makes at the edge of the scene, roughly.
    var largestStep: Double { ([shift.x, shift.y] + slopes).map(abs).max() ?? 0 }

    /// Variance that some of the slopes explain, for each of them, over that which is left.
    func varianceRatio(_ values: [Double], at tested: Range<Int>) -> Double {
        let block = tested.flatMap { i in tested.map { j in covariance[(i + 2) * unknowns + j + 2] } }
        guard scatter > 0, let weighted = LinearSolver.solve(block, values) else { return 0 }
        return zip(values, weighted).reduce(0) { $0 + $1.0 * $1.1 } / Double(tested.count) / scatter
    }
}
