import ChangeDetection
import Raster

/// One property of a detection as every file format holds it: its name is part of the output's contract.
struct DetectionField: Sendable {
    enum Value: Equatable {
        case none
        case text(String)
        case date(CalendarDate)
        /// Written with this many decimals.
        case number(Double, decimals: Int)
        case list([String])
    }

    enum Column: String {
        case text = "TEXT"
        case date = "DATE"
        case real = "REAL"
    }

    let name: String
    let column: Column
    let value: @Sendable (Earthwork) -> Value

    /// In the order of the documentation.
    static let all: [DetectionField] = [
        DetectionField(name: "id", column: .text) { .text($0.id) },
        DetectionField(name: "group", column: .text) { .text($0.group) },
        DetectionField(name: "kind", column: .text) { .text($0.kind.rawValue) },
        DetectionField(name: "status", column: .text) { .text($0.status.rawValue) },
        DetectionField(name: "first_seen", column: .date) { date($0.firstSeen) },
        DetectionField(name: "last_absent", column: .date) { date($0.lastAbsent) },
        DetectionField(name: "last_seen", column: .date) { date($0.lastSeen) },
        DetectionField(name: "length_m", column: .real) { number($0.lengthMetres, 1) },
        DetectionField(name: "width_m", column: .real) { number($0.widthMetres, 1) },
        DetectionField(name: "bearing_deg", column: .real) { number($0.bearingDegrees.map(belowHalfTurn), 1) },
        DetectionField(name: "area_m2", column: .real) { number($0.areaSquareMetres, 0) },
        DetectionField(name: "sign", column: .text) { .text($0.sign.rawValue) },
        DetectionField(name: "snr", column: .real) { number($0.snr, 2) },
        DetectionField(name: "confidence", column: .real) { number(certain($0.confidence), 6) },
        DetectionField(name: "false_alarms_per_1000_km2", column: .real) { number($0.falseAlarmsPer1000SquareKilometres, 4) },
        DetectionField(name: "tiles", column: .text) { .list($0.tiles) },
        DetectionField(name: "scenes", column: .text) { .list($0.scenes) },
        DetectionField(name: "claims", column: .text) { .list($0.claims) },
    ]

    private static func date(_ date: CalendarDate?) -> Value { date.map(Value.date) ?? .none }

    private static func number(_ value: Double?, _ decimals: Int) -> Value {
        guard let value, value.isFinite else { return .none }
        return .number(value, decimals: decimals)
    }

    /// 179.97° must not be written as 180.0°, which is 0.
    private static func belowHalfTurn(_ bearing: Double) -> Double { bearing >= 179.95 && bearing < 180 ? 0 : bearing }

    /// Kept within 0…1, and never rounded up to a certainty that was not computed.
    private static func certain(_ confidence: Double) -> Double { min(1, max(0, (confidence * 1e6).rounded(.down) / 1e6)) }
}
