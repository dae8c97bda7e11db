import Raster

/// Longitude and latitude of the pixels of one grid, and the way back.
public struct PixelGeolocator: Sendable {
    public let grid: RasterGrid
    private let toGeographic: CoordinateTransformation
    private let fromGeographic: CoordinateTransformation
    private let isGeographic: Bool

    /// - Throws: `InputError` where the grid's transform or coordinate system is unusable, its corners have no longitude and latitude, or its
    ///   middle lies beyond a pole.
    public init(grid: RasterGrid) throws {
        guard grid.transform.isInvertible else {
            throw InputError(problem: "the geotransform places no pixel", advice: "give the raster a transform with pixels of some size")
        }
        self.grid = grid
        toGeographic = try CoordinateTransformation(from: grid.crs, to: .wgs84)
        fromGeographic = try CoordinateTransformation(from: .wgs84, to: grid.crs)
        isGeographic = try CoordinateSystemDescription(grid.crs).isGeographic
        for column in [0, grid.size.width] {
            for row in [0, grid.size.height] {
                let corner = grid.transform.apply(column: Double(column), row: Double(row))
                _ = try toGeographic.transform(x: corner.x, y: corner.y)
            }
        }
        // Between systems of degrees PROJ lets any number through, metres too.
        let middle = GridMapping.middle(of: grid)
        let latitude = try toGeographic.transform(x: middle.x, y: middle.y).y
        guard abs(latitude) <= 90 else {
            throw InputError(
                problem: "the raster's middle has a latitude of \(latitude) degrees",
                advice: "check that the file's coordinate system and geotransform belong together")
        }
    }

    /// Where a pixel position lies, longitude from -180 to 180. Infinite coordinates far outside the grid, where its coordinate system ends.
    public func geographic(column: Double, row: Double) -> GeographicPoint {
        let map = grid.transform.apply(column: column, row: row)
        guard let point = try? toGeographic.transform(x: map.x, y: map.y) else {
            return GeographicPoint(longitude: .infinity, latitude: .infinity)
        }
        let turned = point.x - 360 * (point.x / 360).rounded()
        return GeographicPoint(longitude: turned, latitude: point.y)
    }

    /// The grid's corners, closed; counter-clockwise where north is up.
    public var footprint: [GeographicPoint] {
        let (width, height) = (Double(grid.size.width), Double(grid.size.height))
        return [(0, 0), (0, height), (width, height), (width, 0), (0, 0)].map { geographic(column: $0.0, row: $0.1) }
    }

    /// The pixel position of a point, which may lie outside the raster. Infinite where the grid's coordinate system does not reach.
    public func pixel(of point: GeographicPoint) -> (column: Double, row: Double) {
        guard let map = try? fromGeographic.transform(x: point.longitude, y: point.latitude) else { return (.infinity, .infinity) }
        guard isGeographic else { return grid.transform.invert(x: map.x, y: map.y) }
        let middle = GridMapping.middle(of: grid).x
        return grid.transform.invert(x: map.x + 360 * ((middle - map.x) / 360).rounded(), y: map.y)
    }
}
