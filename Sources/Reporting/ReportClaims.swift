import Claims
import Raster

/// A verdict as word, colour and shape: never by colour alone.
enum ReportVerdict {
    static func word(_ verdict: Verdict) -> String {
        switch verdict {
        case .supported: "Supported"
        case .contradicted: "Contradicted"
        case .inconclusive: "Inconclusive"
        case .notTestable: "Not testable"
        }
    }

    static func badge(_ verdict: Verdict) -> Markup {
        element("span", ["class": "verdict verdict-\(verdict.rawValue.replacing("_", with: "-"))"], icon(verdict), Markup(word(verdict)))
    }

    private static func icon(_ verdict: Verdict) -> Markup {
        let path =
            switch verdict {
            case .supported: "M3.5 8.5l3 3 6-7"
            case .contradicted: "M4 4l8 8M12 4l-8 8"
            case .inconclusive: "M3 9.5c2-4 4-4 5-1.5s3 2.5 5-1.5"
            case .notTestable: "M3.5 8h9"
            }
        return element(
            "svg", ["class": "icon", "viewBox": "0 0 16 16", "aria-hidden": "true"],
            element("path", ["d": path, "fill": "none", "stroke": "currentColor", "stroke-width": "2.2", "stroke-linecap": "round"]))
    }
}

/// The table of claims: one block a claim, its figures above, the reason below.
struct ReportClaims {
    private let content: ReportContent
    private let detections: ReportDetections
    private let pictures: ReportPictures

    init(_ content: ReportContent, _ detections: ReportDetections, _ pictures: ReportPictures) {
        self.content = content
        self.detections = detections
        self.pictures = pictures
    }

    var markup: Markup {
        guard let document = content.claims, !document.claims.isEmpty else {
            return element("p", [:], "No claims were weighed: the run had no register of claims, or an empty one.")
        }
        return [
            article(document.article),
            element(
                "div", ["class": "wide", "role": "region", "aria-label": "Table of claims", "tabindex": "0"],
                element(
                    "table", ["class": "claims"],
                    element("caption", [:], "What was claimed, and what the images say of it. Each claim leads to its evidence."),
                    element(
                        "thead", [:],
                        element("tr", [:], Self.columns.map { element("th", ["scope": "col"], Markup($0)) })),
                    Markup(document.claims.map(row)))),
        ]
    }

    private static let columns = ["Claim", "Verdict", "Measured", "Expected", "Coverage", "Detectable"]

    private func article(_ article: ClaimsDocument.Article) -> Markup {
        let title: Markup =
            article.url.flatMap(ReportText.webLink).map {
                element("a", ["href": $0, "rel": "noopener noreferrer external", "dir": "auto"], Markup(article.title))
            } ?? element("cite", ["dir": "auto"], Markup(article.title))
        let source = [article.publisher, article.published?.description].compactMap { $0 }.joined(separator: ", ")
        return [
            element("p", [:], "About: ", title, source.isEmpty ? "." : " (\(source))."),
            article.note.map { element("p", ["class": "note", "dir": "auto"], Markup($0)) } ?? [],
        ]
    }

    private func row(_ claim: ClaimsDocument.Entry) -> Markup {
        let key = "row-" + ReportText.anchor(claim.id)
        return element(
            "tbody", [:],
            element(
                "tr", [:],
                element(
                    "th", ["scope": "rowgroup", "rowspan": "2", "id": key],
                    element("a", ["href": "#" + Self.anchor(claim.id), "dir": "auto"], Markup(claim.statement)),
                    element("span", ["class": "said"], "Said by: ", element("bdi", [:], Markup(claim.attributedTo)))),
                cell(0, ReportVerdict.badge(claim.verdict)),
                cell(1, Self.measured(claim.measured)),
                cell(2, Markup(claim.expected ?? ReportText.dash)),
                cell(3, Self.coverage(claim.coverage)),
                cell(4, Self.detectable(claim.detectable))),
            element(
                "tr", [:],
                element(
                    "td", ["colspan": "5", "headers": key, "class": "reason", "dir": "auto"],
                    element("span", ["class": "label"], "Why: "), Markup(claim.reason))))
    }

    private func cell(_ column: Int, _ value: Markup) -> Markup {
        element("td", ["data-label": Self.columns[column + 1], "class": value.html == ReportText.dash ? "absent" : nil], value)
    }

    static func anchor(_ id: String) -> String { "claim-" + ReportText.anchor(id) }

    static func measured(_ value: ClaimsDocument.Value?) -> Markup {
        guard let value else { return Markup(ReportText.dash) }
        let unit = Unit(value.unit)
        let interval: Markup? =
            switch (value.value, value.low, value.high) {
            case (.date(let seen), .date(let absent)?, _): ["after ", ReportText.time(absent), ", by ", ReportText.time(seen)]
            case (.date(let seen), nil, _): ["by ", ReportText.time(seen), "; no date before it lacks it"]
            case (_, let low?, let high?) where low == value.value && high == value.value: nil
            case (_, let low?, let high?): "\(unit.bare(low)) to \(unit.text(high))"
            case (_, let low?, nil): "at least \(unit.text(low))"
            case (_, nil, let high?): "at most \(unit.text(high))"
            case (_, nil, nil): nil
            }
        return [
            element("strong", ["class": "figure"], Markup(unit.text(value.value))),
            interval.map { [" ", element("span", ["class": "interval"], $0)] } ?? [],
        ]
    }

