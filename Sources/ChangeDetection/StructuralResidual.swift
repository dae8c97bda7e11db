import Raster

/// The part of a difference that the ground's own old structure explains: what is left of misregistration, of unequal sharpness and of unequal
/// contrast, each of which copies a derivative of the earlier image into the difference.
///
/// In cells of 32 px the difference of every band is regressed, by weighted least squares over 3 × 3 cells, on the gradient, the second
/// derivatives, the fine and the coarse detail of the earlier date's brightness; coefficients are interpolated between cells. Only the
/// *earlier* date enters, so a new earthwork has no part in what is explained. To first order the gradient's coefficients are a local shift field.
struct StructuralResidual {
    static let cellSide = 32
    /// Pixels around a place that its value depends on: 3 × 3 cells, one of interpolation, the filters' reach.
    static let reach = 3 * cellSide
    private static let featureCount = 7
    private static let termCount = featureCount + 1

    /// The seven explaining planes: ∂x, ∂y, fine detail, coarse detail, ∂xx, ∂yy, ∂xy of the earlier brightness.
    let features: [FloatPlane]
    /// Detail coarser than noise: brightness less its 4 px blur.
    let detail: FloatPlane

    init(brightness: FloatPlane) {
        let width = brightness.width
        let height = brightness.height
        let soft = brightness.filtered(symmetric: FloatPlane.gaussianKernel(sigma: 0.7))
        let softer = soft.filtered(symmetric: FloatPlane.gaussianKernel(sigma: 1.3))
        let coarse = soft.filtered(symmetric: FloatPlane.gaussianKernel(sigma: 4))
        let curved = soft.filtered(symmetric: FloatPlane.gaussianKernel(sigma: 0.7))
        var planes = (0..<Self.featureCount).map { _ in FloatPlane(width: width, height: height) }
        for y in 0..<height {
            let up = max(0, y - 1) * width
            let here = y * width
            let down = min(height - 1, y + 1) * width
            for x in 0..<width {
                let left = max(0, x - 1)
                let right = min(width - 1, x + 1)
                let i = here + x
                let s = soft.values
                planes[0].values[i] = 0.5 * (s[here + right] - s[here + left])
                planes[1].values[i] = 0.5 * (s[down + x] - s[up + x])
                planes[2].values[i] = s[i] - softer.values[i]
                planes[3].values[i] = s[i] - coarse.values[i]
                let c = curved.values
                planes[4].values[i] = c[here + right] - 2 * c[i] + c[here + left]
                planes[5].values[i] = c[down + x] - 2 * c[i] + c[up + x]
                planes[6].values[i] = 0.25 * (c[down + right] - c[down + left] - c[up + right] + c[up + left])
            }
        }
        features = planes
        detail = planes[3]
    }

    /// Takes the explained part off the differences in place.
    ///
    /// - Parameters:
    ///   - differences: one plane a band; sides are multiples of the cell's.
    ///   - noise: standard deviation of each band's difference where nothing changed, for the weights 1 / (1 + q/9), q the mean squared
    ///     standardised difference: a strong change must not be explained away.
    func subtract(from differences: inout [FloatPlane], validity: BytePlane, noise: [Float]) {
        let width = validity.width
        let height = validity.height
        precondition(width % Self.cellSide == 0 && height % Self.cellSide == 0, "the window is not a whole number of cells")
        let bandCount = differences.count
        let grid = CellGrid(width: width, height: height, side: Self.cellSide)
        let terms = Self.termCount
        let momentCount = terms * (terms + 1) / 2 + terms * bandCount
        let moments = cellMoments(differences: differences, validity: validity, noise: noise, grid: grid, momentCount: momentCount)

        // Coefficients of each cell from the sums over its 3 × 3 neighbourhood: featureCount × bandCount numbers.
        var coefficients = [Float](repeating: 0, count: grid.count * Self.featureCount * bandCount)
        for row in 0..<grid.rows {
            for column in 0..<grid.columns {
                var sums = [Double](repeating: 0, count: momentCount)
                for r in max(0, row - 1)...min(grid.rows - 1, row + 1) {
                    for c in max(0, column - 1)...min(grid.columns - 1, column + 1) {
                        let base = (r * grid.columns + c) * momentCount
                        for k in 0..<momentCount { sums[k] += moments[base + k] }
                    }
                }
                let solved = Self.coefficients(sums: sums, bandCount: bandCount)
                let base = (row * grid.columns + column) * Self.featureCount * bandCount
                for k in solved.indices { coefficients[base + k] = solved[k] }
            }
        }
        subtract(coefficients: coefficients, from: &differences, grid: grid)
    }

