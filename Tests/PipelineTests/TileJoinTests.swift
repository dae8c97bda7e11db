import ChangeDetection
import Geodesy
import Raster
import Testing

@testable import Pipeline

@Suite("Tiles join")
struct TileJoinTests {
    private func line(_ id: String, tile: String, latitudes: ClosedRange<Double>, seen: String = "2020-07-28") -> Earthwork {
        let points = stride(from: latitudes.lowerBound, through: latitudes.upperBound + 1e-9, by: 0.001).map {
            GeographicPoint(longitude: 16.5, latitude: $0)
        }
        return Earthwork(
            id: id, group: id, kind: .linear, status: .confirmed, firstSeen: CalendarDate(iso: seen),
            lastAbsent: CalendarDate(iso: "2020-06-23"),
            lastSeen: nil, shape: .line(points), lengthMetres: Geodesic.length(points), widthMetres: nil,
            bearingDegrees: Geodesic.axisBearing(of: points), areaSquareMetres: nil, sign: .brighter, snr: 9, confidence: 1,
            falseAlarmsPer1000SquareKilometres: 0, tiles: [tile], scenes: [])
    }

    @Test("a trench across two tiles and their overlap is one, of its true length")
    func across() throws {
        let joined = TileJoin.joined([
            line("L-a", tile: "33RXP", latitudes: 31.00...31.03), line("L-b", tile: "33RXQ", latitudes: 31.025...31.06),
        ])
        #expect(joined.count == 1)
        let whole = line("L-w", tile: "33RXP", latitudes: 31.00...31.06)
        #expect(joined[0].tiles == ["33RXP", "33RXQ"])
        #expect(abs((joined[0].lengthMetres ?? 0) / (whole.lengthMetres ?? 1) - 1) < 0.02)
    }

    @Test("what both tiles show is counted once, whichever comes first")
    func twice() {
        let (a, b) = (line("L-a", tile: "33RXP", latitudes: 31.00...31.03), line("L-b", tile: "33RXQ", latitudes: 31.005...31.025))
        for order in [[a, b], [b, a]] {
            let joined = TileJoin.joined(order)
            #expect(joined.map(\.id) == ["L-a"])
            #expect(joined[0].tiles == ["33RXP", "33RXQ"])
        }
    }

    @Test("a piece dug later stays a piece of its own, in the group of the first")
    func later() {
        let joined = TileJoin.joined([
            line("L-a", tile: "33RXP", latitudes: 31.00...31.03),
            line("L-b", tile: "33RXQ", latitudes: 31.031...31.06, seen: "2021-01-19"),
        ])
        #expect(joined.count == 2)
        #expect(Set(joined.map(\.group)).count == 1)
    }

    @Test("lines of one tile, and lines apart, are left as they are")
    func apart() {
        let one = [line("L-a", tile: "33RXP", latitudes: 31.00...31.03), line("L-b", tile: "33RXP", latitudes: 31.0305...31.06)]
        #expect(TileJoin.joined(one) == one)
        let two = [line("L-a", tile: "33RXP", latitudes: 31.00...31.03), line("L-b", tile: "33RXQ", latitudes: 31.05...31.06)]
        #expect(TileJoin.joined(two).count == 2)
    }

    @Test("pieces of one line on either side of what is known have names of their own")
    func pieces() {
        let joined = TileJoin.joined([
            line("L-a", tile: "33RXP", latitudes: 31.02...31.03, seen: "2021-01-19"), line("L-b", tile: "33RXQ", latitudes: 31.00...31.05),
        ])
        #expect(joined.map(\.id) == ["L-a", "L-b", "L-b-2"])
    }

    @Test("thousands of trenches across two tiles are joined each with its own")
    func many() {
        let count = 1500
        func tile(_ name: String, _ latitudes: ClosedRange<Double>) -> [Earthwork] {
            (0..<count).map { k in
                var work = line("\(name)-\(k)", tile: name, latitudes: latitudes)
                work.shape = .line(
                    work.shape.points.map { GeographicPoint(longitude: $0.longitude + 0.01 * Double(k), latitude: $0.latitude) })
                return work
            }
        }
        let joined = TileJoin.joined(tile("33RXP", 31.00...31.03) + tile("33RXQ", 31.025...31.06))
        #expect(joined.map(\.id) == (0..<count).map { "33RXP-\($0)" })
        #expect(joined.allSatisfy { $0.tiles == ["33RXP", "33RXQ"] })
    }
}
