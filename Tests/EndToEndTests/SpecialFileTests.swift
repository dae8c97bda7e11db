import Foundation
import TestSupport
import Testing

/// Pipes, sockets and devices where a file should be: reading the first would wait for ever, reading the last would never end.
@Suite("Files that are none")
struct SpecialFileTests {
    enum Kind: String, CaseIterable, Sendable {
        case pipe, socket, endless, empty

        func make(at path: String) throws {
            switch self {
            case .pipe: try #require(mkfifo(path, 0o600) == 0)
            case .endless: try FileManager.default.createSymbolicLink(atPath: path, withDestinationPath: "/dev/zero")
            case .empty: try FileManager.default.createSymbolicLink(atPath: path, withDestinationPath: "/dev/null")
            case .socket:
                var address = sockaddr_un()
                address.sun_family = sa_family_t(AF_UNIX)
                let bytes = Array(path.utf8)
                try #require(bytes.count < MemoryLayout.size(ofValue: address.sun_path))
                withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: bytes) }
                let descriptor = Glibc.socket(AF_UNIX, Int32(SOCK_STREAM.rawValue), 0)
                defer { close(descriptor) }
                let size = socklen_t(MemoryLayout<sockaddr_un>.size)
                let isBound = withUnsafePointer(to: &address) {
                    $0.withMemoryRebound(to: sockaddr.self, capacity: 1) { bind(descriptor, $0, size) == 0 }
                }
                try #require(isBound)
            }
        }
    }

    private let folder: TemporaryFolder

    init() throws {
        folder = try TemporaryFolder()
        for (index, date) in ["2020-05-14", "2021-01-19"].enumerated() {
            try Fixtures.writeScene(to: folder.file("imagery/33RXQ/\(date).tif"), value: Fixtures.ground(onDate: index))
        }
    }

    private func run(_ arguments: String...) throws -> Executable.Outcome {
        try Executable.run(arguments, folder: folder.path, secondsAtMost: 10, mebibytesAtMost: 1024)
    }

    private func expectRefusal(
        _ outcome: Executable.Outcome, of name: String, exitCode: Int32 = 1, sourceLocation: SourceLocation = #_sourceLocation
    ) {
        #expect(outcome.exitCode == exitCode && outcome.output.isEmpty, sourceLocation: sourceLocation)
        #expect(
            outcome.complaintLines.count == 1 && outcome.complaints.contains(name), "\(outcome.complaints)", sourceLocation: sourceLocation)
        #expect(outcome.complaints.contains("not a regular file"), "\(outcome.complaints)", sourceLocation: sourceLocation)
    }

    @Test("In the imagery it is refused by name, and the rest goes on", arguments: Kind.allCases)
    func scene(_ kind: Kind) throws {
        try kind.make(at: folder.file("imagery/33RXQ/2020-08-12.tif"))
        try kind.make(at: folder.file("imagery/33RXQ/2020-05-14.json"))
        let listed = try run("scenes", "imagery")
        #expect(listed.exitCode == 3)
        #expect(listed.complaintLines.count { $0.hasPrefix("refused: ") && $0.contains("2020-08-12.tif") } == 1, "\(listed.complaints)")
        let pipeline = try Fixtures.pipeline("imagery: imagery\noutput: out\n", in: folder)
        let outcome = try run("run", pipeline, "--outputs", "detections")
        #expect(outcome.exitCode == 3 && outcome.complaints.contains("2020-08-12.tif"), "\(outcome.complaints)")
        #expect(try run("verify", "out").exitCode == 0)
        #expect(try run("inspect", "imagery/33RXQ/2020-08-12.tif").exitCode == 1)
        #expect(try run("diff", "imagery/33RXQ/2020-05-14.tif", "imagery/33RXQ/2020-08-12.tif", "--output", "pair").exitCode == 1)
    }

    @Test("As area, register, pipeline, scenario or record it is refused by name", arguments: Kind.allCases)
    func text(_ kind: Kind) throws {
        for name in ["area.geojson", "register.yaml", "other.yaml"] { try kind.make(at: folder.file(name)) }
        var pipeline = try Fixtures.pipeline("imagery: imagery\noutput: out\narea: area.geojson\n", in: folder)
        expectRefusal(try run("run", pipeline), of: "area.geojson")
        pipeline = try Fixtures.pipeline("imagery: imagery\noutput: out\nclaims: register.yaml\n", in: folder)
        expectRefusal(try run("run", pipeline), of: "register.yaml", exitCode: 2)
        try folder.write(Self.register.utf8, to: "places.yaml")
        pipeline = try Fixtures.pipeline("imagery: imagery\noutput: out\nclaims: places.yaml\n", in: folder)
        #expect(try run("run", pipeline).complaints.contains("area.geojson"))
        expectRefusal(try run("run", "other.yaml"), of: "other.yaml", exitCode: 2)
        #expect(try run("schedule", "other.yaml").exitCode == 2)
        let simulated = try run("simulate", "other.yaml", "--output", "out")
        #expect([1, 2].contains(simulated.exitCode) && simulated.complaints.contains("other.yaml"))
        #expect([1, 2].contains(try run("score", "area.geojson", "area.geojson", "--km2", "1").exitCode))
        #expect(!FileManager.default.fileExists(atPath: folder.file("out/run.json")))
    }

    @Test("As manifest, output or metrics it is neither waited for nor written to", arguments: Kind.allCases)
    func output(_ kind: Kind) throws {
        let pipeline = try Fixtures.pipeline("imagery: imagery\noutput: out\nschedule: { metrics: a.prom }\n", in: folder)
        try kind.make(at: folder.file("a.prom"))
        #expect(try run("run", pipeline, "--outputs", "detections").exitCode == 0)
        #expect(try String(contentsOfFile: folder.file("a.prom"), encoding: .utf8).contains("trenchwatch"))
        try FileManager.default.removeItem(atPath: folder.file("out/detections.geojson"))
        try kind.make(at: folder.file("out/detections.geojson"))
        #expect(try run("verify", "out").output.contains("detections.geojson"))
        #expect(try run("run", pipeline, "--outputs", "detections").exitCode == 0)
        #expect(try run("verify", "out").exitCode == 0)
        try FileManager.default.removeItem(atPath: folder.file("out/run.json"))
        try kind.make(at: folder.file("out/run.json"))
        expectRefusal(try run("verify", "out"), of: "run.json")
        expectRefusal(try run("repeat", "out", "--output", "again"), of: "run.json")
    }

    private static let register = """
        article: { title: Special, published: 2021-01-22, note: Made up for a test. }
        places:
          around: area.geojson
        claims:
          - { id: some, statement: There is a trench., attributed_to: a test, measure: linear_length_km, place: around, expect: { more_than: 0 } }
        """
}
