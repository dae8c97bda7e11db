/// The tables behind the findings: pairs, what was left out, parameters, files.
enum ReportRecords {
    /// Rows of one table; the whole lists stand in run.json.
    private static let mostRows = 1000

    /// A term of a list of facts.
    static func entry(_ term: String, _ value: Markup, isWide: Bool = false) -> Markup {
        element("div", ["class": isWide ? "wide-entry" : nil], element("dt", [:], Markup(term)), element("dd", ["dir": "auto"], value))
    }

    static func pairs(_ content: ReportContent) -> Markup {
        let pairs = content.tiles.flatMap { tile in tile.pairs.map { (tile: tile.name, pair: $0) } }
        guard !pairs.isEmpty else { return element("p", [:], "No pair of dates was compared.") }
        let rows = pairs.prefix(mostRows).map { tile, pair -> [Markup] in
            let shift =
                pair.hasLock
                ? "\(ReportText.number(pair.shiftX, decimals: 2)), \(ReportText.number(pair.shiftY, decimals: 2))"
                    + (pair.cornerShift.map { "; in the corners up to \(ReportText.number($0, decimals: 2)) more" } ?? "")
                : "no lock: none applied"
            let files: [Markup] = [link(pair.picture, "picture"), link(pair.change, "change raster")].filter { !$0.isEmpty }
            return [
                Markup(tile), "\(pair.before) to \(pair.after)", Markup(shift), Markup(ReportText.number(pair.residual, decimals: 2)),
                Markup(ReportText.percent(pair.clearShare)), Markup(ReportText.number(pair.observedSquareKilometres, decimals: 1)),
                files.isEmpty ? Markup(ReportText.dash) : Markup(files.enumerated().map { [$0 > 0 ? ", " : "", $1] }),
            ]
        }
        return [
            table(
                "Pairs of dates that were compared. A shift says how far the later date lay from the earlier, in pixels right and down; it was taken out.",
                ["Tile", "Dates", "Shift (px)", "Residual (px)", "Clear", "Observed (km²)", "Files"], rows),
            more(pairs.count, file: "run.json"),
        ]
    }

    static func refused(_ content: ReportContent) -> Markup {
        [
            content.refused.isEmpty
                ? element("p", [:], "No input was refused.")
                : table(
                    "Inputs that were left out, and why.", ["Input", "Reason"],
                    content.refused.prefix(mostRows).map { [element("code", [:], Markup($0.name)), Markup($0.reason)] }),
            more(content.refused.count, file: "run.json"),
            content.warnings.isEmpty
                ? element("p", [:], "There were no warnings.")
                : [
                    element("h3", [:], "Warnings"),
                    element("ul", [:], content.warnings.prefix(mostRows).map { element("li", ["dir": "auto"], Markup($0)) }),
                    content.warnings.count > mostRows
                        ? element("p", [:], "And \(content.warnings.count - mostRows) more.") : [],
                ],
        ]
    }

    static func parameters(_ content: ReportContent) -> Markup {
        guard !content.parameters.isEmpty else { return element("p", [:], "All parameters had their defaults.") }
        return table(
            "What the run was asked for.", ["Parameter", "Value"],
            content.parameters.map { [Markup($0.name), element("code", [:], Markup($0.value))] })
    }

    static func files(_ content: ReportContent) -> Markup {
        [
            element(
                "p", [:], "SHA-256 of all that was read and written, as in run.json; ", element("code", [:], "trenchwatch verify"),
                " checks them."),
            files("Inputs", content.inputs), files("Outputs", content.outputs),
        ]
    }

    private static func files(_ name: String, _ files: [ReportContent.File]) -> Markup {
        guard !files.isEmpty else { return element("p", [:], "\(name): none listed.") }
        return element(
            "details", [:], element("summary", [:], "\(name): \(ReportText.counted(files.count, "file"))"),
            table(
                "\(name) with their size and SHA-256.", ["File", "Size", "SHA-256"],
                files.prefix(mostRows).map {
                    [
                        element("code", [:], Markup($0.path)), Markup(ReportText.bytes($0.bytes)),
                        element("code", ["class": "hash"], Markup($0.sha256)),
                    ]
                }),
            more(files.count, file: "run.json"))
    }

    private static func link(_ path: String?, _ word: String) -> Markup {
        guard let path else { return [] }
        return element("a", ["href": ReportText.fileLink(path)], Markup(word))
    }

    private static func more(_ count: Int, file: String) -> Markup {
        count > mostRows ? element("p", ["class": "note"], "\(count - mostRows) more stand in \(file).") : []
    }

    /// The first column's cells are the rows' headers. On narrow screens rows become blocks, each value under its column's name.
    static func table(_ caption: String, _ columns: [String], _ rows: [[Markup]]) -> Markup {
        element(
            "div", ["class": "wide", "role": "region", "aria-label": caption, "tabindex": "0"],
            element(
                "table", ["class": "stacking"],
                element("caption", [:], Markup(caption)),
                element("thead", [:], element("tr", [:], columns.map { element("th", ["scope": "col"], Markup($0)) })),
                element(
                    "tbody", [:],
                    rows.map { row in
                        element(
                            "tr", [:],
                            zip(columns, row).enumerated().map { index, cell in
                                index == 0
                                    ? element("th", ["scope": "row", "dir": "auto"], cell.1)
                                    : element("td", ["data-label": cell.0, "dir": "auto"], cell.1)
                            })
                    })))
    }
}
