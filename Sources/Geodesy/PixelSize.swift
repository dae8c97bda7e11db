import Raster

/// The size of pixels on the ground.
public enum PixelSize {
    /// Metres that one step of a column (`x`) and of a row (`y`) covers on the ellipsoid at a pixel position, in any coordinate system. On a
    /// grid of degrees the two differ, and with latitude.
    ///
    /// - Throws: `InputError` where the grid's coordinate system is unknown or the position has no longitude and latitude.
    public static func metres(of grid: RasterGrid, atColumn column: Double, row: Double) throws -> (x: Double, y: Double) {
        let transformation = try CoordinateTransformation(from: grid.crs, to: .wgs84)
        func point(_ column: Double, _ row: Double) throws -> GeographicPoint {
            let map = grid.transform.apply(column: column, row: row)
            let place = try transformation.transform(x: map.x, y: map.y)
            return GeographicPoint(longitude: place.x, latitude: place.y)
        }
        return (
            Geodesic.distance(try point(column - 0.5, row), try point(column + 0.5, row)),
            Geodesic.distance(try point(column, row - 0.5), try point(column, row + 0.5))
        )
    }

    /// The same in the grid's middle.
    public static func metres(inMiddleOf grid: RasterGrid) throws -> (x: Double, y: Double) {
        try metres(of: grid, atColumn: Double(grid.size.width) / 2, row: Double(grid.size.height) / 2)
    }
}
