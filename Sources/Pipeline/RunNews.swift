import ChangeDetection
import Raster
import Reporting

/// What a run has brought that the last one into the same folder had not.
public struct RunNews: Sendable, Equatable, Encodable {
    public struct Verdict: Sendable, Equatable, Encodable {
        public var claim: String
        /// nil for a claim that was not judged before.
        public var before: String?
        public var after: String
    }

    /// Dates by tile: `33RXQ 2021-02-23`.
    public var addedScenes: [String] = []
    public var removedScenes: [String] = []
    /// Ids of earthworks; `gone` are those that the records hold no longer.
    public var found: [String] = []
    public var gone: [String] = []
    public var foundLinearMetres = 0.0
    public var foundLinearCount = 0
    public var foundCompactCount = 0
    public var verdicts: [Verdict] = []
    public var refused: [RefusedInput] = []
    /// Files that were missing or changed, and are as they should be again.
    public var healed: [String] = []

    public var isEmpty: Bool {
        addedScenes.isEmpty && removedScenes.isEmpty && found.isEmpty && gone.isEmpty && verdicts.isEmpty && refused.isEmpty
            && healed.isEmpty
    }

    enum CodingKeys: String, CodingKey {
        case found, gone, verdicts, refused, healed
        case addedScenes = "added_scenes"
        case removedScenes = "removed_scenes"
        case foundLinearMetres = "found_linear_m"
        case foundLinearCount = "found_linear_count"
        case foundCompactCount = "found_compact_count"
    }

    public init() {}

    init(_ run: FinishedRun, since last: FinishedRun) {
        func dates(_ run: FinishedRun) -> Set<String> { Set(run.scenes.flatMap { tile, names in names.map { "\(tile) \($0)" } }) }
        addedScenes = dates(run).subtracting(dates(last)).sorted()
        removedScenes = dates(last).subtracting(dates(run)).sorted()
        let known = Set(last.earthworks.map(\.id))
        let new = run.earthworks.filter { !known.contains($0.id) }
        found = new.map(\.id)
        gone = known.subtracting(run.earthworks.map(\.id)).sorted()
        let lines = new.filter { $0.kind == .linear }
        foundLinearCount = lines.count
        foundLinearMetres = lines.reduce(0) { $0 + ($1.lengthMetres ?? 0) }.rounded(decimals: 1) ?? 0
        foundCompactCount = new.count - lines.count
        verdicts = run.verdicts.sorted { $0.key < $1.key }.compactMap { claim, verdict in
            last.verdicts[claim] == verdict ? nil : Verdict(claim: claim, before: last.verdicts[claim], after: verdict)
        }
        refused = run.refused.filter { !last.refused.contains($0) }
    }

    private static let mostNamed = 6

    /// A few lines, fit for a mail. What was refused is told on standard error.
    var text: String {
        func list(_ names: [String]) -> String {
            let shown = names.prefix(Self.mostNamed).map(\.oneLine).joined(separator: ", ")
            return names.count > Self.mostNamed ? "\(shown) and \(names.count - Self.mostNamed) more" : shown
        }
        var lines: [String] = []
        if !addedScenes.isEmpty { lines.append("new scenes: \(list(addedScenes))") }
        if !removedScenes.isEmpty { lines.append("scenes no longer there: \(list(removedScenes))") }
        if found.isEmpty {
            if !addedScenes.isEmpty { lines.append("no new earthwork was identified in them") }
        } else {
            lines.append(
                "new: \(RunSummary.counted(foundLinearCount, "linear earthwork")) (\(RunSummary.kilometres(foundLinearMetres)) km) and "
                    + "\(RunSummary.counted(foundCompactCount, "compact one")): \(list(found))")
        }
        if !gone.isEmpty { lines.append("no longer in the records: \(list(gone))") }
        for verdict in verdicts {
            lines.append("claim \(verdict.claim.oneLine): \(verdict.before.map { "\($0) → " } ?? "")\(verdict.after)")
        }
        if !healed.isEmpty { lines.append("made again: \(list(healed))") }
        return lines.map { $0 + "\n" }.joined()
    }
}
