import Raster
import Testing

@testable import Pipeline

@Suite struct RecentPlanesTests {
    private static func planes(_ pixels: Int, _ level: UInt8 = 0) -> DatePlanes {
        DatePlanes(
            size: RasterSize(width: pixels, height: 1), signed: [Int8](repeating: 0, count: pixels), structure: [],
            luminance: [UInt8](repeating: level, count: pixels))
    }

    @Test func theOldestGoFirst() {
        let recent = RecentPlanes(budget: 100)
        for key in ["a", "b", "c"] { recent.add(Self.planes(20), as: key) }
        #expect(recent["a"] == nil && recent["b"] != nil && recent["c"] != nil)
        recent.makeRoom(for: 30)
        #expect(recent["b"] == nil && recent["c"] != nil)
        recent.makeRoom(for: 1000)
        #expect(recent["c"] == nil)
    }

    @Test func threadsThatAddReadAndMakeRoomGetWholePlanes() throws {
        let recent = RecentPlanes(budget: 200)
        try WorkerPool.forEach(count: 2000, jobs: 4) { index in
            let value = UInt8(index % 7)
            recent.add(Self.planes(20, value), as: "\(value)")
            let other = (index + 3) % 7
            if let planes = recent["\(other)"] { #expect(planes.luminance.allSatisfy { $0 == UInt8(other) }) }
            if index % 11 == 0 { recent.makeRoom(for: 100) }
        }
    }

    @Test func whatIsLargerThanTheBudgetIsNotKept() {
        let recent = RecentPlanes(budget: 100)
        recent.add(Self.planes(51), as: "large")
        #expect(recent["large"] == nil)
    }

    @Test func theNewerOfOneKeyStands() {
        let recent = RecentPlanes(budget: 100)
        recent.add(Self.planes(20, 1), as: "a")
        recent.add(Self.planes(20, 2), as: "a")
        #expect(recent["a"]?.luminance.first == 2)
        recent.add(Self.planes(30), as: "b")
        #expect(recent["a"] != nil && recent["b"] != nil)
    }
}
