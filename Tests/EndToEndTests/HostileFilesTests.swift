import Foundation
import Raster
import Synchronization
import TestSupport
import Testing

/// Odd, damaged and malicious files of other readers' test suites, each through the program as a user runs it: it ends with a documented code in
/// bounded time and memory, and what it refuses it names in one line.
@Suite("Hostile files", .serialized, .enabled(if: SharedData.isPresent, "\(SharedData.whySkipped)"))
struct HostileFilesTests {
    static let paths = SharedData.files(below: "hostile", extensions: ["tif", "tiff", "png"])
    private static let mebibytes = 1024
    private static let seconds = 10.0

    /// Each file once, as many at a time as there are processors.
    private func forEachFile(_ body: @Sendable (_ index: Int, _ path: String) throws -> Void) throws {
        let next = Atomic(0)
        let failure = Guarded<(any Error)?>(nil)
        DispatchQueue.concurrentPerform(iterations: ProcessInfo.processInfo.activeProcessorCount) { _ in
            do {
                while case let index = next.add(1, ordering: .relaxed).oldValue, index < Self.paths.count {
                    try body(index, Self.paths[index])
                }
            } catch {
                failure.withLock { $0 = error }
            }
        }
        if let error = failure.withLock({ $0 }) { throw error }
    }

    private func run(_ arguments: [String]) throws -> Executable.Outcome {
        try Executable.run(arguments, secondsAtMost: Self.seconds, mebibytesAtMost: Self.mebibytes)
    }

    /// What one command made of one file: nothing on standard error, or one line that names it.
    private func check(_ outcome: Executable.Outcome, _ path: String) {
        #expect([0, 1].contains(outcome.exitCode), "\(path): \(outcome.exitCode)")
        if outcome.exitCode == 1 {
            #expect(outcome.output.isEmpty, "\(path)")
            let line = outcome.complaints
            #expect(outcome.complaintLines.count == 1 && line.hasPrefix("trenchwatch: ") && line.contains(path), "\(path): \(line)")
            #expect(line.utf8.count < 1000 + path.utf8.count, "\(path): \(line)")
        }
    }

    @Test("inspect reads each or refuses it by name")
    func inspect() throws {
        #expect(Self.paths.count > 700)
        let readCount = Guarded(0)
        try forEachFile { _, path in
            let outcome = try run(["inspect", path, "--json"])
            check(outcome, path)
            guard outcome.exitCode == 0 else { return }
            #expect(outcome.complaints.isEmpty, "\(path): \(outcome.complaints)")
            #expect(try outcome.json["width"] as? Int ?? 0 > 0, "\(path)")
            readCount.withLock { $0 += 1 }
        }
        #expect(readCount.withLock { $0 } > 600)
    }

    @Test("diff compares each with a good scene or refuses it by name")
    func diff() throws {
        let folder = try TemporaryFolder()
        try Fixtures.writeScene(to: folder.file("2021-01-19.tif"), value: Fixtures.ground)
        try forEachFile { index, path in
            let out = folder.file("out-\(index)")
            let outcome = try run(["diff", path, folder.file("2021-01-19.tif"), "--output", out, "--quiet", "--jobs", "1"])
            // The two cannot be compared for the sake of either: then the line may name the good one.
            let named = outcome.complaints.contains(path) ? path : folder.file("2021-01-19.tif")
            check(outcome, named)
            if outcome.exitCode == 1 { #expect(files(below: out).isEmpty, "\(path)") }
            try? FileManager.default.removeItem(atPath: out)
        }
    }

    @Test("diff of a readable file with itself says that the two are the same", arguments: ["byte", "utmsmall", "rgbsmall"])
    func diffWithItself(name: String) throws {
        let path = SharedData.path("hostile/gdal-gcore/data/\(name).tif")
        let folder = try TemporaryFolder()
        check(try run(["diff", path, path, "--output", folder.file("out"), "--quiet"]), name)
    }

    @Test("scenes says of every file that it is a scene or why it is not, in one line each")
    func scenes() throws {
        let folder = try TemporaryFolder()
        for (index, path) in Self.paths.enumerated() {
            let name = "imagery/file\(index)x-2021-01-19.\((path as NSString).pathExtension)"
            try FileManager.default.createDirectory(atPath: folder.file("imagery"), withIntermediateDirectories: true)
            try FileManager.default.createSymbolicLink(atPath: folder.file(name), withDestinationPath: path)
        }
        let listed = try Executable.run(["scenes", folder.file("imagery"), "--json"], secondsAtMost: 30, mebibytesAtMost: Self.mebibytes)
        #expect(listed.exitCode == 3 && listed.complaints.isEmpty)
        let json = try listed.json
        let scenes = try #require(json["scenes"] as? [Any])
        let refused = try #require(json["refused"] as? [[String: Any]])
        #expect(scenes.count + refused.count == Self.paths.count)
        #expect(scenes.count > 100 && refused.allSatisfy { ($0["reason"] as? String)?.isEmpty == false })
        let inWords = try Executable.run(["scenes", folder.file("imagery")], secondsAtMost: 30, mebibytesAtMost: Self.mebibytes)
        #expect(inWords.exitCode == 3)
        #expect(inWords.complaintLines.count { $0.hasPrefix("refused: \(folder.path)") } == refused.count)
    }

    @Test("scenes on the folders as they are", arguments: ["", "/gdal-gcore", "/image-tiff", "/libpng"])
    func folders(name: String) throws {
        let outcome = try Executable.run(
            ["scenes", SharedData.path("hostile\(name)")], secondsAtMost: 30, mebibytesAtMost: Self.mebibytes)
        #expect(outcome.exitCode == 3)
        #expect(outcome.complaintLines.allSatisfy { $0.hasPrefix("refused: ") || $0.hasPrefix("warning: ") })
    }
}
