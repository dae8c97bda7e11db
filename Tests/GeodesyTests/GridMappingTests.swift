import Geodesy
import Raster
import Testing

@Suite struct GridMappingTests {
    static func utm(_ code: Int, x: Double, y: Double, pixel: Double, size: RasterSize) -> RasterGrid {
        RasterGrid(
            size: size, transform: GeoTransform(originX: x, originY: y, pixelWidth: pixel, pixelHeight: pixel), crs: .epsg(code))
    }

    static let tile = utm(32633, x: 600_000, y: 3_500_040, pixel: 10, size: RasterSize(width: 1098, height: 1098))

    struct Pair: Sendable, CustomTestStringConvertible {
        var name: String
        var target: RasterGrid
        var source: RasterGrid
        var testDescription: String { name }
    }

    static let affinePairs = [
        Pair(name: "the grid itself", target: tile, source: tile),
        Pair(
            name: "20 m bands", target: tile,
            source: utm(32633, x: 600_000, y: 3_500_040, pixel: 20, size: RasterSize(width: 549, height: 549))),
        Pair(
            name: "half a pixel off", target: tile,
            source: utm(32633, x: 599_995, y: 3_500_035, pixel: 10, size: RasterSize(width: 1200, height: 1000))),
        Pair(
            name: "turned by 30 degrees", target: tile,
            source: RasterGrid(
                size: RasterSize(width: 900, height: 900),
                transform: GeoTransform(
                    originX: 601_000, xPerColumn: 8.660254, xPerRow: 5, originY: 3_500_000, yPerColumn: 5, yPerRow: -8.660254),
                crs: .epsg(32633))),
        Pair(
            name: "the same zone spelt out", target: tile,
            source: RasterGrid(
                size: RasterSize(width: 400, height: 400),
                transform: GeoTransform(originX: 601_234, originY: 3_499_321, pixelWidth: 30, pixelHeight: 30),
                crs: .definition("+proj=utm +zone=33 +datum=WGS84 +units=m"))),
    ]

    static let meshPairs = [
        Pair(
            name: "neighbouring zone", target: tile,
            source: utm(32632, x: 1_160_000, y: 3_540_000, pixel: 10, size: RasterSize(width: 2400, height: 2400))),
        Pair(
            name: "degrees", target: tile,
            source: RasterGrid(
                size: RasterSize(width: 1400, height: 1400),
                transform: GeoTransform(originX: 16, originY: 31.65, pixelWidth: 0.0001, pixelHeight: 0.0001), crs: .wgs84)),
        Pair(
            name: "web map", target: tile,
            source: utm(3857, x: 1_780_000, y: 3_720_000, pixel: 12, size: RasterSize(width: 1400, height: 1400))),
    ]

    @Test(arguments: affinePairs) func affineThereAndBackIsNothing(_ pair: Pair) throws {
        let there = try GridMapping(from: pair.target, to: pair.source)
        let back = try GridMapping(from: pair.source, to: pair.target)
        #expect(there.affine != nil && back.affine != nil)
        for (column, row) in Self.positions(in: pair.target.size) {
            let middle = there.map(column: column, row: row)
            let end = back.map(column: middle.column, row: middle.row)
            #expect(abs(end.column - column) < 1e-6 && abs(end.row - row) < 1e-6)
        }
    }

    @Test(arguments: meshPairs) func meshThereAndBackIsWithinTheTolerance(_ pair: Pair) throws {
        let there = try GridMapping(from: pair.target, to: pair.source)
        #expect(there.affine == nil)
        let back = try CoordinateTransformation(from: pair.source.crs, to: pair.target.crs)
        for (column, row) in Self.positions(in: pair.target.size) {
            let middle = there.map(column: column, row: row)
            let map = pair.source.transform.apply(column: middle.column, row: middle.row)
            let place = try back.transform(x: map.x, y: map.y)
            let end = pair.target.transform.invert(x: place.x, y: place.y)
            // The tolerance is in source pixels, of which the coarsest here is 1.2 target pixels.
            #expect(abs(end.column - column) < 0.012 && abs(end.row - row) < 0.012)
        }
    }

    @Test(arguments: affinePairs + meshPairs) func filledPositionsAreTheMappedOnes(_ pair: Pair) throws {
        let mapping = try GridMapping(from: pair.target, to: pair.source)
        for window in [
            PixelWindow(x: 100, y: 200, width: 300, height: 70), PixelWindow(x: -20, y: -20, width: 60, height: 50),
            PixelWindow(x: 1090, y: 1090, width: 40, height: 30), PixelWindow(x: 127, y: 127, width: 2, height: 2),
        ] {
            var columns: [Double] = []
            var rows: [Double] = []
            mapping.fill(window: window, columns: &columns, rows: &rows)
            var same = true
            for y in 0..<window.height {
                for x in 0..<window.width {
                    let i = y * window.width + x
                    let position = mapping.map(column: Double(window.x + x) + 0.5, row: Double(window.y + y) + 0.5)
                    same = same && columns[i] == position.column && rows[i] == position.row
                }
            }
            #expect(columns.count == window.pixelCount && rows.count == window.pixelCount)
            #expect(same)
        }
    }

