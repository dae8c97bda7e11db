import Geodesy
import Raster

/// How far places of one date lie right and down of where another has them, in pixels: the same everywhere, or growing evenly over the scene.
public struct Displacement: Sendable, Equatable, Codable {
    /// How the displacement grows from the scene's middle: turn, scale and shear.
    public struct Slope: Sendable, Equatable, Codable {
        /// Growth of the displacement to the right, by a pixel right and a pixel down.
        public var xPerColumn: Double
        public var xPerRow: Double
        /// Growth of the displacement downwards.
        public var yPerColumn: Double
        public var yPerRow: Double
        /// Where the displacement is `x`, `y`.
        public var middleColumn: Double
        public var middleRow: Double

        public init(
            xPerColumn: Double, xPerRow: Double, yPerColumn: Double, yPerRow: Double, middleColumn: Double, middleRow: Double
        ) {
            self.xPerColumn = xPerColumn
            self.xPerRow = xPerRow
            self.yPerColumn = yPerColumn
            self.yPerRow = yPerRow
            self.middleColumn = middleColumn
            self.middleRow = middleRow
        }

        func offset(column: Double, row: Double) -> (x: Double, y: Double) {
            let (u, v) = (column - middleColumn, row - middleRow)
            return (xPerColumn * u + xPerRow * v, yPerColumn * u + yPerRow * v)
        }

        /// Root mean square of the displacement over a scene about its middle.
        func rootMeanSquare(over size: RasterSize) -> Double {
            let (a, b) = (Double(size.width * size.width) / 12, Double(size.height * size.height) / 12)
            return ((xPerColumn * xPerColumn + yPerColumn * yPerColumn) * a + (xPerRow * xPerRow + yPerRow * yPerRow) * b).squareRoot()
        }

        /// The largest displacement in a scene about its middle, which a corner has.
        public func largest(over size: RasterSize) -> Double {
            let (u, v) = (Double(size.width) / 2, Double(size.height) / 2)
            return [v, -v].map { v in
                let (x, y) = (xPerColumn * u + xPerRow * v, yPerColumn * u + yPerRow * v)
                return (x * x + y * y).squareRoot()
            }.max() ?? 0
        }
    }

    public var x: Double
    public var y: Double
    /// nil where the displacement is the same everywhere.
    public var slope: Slope?

    public init(x: Double, y: Double, slope: Slope? = nil) {
        self.x = x
        self.y = y
        self.slope = slope
    }

    public static let none = Displacement(x: 0, y: 0)

    public var isNone: Bool { x == 0 && y == 0 && slope == nil }

    /// At a place in continuous pixel coordinates.
    public func at(column: Double, row: Double) -> (x: Double, y: Double) {
        guard let slope else { return (x, y) }
        let offset = slope.offset(column: column, row: row)
        return (x + offset.x, y + offset.y)
    }

    /// The same, times a number.
    func scaled(by factor: Double) -> Displacement {
        var result = Displacement(x: factor * x, y: factor * y, slope: slope)
        result.slope?.xPerColumn *= factor
        result.slope?.xPerRow *= factor
        result.slope?.yPerColumn *= factor
        result.slope?.yPerRow *= factor
        return result
    }

    /// The half of a displacement that each of two dates takes on when they are brought together: of the part that is the same everywhere only the
    /// fraction, since whole pixels cost no sharpness.
    public var halfOfFraction: Displacement {
        Displacement(x: x - x.rounded(), y: y - y.rounded(), slope: slope).scaled(by: 0.5)
    }

    /// From a place to where it lies displaced.
    public var map: GridMapping.Affine { affine(sign: 1) }

    /// From a place to what is displaced by as much as this says there.
    public var mapBack: GridMapping.Affine { affine(sign: -1) }

    private func affine(sign: Double) -> GridMapping.Affine {
        let origin = at(column: 0, row: 0)
        return GridMapping.Affine(
            columnOrigin: sign * origin.x, columnPerColumn: 1 + sign * (slope?.xPerColumn ?? 0), columnPerRow: sign * (slope?.xPerRow ?? 0),
            rowOrigin: sign * origin.y, rowPerColumn: sign * (slope?.yPerColumn ?? 0), rowPerRow: 1 + sign * (slope?.yPerRow ?? 0))
    }
}
