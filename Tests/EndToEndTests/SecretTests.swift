import Foundation
import TestSupport
import Testing

/// A heartbeat's URL is a secret: who has it can make a dead run look alive.
@Suite("The heartbeat's secret")
struct SecretTests {
    private let folder: TemporaryFolder
    private static let secret = "0f3c-secret"

    init() throws {
        folder = try TemporaryFolder()
        for (index, date) in ["2020-05-14", "2021-01-19"].enumerated() {
            try Fixtures.writeScene(to: folder.file("in/t/\(date).tif"), value: Fixtures.ground(onDate: index))
        }
    }

    private func pipeline(_ heartbeat: String, imagery: String = "in") throws -> String {
        try Fixtures.pipeline(
            "imagery: \(imagery)\noutput: out\nschedule: { metrics: a.prom, heartbeat: \"\(heartbeat)\" }\n", in: folder)
    }

    private static func url(_ place: String) -> String { "http://user:\(secret)@\(place)/\(secret)?k=\(secret)" }

    /// Neither what was said nor any file, those of the ledger included, holds it.
    private func expectKept(_ outcome: Executable.Outcome, besides: Set<String> = ["pipeline.yaml"]) throws {
        #expect(!outcome.output.contains(Self.secret) && !outcome.complaints.contains(Self.secret), "\(outcome.complaints)")
        for case let name as String in try #require(FileManager.default.enumerator(atPath: folder.path)) where !besides.contains(name) {
            guard let bytes = FileManager.default.contents(atPath: folder.file(name)) else { continue }
            #expect(bytes.range(of: Data(Self.secret.utf8)) == nil, "\(name)")
        }
    }

    private static let answers: [HeartbeatListener.Answer] = [
        .refusal, .bytes("HTTP/1.1 503 Busy\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"), .bytes("no HTTP at all\r\n\r\n"),
        .bytes("HTTP/1.1 302 Found\r\nLocation: ftp://127.0.0.1/\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"),
    ]

    @Test("A server that fails costs a line with its host, and nothing else of the URL is anywhere", arguments: answers)
    func failingServer(answer: HeartbeatListener.Answer) throws {
        let server = try HeartbeatListener(answer)
        let run = try Executable.run(["run", pipeline(Self.url("127.0.0.1:\(server.port)")), "--json"])
        #expect(run.exitCode == 0)
        #expect(run.complaintLines.count { $0.hasPrefix("warning: the heartbeat at 127.0.0.1 was not heard: ") } == 2, "\(run.complaints)")
        try expectKept(run)
        // A run that fails, and the commands around it.
        let failed = try Executable.run(["run", pipeline(Self.url("127.0.0.1:\(server.port)"), imagery: "none")])
        #expect(failed.exitCode == 1)
        for outcome in try [
            failed, Executable.run(["schedule", folder.file("pipeline.yaml")]), Executable.run(["verify", folder.file("out"), "--json"]),
            Executable.run(["run", folder.file("pipeline.yaml"), "--imagery", folder.file("in"), "--dry-run", "--json"]),
            Executable.run(["repeat", folder.file("out"), "--output", folder.file("again")]),
        ] { try expectKept(outcome) }
    }

    @Test("A proxy that fails costs a line with the host, and its own password is nowhere either", arguments: answers.prefix(2))
    func failingProxy(answer: HeartbeatListener.Answer) throws {
        let proxy = try HeartbeatListener(answer)
        let run = try Executable.run(
            ["run", pipeline(Self.url("heartbeat.invalid")), "--json"],
            environment: ["http_proxy": "http://user:\(Self.secret)@127.0.0.1:\(proxy.port)", "no_proxy": ""])
        #expect(run.exitCode == 0)
        #expect(run.complaintLines.count { $0.hasPrefix("warning: the heartbeat at heartbeat.invalid was not heard: ") } == 2)
        try expectKept(run)
    }

    @Test(
        "Where it stands in the wrong place, or is none, the complaint does not quote it",
        arguments: [
            "schedule: { heartbeat: \"ftp://h/\(secret)\" }", "schedule: { heartbeat: \"h/\(secret)\" }",
            "schedule: { \"https://h/\(secret)\" }", "schedule:\n  https://h/\(secret): x", "https://h/\(secret): x",
            "schedule: { heartbeat: [\"https://h/\(secret)\"] }", "schedule: \"https://h/\(secret)\"",
            "schedule: { heartbeat: \"https://h/\(secret) }",
            "schedule: { heartbeat: https://h/\(secret), heartbeat: https://h/\(secret) }",
            "schedule: { https://h/\(secret): 1, https://h/\(secret): 2 }", "schedule: { heartbeat: \"https://h/a\\n\(secret)\" }",
            "scenes: { from: \"https://h/\(secret)\" }", "name: \"https://h/\(secret)\\nx\"",
        ])
    func misplaced(lines: String) throws {
        let path = try folder.write("imagery: in\noutput: out\n\(lines)\n".utf8, to: "pipeline.yaml")
        for command in ["run", "schedule"] {
            let outcome = try Executable.run([command, path])
            #expect(outcome.exitCode == 2, "\(outcome.complaints)")
            #expect(outcome.complaintLines.count == 1)
            try expectKept(outcome)
        }
    }
}
