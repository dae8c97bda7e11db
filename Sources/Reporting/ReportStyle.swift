enum ReportStyle {
    static let hash = "sha256-HASH"
    static let text: StaticString = "body{}"
}
