import Geodesy
import Raster

/// One detected earthwork: the record that `detections.geojson` holds a feature of.
public struct Earthwork: Sendable, Equatable, Codable {
    public enum Kind: String, Sendable, Codable {
        /// A trench, berm or track-like line.
        case linear
        /// A position, pit or pad.
        case compact
    }

    public enum Status: String, Sendable, Codable {
        /// Seen on one date.
        case provisional
        /// Seen on two or more later dates.
        case confirmed
        /// Seen, and gone again.
        case transient
    }

    public enum Sign: String, Sendable, Codable {
        /// Spoil.
        case brighter
        /// Shadow or dug soil.
        case darker
        /// The two side by side.
        case both
    }

    public enum Shape: Sendable, Equatable, Codable {
        /// Vertices in order, at least two.
        case line([GeographicPoint])
        /// One closed outer ring, counter-clockwise, first point repeated as the last.
        case polygon([GeographicPoint])

        public var points: [GeographicPoint] {
            switch self {
            case .line(let points), .polygon(let points): points
            }
        }

        /// The mean of the corners, each once.
        public var meanCorner: GeographicPoint {
            let points = points
            let corners = points.count > 1 && points.first == points.last ? points.dropLast() : points[...]
            let (longitude, latitude) = corners.reduce((0, 0)) { ($0.0 + $1.longitude, $0.1 + $1.latitude) }
            return GeographicPoint(longitude: longitude / Double(corners.count), latitude: latitude / Double(corners.count))
        }
    }

    public var id: String
    /// Pieces of one line share it.
    public var group: String
    public var kind: Kind
    public var status: Status
    public var firstSeen: CalendarDate?
    public var lastAbsent: CalendarDate?
    public var lastSeen: CalendarDate?
    public var shape: Shape
    public var lengthMetres: Double?
    public var widthMetres: Double?
    /// The line's own axis, 0 ≤ bearing < 180, clockwise from north.
    public var bearingDegrees: Double?
    public var areaSquareMetres: Double?
    public var sign: Sign
    /// Signal to noise of the whole object, not of a pixel.
    public var snr: Double
    /// One minus the chance that noise alone makes such an object.
    public var confidence: Double
    /// How many objects this strong imagery without change gives.
    public var falseAlarmsPer1000SquareKilometres: Double
    public var tiles: [String]
    public var scenes: [String]
    public var claims: [String]

    public init(
        id: String, group: String, kind: Kind, status: Status, firstSeen: CalendarDate?, lastAbsent: CalendarDate?,
        lastSeen: CalendarDate?, shape: Shape, lengthMetres: Double?, widthMetres: Double?, bearingDegrees: Double?,
        areaSquareMetres: Double?, sign: Sign, snr: Double, confidence: Double, falseAlarmsPer1000SquareKilometres: Double,
        tiles: [String], scenes: [String], claims: [String] = []
    ) {
        self.id = id
        self.group = group
        self.kind = kind
        self.status = status
        self.firstSeen = firstSeen
        self.lastAbsent = lastAbsent
        self.lastSeen = lastSeen
        self.shape = shape
        self.lengthMetres = lengthMetres
        self.widthMetres = widthMetres
        self.bearingDegrees = bearingDegrees
        self.areaSquareMetres = areaSquareMetres
        self.sign = sign
        self.snr = snr
        self.confidence = confidence
        self.falseAlarmsPer1000SquareKilometres = falseAlarmsPer1000SquareKilometres
        self.tiles = tiles
        self.scenes = scenes
        self.claims = claims
    }
}
