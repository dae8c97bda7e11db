/// The affine map from pixel to map coordinates. Pixel coordinates are continuous: (0, 0) is the upper left *corner* of the
/// upper left pixel and (0.5, 0.5) its centre, whatever convention the file had.
///
///     mapX = originX + column · xPerColumn + row · xPerRow
///     mapY = originY + column · yPerColumn + row · yPerRow
public struct GeoTransform: Hashable, Sendable, Codable {
    public var originX: Double
    public var xPerColumn: Double
    public var xPerRow: Double
    public var originY: Double
    public var yPerColumn: Double
    public var yPerRow: Double

    public init(originX: Double, xPerColumn: Double, xPerRow: Double, originY: Double, yPerColumn: Double, yPerRow: Double) {
        self.originX = originX
        self.xPerColumn = xPerColumn
        self.xPerRow = xPerRow
        self.originY = originY
        self.yPerColumn = yPerColumn
        self.yPerRow = yPerRow
    }

    /// North up, square or rectangular pixels; sizes in map units, both positive.
    public init(originX: Double, originY: Double, pixelWidth: Double, pixelHeight: Double) {
        self.init(originX: originX, xPerColumn: pixelWidth, xPerRow: 0, originY: originY, yPerColumn: 0, yPerRow: -pixelHeight)
    }

    /// Pixel coordinates taken as map coordinates.
    public static let identity = GeoTransform(originX: 0, xPerColumn: 1, xPerRow: 0, originY: 0, yPerColumn: 0, yPerRow: 1)

    public var determinant: Double { xPerColumn * yPerRow - xPerRow * yPerColumn }
    public var isFinite: Bool {
        [originX, xPerColumn, xPerRow, originY, yPerColumn, yPerRow].allSatisfy(\.isFinite)
    }
    /// False for transforms that no pixel can be placed by: not finite, or without area.
    public var isInvertible: Bool { isFinite && determinant != 0 && (1 / determinant).isFinite }
    public var isNorthUp: Bool { xPerRow == 0 && yPerColumn == 0 && xPerColumn > 0 && yPerRow < 0 }
    /// Length of a step of one column, in map units.
    public var pixelWidth: Double { (xPerColumn * xPerColumn + yPerColumn * yPerColumn).squareRoot() }
    /// Length of a step of one row, in map units.
    public var pixelHeight: Double { (xPerRow * xPerRow + yPerRow * yPerRow).squareRoot() }

    public func apply(column: Double, row: Double) -> (x: Double, y: Double) {
        (originX + column * xPerColumn + row * xPerRow, originY + column * yPerColumn + row * yPerRow)
    }

    /// Pixel coordinates of a map position. - Precondition: `isInvertible`.
    public func invert(x: Double, y: Double) -> (column: Double, row: Double) {
        let dx = x - originX
        let dy = y - originY
        let d = determinant
        return ((yPerRow * dx - xPerRow * dy) / d, (xPerColumn * dy - yPerColumn * dx) / d)
    }

    /// The transform of a window whose upper left corner is at (`column`, `row`) and whose pixels are `scale` times as large.
    public func translated(column: Double, row: Double, scale: Double = 1) -> GeoTransform {
        let (x, y) = apply(column: column, row: row)
        return GeoTransform(
            originX: x, xPerColumn: xPerColumn * scale, xPerRow: xPerRow * scale,
            originY: y, yPerColumn: yPerColumn * scale, yPerRow: yPerRow * scale)
    }
}
