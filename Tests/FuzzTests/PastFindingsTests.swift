import Foundation
import FuzzEntries
import TestSupport
import Testing

/// What fuzzing once found stays mended.
@Suite struct PastFindingsTests {
    private static let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().appendingPathComponent("PastFindings")

    private static let findings: [String] = FuzzedFormat.allCases.flatMap { format in
        let names = (try? FileManager.default.contentsOfDirectory(atPath: root.appendingPathComponent(format.rawValue).path)) ?? []
        return names.sorted().map { format.rawValue + "/" + $0 }
    }

    @Test(.timeLimit(.minutes(1)), arguments: findings)
    func isReadOrRefusedInALine(_ name: String) throws {
        let format = try #require(name.split(separator: "/").first.flatMap { FuzzedFormat(rawValue: String($0)) })
        let folder = try TemporaryFolder()
        let bench = try FuzzBench(in: folder.path)
        try bench.read(Data(contentsOf: Self.root.appendingPathComponent(name)), as: format)
        withExtendedLifetime(folder) {}
    }

    @Test("A row that would take all memory is refused before it is read")
    func longRow() throws {
        let folder = try TemporaryFolder()
        let input = try Data(contentsOf: Self.root.appendingPathComponent("tiff/row-of-sixteen-gigabytes"))
        let refusals = try FuzzBench(in: folder.path).read(input, as: .tiff)
        #expect(refusals.contains { $0.contains("a row decodes to 16708016152 bytes") }, "\(refusals)")
        withExtendedLifetime(folder) {}
    }
}
