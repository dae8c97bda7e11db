import Foundation
import Raster
import Reporting

/// What a run did, for the terminal and for scripts.
public struct RunSummary: Sendable, Equatable {
    /// What came out of one pair of dates of a tile.
    public struct Pair: Sendable, Equatable, Encodable {
        public var tile: String
        public var before: String
        public var after: String
        public var linearCount: Int
        public var compactCount: Int
        /// Total length of the linear earthworks, in metres.
        public var linearLengthMetres: Double
        /// Paths of the files written for the pair; nil where they were not asked for.
        public var picture: String?
        public var change: String?

        public init(
            tile: String, before: String, after: String, linearCount: Int, compactCount: Int, linearLengthMetres: Double,
            picture: String? = nil, change: String? = nil
        ) {
            self.tile = tile
            self.before = before
            self.after = after
            self.linearCount = linearCount
            self.compactCount = compactCount
            self.linearLengthMetres = linearLengthMetres
            self.picture = picture
            self.change = change
        }

        enum CodingKeys: String, CodingKey {
            case tile, before, after, picture, change
            case linearCount = "linear_count"
            case compactCount = "compact_count"
            case linearLengthMetres = "linear_length_m"
        }

        public func encode(to encoder: any Encoder) throws {
            var container = encoder.container(keyedBy: CodingKeys.self)
            try container.encode(tile, forKey: .tile)
            try container.encode(before, forKey: .before)
            try container.encode(after, forKey: .after)
            try container.encode(linearCount, forKey: .linearCount)
            try container.encode(compactCount, forKey: .compactCount)
            try container.encode(linearLengthMetres.rounded(decimals: 1), forKey: .linearLengthMetres)
            try container.encode(picture, forKey: .picture)
            try container.encode(change, forKey: .change)
        }
    }

    /// What a claim came to.
    public struct Claim: Sendable, Equatable, Encodable {
        public var id: String
        public var statement: String
        public var verdict: String
    }

    /// The output folder, as it was asked for.
    public var output: String
    public var pairs: [Pair] = []
    /// Of the register, in its order; empty where there is none.
    public var claims: [Claim] = []
    public var claimsDocument: String?
    /// Earthworks in `detections.geojson`, after those of all pairs were brought together.
    public var linearCount = 0
    public var compactCount = 0
    /// Total length of the linear earthworks, in metres.
    public var linearLengthMetres = 0.0
    /// Paths of the files written; nil where they were not asked for.
    public var geoJSON: String?
    public var geoPackage: String?
    public var reportPage: String?
    public var manifest: String?
    /// True where any scene says of itself that it is simulated.
    public var isSimulated = false
    /// True where nothing was computed or written, only planned.
    public var isDryRun = false
    /// True where all stands as the last run left it: nothing was computed and nothing written.
    public var isUnchanged = false
    /// Against the last run into the same folder; nil for the first one, and where runs are not compared.
    public var news: RunNews?
    /// Warnings, and inputs that were refused, of which the last run into the same folder has told.
    var toldBefore: Set<String> = []
    /// How many pieces of work of each kind were computed: `date`, `pair`, `search`, `injection`, `picture` and so on.
    public var computed: [String: Int] = [:]
    public var refused: [RefusedInput] = []
    public var warnings: [String] = []
    public var exitCode = ExitCode.done

    public init(output: String) { self.output = output }
}

extension RunSummary: Encodable {
    enum CodingKeys: String, CodingKey {
        case output, pairs, claims, manifest, refused, warnings, news, computed
        case claimsDocument = "claims_json"
        case linearCount = "linear_count"
        case compactCount = "compact_count"
        case linearLengthMetres = "linear_length_m"
        case geoJSON = "geojson"
        case geoPackage = "geopackage"
        case reportPage = "report"
        case isSimulated = "simulated"
        case isDryRun = "dry_run"
        case isUnchanged = "unchanged"
        case exitCode = "exit_code"
    }

