import ChangeDetection
import Claims
import Geodesy
import Raster
import RasterIO

/// The files and facts that inputs refer to.
enum FuzzFixtures {
    static func writeTIFF(to path: String) throws {
        let size = RasterSize(width: 16, height: 16)
        let grid = RasterGrid(
            size: size, transform: GeoTransform(originX: 640_000, originY: 3_440_000, pixelWidth: 10, pixelHeight: 10), crs: .epsg(32633))
        let writer = try COGWriter(path: path, description: COGDescription(grid: grid, bandNames: ["B04"], sampleType: .uint16))
        let bytes = (0..<(2 * size.pixelCount)).map { UInt8(truncatingIfNeeded: $0 * 7) }
        try writer.write(SampleBlock(window: PixelWindow(size), bandCount: 1, type: .uint16, bytes: bytes))
        try writer.finish()
    }

    static func writePNG(to path: String) throws {
        let writer = try PNGWriter(path: path, size: RasterSize(width: 4, height: 4), colour: .grey)
        try writer.write(rows: Array(0..<16))
        try writer.commit()
    }

    static let texts = [
        "place.geojson": #"{"type":"Polygon","coordinates":[[[16,30],[17,30],[17,31],[16,31],[16,30]]]}"#,
        "line.geojson": #"{"type":"LineString","coordinates":[[16.4,30.2],[16.5,30.5],[16.4,30.8]]}"#,
        "truth.geojson": """
        {"type":"FeatureCollection","features":[
        {"type":"Feature","properties":{"kind":"linear","cnr":3,"profile":"bright"},
        "geometry":{"type":"LineString","coordinates":[[16.45,30.4],[16.46,30.45],[16.45,30.5]]}},
        {"type":"Feature","properties":{"kind":"compact","cnr":3},"geometry":{"type":"Point","coordinates":[16.5,30.5]}}]}
        """,
        "claims.yaml": "article: { title: a }\nclaims:\n  - { id: a, statement: a, attributed_to: a, not_testable: a }\n",
    ]

    /// A line and a site amid the place, on dates a month apart.
    static func evidence() throws -> ClaimEvidence {
        func date(_ month: Int) throws -> CalendarDate {
            guard let date = CalendarDate(year: 2020, month: month, day: 10) else { throw InputError(problem: "month \(month)") }
            return date
        }
        let start = GeographicPoint(longitude: 16.5, latitude: 30.4)
        let line = (0...4).map { Geodesic.destination(from: start, bearing: 11, distance: Double($0) * 1000) }
        let ring = [0.0, 90, 180, 270, 0].map { Geodesic.destination(from: start, bearing: $0, distance: 30) }
        func earthwork(_ id: String, _ kind: Earthwork.Kind, _ shape: Earthwork.Shape) throws -> Earthwork {
            Earthwork(
                id: id, group: id, kind: kind, status: .confirmed, firstSeen: try date(6), lastAbsent: try date(5), lastSeen: try date(8),
                shape: shape, lengthMetres: kind == .linear ? 4000 : nil, widthMetres: kind == .linear ? 20 : nil,
                bearingDegrees: kind == .linear ? 11 : nil, areaSquareMetres: kind == .linear ? nil : 1800, sign: .brighter, snr: 20,
                confidence: 1, falseAlarmsPer1000SquareKilometres: 0.001, tiles: ["33RXQ"], scenes: [])
        }
        let footprint = Place(id: "scene", centre: start, radiusKilometres: 40).polygons
        return ClaimEvidence(
            earthworks: [try earthwork("L1", .linear, .line(line)), try earthwork("C1", .compact, .polygon(ring))],
            scenes: try (4...8).map { SceneCoverage(date: try date($0), footprint: footprint, clearShare: 0.9) }, pixelMetres: 10)
    }
}
