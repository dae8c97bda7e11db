import Foundation

/// Detections compared with what was implanted.
public struct Score: Codable, Sendable, Equatable {
    /// One implanted line.
    public struct Line: Codable, Sendable, Equatable {
        public var cnr: Double
        public var profile: String?
        /// In the plane of the UTM zone.
        public var lengthMetres: Int
        /// Share of its length that lies near a detected line.
        public var completeness: Double

        enum CodingKeys: String, CodingKey {
            case cnr, profile
            case lengthMetres = "length_m"
            case completeness
        }
    }

    /// One implanted position.
    public struct Site: Codable, Sendable, Equatable {
        public var cnr: Double
        public var found: Bool
    }

    /// Implanted length near a detected line over implanted length; nil where no line is implanted.
    public var completeness: Double?
    /// Detected length near an implanted line over detected length; nil where no line is detected.
    public var correctness: Double?
    /// Lines that touch nothing implanted.
    public var falseLinesPer1000Km2: Double
    public var falseLineKmPer1000Km2: Double
    /// Other detections that touch nothing implanted.
    public var falseCompactPer1000Km2: Double
    /// "9/14"
    public var sitesFound: String
    public var lines: [Line]
    public var sites: [Site]

    enum CodingKeys: String, CodingKey {
        case completeness, correctness
        case falseLinesPer1000Km2 = "false_lines_per_1000km2"
        case falseLineKmPer1000Km2 = "false_line_km_per_1000km2"
        case falseCompactPer1000Km2 = "false_compact_per_1000km2"
        case sitesFound = "sites_found"
        case lines, sites
    }

    /// null, not absence, stands for a share of nothing.
    public func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(completeness, forKey: .completeness)
        try container.encode(correctness, forKey: .correctness)
        try container.encode(falseLinesPer1000Km2, forKey: .falseLinesPer1000Km2)
        try container.encode(falseLineKmPer1000Km2, forKey: .falseLineKmPer1000Km2)
        try container.encode(falseCompactPer1000Km2, forKey: .falseCompactPer1000Km2)
        try container.encode(sitesFound, forKey: .sitesFound)
        try container.encode(lines, forKey: .lines)
        try container.encode(sites, forKey: .sites)
    }

    /// A table of the lines and positions, then the sums; for terminals.
    public var table: String {
        func column(_ text: String, _ width: Int) -> String { String(repeating: " ", count: max(0, width - text.count)) + text }
        func share(_ value: Double?) -> String { value.map { String(format: "%.3f", $0) } ?? "–" }
        var rows: [String] = []
        if !lines.isEmpty {
            rows.append("line     CNR  length m  completeness")
            rows += lines.map {
                ($0.profile ?? "–").padding(toLength: 7, withPad: " ", startingAt: 0) + column("\($0.cnr)", 5)
                    + column("\($0.lengthMetres)", 10) + column(share($0.completeness), 14)
            }
        }
        if !sites.isEmpty {
            rows.append("position CNR  found")
            rows += sites.map { column("\($0.cnr)", 12) + column($0.found ? "yes" : "no", 7) }
        }
        rows += [
            "completeness                \(share(completeness))",
            "correctness                 \(share(correctness))",
            "false lines / 1000 km²      \(falseLinesPer1000Km2)",
            "false line km / 1000 km²    \(falseLineKmPer1000Km2)",
            "false compact / 1000 km²    \(falseCompactPer1000Km2)",
            "positions found             \(sitesFound)",
        ]
        return rows.joined(separator: "\n")
    }
}
