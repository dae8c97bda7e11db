import ChangeDetection
import Geodesy
import Raster
import Testing

@testable import Pipeline

@Suite("Names that stay")
struct StableNamesTests {
    private static let origin = GeographicPoint(longitude: 16.5, latitude: 30.7)

    private static func line(_ id: String, east: Double = 0, from start: Double, to end: Double, tile: String = "33RXQ") -> Earthwork {
        let base = Geodesic.destination(from: origin, bearing: 90, distance: east)
        let points = [start, (start + end) / 2, end].map { Geodesic.destination(from: base, bearing: 0, distance: $0) }
        return Earthwork(
            id: id, group: id, kind: .linear, status: .confirmed, firstSeen: nil, lastAbsent: nil, lastSeen: nil, shape: .line(points),
            lengthMetres: Geodesic.length(points), widthMetres: 20, bearingDegrees: 0, areaSquareMetres: nil, sign: .brighter, snr: 20,
            confidence: 1, falseAlarmsPer1000SquareKilometres: 0, tiles: [tile], scenes: [])
    }

    private static func carried(from earlier: [Earthwork], to found: [Earthwork]) -> [Earthwork] {
        found.renamed(StableNames.carried(from: earlier, to: found))
    }

    @Test("a line found again, a little longer or aside, keeps its name, whatever it would be called", arguments: [-40.0, 0, 40])
    func again(aside: Double) {
        let carried = Self.carried(
            from: [Self.line("L-old", from: 0, to: 3000)], to: [Self.line("L-new", east: aside, from: -200, to: 3400)])
        #expect(carried.map(\.id) == ["L-old"])
        #expect(carried.map(\.group) == ["L-old"])
    }

    @Test("a line elsewhere has a name of its own, also where an earlier one has taken it")
    func elsewhere() {
        let earlier = [Self.line("L-a", from: 0, to: 3000)]
        #expect(Self.carried(from: earlier, to: [Self.line("L-b", east: 500, from: 0, to: 3000)]).map(\.id) == ["L-b"])
        let both = Self.carried(
            from: earlier, to: [Self.line("L-a", east: 500, from: 0, to: 3000), Self.line("L-c", from: 10, to: 3010)])
        #expect(both.map(\.id) == ["L-a-2", "L-a"])
        #expect(Set(both.map(\.group)).count == 2)
    }

    @Test("of two pieces the one that covers more keeps the name, and each name is given once")
    func pieces() {
        let earlier = [Self.line("L-a", from: 0, to: 3000)]
        let found = [Self.line("L-x", from: 2800, to: 3800), Self.line("L-y", from: 0, to: 2700)]
        #expect(Self.carried(from: earlier, to: found).map(\.id) == ["L-x", "L-a"])
    }

    @Test("naming twice changes nothing")
    func idempotent() {
        let found = [Self.line("L-x", from: 0, to: 1000), Self.line("L-y", east: 300, from: 0, to: 1000)]
        #expect(Self.carried(from: found, to: found) == found)
        #expect(Self.carried(from: [], to: found) == found)
    }

    @Test("of thousands each finds its own")
    func many() {
        func places(_ word: String, from start: Double) -> [Earthwork] {
            (0..<8000).map { k in
                let from = start + Double(2000 * (k / 80))
                return Self.line("L-\(word)\(k)", east: Double(400 * (k % 80)), from: from, to: from + 1000)
            }
        }
        let carried = Self.carried(from: places("old", from: 0).reversed(), to: places("new", from: 20))
        #expect(carried.map(\.id) == (0..<8000).map { "L-old\($0)" })
    }
}
