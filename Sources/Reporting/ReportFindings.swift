import ChangeDetection
import Claims
import Raster

/// The headline: what was found and what was looked at, in a few plain sentences.
struct ReportFindings {
    private let content: ReportContent

    init(_ content: ReportContent) { self.content = content }

    var markup: Markup {
        [
            element("p", ["class": "lead"], lead),
            element("ul", ["class": "facts"], facts.map { element("li", [:], $0) }),
        ]
    }

    private var lead: Markup {
        let works = content.earthworks.filter { $0.status != .transient }
        let lines = works.filter { $0.kind == .linear }
        let sites = works.filter { $0.kind == .compact }
        if works.isEmpty {
            return
                "No change of the kinds sought was identified in the images at hand. That is not the same as nothing there: what they cannot show is said under method and limits."
        }
        var parts: [Markup] = []
        if !lines.isEmpty {
            let metres = Self.length(of: lines)
            let pieces = ReportText.counted(lines.count, "linear earthwork")
            parts.append(
                [
                    element("strong", [:], "\(pieces), \(ReportText.kilometres(metres)) in all,"), " came into view", Self.onset(of: lines),
                    ".",
                ])
        }
        if !sites.isEmpty {
            let pieces = ReportText.counted(sites.count, "compact earthwork")
            let joint: Markup = lines.isEmpty ? "" : " So did "
            parts.append(
                lines.isEmpty
                    ? [element("strong", [:], Markup(pieces)), " came into view", Self.onset(of: sites), "."]
                    : [joint, element("strong", [:], Markup(pieces)), Self.onset(of: sites), "."])
        } else {
            parts.append(" No compact earthwork was identified.")
        }
        if lines.isEmpty { parts.append(" No linear earthwork was identified.") }
        return Markup(parts)
    }

    private var facts: [Markup] { certainty + verdicts + covered + notCovered }

    private var certainty: [Markup] {
        let confirmed = content.earthworks.filter { $0.status == .confirmed }
        let provisional = content.earthworks.filter { $0.status == .provisional }
        let transient = content.earthworks.count { $0.status == .transient }
        var lines: [Markup] = []
        if confirmed.count + provisional.count > 0 {
            let length = Self.length(of: confirmed.filter { $0.kind == .linear })
            lines.append(
                "\(confirmed.count) of \(confirmed.count + provisional.count) are confirmed by later dates\(length > 0 ? " (\(ReportText.kilometres(length)) of line)" : ""); \(provisional.count) rest on one date."
            )
        }
        if transient > 0 {
            lines.append(
                "\(ReportText.counted(transient, "more object was", "more objects were")) seen and gone again, as clouds, dust and vehicles are; they are listed and not counted."
            )
        }
        return lines
    }

    private var verdicts: [Markup] {
        guard let claims = content.claims?.claims, !claims.isEmpty else { return [] }
        let counts = Verdict.allCases.compactMap { verdict in
            let count = claims.count { $0.verdict == verdict }
            return count > 0 ? "\(count) \(ReportVerdict.word(verdict).lowercased())" : nil
        }
        return ["Of \(ReportText.counted(claims.count, "claim")): \(counts.joined(separator: ", "))."]
    }

    private var covered: [Markup] {
        let dates = content.tiles.flatMap(\.dates)
        let days = dates.map(\.date)
        guard !content.tiles.isEmpty else { return ["No tile was observed."] }
        let area = content.tiles.reduce(0) { $0 + ($1.pairs.map(\.observedSquareKilometres).filter(\.isFinite).max() ?? 0) }
        var text =
            "Observed: \(ReportText.counted(content.tiles.count, "tile")), \(ReportText.number(area, decimals: 1, unit: "km²")) seen on two dates or more"
        if content.tiles.count > 1 { text += " (tiles added up, overlaps twice)" }
        if let first = days.min(), let last = days.max() {
            let clear = dates.reduce(0) { $0 + min(max($1.clearShare, 0), 1) } / Double(dates.count)
            text +=
                "; \(ReportText.counted(dates.count, "scene")) of \(ReportText.span(first, last)), \(ReportText.percent(clear)) clear on average"
        } else {
            text += "; the scenes carry no dates"
        }
        return ["\(text)."]
    }

    private var notCovered: [Markup] {
        var lines: [Markup] = []
        let blind = content.claims?.claims.filter { $0.expected != nil && $0.coverage.dates.isEmpty }.count ?? 0
        if blind > 0 {
            lines.append("Not observed: no scene shows the place of \(ReportText.counted(blind, "claim")).")
        }
        let cloudy = content.tiles.flatMap(\.dates).count { $0.clearShare < 0.5 }
        if cloudy > 0 { lines.append("\(ReportText.counted(cloudy, "scene was", "scenes were")) less than half clear.") }
        if !content.refused.isEmpty {
            lines.append([
                "\(ReportText.counted(content.refused.count, "input was", "inputs were")) left out: ",
                element("a", ["href": "#section-refused"], "which, and why"), ".",
            ])
        }
        return lines
    }

    private static func length(of works: [Earthwork]) -> Double {
        works.reduce(0) { $0 + ($1.lengthMetres.flatMap { $0.isFinite ? $0 : nil } ?? 0) }
    }

    /// " between 2020-06-23 and 2021-01-19": from the last date that lacks the first of them to the date that shows the last.
    private static func onset(of works: [Earthwork]) -> Markup {
        let seen = works.compactMap(\.firstSeen)
        guard let last = seen.max() else { return " at a time that the images do not tell" }
        guard works.allSatisfy({ $0.lastAbsent != nil }), let first = works.compactMap(\.lastAbsent).min() else {
            return [" by ", ReportText.time(last), "; some of it was there on the first date already"]
        }
        return [" between ", ReportText.time(first), " and ", ReportText.time(last)]
    }
}
