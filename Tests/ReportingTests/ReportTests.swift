import ChangeDetection
import Claims
import Foundation
import Geodesy
import Raster
import Testing
import TestSupport

@testable import Reporting

@Suite("Report")
struct ReportTests {
    // MARK: Text from data

    static let hostile = [
        "<script>alert(1)</script>", "\"><img src=x onerror=alert(1)>", "' onmouseover='alert(1)", "</style></title></svg><!--",
        "&lt;b&gt; &amp;", "http://example.org/\"><a href=http://example.org>", "]]><![CDATA[", "a\nb\r\n\tc\u{0}\u{1B}[31m",
        "\u{202E}gnp.exe\u{202C}\u{2066}x\u{2069}\u{E0041}\u{FFFE}",
    ]

    @Test("Text from data stays text, wherever it stands", arguments: hostile)
    func textIsEscaped(_ text: String) throws {
        let plain = try Self.elements(Report.html(ReportSamples.full("plain")))
        let html = try Report.html(ReportSamples.full(text))
        // No element and no attribute more than harmless text gives, and none other.
        #expect(Self.elements(html) == plain)
        #expect(html.unicodeScalars.allSatisfy { ($0.value >= 0x20 || $0 == "\n") && !(0x7F...0x9F).contains($0.value) })
        #expect(!html.unicodeScalars.contains { (0x202A...0x202E).contains($0.value) || (0x2066...0x2069).contains($0.value) })
        #expect(html.components(separatedBy: "<script>").count == 2)
        #expect(!html.contains("href=\"http") && !html.contains("href=\"javascript"))
    }

    /// Every tag with the names of its attributes, in order.
    private static func elements(_ html: String) -> [String] {
        var found: [String] = []
        var rest = html[...]
        while let open = rest.firstIndex(of: "<") {
            guard let close = rest[open...].firstIndex(of: ">") else { break }
            var tag = ""
            var isQuoted = false
            for character in rest[open...close] {
                if character == "\"" { isQuoted.toggle() } else if !isQuoted { tag.append(character) }
            }
            found.append(tag)
            rest = rest[rest.index(after: close)...]
            for name in ["style", "script"] where tag == "<\(name)>" {
                if let end = rest.range(of: "</\(name)>") { rest = rest[end.lowerBound...] }
            }
        }
        return found
    }

    @Test("One function escapes for content and attributes")
    func escaping() {
        #expect(ReportText.escaped("<a href='x' title=\"y\">&</a>") == "&lt;a href=&#39;x&#39; title=&quot;y&quot;&gt;&amp;&lt;/a&gt;")
        #expect(ReportText.escaped("a\u{202E}b\u{7}") == "a⟨U+202E⟩b⟨U+0007⟩")
        #expect(ReportText.escaped("سرت – Сирт – 錫爾特 é\u{200D}") == "سرت – Сирт – 錫爾特 é\u{200D}")
        #expect(element("p", ["title": "\"<"], "1 < 2 \("<b>")").html == "<p title=\"&quot;&lt;\">1 &lt; 2 &lt;b&gt;</p>\n")
    }

