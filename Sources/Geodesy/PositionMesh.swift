import Raster

/// Source positions at the nodes of a regular mesh over a target raster, bilinear between them.
struct PositionMesh: Sendable {
    /// Target pixels from node to node.
    let spacing: Double
    /// Nodes across and down.
    let width: Int
    let height: Int
    private let columns: [Double]
    private let rows: [Double]

    private static let coarsestSpacing = 256
    private static let finestSpacing = 2
    private static let maxNodes = 1 << 24

    /// Halves the spacing until the nodes of the next finer mesh lie within the tolerance of where this one would put them, and keeps the
    /// finer one.
    init(
        target: RasterGrid, source: RasterGrid, transformation: CoordinateTransformation, sourceIsGeographic: Bool, tolerancePixels: Double
    ) throws {
        func mesh(_ spacing: Int) throws -> PositionMesh {
            try PositionMesh(
                spacing: spacing, target: target, source: source, transformation: transformation, sourceIsGeographic: sourceIsGeographic)
        }
        var spacing = Self.coarsestSpacing
        var coarse = try mesh(spacing)
        while true {
            spacing /= 2
            let fine = try mesh(spacing)
            if fine.largestDistance(from: coarse) <= tolerancePixels {
                self = fine
                return
            }
            let nodes = (target.size.width / spacing + 2) * (target.size.height / spacing + 2)
            guard spacing > Self.finestSpacing, nodes < Self.maxNodes / 4 else {
                throw InputError(
                    problem: "the map from \(target.crs.abbreviated) to \(source.crs.abbreviated) is too crooked to interpolate",
                    advice: "bring the scenes into one coordinate system first, for example with gdalwarp")
            }
            coarse = fine
        }
    }

    private init(
        spacing: Int, target: RasterGrid, source: RasterGrid, transformation: CoordinateTransformation, sourceIsGeographic: Bool
    ) throws {
        self.spacing = Double(spacing)
        width = (target.size.width + spacing - 1) / spacing + 1
        height = (target.size.height + spacing - 1) / spacing + 1
        var x: [Double] = []
        var y: [Double] = []
        x.reserveCapacity(width * height)
        y.reserveCapacity(width * height)
        for j in 0..<height {
            for i in 0..<width {
                let position = target.transform.apply(column: Double(i * spacing), row: Double(j * spacing))
                x.append(position.x)
                y.append(position.y)
            }
        }
        try transformation.transform(x: &x, y: &y)
        let middle = GridMapping.middle(of: source).x
        for i in x.indices {
            // Longitudes jump at the antimeridian, and files count them from -180 or from 0.
            let mapX = sourceIsGeographic ? x[i] + 360 * ((middle - x[i]) / 360).rounded() : x[i]
            let pixel = source.transform.invert(x: mapX, y: y[i])
            x[i] = pixel.column
            y[i] = pixel.row
        }
        columns = x
        rows = y
    }

    /// Over the nodes of this mesh, in source pixels.
    private func largestDistance(from coarse: PositionMesh) -> Double {
        var largest = 0.0
        for j in 0..<height {
            for i in 0..<width {
                let guess = coarse.map(column: Double(i) * spacing, row: Double(j) * spacing)
                let dx = guess.column - columns[j * width + i]
                let dy = guess.row - rows[j * width + i]
                largest = max(largest, (dx * dx + dy * dy).squareRoot())
            }
        }
        return largest
    }

    func map(column: Double, row: Double) -> (column: Double, row: Double) {
        let run = run(column: column, row: row)
        return (run.column + column * run.columnPerColumn, run.row + column * run.rowPerColumn)
    }

    /// Along one row and within one cell of the mesh, positions grow linearly with the target column: position = start + column · slope.
    struct Run {
        var column: Double
        var columnPerColumn: Double
        var row: Double
        var rowPerColumn: Double
        /// The first whole target column whose pixel centre lies in the next cell.
        var endColumn: Int
    }

    func run(column: Double, row: Double) -> Run {
        let i = cell(column, count: width)
        let j = cell(row, count: height)
        let v = row / spacing - Double(j)
        let k = j * width + i
        func ends(_ values: [Double]) -> (start: Double, slope: Double) {
            let left = values[k] + v * (values[k + width] - values[k])
            let right = values[k + 1] + v * (values[k + width + 1] - values[k + 1])
            let slope = (right - left) / spacing
            return (left - Double(i) * spacing * slope, slope)
        }
        let c = ends(columns)
        let r = ends(rows)
        let isLast = i == width - 2
        return Run(
            column: c.start, columnPerColumn: c.slope, row: r.start, rowPerColumn: r.slope,
            endColumn: isLast ? .max : (i + 1) * Int(spacing))
    }

    /// Positions of the mesh's own lines strictly between two target columns.
    func columnLines(between low: Double, and high: Double) -> [Double] { lines(between: low, and: high, count: width) }
    func rowLines(between low: Double, and high: Double) -> [Double] { lines(between: low, and: high, count: height) }

    private func lines(between low: Double, and high: Double, count: Int) -> [Double] {
        // The outermost lines bend nothing: their cells go on beyond them.
        (0..<count).dropFirst().dropLast().map { Double($0) * spacing }.filter { $0 > low && $0 < high }
    }

    /// The cell that holds a position; the outermost ones go on for ever.
    private func cell(_ position: Double, count: Int) -> Int {
        let cell = (position / spacing).rounded(.down)
        return cell > 0 ? min(Int(min(cell, 1e9)), count - 2) : 0
    }
}
