import ChangeDetection
import Claims
import Foundation
import Geodesy
import Raster

/// Earthworks and places of known size around one point of the desert.
enum Sample {
    static let origin = GeographicPoint(longitude: 16.5, latitude: 31)
    static let place = Place(id: "here", centre: origin, radiusKilometres: 30)

    static func date(_ text: String) -> CalendarDate {
        guard let date = CalendarDate(iso: text) else { preconditionFailure("'\(text)' is not a date") }
        return date
    }

    static func point(east: Double, north: Double) -> GeographicPoint {
        let up = Geodesic.destination(from: origin, bearing: 0, distance: north)
        return Geodesic.destination(from: up, bearing: 90, distance: east)
    }

    static func line(
        _ id: String, group: String? = nil, east: Double = 0, north: Double = 0, metres: Double, bearing: Double = 11,
        first: String? = "2020-07-28", absent: String? = "2020-06-23", last: String? = "2021-02-23",
        status: Earthwork.Status = .confirmed, confidence: Double = 1
    ) -> Earthwork {
        let start = point(east: east, north: north)
        let points = (0...4).map { Geodesic.destination(from: start, bearing: bearing, distance: metres * Double($0) / 4) }
        return Earthwork(
            id: id, group: group ?? id, kind: .linear, status: status, firstSeen: first.map(date), lastAbsent: absent.map(date),
            lastSeen: last.map(date), shape: .line(points), lengthMetres: Geodesic.length(points), widthMetres: 20,
            bearingDegrees: Geodesic.axisBearing(of: points), areaSquareMetres: nil, sign: .brighter, snr: 20, confidence: confidence,
            falseAlarmsPer1000SquareKilometres: 0.001, tiles: ["33RXQ"], scenes: [])
    }

    static func site(
        _ id: String, east: Double, north: Double, metres: Double = 50, first: String = "2020-09-21",
        status: Earthwork.Status = .confirmed, last: String = "2021-02-23", falseAlarms: Double = 0.001
    ) -> Earthwork {
        let half = metres / 2
        let ring = [(-half, -half), (half, -half), (half, half), (-half, half), (-half, -half)].map {
            point(east: east + $0.0, north: north + $0.1)
        }
        return Earthwork(
            id: id, group: id, kind: .compact, status: status, firstSeen: date(first), lastAbsent: date("2020-07-28"), lastSeen: date(last),
            shape: .polygon(ring), lengthMetres: nil, widthMetres: nil, bearingDegrees: nil, areaSquareMetres: Geodesic.area(ring),
            sign: .both, snr: 20, confidence: 1, falseAlarmsPer1000SquareKilometres: falseAlarms, tiles: ["33RXQ"], scenes: [])
    }

    /// Every date shows all of the place.
    static func scenes(
        _ dates: [String] = ["2020-03-10", "2020-06-23", "2020-07-28", "2020-12-30", "2021-01-19", "2021-02-23"],
        radiusKilometres: Double = 40, clear: Double = 0.9
    ) -> [SceneCoverage] {
        let footprint = Place(id: "scene", centre: origin, radiusKilometres: radiusKilometres).polygons
        return dates.map { SceneCoverage(date: date($0), footprint: footprint, clearShare: clear) }
    }

    static func evidence(_ earthworks: [Earthwork], scenes: [SceneCoverage] = Sample.scenes()) -> ClaimEvidence {
        ClaimEvidence(earthworks: earthworks, scenes: scenes, pixelMetres: 10)
    }

    static func claim(_ id: String, _ test: MeasuredClaim, weighWith: [String] = []) -> Claim {
        Claim(id: id, statement: "Something.", attributedTo: "somebody", test: .measured(test), weighWith: weighWith)
    }

    static func measure(_ test: MeasuredClaim, _ earthworks: [Earthwork]) throws -> ClaimMeasurement {
        try Measurer(
            earthworks: earthworks, place: test.place, observedSquareKilometres: 1000, dates: scenes().map(\.date), pixelMetres: 10
        ).measure(test)
    }
}
