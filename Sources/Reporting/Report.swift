import ChangeDetection
import RasterIO

/// `report.html`: one file that opens offline in any browser. It asks nothing of any server, reads whole without scripts, and holds no text
/// that was not escaped.
public enum Report {
    /// The file appears whole or not at all. Equal contents give equal bytes.
    ///
    /// - Throws: `OutputError` where it cannot be written, `InputError` for a picture whose bytes do not fit its size.
    public static func write(_ content: ReportContent, to path: String) throws {
        try AtomicFile.write(html(content), to: path)
    }

    /// In the order of the page: confirmed, provisional, transient; within each the strongest first, then by id.
    public static func ranked(_ works: [Earthwork]) -> [Earthwork] { ReportDetections.ranked(works) }

    /// The whole file.
    public static func html(_ content: ReportContent) throws -> String {
        let detections = ReportDetections(content)
        let pictures = try ReportPictures(content.swipes, shown: detections.cards.map(\.id))
        let sections: [(id: StaticString, title: StaticString, body: Markup)] = [
            ("section-findings", "Findings", ReportFindings(content).markup),
            ("section-claims", "Claims and verdicts", ReportClaims(content, detections, pictures).markup),
            ("section-evidence", "Evidence, claim by claim", ReportEvidence(content, detections, pictures).markup),
            ("section-timeline", "Timeline", ReportTimeline(content).markup),
            ("section-map", "Map", ReportMaps(content, detections).markup),
            ("section-detections", "Detections", detections.markup(pictures)),
            ("section-method", "Method and limits", ReportMethod.markup),
            ("section-pairs", "Pairs of dates", ReportRecords.pairs(content)),
            ("section-refused", "Left out, and warnings", ReportRecords.refused(content)),
            ("section-parameters", "Parameters", ReportRecords.parameters(content)),
            ("section-files", "Files and hashes", ReportRecords.files(content)),
        ]
        return ReportPage.document(content, sections: sections.filter { !$0.body.isEmpty })
    }
}
