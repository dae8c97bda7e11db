import ChangeDetection
import Geodesy
import Raster
import Reporting

/// Earthworks to write to files.
enum DetectionSamples {
    static func line(
        _ id: String, _ points: [(Double, Double)] = [(16.1, 30.9), (16.2, 30.8), (16.25, 30.65)], sign: Earthwork.Sign = .brighter
    ) -> Earthwork {
        Earthwork(
            id: id, group: id, kind: .linear, status: .provisional, firstSeen: CalendarDate(year: 2021, month: 1, day: 19),
            lastAbsent: CalendarDate(year: 2020, month: 12, day: 20), lastSeen: CalendarDate(year: 2021, month: 1, day: 19),
            shape: .line(points.map { GeographicPoint(longitude: $0.0, latitude: $0.1) }), lengthMetres: 31_234.56, widthMetres: 14.96,
            bearingDegrees: 179.97, areaSquareMetres: nil, sign: sign, snr: 12.345, confidence: 0.999_999_9,
            falseAlarmsPer1000SquareKilometres: 0.000_04, tiles: ["33RXQ"], scenes: ["2020-12-20", "2021-01-19"],
            claims: ["trench \"quoted\""])
    }

    static func ring(_ id: String, around centre: (Double, Double) = (16.001, 29.198), clockwise: Bool = false) -> Earthwork {
        let (x, y) = centre
        let d = 0.000_5
        let corners = [(x - d, y - d), (x + d, y - d), (x + d, y + d), (x - d, y + d), (x - d, y - d)]
        let points = corners.map { GeographicPoint(longitude: $0.0, latitude: $0.1) }
        return Earthwork(
            id: id, group: id, kind: .compact, status: .confirmed, firstSeen: nil, lastAbsent: nil, lastSeen: nil,
            shape: .polygon(clockwise ? points.reversed() : points), lengthMetres: nil, widthMetres: nil, bearingDegrees: nil,
            areaSquareMetres: 10_800.4, sign: .both, snr: 7, confidence: 0.5, falseAlarmsPer1000SquareKilometres: 1, tiles: ["33RXQ"],
            scenes: [])
    }

    static let several = [
        ring("C-2"), line("L-3", sign: .both), line("L-1", [(-0.000_000_04, -10), (0.5, -10.5)]), ring("C-1", clockwise: true),
    ]

    static let metadata = DetectionsMetadata(
        isSimulated: true, credit: "Copernicus Sentinel data 2021", newestScene: CalendarDate(year: 2021, month: 1, day: 19))
}
