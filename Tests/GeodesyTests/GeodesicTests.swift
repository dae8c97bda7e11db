import Geodesy
import Testing

/// Expected values: pyproj 3's `Geod(ellps="WGS84")`.
@Suite struct GeodesicTests {
    static let sirte = GeographicPoint(longitude: 16.58866, latitude: 31.20892)
    static let jufra = GeographicPoint(longitude: 16.001028, latitude: 29.198056)
    static let brak = GeographicPoint(longitude: 14.271811, latitude: 27.653358)
    static let waddan = GeographicPoint(longitude: 16.13904, latitude: 29.1614)

    @Test func distances() {
        #expect(abs(Geodesic.distance(Self.sirte, Self.jufra) - 229_983.77075) < 1e-3)
        #expect(abs(Geodesic.distance(Self.jufra, Self.brak) - 240_842.54095) < 1e-3)
        #expect(abs(Geodesic.length([Self.sirte, Self.jufra, Self.brak]) - (229_983.77075 + 240_842.54095)) < 2e-3)
        #expect(Geodesic.length([Self.sirte]) == 0)
        // Nearly antipodal, where simpler formulas do not converge.
        let far = Geodesic.distance(GeographicPoint(longitude: 0, latitude: 0), GeographicPoint(longitude: 179.5, latitude: 0.5))
        #expect(abs(far - 19_936_288.578965) < 1e-3)
    }

    @Test func bearings() throws {
        #expect(abs(Geodesic.azimuth(from: Self.sirte, to: Self.waddan) - 190.914342631) < 1e-6)
        #expect(abs(try #require(Geodesic.axisBearing(of: [Self.sirte, Self.waddan])) - 10.80129) < 1e-3)
        #expect(abs(try #require(Geodesic.axisBearing(of: [Self.waddan, Self.sirte])) - 10.80129) < 1e-3)
    }

    @Test func axesAverageAcrossNorth() throws {
        let start = GeographicPoint(longitude: 16, latitude: 0)
        let middle = Geodesic.destination(from: start, bearing: 2, distance: 1000)
        let end = Geodesic.destination(from: middle, bearing: 358, distance: 1000)
        let axis = try #require(Geodesic.axisBearing(of: [start, middle, end]))
        #expect(min(axis, 180 - axis) < 1e-3)
        #expect((0..<180).contains(axis))
    }

    @Test func longSegmentsCountMore() throws {
        let start = GeographicPoint(longitude: 16, latitude: 30)
        let middle = Geodesic.destination(from: start, bearing: 20, distance: 9000)
        let end = Geodesic.destination(from: middle, bearing: 40, distance: 1000)
        let axis = try #require(Geodesic.axisBearing(of: [start, middle, end]))
        #expect(abs(axis - 21.9) < 0.2)
    }

    @Test func aSquareHasNoAxis() {
        let start = GeographicPoint(longitude: 0, latitude: 0)
        #expect(Geodesic.axisBearing(of: [start]) == nil)
        #expect(Geodesic.axisBearing(of: [start, start]) == nil)
    }

    @Test func areasDoNotHangOnTheTurn() {
        let ring = [(16.0, 30.0), (17, 30), (17, 31), (16, 31)].map { GeographicPoint(longitude: $0.0, latitude: $0.1) }
        for version in [ring, ring.reversed(), ring + [ring[0]]] {
            #expect(abs(Geodesic.area(version) - 10_642_455_822.3266) < 0.01)
        }
        #expect(Geodesic.area(Array(ring.prefix(2))) == 0)
    }

    @Test(arguments: [0.0, 37.5, 91, 180, 269.9, 359])
    func goingThereCanBeMeasuredBack(_ bearing: Double) {
        for distance in [0.5, 150, 70_000, 4_000_000] {
            let end = Geodesic.destination(from: Self.sirte, bearing: bearing, distance: distance)
            #expect(abs(Geodesic.distance(Self.sirte, end) - distance) < 1e-6)
            let difference = abs(Geodesic.azimuth(from: Self.sirte, to: end) - bearing)
            #expect(min(difference, 360 - difference) < 1e-5)
        }
    }
}
