import Geodesy
import Raster
import Testing

/// Expected values: shapely 2 with its default of 16 segments a quarter circle.
@Suite struct PlanarGeometryTests {
    static func line(_ points: (Double, Double)...) throws -> PlanarGeometry {
        try .line(points.map { PlanarPoint(x: $0.0, y: $0.1) })
    }

    static func square(_ low: Double, _ high: Double) -> [PlanarPoint] {
        [(low, low), (high, low), (high, high), (low, high)].map { PlanarPoint(x: $0.0, y: $0.1) }
    }

    @Test func bufferUnionAndLengthInside() throws {
        let truth = try Self.line((0, 0), (1000, 0), (1500, 400))
        let found = try Self.line((0, 20), (600, 20))
        #expect(abs(try truth.length() - 1640.3124237432849) < 1e-9)
        #expect(abs(try truth.buffer(25).area() - 83967.25600468216) < 1e-6)
        #expect(abs(try truth.length(inside: found.buffer(25)) - 614.9500523306881) < 1e-9)
        #expect(abs(try PlanarGeometry.union(of: [truth.buffer(25), found.buffer(25)]).area() - 96819.20211415578) < 1e-6)
        #expect(try truth.distance(to: .point(PlanarPoint(x: 200, y: 300))) == 300)
        #expect(try truth.intersects(found.buffer(25)))
        #expect(try !truth.intersects(found))
    }

    @Test func lengthInsideAndOutsideAddUp() throws {
        let line = try Self.line((0, 0), (100, 30), (40, 90), (200, 10))
        for distance in [1.0, 7, 30] {
            let zone = try Self.line((0, 50), (120, 50)).buffer(distance)
            let sum = try line.intersection(zone).length() + line.difference(zone).length()
            #expect(abs(sum - (try line.length())) < 1e-6)
        }
    }

    @Test func areasOfInterest() throws {
        let area = try PlanarGeometry.polygon(Self.square(0, 100), holes: [Self.square(40, 60)])
        #expect(try area.area() == 10_000 - 400)
        #expect(try area.contains(PlanarPoint(x: 10, y: 10)))
        #expect(try !area.contains(PlanarPoint(x: 50, y: 50)))
        #expect(try !area.contains(PlanarPoint(x: 101, y: 10)))
        let rings = try area.polygons()
        #expect(rings.count == 1 && rings[0].count == 2 && rings[0][0].first == rings[0][0].last)
    }

    @Test func aCrossedRingIsMended() throws {
        let bow = try PlanarGeometry.polygon([(0, 0), (10, 10), (10, 0), (0, 10)].map { PlanarPoint(x: $0.0, y: $0.1) })
        #expect(abs(try bow.area() - 50) < 1e-9)
        #expect(try bow.polygons().count == 2)
    }

    @Test func unionOfNothingIsEmpty() throws {
        let nothing = try PlanarGeometry.union(of: [])
        #expect(try nothing.isEmpty())
        #expect(try nothing.area() == 0)
        #expect(try nothing.lines().isEmpty)
    }

    @Test func simplifyingStaysWithinTheTolerance() throws {
        let points = (0...200).map { PlanarPoint(x: Double($0), y: Double(($0 * 7) % 5) * 0.1) }
        let line = try PlanarGeometry.line(points)
        let simple = try line.simplified(tolerance: 0.5)
        let kept = try #require(try simple.lines().first)
        #expect(kept.count < 10)
        #expect(kept.first == points.first && kept.last == points.last)
        #expect(try simple.buffer(0.51).contains(line))
    }

    @Test func badCoordinatesAreRefused() {
        #expect(throws: InputError.self) { try Self.line((0, 0)) }
        #expect(throws: InputError.self) { try Self.line((0, 0), (.nan, 1)) }
        #expect(throws: InputError.self) { try PlanarGeometry.polygon(Array(Self.square(0, 1).prefix(2))) }
        #expect(throws: InputError.self) { try PlanarGeometry.polygon(Self.square(0, 9), holes: [[PlanarPoint(x: 1, y: 1)]]) }
        #expect(throws: InputError.self) { try Self.line((0, 0), (1, 1)).buffer(.infinity) }
    }

    @Test func threadsMayShareAGeometry() async throws {
        let zone = try Self.line((0, 0), (1000, 500)).buffer(25)
        let area = try zone.area()
        try await withThrowingTaskGroup(of: Double.self) { group in
            for _ in 0..<64 { group.addTask { try PlanarGeometry.union(of: [zone, zone]).intersection(zone).area() } }
            for try await other in group { #expect(abs(other - area) < 1e-6) }
        }
    }
}
