import Foundation

/// Reference data beside the checkout: real image pairs, scenes with implanted earthworks, files that break readers. It is no part of the
/// project, so a test that needs it is skipped, in words, where it is absent:
///
///     @Test(.enabled(if: SharedData.isPresent, SharedData.whySkipped))
public enum SharedData {
    /// The root of the checkout.
    public static let packageRoot = URL(fileURLWithPath: #filePath)
        .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()

    /// `TRENCHWATCH_SHARED`, else the folder `shared` beside the checkout.
    public static let root: URL =
        ProcessInfo.processInfo.environment["TRENCHWATCH_SHARED"].map { URL(fileURLWithPath: $0, isDirectory: true) }
        ?? packageRoot.deletingLastPathComponent().appendingPathComponent("shared", isDirectory: true)

    public static let isPresent = FileManager.default.fileExists(atPath: root.appendingPathComponent("cases").path)

    public static let whySkipped = "needs the shared reference data: set TRENCHWATCH_SHARED to its folder"

    public static func path(_ relative: String) -> String { root.appendingPathComponent(relative).path }

    /// Paths of the regular files below a folder whose names end in one of `extensions`, sorted.
    public static func files(below relative: String, extensions: Set<String>) -> [String] {
        let folder = root.appendingPathComponent(relative)
        guard let walker = FileManager.default.enumerator(at: folder, includingPropertiesForKeys: [.isRegularFileKey]) else { return [] }
        return walker.compactMap { ($0 as? URL) }
            .filter { extensions.contains($0.pathExtension.lowercased()) }
            .map(\.path).sorted()
    }
}