    public func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(output, forKey: .output)
        try container.encode(pairs, forKey: .pairs)
        try container.encode(claims, forKey: .claims)
        try container.encode(claimsDocument, forKey: .claimsDocument)
        try container.encode(linearCount, forKey: .linearCount)
        try container.encode(compactCount, forKey: .compactCount)
        try container.encode(linearLengthMetres.rounded(decimals: 1), forKey: .linearLengthMetres)
        try container.encode(geoJSON, forKey: .geoJSON)
        try container.encode(geoPackage, forKey: .geoPackage)
        try container.encode(reportPage, forKey: .reportPage)
        try container.encode(manifest, forKey: .manifest)
        try container.encode(isSimulated, forKey: .isSimulated)
        try container.encode(isDryRun, forKey: .isDryRun)
        try container.encode(isUnchanged, forKey: .isUnchanged)
        try container.encode(news, forKey: .news)
        try container.encode(computed, forKey: .computed)
        try container.encode(refused, forKey: .refused)
        try container.encode(warnings, forKey: .warnings)
        try container.encode(exitCode.rawValue, forKey: .exitCode)
    }

    /// One JSON object, keys in alphabetical order, with a line break at its end.
    public var json: String {
        get throws { try JSONText.encode(self) }
    }

    /// The summary for a terminal: a table of the pairs, the total, and the paths of what was written. Ends with a line break; what was
    /// refused and warned of is not in it, since that belongs on standard error.
    public var text: String {
        var lines: [String] = []
        if !claims.isEmpty {
            lines += TextTable(rows: [["verdict", "claim"]] + claims.map { [$0.verdict, $0.statement.oneLine] }, rightAligned: []).lines
            if isSimulated {
                lines.append("The imagery is simulated: these verdicts show how the program works and say nothing about the world.")
            }
            lines.append("")
        }
        if !pairs.isEmpty {
            let rows =
                [["tile", "before", "after", "linear", "km", "compact"]]
                + pairs.map {
                    [
                        $0.tile, $0.before, $0.after, isDryRun ? "-" : String($0.linearCount),
                        isDryRun ? "-" : Self.kilometres($0.linearLengthMetres), isDryRun ? "-" : String($0.compactCount),
                    ]
                }
            lines += TextTable(rows: rows, rightAligned: [3, 4, 5]).lines
            lines.append("")
        }
        if isDryRun {
            lines.append("Dry run: \(Self.counted(pairs.count, "pair")) would be differenced into \(output.oneLine); nothing was written.")
        } else {
            lines.append(
                "\(Self.counted(linearCount, "linear earthwork")) (\(Self.kilometres(linearLengthMetres)) km) and "
                    + "\(Self.counted(compactCount, "compact one")) in \(Self.counted(pairs.count, "pair"))"
                    + (isSimulated ? "; the imagery is simulated" : ""))
        }
        for (name, path) in [
            ("report", reportPage), ("claims", claimsDocument), ("GeoJSON", geoJSON), ("GeoPackage", geoPackage), ("manifest", manifest),
        ] {
            if let path { lines.append("\(name): \(path.oneLine)") }
        }
        // The pictures worth opening first; the others lie beside them.
        let ranked = pairs.filter { $0.picture != nil }.enumerated().sorted { a, b in
            (b.element.linearLengthMetres, b.element.compactCount, a.offset) < (
                a.element.linearLengthMetres, a.element.compactCount, b.offset
            )
        }
        for pair in ranked.prefix(Self.shownPictures) { lines.append("picture: \((pair.element.picture ?? "").oneLine)") }
        if ranked.count > Self.shownPictures {
            lines.append("and \(Self.counted(ranked.count - Self.shownPictures, "more picture")) below \(output.oneLine)/diffs")
        }
        return lines.joined(separator: "\n") + "\n"
    }

    /// For standard output after a run: all of `text` the first time, afterwards what is new in a few lines; "" without news, so that a scheduler
    /// sends no mail.
    public var report: String {
        guard !isDryRun, let news else { return text }
        guard !isUnchanged, !news.isEmpty else { return "" }
        let reports = [("report", reportPage), ("GeoJSON", geoJSON)].compactMap { name, path in path.map { "\(name): \($0.oneLine)\n" } }
        return news.text + (isSimulated ? "the imagery is simulated\n" : "") + reports.joined()
    }

    /// One line for each warning and each input that was refused, for standard error; "" where there are none. What the last run
    /// into the same folder told is not told again.
    public var complaints: String {
        let lines =
            warnings.filter { !toldBefore.contains($0) }.map { "warning: \($0.oneLine)" }
            + refused.map(\.line).filter { !toldBefore.contains($0) }.map { "refused: \($0)" }
        return lines.map { $0 + "\n" }.joined()
    }

    private static let shownPictures = 3

    static func counted(_ count: Int, _ noun: String) -> String { "\(count) \(noun)\(count == 1 ? "" : "s")" }

    static func kilometres(_ metres: Double) -> String { DecimalText.fixed(metres / 1000, decimals: 2) }
}
