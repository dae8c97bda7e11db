import Foundation
import Raster
import Testing

@testable import ChangeDetection

@Suite struct NearLineTests {
    /// Points that wander over some hundred pixels, the same every time.
    private static func walk(_ count: Int, seed: UInt64) -> [DetectedLine.Point] {
        var state = seed
        func next() -> Double {
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            return Double(state >> 40) / Double(1 << 24)
        }
        var (x, y) = (60.0, 50.0)
        return (0..<count).map { _ in
            x += 9 * next() - 4
            y += 9 * next() - 4.5
            return DetectedLine.Point(x: x, y: y)
        }
    }

    @Test(arguments: [2, 17, 18, 40, 200]) func placesNearALineAreThoseNearOneOfItsSegments(count: Int) {
        let line = Self.walk(count, seed: UInt64(count))
        let places = Self.walk(500, seed: 7)
        var marks = [Bool](repeating: false, count: places.count)
        LineBounds(line).tell(which: places, areWithin: 5, in: &marks)
        let expected = places.map { place in
            zip(line, line.dropFirst()).contains { a, b in
                let (dx, dy) = (b.x - a.x, b.y - a.y)
                let squared = dx * dx + dy * dy
                let share = squared > 0 ? max(0, min(1, ((place.x - a.x) * dx + (place.y - a.y) * dy) / squared)) : 0
                let (u, v) = (place.x - a.x - share * dx, place.y - a.y - share * dy)
                return u * u + v * v <= 25
            }
        }
        #expect(marks == expected)
    }

    @Test(arguments: [1, 5, 10, 70]) func groundIsMarkedInSquaresAboutTheLine(radius: Int) {
        let size = RasterSize(width: 150, height: 110)
        let line = Self.walk(30, seed: 3)
        var marks = GroundMarks(size: size, radius: radius)
        marks.mark(line)
        var expected = [Bool](repeating: false, count: size.pixelCount)
        GroundMarks.forEachSquare(along: line, radius: radius, size: size) { square in
            for y in square.y..<square.maxY { for x in square.x..<square.maxX { expected[y * size.width + x] = true } }
        }
        let found = (0..<size.pixelCount).map {
            marks.contains(DetectedLine.Point(x: Double($0 % size.width) + 0.5, y: Double($0 / size.width) + 0.5))
        }
        #expect(found == expected)
        #expect(!marks.contains(DetectedLine.Point(x: -1, y: 5)) && !marks.contains(DetectedLine.Point(x: 5, y: 111)))
    }

    @Test func severalThreadsHalveAsOneDoes() {
        let size = RasterSize(width: 37, height: 1031)
        var planes = SearchPlanes(size: size)
        for i in 0..<size.pixelCount where i % 11 != 0 {
            planes.signed[i] = Int8(i * 7919 % 200 - 100)
            planes.structure[i] = Int8(i % 50)
        }
        let backwards = Mapping { count, body in for i in (0..<count).reversed() { body(i) } }
        let one = planes.reducedByTwo()
        let several = planes.reducedByTwo(by: backwards)
        #expect(one.signed == several.signed && one.structure == several.structure)
    }

    @Test(arguments: [0, 3]) func whatIsTakenStandsInEveryPlaneWhereItWasObserved(reach: Int) throws {
        let size = RasterSize(width: 149, height: 111)
        var planes = SearchPlanes(size: size)
        for i in 0..<size.pixelCount where i % 11 != 0 {
            planes.signed[i] = Int8(i * 7919 % 200 - 100)
            planes.structure[i] = Int8(i % 50)
        }
        let lines = [Self.walk(30, seed: 3), Self.walk(20, seed: 8)]
        let taken = planes.withoutChange(along: lines, reach: reach)
        let ground = try #require(taken.taken)
        var cleared = planes
        for line in lines {
            GroundMarks.forEachSquare(along: line, radius: reach, size: size) { square in
                for y in square.y..<square.maxY {
                    for x in square.x..<square.maxX where cleared.signed[y * size.width + x] != -128 {
                        cleared.signed[y * size.width + x] = ground.level(x: x, y: y)
                    }
                }
            }
        }
        #expect(cleared.signed != planes.signed)
        #expect(taken.signed == planes.signed)
        let differing = (0..<size.pixelCount).count { taken.level(x: $0 % size.width, y: $0 / size.width) != cleared.signed[$0] }
        #expect(differing == 0)
        let (half, expected) = (taken.reducedByTwo(), cleared.reducedByTwo())
        #expect(half.signed == expected.signed && half.structure == expected.structure)
    }

    @Test("What is taken out along a line is filled with what the ground about it shows, whatever the line and its neighbours are")
    func groundAboutLines() throws {
        let size = RasterSize(width: 333, height: 290)
        func hill(_ x: Int, _ y: Int) -> Double { 25 * sin(Double(x) / 70) * cos(Double(y) / 80) }
        var planes = SearchPlanes(size: size)
        for y in 0..<size.height {
            for x in 0..<size.width {
                let noise = Double(x * 7919 + y * 104_729) * 0.618_034
                planes.signed[y * size.width + x] = Int8(max(-127, min(127, hill(x, y) + 20 * (noise - noise.rounded(.down) - 0.5))))
            }
        }
        // The line itself, and ground that no date shows.
        for y in 20..<270 { for x in 150..<157 { planes.signed[y * size.width + x] = 127 } }
        for y in 100..<180 { for x in 158..<260 { planes.signed[y * size.width + x] = -128 } }
        let taken = try #require(planes.withoutChange(along: [[.init(x: 153, y: 20), .init(x: 153, y: 269)]], reach: 5).taken)
        for y in 20..<270 {
            for x in 148..<158 {
                #expect(taken.marks.contains(x: x, y: y))
                #expect(abs(Double(taken.level(x: x, y: y)) - hill(x, y)) < ((90..<190).contains(y) ? 8 : 4))
            }
        }
        // Where nothing is known of the ground, no change.
        var blind = SearchPlanes(size: size)
        blind.signed[153 + 100 * size.width] = 90
        let nothing = try #require(blind.withoutChange(along: [[.init(x: 153, y: 20), .init(x: 153, y: 269)]], reach: 5).taken)
        #expect(nothing.level(x: 153, y: 100) == 0)
    }
}