    @Test(arguments: affinePairs + meshPairs) func theSourceWindowHoldsEveryNeighbour(_ pair: Pair) throws {
        let mapping = try GridMapping(from: pair.target, to: pair.source)
        let bounds = PixelWindow(pair.source.size)
        for window in PixelWindow(pair.target.size).blocks(side: 366) {
            let source = mapping.sourceWindow(for: window, halo: 0)
            var columns: [Double] = []
            var rows: [Double] = []
            mapping.fill(window: window, columns: &columns, rows: &rows)
            // The four pixels whose centres surround a position.
            let missing = stride(from: 0, to: columns.count, by: 53).filter { i in
                [(0, 0), (1, 0), (0, 1), (1, 1)].contains { dx, dy in
                    let x = Int((columns[i] - 0.5).rounded(.down)) + dx
                    let y = Int((rows[i] - 0.5).rounded(.down)) + dy
                    return bounds.contains(x: x, y: y) && !source.contains(x: x, y: y)
                }
            }
            #expect(missing.isEmpty)
            #expect(bounds.expanded(by: 2).contains(source))
        }
    }

    @Test func placesFarApartShareNothing() throws {
        let elsewhere = Self.utm(32633, x: 100_000, y: 100_000, pixel: 10, size: RasterSize(width: 100, height: 100))
        let mapping = try GridMapping(from: Self.tile, to: elsewhere)
        #expect(mapping.sourceWindow(for: PixelWindow(Self.tile.size), halo: 16).isEmpty)
    }

    @Test func longitudesMayBeCountedFromZero() throws {
        func degrees(_ west: Double) -> RasterGrid {
            RasterGrid(
                size: RasterSize(width: 100, height: 100),
                transform: GeoTransform(originX: west, originY: 10, pixelWidth: 0.01, pixelHeight: 0.01), crs: .wgs84)
        }
        let spelt = RasterGrid(
            size: degrees(349).size, transform: degrees(349).transform, crs: .definition("+proj=longlat +datum=WGS84"))
        let mapping = try GridMapping(from: degrees(-11), to: spelt)
        let position = mapping.map(column: 50, row: 50)
        #expect(abs(position.column - 50) < 1e-6 && abs(position.row - 50) < 1e-6)
        // Two zones west and east of the antimeridian, onto degrees that run across it.
        let across = RasterGrid(
            size: RasterSize(width: 2000, height: 1000),
            transform: GeoTransform(originX: 179.9, originY: -16.5, pixelWidth: 0.0001, pixelHeight: 0.0001), crs: .wgs84)
        let fiji = Self.utm(32701, x: 180_000, y: 8_170_000, pixel: 10, size: RasterSize(width: 500, height: 500))
        let crossing = try GridMapping(from: fiji, to: across)
        let left = crossing.map(column: 0.5, row: 0.5)
        let right = crossing.map(column: 499.5, row: 0.5)
        #expect(right.column - left.column > 400 && right.column - left.column < 600)
    }

    @Test func unusableGridsAreRefused() {
        var flat = Self.tile
        flat.transform.yPerRow = 0
        #expect(throws: InputError.self) { try GridMapping(from: Self.tile, to: flat) }
        var empty = Self.tile
        empty.size.width = 0
        #expect(throws: InputError.self) { try GridMapping(from: empty, to: Self.tile) }
        var offEarth = Self.tile
        offEarth.crs = .wgs84
        #expect(throws: InputError.self) { try GridMapping(from: offEarth, to: Self.tile) }
        var unknown = Self.tile
        unknown.crs = .epsg(1)
        #expect(throws: InputError.self) { try GridMapping(from: unknown, to: Self.tile) }
    }

    static func positions(in size: RasterSize) -> [(Double, Double)] {
        stride(from: 0.0, through: 1, by: 0.0625).flatMap { v in
            stride(from: 0.0, through: 1, by: 0.0625).map { ($0 * Double(size.width), v * Double(size.height)) }
        }
    }
}

@Suite struct PixelPlaceTests {
    @Test func pixelsOfDegreesHaveTwoSizes() throws {
        let grid = RasterGrid(
            size: RasterSize(width: 582, height: 522),
            transform: GeoTransform(
                originX: -1.57739639282, originY: 47.2341399602, pixelWidth: 0.000112081311409, pixelHeight: 0.000112154793678),
            crs: .wgs84)
        // pyproj 3: Geod(ellps="WGS84").inv between the middles of the pixel's edges.
        let size = try PixelSize.metres(of: grid, atColumn: 291, row: 261)
        #expect(abs(size.x - 8.491817361) < 1e-6 && abs(size.y - 12.468790877) < 1e-6)
    }

    @Test func pixelsOfAZoneAreNearlyTrue() throws {
        let size = try PixelSize.metres(of: GridMappingTests.tile, atColumn: 549, row: 549)
        #expect(abs(size.x - 10) < 0.004 && abs(size.y - 10) < 0.004)
    }

    @Test(arguments: GridMappingTests.affinePairs + GridMappingTests.meshPairs)
    func aPixelIsFoundAgain(_ pair: GridMappingTests.Pair) throws {
        let places = try PixelGeolocator(grid: pair.source)
        for (column, row) in GridMappingTests.positions(in: pair.source.size) {
            let point = places.geographic(column: column, row: row)
            #expect((-180...180).contains(point.longitude) && (-90...90).contains(point.latitude))
            let pixel = places.pixel(of: point)
            #expect(abs(pixel.column - column) < 1e-4 && abs(pixel.row - row) < 1e-4)
        }
    }

    @Test func theUpperLeftCornerOfATile() throws {
        let corner = try PixelGeolocator(grid: GridMappingTests.tile).geographic(column: 0, row: 0)
        let utm = try CoordinateTransformation(from: .wgs84, to: .epsg(32633)).transform(x: corner.longitude, y: corner.latitude)
        #expect(abs(utm.x - 600_000) < 1e-4 && abs(utm.y - 3_500_040) < 1e-4)
    }

    @Test func gridsOffTheEarthAreRefused() {
        var grid = GridMappingTests.tile
        grid.crs = .wgs84
        #expect(throws: InputError.self) { try PixelGeolocator(grid: grid) }
    }
}
