/// A piece of a page. Whatever text goes in is escaped on the way, so that no caller can forget to: a string literal, interpolated or not,
/// *is* escaped text, and elements are made by `element` alone.
struct Markup: ExpressibleByStringInterpolation, ExpressibleByArrayLiteral {
    private(set) var html: String

    init(_ text: String) { html = ReportText.escaped(text) }
    init(stringLiteral text: String) { self.init(text) }
    init(arrayLiteral parts: Markup...) { self.init(parts) }
    init(_ parts: [Markup]) { html = parts.lazy.map(\.html).joined() }

    private init(html: String) { self.html = html }

    static let nothing = Markup(html: "")
    var isEmpty: Bool { html.isEmpty }

    /// Text of the program's own source that must not be escaped: its style sheet and script.
    static func constant(_ text: StaticString) -> Markup { Markup(html: text.description) }

    /// Names are of the source, values are escaped; an attribute whose value is nil is left out.
    static func element(_ name: StaticString, _ attributes: KeyValuePairs<StaticString, String?>, _ children: [Markup]) -> Markup {
        let name = name.description
        var html = "<" + name
        for (key, value) in attributes {
            if let value { html += " \(key)=\"" + ReportText.escaped(value) + "\"" }
        }
        html += ">"
        if !voidElements.contains(name) {
            for child in children { html += child.html }
            html += "</\(name)>"
        }
        if ownLine.contains(name) { html += "\n" }
        return Markup(html: html)
    }

    /// The whole file.
    static func document(_ root: Markup) -> String { "<!DOCTYPE html>\n" + root.html }

    private static let voidElements: Set<String> = ["meta", "link", "input", "br"]
    private static let ownLine: Set<String> = [
        "html", "head", "meta", "link", "title", "style", "script", "body", "header", "main", "footer", "nav", "section", "article", "h1",
        "h2", "h3", "h4", "p", "ul", "ol", "li", "dl", "dt", "dd", "table", "caption", "thead", "tbody", "tr", "figure", "figcaption",
        "div", "svg", "g", "details", "summary",
    ]
}

func element(_ name: StaticString, _ attributes: KeyValuePairs<StaticString, String?> = [:], _ children: Markup...) -> Markup {
    Markup.element(name, attributes, children)
}

func element(_ name: StaticString, _ attributes: KeyValuePairs<StaticString, String?> = [:], _ children: [Markup]) -> Markup {
    Markup.element(name, attributes, children)
}
