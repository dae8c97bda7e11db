import Foundation
import Geodesy
import Raster
import Testing

/// Expected values: pyproj 3 with PROJ 9 unless said otherwise.
@Suite struct CoordinateTransformationTests {
    struct Place: Sendable, CustomTestStringConvertible {
        var name: String
        var latitude: Double
        var longitude: Double
        var easting: Double
        var northing: Double
        var testDescription: String { name }
    }

    static let places = [
        Place(name: "Sirte", latitude: 31.20892, longitude: 16.58866, easting: 651_340.504, northing: 3_453_843.236),
        Place(name: "Ghardabiya air base", latitude: 31.063457, longitude: 16.595005, easting: 652_177.178, northing: 3_437_727.717),
        Place(name: "Al Jufra air base", latitude: 29.198056, longitude: 16.001028, easting: 597_316.230, northing: 3_230_343.587),
        Place(name: "Hun", latitude: 29.12684, longitude: 15.94772, easting: 592_197.175, northing: 3_222_409.703),
        Place(name: "Waddan", latitude: 29.1614, longitude: 16.13904, easting: 610_773.495, northing: 3_226_404.142),
        Place(name: "Brak air base", latitude: 27.653358, longitude: 14.271811, easting: 428_173.707, northing: 3_059_015.873),
        Place(name: "Abu Qurayn", latitude: 31.44974, longitude: 15.25501, easting: 524_229.833, northing: 3_479_474.297),
    ]

    @Test(arguments: places) func placesOfTheCorridorInZone33(_ place: Place) throws {
        let there = try CoordinateTransformation(from: .wgs84, to: .epsg(32633))
        let position = try there.transform(x: place.longitude, y: place.latitude)
        #expect(abs(position.x - place.easting) < 0.001 && abs(position.y - place.northing) < 0.001)
        let back = try CoordinateTransformation(from: .epsg(32633), to: .wgs84).transform(x: position.x, y: position.y)
        #expect(abs(back.x - place.longitude) < 1e-9 && abs(back.y - place.latitude) < 1e-9)
        #expect(CoordinateSystem.utmZone(of: GeographicPoint(longitude: place.longitude, latitude: place.latitude)) == .epsg(32633))
    }

    @Test func manyAtOnceAreTheSameAsOneByOne() throws {
        let transformation = try CoordinateTransformation(from: .wgs84, to: .epsg(32633))
        var x = Self.places.map(\.longitude)
        var y = Self.places.map(\.latitude)
        try transformation.transform(x: &x, y: &y)
        for (index, place) in Self.places.enumerated() {
            let single = try transformation.transform(x: place.longitude, y: place.latitude)
            #expect(x[index] == single.x && y[index] == single.y)
        }
    }

    @Test func threadsGetTheSameNumbers() async throws {
        let transformation = try CoordinateTransformation(from: .wgs84, to: .epsg(32633))
        let expected = try transformation.transform(x: 16.5, y: 31)
        try await withThrowingTaskGroup(of: Bool.self) { group in
            for _ in 0..<16 {
                group.addTask {
                    try (0..<200).allSatisfy { _ in try transformation.transform(x: 16.5, y: 31) == expected }
                }
            }
            for try await same in group { #expect(same) }
        }
    }

    @Test func positionsOffTheEarthAreRefused() throws {
        let transformation = try CoordinateTransformation(from: .wgs84, to: .epsg(32633))
        #expect(throws: InputError.self) { try transformation.transform(x: 16, y: 95) }
        var x = [16.0, 16.0]
        var y = [31.0, 95.0]
        #expect(throws: InputError.self) { try transformation.transform(x: &x, y: &y) }
        #expect(try transformation.transform(x: 16, y: 31).x.isFinite)
    }

    @Test(arguments: [
        CoordinateSystem.epsg(999_999), .epsg(-1), .definition(""), .definition("nonsense"), .definition("+proj=utm +zone=99"),
        .definition("PROJCS["), .definition("+proj=pipeline +step +proj=noop"),
    ])
    func unknownSystemsAreRefusedInWords(_ system: CoordinateSystem) {
        let error = #expect(throws: InputError.self) { try CoordinateTransformation(from: system, to: .wgs84) }
        #expect(error?.advice != nil)
        #expect(throws: InputError.self) { try CoordinateSystemDescription(system) }
    }
}

@Suite struct CoordinateSystemDescriptionTests {
    @Test func aUTMZone() throws {
        let zone = try CoordinateSystemDescription(.epsg(32633))
        #expect(zone.name == "WGS 84 / UTM zone 33N")
        #expect(zone.epsg == 32633)
        #expect(zone.isProjected && !zone.isGeographic)
        #expect(zone.unitName == "metre" && zone.metresPerUnit == 1)
        #expect(zone.wkt1GDAL?.hasPrefix("PROJCS[\"WGS 84 / UTM zone 33N\"") == true)
        #expect(zone.wkt2.hasPrefix("PROJCRS["))
        let json = try #require(zone.projJSON)
        let object = try #require(try JSONSerialization.jsonObject(with: Data(json.utf8)) as? [String: Any])
        #expect(object["type"] as? String == "ProjectedCRS")
    }

    @Test func degreesAreNoMetres() throws {
        let geographic = try CoordinateSystemDescription(.wgs84)
        #expect(geographic.isGeographic && !geographic.isProjected)
        #expect(geographic.unitName == "degree")
        #expect(geographic.metresPerUnit == nil)
    }

    @Test func feet() throws {
        let feet = try CoordinateSystemDescription(.epsg(2263))
        #expect(feet.unitName == "US survey foot")
        #expect(abs(try #require(feet.metresPerUnit) - 0.3048006096) < 1e-9)
    }

    /// Other spellings of a system are recognised by what they say.
    @Test(arguments: [32633, 32733, 3857, 4326, 32651, 2154, 27700])
    func aCodeIsFoundAgainFromWKT(_ code: Int) throws {
        let description = try CoordinateSystemDescription(.epsg(code))
        for text in [description.wkt2, description.wkt1GDAL].compactMap({ $0 }) {
            #expect(try CoordinateSystemDescription(.definition(text)).epsg == code)
        }
    }

    @Test func aSystemOfNoCodeHasNone() throws {
        let own = try CoordinateSystemDescription(.definition("+proj=tmerc +lon_0=17.2 +k=0.99971 +x_0=1234 +ellps=WGS84"))
        #expect(own.epsg == nil)
        #expect(own.isProjected)
    }

    @Test func southAndEdgesOfTheZones() {
        #expect(CoordinateSystem.utmZone(of: GeographicPoint(longitude: -180, latitude: -1)) == .epsg(32701))
        #expect(CoordinateSystem.utmZone(of: GeographicPoint(longitude: 179.99, latitude: 1)) == .epsg(32660))
        #expect(CoordinateSystem.utmZone(of: GeographicPoint(longitude: 180, latitude: 1)) == .epsg(32601))
        #expect(CoordinateSystem.utmZone(of: GeographicPoint(longitude: .nan, latitude: 1)) == .epsg(32631))
    }
}
