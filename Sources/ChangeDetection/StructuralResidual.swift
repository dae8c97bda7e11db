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
    /// Pixels around a whole number of cells whose differences count there: 3 × 3 cells, one of interpolation.
    static let differenceReach = 2 * cellSide
    static let taps = StructurePlanes.Taps(
        soft: FloatPlane.gaussianTaps(sigma: 0.7), softer: FloatPlane.gaussianTaps(sigma: 1.3),
        // 4 px, of means of 2 × 2 pixels that are interpolated.
        coarse: FloatPlane.gaussianTaps(sigma: (Double(4 * 4 - 1) / 4).squareRoot()), curved: FloatPlane.gaussianTaps(sigma: 0.7))
    /// Pixels around a place whose brightness its terms depend on: those of the widest blur and of the one before it; even, for means of 2 × 2 pixels.
    static let brightnessReach = 18

    private let planes: StructurePlanes

    /// - Parameters:
    ///   - brightness: reaches `brightnessReach` beyond the cells, or to where nothing more is known.
    ///   - cells: where they begin in it, and how many there are.
    init(brightness: FloatPlane, cells: StructurePlanes.Cells) {
        planes = KernelSet.best.structurePlanes(
            of: brightness.values.span, width: brightness.width, height: brightness.height, cells: cells, taps: Self.taps)
    }

    /// What of a part of the differences is not explained.
    ///
    /// - Parameters:
    ///   - differences: one plane of the cells a band.
    ///   - columns, rows: the part, in pixels of the cells.
    ///   - noise: standard deviation of each band's difference where nothing changed, for the weights 1 / (1 + q/9), q the mean squared
    ///     standardised difference: a strong change must not be explained away.
    func unexplained(_ differences: [[Float]], columns part: Range<Int>, rows partRows: Range<Int>, validity: BytePlane, noise: [Float])
        -> [[Float]]
    {
        let bandCount = differences.count
        let (columns, rows) = (planes.cells.columns, planes.cells.rows)
        let moments = KernelSet.best.structureMoments(
            planes, differences: differences, inverseNoise: noise.map { $0 > 0 ? 1 / $0 : 0 }, share: 1 / (9 * Float(max(1, bandCount))),
            validity: validity.values.span)

        var coefficients = StructureCoefficients(columns: columns, rows: rows, bandCount: bandCount)
        moments.withUnsafeBufferPointer { moments in
            guard let moments = moments.baseAddress else { return }
            for row in 0..<rows { coefficients.solve(row, moments: moments) }
        }
        return KernelSet.best.unexplained(planes, coefficients: coefficients.values, of: differences, columns: part, rows: partRows)
    }
}

/// What share of each term of old structure the difference of each band has, cell by cell.
struct StructureCoefficients {
    private static let featureCount = StructurePlanes.termCount
    private static let termCount = featureCount + 1

    /// For each cell, row by row, and each band one number a term; 0 where too little is seen.
    private(set) var values: [Float]
    private let columns: Int
    private let rows: Int
    private let bandCount: Int
    private var matrix = [Double](repeating: 0, count: termCount * termCount)
    private var vector = [Double](repeating: 0, count: termCount)
    private var sums: [Double]

    init(columns: Int, rows: Int, bandCount: Int) {
        self.columns = columns
        self.rows = rows
        self.bandCount = bandCount
        values = [Float](repeating: 0, count: columns * rows * bandCount * Self.featureCount)
        sums = [Double](repeating: 0, count: KernelSet.momentCount(bands: bandCount))
    }

    /// Coefficients of a row of cells from the sums over the 3 × 3 neighbourhood of each.
    ///
    /// - Parameter moments: `KernelSet.structureMoments` of all cells, of which this row, the one before and the next one count.
    mutating func solve(_ row: Int, moments: UnsafePointer<Float>) {
        for column in 0..<columns {
            for k in sums.indices { sums[k] = 0 }
            for r in max(0, row - 1)...min(rows - 1, row + 1) {
                for c in max(0, column - 1)...min(columns - 1, column + 1) {
                    let base = moments + (r * columns + c) * sums.count
                    for k in sums.indices { sums[k] += Double(base[k]) }
                }
            }
            solve(at: (row * columns + column) * bandCount * Self.featureCount)
        }
    }

    /// Leaves zeros where too little is seen. The ridge keeps features that are noise alone (plain desert) from being fitted harder than 400 pixels of noise
    /// would allow.
    private mutating func solve(at start: Int) {
        var k = 0
        for a in 0..<Self.termCount {
            for b in 0...a {
                matrix[a * Self.termCount + b] = sums[k]
                k += 1
            }
        }
        // Every second row was looked at.
        guard matrix[Self.termCount * Self.termCount - 1] > 200 else { return }
        for a in 0..<Self.featureCount {
            guard matrix[a * Self.termCount + a] > 0 else { return }
            matrix[a * Self.termCount + a] *= 1.001
        }
        guard LinearSolver.factorise(&matrix, Self.termCount) else { return }
        for band in 0..<bandCount {
            for a in 0..<Self.termCount { vector[a] = sums[k + a * bandCount + band] }
            guard LinearSolver.substitute(matrix, &vector) else { return }
            for a in 0..<Self.featureCount { values[start + band * Self.featureCount + a] = Float(vector[a]) }
        }
    }
}
