import Geodesy
import Raster

/// One thing that somebody said, and how imagery could test it.
public struct Claim: Sendable, Equatable {
    public enum Test: Sendable, Equatable {
        case measured(MeasuredClaim)
        /// Why these images cannot tell.
        case notTestable(reason: String)
    }

    public var id: String
    public var statement: String
    public var attributedTo: String
    /// What is doubtful about the words themselves, such as their translation.
    public var wording: String?
    public var test: Test
    /// Claims about the same event, to be weighed against this one in words.
    public var weighWith: [String]

    public init(
        id: String, statement: String, attributedTo: String, wording: String? = nil, test: Test, weighWith: [String] = []
    ) {
        self.id = id
        self.statement = statement
        self.attributedTo = attributedTo
        self.wording = wording
        self.test = test
        self.weighWith = weighWith
    }
}

/// What is measured where and when, and what the claim says it is.
public struct MeasuredClaim: Sendable, Equatable {
    public var measure: Measure
    public var place: Place
    /// Only earthworks first seen after it.
    public var since: CalendarDate?
    /// Only earthworks first seen by then, that day included.
    public var by: CalendarDate?
    /// Only compact earthworks at most this many metres from a linear one.
    public var nearLinearMetres: Double?
    public var expected: ClaimExpectation
    /// Length, or diameter, of the smallest earthwork that the claim is about: what an absence is judged by.
    public var sizeMetres: Double?

    public init(
        measure: Measure, place: Place, since: CalendarDate? = nil, by: CalendarDate? = nil, nearLinearMetres: Double? = nil,
        expected: ClaimExpectation, sizeMetres: Double? = nil
    ) {
        self.measure = measure
        self.place = place
        self.since = since
        self.by = by
        self.nearLinearMetres = nearLinearMetres
        self.expected = expected
        self.sizeMetres = sizeMetres
    }

    /// The size by which an absence is judged: `sizeMetres`, else the length that the claim itself states.
    var claimedSizeMetres: Double? {
        if let sizeMetres { return sizeMetres }
        guard measure == .linearLength, case .range(let range) = expected, let least = range.low?.value, least > 0 else { return nil }
        return least * 1000
    }
}

/// A quantity of the earthworks in a place.
public enum Measure: Sendable, Equatable {
    case linearLength
    case linearOnset
    case linearBearing
    case linearShareNear(lines: [[GeographicPoint]], distanceMetres: Double)
    case linearPersistence
    case compactCount
    /// Along the lines, or as the crow flies where there are none.
    case compactExtent(along: [[GeographicPoint]])
    case changeArea

    /// The register's word for each, with its own options.
    enum Word: String, CaseIterable {
        case linearLength = "linear_length_km"
        case linearOnset = "linear_onset"
        case linearBearing = "linear_bearing_deg"
        case linearShareNear = "linear_share_near"
        case linearPersistence = "linear_persistence_days"
        case compactCount = "compact_count"
        case compactExtent = "compact_extent_km"
        case changeArea = "change_area_ha"

        var options: [String] {
            switch self {
            case .linearLength, .changeArea: ["by", "since"]
            case .linearOnset, .linearBearing, .linearPersistence: []
            case .linearShareNear: ["line", "distance_m"]
            case .compactCount: ["by", "since", "near_linear_m"]
            case .compactExtent: ["by", "line"]
            }
        }
    }

    var word: Word {
        switch self {
        case .linearLength: .linearLength
        case .linearOnset: .linearOnset
        case .linearBearing: .linearBearing
        case .linearShareNear: .linearShareNear
        case .linearPersistence: .linearPersistence
        case .compactCount: .compactCount
        case .compactExtent: .compactExtent
        case .changeArea: .changeArea
        }
    }

    /// As `claims.json` writes it.
    public var unit: String {
        switch self {
        case .linearLength, .compactExtent: "km"
        case .linearOnset: "date"
        case .linearBearing: "degrees"
        case .linearShareNear: "share"
        case .linearPersistence: "days"
        case .compactCount: "earthworks"
        case .changeArea: "ha"
        }
    }

    var unitInWords: String {
        if case .linearShareNear = self { return "of the length" }
        return unit
    }

    /// How many digits after the point mean something.
    var decimals: Int {
        switch self {
        case .linearLength, .changeArea, .linearShareNear: 2
        case .compactExtent, .linearBearing: 1
        case .linearOnset, .linearPersistence, .compactCount: 0
        }
    }

    var isOfCompactWorks: Bool {
        switch self {
        case .compactCount, .compactExtent: true
        default: false
        }
    }
}
