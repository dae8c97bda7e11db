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

    /// Sums of the cells for the fit of several bands' differences; see `KernelSet.structureMoments`.
    ///
    /// - Parameters:
    ///   - differences: one plane of the cells a band.
    ///   - noise: standard deviation of each band's difference where nothing changed, for the weights 1 / (1 + q/9), q the mean squared
    ///     standardised difference: a strong change must not be explained away.
    func moments(_ differences: [[Float]], validity: BytePlane, noise: [Float]) -> [Float] {
        KernelSet.best.structureMoments(
            planes, differences: differences, inverseNoise: noise.map { $0 > 0 ? 1 / $0 : 0 },
            share: 1 / (9 * Float(max(1, differences.count))), validity: validity.values.span)
    }

    /// What of the differences is not explained.
    ///
    /// - Parameters:
    ///   - moments: of these differences.
    ///   - noise: what the noise of the earlier date makes of these bands.
    func unexplained(_ differences: [[Float]], moments: [Float], noise: StructureNoise) -> [[Float]] {
        let cells = planes.cells
        var coefficients = StructureCoefficients(columns: cells.columns, rows: cells.rows, noise: noise)
        moments.withUnsafeBufferPointer { moments in
            guard let moments = moments.baseAddress else { return }
            for row in 0..<cells.rows { coefficients.solve(row, moments: moments) }
        }
        return KernelSet.best.unexplained(
            planes, coefficients: coefficients.values, of: differences, columns: 0..<cells.width, rows: 0..<cells.height)
    }
}

/// What the noise of the earlier date has to do with that date's own structure.
///
/// It is in the difference, with a minus, and in every term of old structure. On ground that is little but noise a fit would therefore explain noise by noise, and with it take the same share of what old
/// structure there is: an old road would be printed into the change, as a line. What the noise alone makes the mean products of terms and difference is measured where the ground is smoothest, and taken
/// off those of every cell. Such a correction is known from regression on uncertain predictors (Fuller, "Measurement Error Models", 1987).
struct StructureNoise: Sendable, Equatable, Codable {
    private static let termCount = StructurePlanes.termCount
    /// Fine and coarse detail, ∂xx and ∂yy. The other terms weigh the places on either side of a pixel alike, with opposite signs: noise does not go into them and into the difference together.
    private static let evenTerms = 2...5
    /// Of all ground the share that counts as smooth.
    private static let smoothShare = 0.25

    /// Mean product of each term and each band's difference: `covariances[term · bands + band]`.
    let covariances: [Float]

    var bandCount: Int { covariances.count / Self.termCount }

    private init(covariances: [Float]) { self.covariances = covariances }

    /// - Parameter moments: of the cells of several windows, as `KernelSet.structureMoments` gives them.
    init(_ moments: [[Float]], bandCount: Int) {
        let (momentCount, triangle) = (KernelSet.momentCount(bands: bandCount), (Self.termCount + 1) * (Self.termCount + 2) / 2)
        func weight(_ cell: ArraySlice<Float>) -> Float { cell[cell.startIndex + triangle - 1] }
        // Mean square of the third term.
        func detail(_ cell: ArraySlice<Float>) -> Float { cell[cell.startIndex + 5] / weight(cell) }
        let cells = moments.flatMap { ofWindow in
            stride(from: 0, to: ofWindow.count, by: momentCount).map { ofWindow[$0..<($0 + momentCount)] }
        }.filter { weight($0) > 200 && detail($0).isFinite }
        var covariances = [Float](repeating: 0, count: Self.termCount * bandCount)
        if cells.count >= 8 {
            let limit = RobustStatistics.quantile(cells.map(detail), Self.smoothShare)
            let smooth = cells.filter { detail($0) <= limit }
            let total = smooth.reduce(0) { $0 + Double(weight($1)) }
            for k in (Self.evenTerms.lowerBound * bandCount)..<((Self.evenTerms.upperBound + 1) * bandCount) {
                covariances[k] = Float(smooth.reduce(0) { $0 + Double($1[$1.startIndex + triangle + k]) } / total)
            }
        }
        self.init(covariances: covariances)
    }

    /// Of a weighed sum of the bands' differences.
    func weighed(by weights: [Float]) -> StructureNoise {
        StructureNoise(
            covariances: (0..<Self.termCount).map { term in
                weights.indices.reduce(0) { $0 + weights[$1] * covariances[term * bandCount + $1] }
            })
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
    private let noise: StructureNoise

    init(columns: Int, rows: Int, noise: StructureNoise) {
        self.noise = noise
        self.columns = columns
        self.rows = rows
        bandCount = noise.bandCount
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
        let weight = matrix[Self.termCount * Self.termCount - 1]
        guard weight > 200 else { return }
        for a in 0..<Self.featureCount {
            guard matrix[a * Self.termCount + a] > 0 else { return }
            matrix[a * Self.termCount + a] *= 1.001
        }
        guard LinearSolver.factorise(&matrix, Self.termCount) else { return }
        for band in 0..<bandCount {
            for a in 0..<Self.termCount { vector[a] = sums[k + a * bandCount + band] }
            for a in 0..<Self.featureCount { vector[a] -= weight * Double(noise.covariances[a * bandCount + band]) }
            guard LinearSolver.substitute(matrix, &vector) else { return }
            for a in 0..<Self.featureCount { values[start + band * Self.featureCount + a] = Float(vector[a]) }
        }
    }
}