    @Test(
        "Links to files stay files of the report's folder",
        arguments: [
            ("diffs/33RXQ/a b.png", "./diffs/33RXQ/a%20b.png"), ("javascript:alert(1)", "./javascript%3Aalert%281%29"),
            ("//example.org/x", ".///example.org/x"), ("a?b#c\"%", "./a%3Fb%23c%22%25"), ("é\n", "./%C3%A9%0A"),
        ])
    func fileLinks(_ path: String, _ link: String) { #expect(ReportText.fileLink(path) == link) }

    @Test("Only addresses of the web become links")
    func webLinks() {
        #expect(ReportText.webLink("https://example.org/a?b=c&d") == "https://example.org/a?b=c&d")
        for url in ["javascript:alert(1)", "data:text/html,x", "https://a b", "file:///etc/passwd", "https://x\u{202E}y", ""] {
            #expect(ReportText.webLink(url) == nil)
        }
    }

    // MARK: The page

    @Test("Equal contents are equal bytes, written whole")
    func determinism() throws {
        let folder = try TemporaryFolder()
        let content = try ReportSamples.full()
        try Report.write(content, to: folder.file("a/report.html"))
        let bytes = try Data(contentsOf: folder.url.appendingPathComponent("a/report.html"))
        #expect(bytes == Data(try Report.html(content).utf8))
        #expect(try FileManager.default.contentsOfDirectory(atPath: folder.file("a")) == ["report.html"])
    }

    @Test("Style and script have the hashes that the policy names", .enabled(if: OtherReader.has("openssl"), "needs openssl"))
    func policyHashes() throws {
        let folder = try TemporaryFolder()
        for (text, hash) in [(ReportStyle.text, ReportStyle.hash), (ReportScript.text, ReportScript.hash)] {
            let path = try folder.write(text.description.utf8, to: "constant")
            let digest = try OtherReader.run("openssl", ["dgst", "-sha256", "-r", path]).output.prefix(64)
            let bytes = stride(from: 0, to: 64, by: 2).compactMap { UInt8(digest.dropFirst($0).prefix(2), radix: 16) }
            #expect(hash == "sha256-" + Data(bytes).base64EncodedString(), "the text was changed: its hash is the new one")
        }
    }

    @Test("The policy's hashes hold for the bytes between the tags, and nothing needs more than it allows")
    func policyFits() throws {
        let html = try Report.html(ReportSamples.full())
        #expect(html.contains("<style>\(ReportStyle.text)</style>") && html.contains("<script>\(ReportScript.text)</script>"))
        #expect(!html.contains(" style=") && !html.contains(" onclick") && !html.contains("@import") && !html.contains("url(h"))
        #expect(html.contains("default-src &#39;none&#39;; img-src data:;"))
        // A page without an article's address names no address at all.
        #expect(!html.contains("http://") && !html.contains("https://"))
    }

    @Test("Each id stands once, and each link within the page leads to one")
    func links() throws {
        let html = try Report.html(ReportSamples.full())
        let ids = html.matches(of: /\ id="([^"]*)"/).map { String($0.1) }
        #expect(Set(ids).count == ids.count)
        let targets = html.matches(of: /href="#([^"]*)"/).map { String($0.1) }
        #expect(!targets.isEmpty && Set(targets).subtracting(ids).isEmpty)
        let named = html.matches(of: /aria-labelledby="([^"]*)"/).flatMap { $0.1.split(separator: " ").map(String.init) }
        #expect(Set(named).subtracting(ids).isEmpty)
    }

    @Test("Sections come in order, headings do not skip a level, tables have captions and scopes")
    func structure() throws {
        let html = try Report.html(ReportSamples.full())
        let sections = html.matches(of: /<section id="section-([a-z]*)"/).map { String($0.1) }
        #expect(
            sections == [
                "findings", "claims", "evidence", "timeline", "map", "detections", "method", "pairs", "refused", "parameters", "files",
            ])
        let levels = html.matches(of: /<h([1-6])/).compactMap { Int($0.1) }
        #expect(levels.first == 1 && zip(levels, levels.dropFirst()).allSatisfy { $1 <= $0 + 1 } && levels.count { $0 == 1 } == 1)
        let tables = html.components(separatedBy: "<table").count - 1
        #expect(html.components(separatedBy: "<caption>").count - 1 == tables)
        #expect(html.components(separatedBy: "<th").allSatisfy { !$0.hasPrefix(">") && !$0.hasPrefix(" class") })
        #expect(html.hasPrefix("<!DOCTYPE html>\n<html lang=\"en\">"))
    }

    @Test("Each claim has its row and its evidence, each detection its anchor")
    func claimsAndDetections() throws {
        let html = try Report.html(ReportSamples.full())
        for id in ["trenchplain", "onsetplain", "countplain", "whoplain"] {
            #expect(html.contains("href=\"#claim-\(id)\"") && html.contains("id=\"claim-\(id)\""))
        }
        for word in ["Supported", "Contradicted", "Inconclusive", "Not testable"] { #expect(html.contains("</svg>\n\(word)</span>")) }
        #expect(html.contains("29.5 to 33\u{A0}km") && html.contains("640\u{A0}m; power 0.93"))
        #expect(html.contains("after <time>2020-12-20</time>, by <time>2021-01-19</time>"))
        for id in ["L-1plain", "C-1plain"] { #expect(html.contains("<article class=\"card\" id=\"\(id)\"")) }
        // Its pictures' bytes once each, and drawn again by reference beside the claim.
        #expect(html.components(separatedBy: "data:image/png;base64,").count - 1 == 4)
        #expect(html.contains("<use href=\"#picture-L-1plain-before\">"))
        #expect(html.contains("type=\"range\"") && html.contains("picture-L-1plain-mask"))
    }

    @Test("An id with spaces and quotes is an anchor that its links reach")
    func strangeID() throws {
        var content = ReportContent(program: "p", title: "t", created: "")
        content.earthworks = [ReportSamples.line("L 1\"<é")]
        let html = try Report.html(content)
        #expect(html.contains("id=\"L%201%22%3C%C3%A9\"") && html.contains("href=\"#L%201%22%3C%C3%A9\""))
    }

    @Test("Pictures are PNG of the bytes given; bytes that do not fit are an error that names the detection")
    func pictures() throws {
        var content = try ReportSamples.full("")
        let html = try Report.html(content)
        let base64 = try #require(html.firstMatch(of: /data:image\/png;base64,([^"]*)"/)?.1)
        let png = try #require(Data(base64Encoded: String(base64)))
        #expect(png.prefix(8) == Data([0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A]))
        // Width, height, 8 bits, grey.
        #expect(png[16..<26] == Data([0, 0, 0, 4, 0, 0, 0, 3, 8, 0]))
        content.swipes["L-1"]?.before.removeLast()
        #expect { try Report.html(content) } throws: { "\($0)".contains("L-1") && "\($0)".contains("4 × 3") }
    }

    // MARK: Little and much

    @Test("Without claims, detections or scenes it says so, and never that nothing is there")
    func empty() throws {
        let html = try Report.html(ReportContent(program: "trenchwatch 0.1.0", title: "nothing", created: ""))
        #expect(html.contains("No change of the kinds sought was identified"))
        #expect(html.contains("No claims were weighed") && html.contains("No pair of dates was compared"))
        #expect(html.contains("there is no map") && html.contains("there is no timeline"))
        #expect(!html.localizedCaseInsensitiveContains("nothing there.") || html.contains("not the same as nothing there"))
        #expect(!html.contains("section-evidence") && !html.contains("Simulated imagery"))
    }

    @Test("Simulated imagery is said at the top and on every printed page")
    func simulated() throws {
        var content = ReportContent(program: "p", title: "t", created: "")
        #expect(try !Report.html(content).contains("class=\"banner\""))
        content.isSimulated = true
        let html = try Report.html(content)
        let banner = try #require(html.range(of: "class=\"banner\""))
        let heading = try #require(html.range(of: "<h1"))
        #expect(banner.lowerBound < heading.lowerBound && html.contains("class=\"watermark\""))
    }

    @Test("Of very many detections the surest have cards and marks, and the rest is counted")
    func caps() throws {
        var content = ReportContent(program: "p", title: "t", created: "")
        content.earthworks = (0..<3000).map { index in
            var work = ReportSamples.line("L-\(index)")
            work.snr = Double(index)
            work.status = index == 7 ? .confirmed : index % 2 == 0 ? .transient : .provisional
            return work
        }
        let html = try Report.html(content)
        let cards = html.matches(of: /class="card" id="([^"]*)"/).map { String($0.1) }
        #expect(cards.count == 500 && cards.prefix(3) == ["L-7", "L-2999", "L-2997"])
        #expect(html.contains("The 500 surest of 3000 are shown here; the other 2500 stand in detections.geojson."))
        #expect(html.contains("The 2000 surest detections are drawn; the other 1000 stand in detections.geojson."))
        #expect(html.utf8.count < 3_000_000)
    }

    @Test("Numbers that are none, and places off the globe, are left out of text and drawings")
    func notNumbers() throws {
        var content = try ReportSamples.full()
        content.earthworks[0].snr = .nan
        content.earthworks[0].lengthMetres = .infinity
        content.earthworks[0].confidence = .nan
        content.earthworks[0].shape = .line([GeographicPoint(longitude: .nan, latitude: 1e300)])
        content.earthworks[1].shape = .polygon([])
        content.tiles[0].footprint = [[[GeographicPoint(longitude: 16, latitude: .infinity)]], []]
        content.tiles[0].dates[0].clearShare = .nan
        content.tiles[0].pairs[0].observedSquareKilometres = .infinity
        let html = try Report.html(content)
        let drawn = html.components(separatedBy: "<svg").dropFirst().joined()
        #expect(!drawn.contains("nan") && !drawn.contains("\"inf") && !html.contains(">nan"))
    }

    // MARK: What is drawn

    @Test("Length grows from the least at first sight to the most just after the last date without it")
    func growth() throws {
        var early = ReportSamples.line("a")
        (early.lastAbsent, early.firstSeen, early.lengthMetres) = try (nil, ReportSamples.day("2020-05-01"), 1000)
        var late = ReportSamples.line("b")
        (late.lastAbsent, late.firstSeen, late.lengthMetres) = try (ReportSamples.day("2020-06-01"), ReportSamples.day("2020-08-01"), 500)
        var passing = ReportSamples.line("c")
        passing.status = .transient
        let growth = ReportTimeline.growth(of: [late, passing, early])
        #expect(
            growth.map { "\($0.date) \($0.lowMetres) \($0.highMetres)" } == [
                "2020-05-01 1000.0 1000.0", "2020-06-01 1000.0 1500.0", "2020-08-01 1500.0 1500.0",
            ])
    }

    @Test("Drawings keep within their frames, whatever the extent", arguments: [(0.0001, 0.0001), (0.5, 0.01), (0.01, 3), (300, 120)])
    func frames(_ width: Double, _ height: Double) {
        let extent = Extent(west: -width / 2, east: width / 2, south: -height / 2, north: height / 2)
        let frame = MapFrame(extent)
        #expect((420...900).contains(frame.height))
        let box = frame.box(extent)
        #expect(box.left >= 63.9 && box.right <= frame.width - 63.9 && box.top >= 63.9 && box.bottom <= frame.height - 63.9)
        #expect(frame.graticule.html.contains("<line") && frame.graticuleLabels.html.contains("°"))
    }

    @Test("Places on both sides of the date line lie beside each other on the map")
    func dateLine() throws {
        func tile(_ west: Double, _ name: String) -> ReportContent.Tile {
            let ring = [(0.0, 0.0), (0.2, 0), (0.2, 0.3), (0, 0.3), (0, 0)].map { GeographicPoint(longitude: west + $0.0, latitude: $0.1) }
            return .init(name: name, footprint: [[ring]], dates: [], pairs: [])
        }
        var content = ReportContent(program: "p", title: "t", created: "")
        content.tiles = [tile(179.7, "east"), tile(-179.9, "west")]
        let html = try Report.html(content)
        #expect(html.contains(">180.0°E<") && html.contains(">179.9°W<") && !html.contains(">0°<"))
    }

    @Test("Half way along a line, in degrees and in minutes and seconds")
    func positions() {
        let line = [(16.0, 30.0), (16.0, 30.1), (16.0, 30.4)].map { GeographicPoint(longitude: $0.0, latitude: $0.1) }
        let middle = ReportDetections.middle(ofLine: line)
        #expect(abs(middle.latitude - 30.2) < 1e-4 && middle.longitude == 16)
        let point = GeographicPoint(longitude: -0.508333, latitude: 30.99999)
        #expect(ReportText.decimalDegrees(point) == "30.99999, -0.50833")
        #expect(ReportText.degreesMinutesSeconds(point) == "31°00′00.0″N 0°30′30.0″W")
    }

    @Test("A confidence is never rounded up to certainty")
    func confidence() {
        #expect(ReportText.confidence(0.999_999) == "> 0.9999" && ReportText.confidence(0.99996) == "> 0.9999")
        #expect(ReportText.confidence(0.98769) == "0.9876" && ReportText.confidence(.nan) == "–")
    }
}
