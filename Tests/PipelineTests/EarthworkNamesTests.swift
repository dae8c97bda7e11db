import ChangeDetection
import Geodesy
import Raster
import Testing

@testable import Pipeline

@Suite("Names of earthworks")
struct EarthworkNamesTests {
    @Test(
        "geohashes of known places",
        arguments: [
            (57.64911, 10.40744, "u4pruydqqvj"), (42.6, -5.6, "ezs42"), (0, 0, "s0000000"), (-90, -180, "0000"), (90, 180, "zzzz"),
            (37.8324, 112.5584, "ww8p1r4t8"),
        ] as [(Double, Double, String)])
    func geohash(latitude: Double, longitude: Double, hash: String) {
        let point = GeographicPoint(longitude: longitude, latitude: latitude)
        #expect(EarthworkNames.geohash(point, length: hash.count) == hash)
        // A shorter one is the beginning of a longer one.
        #expect(EarthworkNames.geohash(point, length: 3) == hash.prefix(3))
    }

    @Test("the kind is in the name, and the second thing of one place gets a number")
    func unique() {
        var names = EarthworkNames(taken: ["C-u4pruydq"])
        let point = GeographicPoint(longitude: 10.40744, latitude: 57.64911)
        #expect(names.name(for: .linear, at: point) == "L-u4pruyd")
        #expect(names.name(for: .linear, at: point) == "L-u4pruyd-2")
        #expect(names.name(for: .linear, at: point) == "L-u4pruyd-3")
        #expect(names.name(for: .compact, at: point) == "C-u4pruydq-2")
    }

    private func line(_ id: String, longitude: Double, fromLatitude south: Double = 30, toLatitude north: Double = 30.02) -> Earthwork {
        Earthwork(
            id: id, group: id, kind: .linear, status: .provisional, firstSeen: nil, lastAbsent: nil, lastSeen: nil,
            shape: .line([GeographicPoint(longitude: longitude, latitude: south), GeographicPoint(longitude: longitude, latitude: north)]),
            lengthMetres: nil, widthMetres: nil, bearingDegrees: nil, areaSquareMetres: nil, sign: .brighter, snr: 9, confidence: 1,
            falseAlarmsPer1000SquareKilometres: 0, tiles: [], scenes: [])
    }

    @Test("what lies along a known line is not new; what goes beyond it is, as a piece of its own length")
    func overlap() throws {
        let known = [line("L-known", longitude: 16)]
        // 0.0003° of longitude are about 29 m at this latitude, 0.003° about 290 m.
        let same = line("L-same", longitude: 16.000_3)
        let aside = line("L-aside", longitude: 16.003)
        let longer = line("L-longer", longitude: 16, toLatitude: 30.1)
        let part = line("L-part", longitude: 16, fromLatitude: 30.005, toLatitude: 30.01)
        let new = EarthworkOverlap.new([same, aside, longer, part], beyond: known, minimumLengthMetres: 200)
        #expect(new.map(\.id) == ["L-aside", "L-longer"])
        // 0.08° of latitude are 8868 m; the piece begins 60 m beyond the known line's end.
        #expect(abs((new[1].lengthMetres ?? 0) - 8800) < 60)
        #expect(EarthworkOverlap.new([same], beyond: [], minimumLengthMetres: 200).map(\.id) == ["L-same"])
    }
}
