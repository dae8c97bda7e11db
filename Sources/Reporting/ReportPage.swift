/// What stands around the sections: head, banner, title, contents, foot.
enum ReportPage {
    typealias Section = (id: StaticString, title: StaticString, body: Markup)

    static let simulated = "Simulated imagery: this report shows how the program works and says nothing about the world."

    /// Scripts and styles by their hash alone, pictures from the page itself, and nothing from anywhere else.
    static let policy =
        "default-src 'none'; img-src data:; style-src '\(ReportStyle.hash)'; script-src '\(ReportScript.hash)'; base-uri 'none'; form-action 'none'"

    static func document(_ content: ReportContent, sections: [Section]) -> String {
        Markup.document(
            element("html", ["lang": "en"], head(content), body(content, sections)))
    }

    private static func head(_ content: ReportContent) -> Markup {
        element(
            "head", [:],
            element("meta", ["charset": "utf-8"]),
            element("meta", ["http-equiv": "Content-Security-Policy", "content": policy]),
            element("meta", ["name": "viewport", "content": "width=device-width, initial-scale=1"]),
            element("meta", ["name": "referrer", "content": "no-referrer"]),
            element("meta", ["name": "color-scheme", "content": "light dark"]),
            // Without it, browsers ask the server that the page lies on for one.
            element("link", ["rel": "icon", "href": "data:,"]),
            element("title", [:], "\(content.isSimulated ? "Simulated: " : "")\(content.title) – TrenchWatch report"),
            element("style", [:], .constant(ReportStyle.text)))
    }

    private static func body(_ content: ReportContent, _ sections: [Section]) -> Markup {
        element(
            "body", [:],
            element("a", ["class": "skip", "href": "#main"], "Skip to the findings"),
            content.isSimulated
                ? [
                    element("p", ["class": "banner", "role": "note"], Markup(simulated)),
                    element("div", ["class": "watermark", "aria-hidden": "true"], "Simulated"),
                ] : [],
            element(
                "header", ["class": "masthead"],
                element("p", ["class": "kicker"], "TrenchWatch: earthworks in dated satellite images"),
                element("h1", ["dir": "auto"], Markup(content.title)),
                element("p", ["class": "byline"], byline(content))),
            element(
                "nav", ["class": "contents", "aria-label": "Contents"],
                element(
                    "ol", [:],
                    sections.map { section in
                        element("li", [:], element("a", ["href": "#" + section.id.description], Markup(section.title.description)))
                    })),
            element(
                "main", ["id": "main", "tabindex": "-1"],
                sections.map { section in
                    let heading = section.id.description + "-title"
                    return element(
                        "section", ["id": section.id.description, "aria-labelledby": heading],
                        element("h2", ["id": heading], Markup(section.title.description)), section.body)
                }),
            element(
                "footer", ["class": "foot"],
                content.credits.isEmpty
                    ? []
                    : element("ul", ["class": "credits"], content.credits.map { element("li", ["dir": "auto"], Markup($0)) }),
                element("p", [:], byline(content))),
            element("script", [:], .constant(ReportScript.text)))
    }

    private static func byline(_ content: ReportContent) -> Markup {
        content.created.isEmpty ? "Made by \(content.program)." : "Made by \(content.program), \(content.created)."
    }
}
