import ChangeDetection
import Claims
import Geodesy
import Raster

/// All that `report.html` says: a value, so that equal contents are equal bytes.
public struct ReportContent: Sendable, Equatable {
    /// Name and version: `trenchwatch 0.1.0`.
    public var program: String
    /// The pipeline's name, or what else the report is about.
    public var title: String
    /// When it was made, as the manifest says: `2021-01-22T06:00:00Z`.
    public var created: String
    /// Any of the scenes says of itself that it is simulated.
    public var isSimulated = false
    /// Whom the imagery is owed to, one line each.
    public var credits: [String] = []
    /// The article and its claims; nil where none were weighed.
    public var claims: ClaimsDocument?
    public var earthworks: [Earthwork] = []
    public var tiles: [Tile] = []
    /// Places that the claims are about, for the map.
    public var places: [Place] = []
    public var refused: [Refused] = []
    public var warnings: [String] = []
    public var parameters: [Parameter] = []
    public var inputs: [File] = []
    public var outputs: [File] = []
    /// Before and after of earthworks, by their id. Pictures are held in the page itself, so it grows with them.
    public var swipes: [String: ReportSwipe] = [:]

    public init(program: String, title: String, created: String) {
        self.program = program
        self.title = title
        self.created = created
    }

    /// One tile with its dates and the pairs that were compared.
    public struct Tile: Sendable, Equatable {
        public var name: String
        /// Polygons as in `Place`: each its outer ring, then its holes.
        public var footprint: [[[GeographicPoint]]]
        /// Empty where the scenes carry no dates.
        public var dates: [Date]
        public var pairs: [Pair]

        public init(name: String, footprint: [[[GeographicPoint]]], dates: [Date], pairs: [Pair]) {
            self.name = name
            self.footprint = footprint
            self.dates = dates
            self.pairs = pairs
        }
    }

    public struct Date: Sendable, Equatable {
        public var date: CalendarDate
        /// Share of the pixels with data that are neither masked nor obscured, 0 to 1.
        public var clearShare: Double
        /// The date that the others are laid upon.
        public var isReference: Bool

        public init(date: CalendarDate, clearShare: Double, isReference: Bool = false) {
            self.date = date
            self.clearShare = clearShare
            self.isReference = isReference
        }
    }

    public struct Pair: Sendable, Equatable {
        /// Dates, or the scenes' names where they have none.
        public var before: String
        public var after: String
        /// How far the later date lay from the earlier, in pixels, positive right and down.
        public var shiftX: Double
        public var shiftY: Double
        /// What turn, scale and shear add to the shift in a corner of the scene, in pixels; nil where there are none.
        public var cornerShift: Double?
        /// In pixels; nil where it was not measured.
        public var residual: Double?
        /// False where no shift was found that helps.
        public var hasLock: Bool
        /// 0 to 1.
        public var clearShare: Double
        public var observedSquareKilometres: Double
        /// Relative to the report's folder; nil where it was not made.
        public var picture: String?
        public var change: String?

        public init(
            before: String, after: String, shiftX: Double, shiftY: Double, cornerShift: Double? = nil, residual: Double?, hasLock: Bool,
            clearShare: Double, observedSquareKilometres: Double, picture: String? = nil, change: String? = nil
        ) {
            self.before = before
            self.after = after
            self.shiftX = shiftX
            self.shiftY = shiftY
            self.cornerShift = cornerShift
            self.residual = residual
            self.hasLock = hasLock
            self.clearShare = clearShare
            self.observedSquareKilometres = observedSquareKilometres
            self.picture = picture
            self.change = change
        }
    }

    /// An input that was left out.
    public struct Refused: Sendable, Equatable {
        public var name: String
        public var reason: String

        public init(name: String, reason: String) {
            self.name = name
            self.reason = reason
        }
    }

    public struct Parameter: Sendable, Equatable {
        public var name: String
        public var value: String

        public init(name: String, value: String) {
            self.name = name
            self.value = value
        }
    }

    /// A file of the manifest.
    public struct File: Sendable, Equatable {
        public var path: String
        public var sha256: String
        public var bytes: Int

        public init(path: String, sha256: String, bytes: Int) {
            self.path = path
            self.sha256 = sha256
            self.bytes = bytes
        }
    }
}

/// The same ground on two dates, north up, stretched alike so that only the ground differs.
public struct ReportSwipe: Sendable, Equatable {
    public var width: Int
    public var height: Int
    /// Grey, row by row from the top: `width × height` bytes each.
    public var before: [UInt8]
    public var after: [UInt8]
    /// Dates, or the scenes' names.
    public var beforeDate: String
    public var afterDate: String
    public var metresPerPixel: Double
    /// The earthwork in the picture: x right and y down in pixels, (0, 0) the upper left corner of the first. An open line, or a ring that
    /// repeats its first point; empty where none is to be drawn.
    public var outline: [Point]

    public struct Point: Sendable, Equatable {
        public var x: Double
        public var y: Double

        public init(x: Double, y: Double) {
            self.x = x
            self.y = y
        }
    }

    public init(
        width: Int, height: Int, before: [UInt8], after: [UInt8], beforeDate: String, afterDate: String, metresPerPixel: Double,
        outline: [Point] = []
    ) {
        self.width = width
        self.height = height
        self.before = before
        self.after = after
        self.beforeDate = beforeDate
        self.afterDate = afterDate
        self.metresPerPixel = metresPerPixel
        self.outline = outline
    }

    /// Sides of at least one pixel, no longer than 2048, and all bytes there.
    var isWhole: Bool {
        (1...2048).contains(width) && (1...2048).contains(height) && before.count == width * height && after.count == width * height
    }
}