    static func coverage(_ seen: ClaimsDocument.Seen) -> Markup {
        guard let first = seen.dates.min(), let last = seen.dates.max() else { return "No scene" }
        return [
            "\(ReportText.number(seen.observedSquareKilometres, decimals: 1, unit: "km²")), \(ReportText.percent(seen.clearShare)) clear ",
            element(
                "span", ["class": "interval"], "\(ReportText.counted(seen.dates.count, "date")), ", ReportText.times(first, last)),
        ]
    }

    static func detectable(_ value: ClaimsDocument.Detectable?) -> Markup {
        guard let value else { return Markup(ReportText.dash) }
        return "\(ReportText.length(value.lengthMetres)); power \(ReportText.number(value.power, decimals: 2)) for what is claimed"
    }

    /// A claim's unit in print.
    private struct Unit {
        let name: String

        init(_ name: String) { self.name = name }

        func bare(_ quantity: ClaimsDocument.Quantity) -> String {
            switch quantity {
            case .date(let date): "\(date)"
            case .number(let number): name == "share" ? ReportText.number(100 * number, decimals: 1) : ReportText.rough(number)
            }
        }

        func text(_ quantity: ClaimsDocument.Quantity) -> String {
            switch (quantity, name) {
            case (.date, _): bare(quantity)
            case (_, "degrees"): bare(quantity) + "°"
            case (_, "share"): bare(quantity) + "\u{A0}% of the length"
            case (.number(1), "earthworks"): "1 earthwork"
            default: bare(quantity) + "\u{A0}" + name
            }
        }
    }
}

/// What each verdict rests on: words in doubt, dates, earthworks and their pictures.
struct ReportEvidence {
    private let content: ReportContent
    private let detections: ReportDetections
    private let pictures: ReportPictures

    /// Of one claim; the others stand with their detections.
    private static let mostPictures = 3
    private static let mostLinks = 60
    private static let mostDates = 100

    init(_ content: ReportContent, _ detections: ReportDetections, _ pictures: ReportPictures) {
        self.content = content
        self.detections = detections
        self.pictures = pictures
    }

    var markup: Markup { Markup((content.claims?.claims ?? []).map(section)) }

    private func section(_ claim: ClaimsDocument.Entry) -> Markup {
        let heading = ReportClaims.anchor(claim.id) + "-title"
        return element(
            "article", ["class": "claim", "id": ReportClaims.anchor(claim.id), "aria-labelledby": heading],
            element("h3", ["id": heading, "dir": "auto"], Markup(claim.statement)),
            element("p", ["class": "claim-line"], ReportVerdict.badge(claim.verdict), " ", element("code", [:], Markup(claim.id))),
            claim.wording.map {
                element("p", ["class": "note", "dir": "auto"], element("span", ["class": "label"], "On the wording: "), Markup($0))
            } ?? [],
            claim.verdict == .notTestable
                ? element("p", ["dir": "auto"], element("span", ["class": "label"], "Why: "), Markup(claim.reason)) : [],
            claim.expected == nil ? [] : figures(claim),
            links(claim), shown(claim),
            element("p", ["class": "back"], element("a", ["href": "#section-claims"], "Back to the table of claims")))
    }

    private func figures(_ claim: ClaimsDocument.Entry) -> Markup {
        let dates = claim.coverage.dates.prefix(Self.mostDates).enumerated().map { [$0 > 0 ? ", " : "", ReportText.time($1)] as Markup }
        let rest = claim.coverage.dates.count - dates.count
        return element(
            "dl", ["class": "facts-list"],
            ReportRecords.entry("Measured", ReportClaims.measured(claim.measured)),
            ReportRecords.entry("Expected", Markup(claim.expected ?? ReportText.dash)),
            ReportRecords.entry("Observed", ReportClaims.coverage(claim.coverage)),
            ReportRecords.entry("Dates", dates.isEmpty ? "none" : [Markup(dates), rest > 0 ? " and \(rest) more" : ""], isWide: true))
    }

    private func links(_ claim: ClaimsDocument.Entry) -> Markup {
        guard !claim.evidence.isEmpty else {
            return element(
                "p", [:],
                claim.verdict == .notTestable
                    ? "No earthwork bears on this claim."
                    : "No earthwork was identified that bears on this claim. Not found is not the same as not there.")
        }
        let links = claim.evidence.prefix(Self.mostLinks).map { id -> Markup in
            element("li", [:], detections.hasCard(id) ? element("a", ["href": "#" + ReportText.anchor(id)], Markup(id)) : Markup(id))
        }
        let rest = claim.evidence.count - links.count
        return [
            element("p", [:], "Rests on \(ReportText.counted(claim.evidence.count, "earthwork")):"),
            element("ul", ["class": "ids"], Markup(links), rest > 0 ? element("li", [:], "and \(rest) more in claims.json") : []),
        ]
    }

    private func shown(_ claim: ClaimsDocument.Entry) -> Markup {
        let used = Set(claim.evidence)
        let ranked = detections.cards.filter { pictures.has($0.id) && used.contains($0.id) }
        let figures = ranked.prefix(Self.mostPictures).map { work in
            pictures.figure(
                work.id, isOriginal: false,
                caption: [element("a", ["href": "#" + ReportText.anchor(work.id)], Markup(work.id)), ": \(ReportDetections.summary(work))"])
        }
        return figures.isEmpty ? [] : element("div", ["class": "swipes"], figures)
    }
}
