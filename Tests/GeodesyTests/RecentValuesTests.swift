import Raster
import Testing

@testable import Geodesy

@Suite("Values kept by what they are made of")
struct RecentValuesTests {
    private final class Counter: Sendable {
        private let count = Guarded(0)

        var value: Int { count.withLock { $0 } }

        func next() -> Int {
            count.withLock { count in
                count += 1
                return count
            }
        }
    }

    @Test("each is made once, until more are asked for than are kept")
    func bounded() {
        let made = Counter()
        let values = RecentValues<Int, Int>(most: 3)
        func value(_ key: Int) -> Int { values.value(of: key) { made.next() } }
        #expect([1, 2, 3, 1, 2, 3].map(value) == [1, 2, 3, 1, 2, 3])
        #expect(value(4) == 4)
        // The others are made again.
        #expect([4, 1].map(value) == [4, 5])
        #expect(made.value == 5)
    }

    @Test("what cannot be made is tried again")
    func failures() throws {
        struct Refused: Error {}
        let values = RecentValues<String, Int>(most: 3)
        #expect(throws: Refused.self) { try values.value(of: "a") { throw Refused() } }
        #expect(values.value(of: "a") { 7 } == 7)
    }

    @Test("transformations between the same systems agree, beside more systems than are kept, and an unknown system is refused every time")
    func transformations() throws {
        let first = try CoordinateTransformation(from: .epsg(32633), to: .wgs84).transform(x: 625_000, y: 3_341_700)
        for zone in 1...40 { _ = try CoordinateTransformation(from: .epsg(32600 + zone), to: .wgs84).transform(x: 500_000, y: 3_000_000) }
        let again = try CoordinateTransformation(from: .epsg(32633), to: .wgs84).transform(x: 625_000, y: 3_341_700)
        #expect(first == again)
        for _ in 0..<2 { #expect(throws: InputError.self) { try CoordinateTransformation(from: .epsg(99_999), to: .wgs84) } }
        #expect(try CoordinateSystemDescription(.epsg(32633)) == CoordinateSystemDescription(.epsg(32633)))
    }
}
