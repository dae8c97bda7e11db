import PixelKernels
import Raster

/// The part of a difference that the ground's own old structure explains: what is left of misregistration, of unequal sharpness and of unequal
/// contrast, each of which copies a derivative of the earlier image into the difference.
///
/// In cells of 32 px the difference of every band is regressed, by weighted least squares over 3 × 3 cells, on the gradient, the second
/// derivatives, the fine and the coarse detail of the earlier date's brightness; coefficients are interpolated between cells. Only the
/// *earlier* date enters, so a new earthwork has no part in what is explained. To first order the gradient's coefficients are a local shift field.
struct StructuralResidual {
    static let cellSide = StructurePlanes.cellSide
    /// Pixels around a place that its value depends on: 3 × 3 cells, one of interpolation, the filters' reach.
    static let reach = 3 * cellSide
    private static let featureCount = StructurePlanes.termCount
    private static let termCount = featureCount + 1
    private static let kernels = (
        soft: FloatPlane.gaussianKernel(sigma: 0.7), softer: FloatPlane.gaussianKernel(sigma: 1.3),
        coarse: FloatPlane.gaussianKernel(sigma: 4)
    )

    private let planes: StructurePlanes
    /// Detail coarser than noise: brightness less its 4 px blur.
    let detail: FloatPlane

    /// - Precondition: the plane's sides are multiples of the cell's.
    init(brightness: FloatPlane) {
        let (width, height) = (brightness.width, brightness.height)
        let soft = brightness.filtered(symmetric: Self.kernels.soft)
        let coarse = soft.filtered(symmetric: Self.kernels.coarse)
        planes = StructurePlanes(
            width: width, height: height, soft: soft.values, softer: soft.filtered(symmetric: Self.kernels.softer).values,
            coarse: coarse.values, curved: soft.filtered(symmetric: Self.kernels.soft).values)
        detail = FloatPlane(width: width, height: height) {
            KernelSet.best.difference(soft.values.span, coarse.values.span, into: $0.mutableSpan)
        }
    }

    /// Takes the explained part off the differences in place.
    ///
    /// - Parameters:
    ///   - differences: one plane a band.
    ///   - noise: standard deviation of each band's difference where nothing changed, for the weights 1 / (1 + q/9), q the mean squared
    ///     standardised difference: a strong change must not be explained away.
    func subtract(from differences: inout [[Float]], validity: BytePlane, noise: [Float]) {
        let bandCount = differences.count
        let (columns, rows) = (planes.columns, planes.rows)
        let momentCount = KernelSet.momentCount(bands: bandCount)
        let moments = KernelSet.best.structureMoments(
            planes, differences: differences, inverseNoise: noise.map { $0 > 0 ? 1 / $0 : 0 }, share: 1 / (9 * Float(max(1, bandCount))),
            validity: validity.values.span)

        // Coefficients of each cell from the sums over its 3 × 3 neighbourhood.
        let pitch = Self.featureCount * bandCount
        var coefficients = [Float](repeating: 0, count: columns * rows * pitch)
        var sums = [Double](repeating: 0, count: momentCount)
        var solver = Solver(bandCount: bandCount)
        moments.withUnsafeBufferPointer { moments in
            for row in 0..<rows {
                for column in 0..<columns {
                    for k in 0..<momentCount { sums[k] = 0 }
                    for r in max(0, row - 1)...min(rows - 1, row + 1) {
                        for c in max(0, column - 1)...min(columns - 1, column + 1) {
                            let base = (r * columns + c) * momentCount
                            for k in 0..<momentCount { sums[k] += Double(moments[base + k]) }
                        }
                    }
                    solver.solve(sums, into: &coefficients, at: (row * columns + column) * pitch)
                }
            }
        }
        KernelSet.best.subtractExplained(planes, coefficients: coefficients, from: &differences)
    }

    /// Coefficients of all bands from a cell's sums.
    private struct Solver {
        private let bandCount: Int
        private var matrix = [Double](repeating: 0, count: termCount * termCount)
        private var vector = [Double](repeating: 0, count: termCount)

        init(bandCount: Int) { self.bandCount = bandCount }

        /// Leaves zeros where too little is seen. The ridge keeps features that are noise alone (plain desert) from being fitted harder than 400
        /// pixels of noise would allow.
        mutating func solve(_ sums: [Double], into coefficients: inout [Float], at start: Int) {
            var k = 0
            for a in 0..<termCount {
                for b in 0...a {
                    matrix[a * termCount + b] = sums[k]
                    k += 1
                }
            }
            // Every second row was looked at.
            guard matrix[termCount * termCount - 1] > 200 else { return }
            for a in 0..<featureCount {
                guard matrix[a * termCount + a] > 0 else { return }
                matrix[a * termCount + a] *= 1.001
            }
            guard LinearSolver.factorise(&matrix, termCount) else { return }
            for band in 0..<bandCount {
                for a in 0..<termCount { vector[a] = sums[k + a * bandCount + band] }
                guard LinearSolver.substitute(matrix, &vector) else { return }
                for a in 0..<featureCount { coefficients[start + band * featureCount + a] = Float(vector[a]) }
            }
        }
    }
}
