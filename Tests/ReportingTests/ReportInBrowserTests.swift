import Foundation
import Geodesy
import Reporting
import Testing
import TestSupport

/// The report as a browser sees it. Debian's Chromium, without a window.
@Suite("Report in a browser", .serialized, .enabled(if: OtherReader.has("chromium"), "needs chromium"))
struct ReportInBrowserTests {
    /// The document after scripts have run, and what the browser had to say.
    private func open(_ html: String, width: Int = 1280) throws -> (document: String, log: String) {
        let folder = try TemporaryFolder()
        let page = try folder.write(html.utf8, to: "report.html")
        let result = try OtherReader.run(
            "chromium",
            [
                "--headless", "--no-sandbox", "--disable-gpu", "--user-data-dir=\(folder.file("profile"))", "--enable-logging=stderr",
                "--host-resolver-rules=MAP * ~NOTFOUND", "--disable-background-networking", "--disable-component-update",
                "--window-size=\(width),1500", "--virtual-time-budget=2000", "--dump-dom", "file://\(page)",
            ])
        let start = result.output.range(of: "<!DOCTYPE html>")
        let end = result.output.range(of: "</html>", options: .backwards)
        let document = start.flatMap { start in end.map { String(result.output[start.lowerBound..<$0.upperBound]) } } ?? ""
        let log = result.output.split(separator: "\n").filter { $0.contains("CONSOLE") }.joined(separator: "\n")
        return (document, log)
    }

    @Test("Its own style and script run, and nothing is refused or asked for")
    func opens() throws {
        let page = try open(Report.html(ReportSamples.full()))
        #expect(page.document.contains("<html lang=\"en\" class=\"has-script\">"))
        #expect(page.document.contains("class=\"swipe is-live\""))
        // A request, and anything that the policy refuses, would be a line of the console.
        #expect(page.log.isEmpty)
    }

    @Test("The policy holds: a script other than the page's own does not run")
    func policyHolds() throws {
        let html = try Report.html(ReportSamples.full()).replacing("</body>", with: "<script>document.title = 'taken over'</script></body>")
        let page = try open(html)
        #expect(!page.document.contains("<title>taken over"))
        #expect(page.log.contains("Content Security Policy"))
    }

    @Test("Hostile text is text in the browser too")
    func hostileText() throws {
        let text = "\"><script>document.title='x'</script><img src=\"http://example.org/a\" onerror=alert(1)>'</style>\u{202E}"
        let page = try open(Report.html(ReportSamples.full(text)))
        #expect(page.document.contains("class=\"has-script\"") && page.log.isEmpty)
        #expect(!page.document.contains("<title>x</title>") && !page.document.contains("<img"))
        #expect(page.document.components(separatedBy: "<script").count == 2)
    }

    @Test("No page scrolls sideways", arguments: [360, 768, 1280])
    func fits(_ width: Int) throws {
        var content = try ReportSamples.full("a_very_long_word_without_any_place_to_break_" + String(repeating: "x", count: 90))
        content.tiles += try (0..<4).map { try ReportSamples.tile("33RX\($0)") }
        // The policy stays out of this one, so that the page can be measured from within; it stands in a frame, since windows have a least
        // width of their own.
        let measure = """
            <script>addEventListener('load', function () {
              var root = document.documentElement;
              var wide = [...document.querySelectorAll('main *')].filter(function (part) {
                return part.getBoundingClientRect().right > root.clientWidth + 1 && !part.closest('.wide, svg');
              });
              parent.postMessage([root.scrollWidth - root.clientWidth, innerWidth, wide.map(function (part) {
                return part.tagName + '.' + part.getAttribute('class');
              }).join(' ')].join('|'), '*');
            });</script></body>
            """
        let html = try Report.html(content)
            .replacing(/<meta http-equiv="Content-Security-Policy"[^>]*>/, with: "").replacing("</body>", with: measure)
        let folder = try TemporaryFolder()
        let inner = try folder.write(html.utf8, to: "inner.html")
        let page = try open(
            """
            <!DOCTYPE html><html><body><iframe width="\(width)" height="900" src="file://\(inner)"></iframe>
            <script>addEventListener('message', function (event) { document.body.setAttribute('data-found', event.data); });</script></body></html>
            """)
        let found = try #require(page.document.firstMatch(of: /data-found="([^"]*)"/)?.1)
        #expect(found == "0|\(width)|")
    }
}