    private func cellMoments(
        differences: [FloatPlane], validity: BytePlane, noise: [Float], grid: CellGrid, momentCount: Int
    ) -> [Double] {
        let width = validity.width
        let bandCount = differences.count
        let terms = Self.termCount
        typealias Lane = SIMD8<Float>
        var moments = [Double](repeating: 0, count: grid.count * momentCount)
        var accumulators = [Lane](repeating: .zero, count: momentCount)
        var lanes = [Lane](repeating: .zero, count: terms)
        lanes[terms - 1] = Lane(repeating: 1)
        var bands = [Lane](repeating: .zero, count: bandCount)
        let inverseNoise = noise.map { $0 > 0 ? 1 / $0 : 0 }
        let share = 1 / (9 * Float(max(1, bandCount)))
        func load(_ values: [Float], _ i: Int) -> Lane {
            values.withUnsafeBytes { $0.loadUnaligned(fromByteOffset: i * 4, as: Lane.self) }
        }
        for row in 0..<grid.rows {
            for column in 0..<grid.columns {
                for k in accumulators.indices { accumulators[k] = .zero }
                var any = false
                for y in (row * Self.cellSide)..<((row + 1) * Self.cellSide) {
                    for x in stride(from: column * Self.cellSide, to: (column + 1) * Self.cellSide, by: 8) {
                        let i = y * width + x
                        let valid = validity.values.withUnsafeBytes { $0.loadUnaligned(fromByteOffset: i, as: SIMD8<UInt8>.self) }
                        guard valid != SIMD8<UInt8>(repeating: 0) else { continue }
                        any = true
                        var q = Lane.zero
                        for b in 0..<bandCount {
                            bands[b] = load(differences[b].values, i)
                            let t = bands[b] * inverseNoise[b]
                            q += t * t
                        }
                        let weight = Lane(valid) * (1.0 / 255) / (Lane(repeating: 1) + q * share)
                        for f in 0..<Self.featureCount { lanes[f] = load(features[f].values, i) }
                        var k = 0
                        for a in 0..<terms {
                            let weighted = weight * lanes[a]
                            for b in 0...a {
                                accumulators[k] += weighted * lanes[b]
                                k += 1
                            }
                        }
                        for a in 0..<terms {
                            let weighted = weight * lanes[a]
                            for b in 0..<bandCount {
                                accumulators[k] += weighted * bands[b]
                                k += 1
                            }
                        }
                    }
                }
                guard any else { continue }
                let base = (row * grid.columns + column) * momentCount
                for k in 0..<momentCount { moments[base + k] = Double(accumulators[k].sum()) }
            }
        }
        return moments
    }

    /// Solves for all bands; zeros where too little is seen. The ridge keeps features that are noise alone (plain desert) from being fitted
    /// harder than 400 pixels of noise would allow.
    private static func coefficients(sums: [Double], bandCount: Int) -> [Float] {
        let terms = termCount
        let none = [Float](repeating: 0, count: featureCount * bandCount)
        var matrix = [Double](repeating: 0, count: terms * terms)
        var k = 0
        for a in 0..<terms {
            for b in 0...a {
                matrix[a * terms + b] = sums[k]
                matrix[b * terms + a] = sums[k]
                k += 1
            }
        }
        guard matrix[terms * terms - 1] > 400 else { return none }
        for a in 0..<featureCount { matrix[a * terms + a] *= 1.001 }
        for a in 0..<featureCount where matrix[a * terms + a] <= 0 { return none }
        var result = none
        for band in 0..<bandCount {
            let vector = (0..<terms).map { sums[k + $0 * bandCount + band] }
            guard let solution = LinearSolver.solve(matrix, vector) else { return none }
            for feature in 0..<featureCount { result[feature * bandCount + band] = Float(solution[feature]) }
        }
        return result
    }

    private func subtract(coefficients: [Float], from differences: inout [FloatPlane], grid: CellGrid) {
        let bandCount = differences.count
        let stride = Self.featureCount * bandCount
        let width = differences.first?.width ?? 0
        let height = differences.first?.height ?? 0
        let across = grid.interpolation(length: width, cells: grid.columns)
        let down = grid.interpolation(length: height, cells: grid.rows)
        var rowCoefficients = [Float](repeating: 0, count: grid.columns * stride)
        for y in 0..<height {
            let v = down.weight[y]
            let upper = down.lower[y] * grid.columns * stride
            let lower = down.upper[y] * grid.columns * stride
            for k in 0..<(grid.columns * stride) {
                rowCoefficients[k] = coefficients[upper + k] * (1 - v) + coefficients[lower + k] * v
            }
            for band in 0..<bandCount {
                differences[band].values.withUnsafeMutableBufferPointer { difference in
                    for feature in 0..<Self.featureCount {
                        let offset = feature * bandCount + band
                        features[feature].values.withUnsafeBufferPointer { values in
                            for x in 0..<width {
                                let u = across.weight[x]
                                let c =
                                    rowCoefficients[across.lower[x] * stride + offset] * (1 - u)
                                    + rowCoefficients[across.upper[x] * stride + offset] * u
                                difference[y * width + x] -= c * values[y * width + x]
                            }
                        }
                    }
                }
            }
        }
    }
}
