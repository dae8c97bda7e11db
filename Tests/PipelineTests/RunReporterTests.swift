import Foundation
import Raster
import Synchronization
import TestSupport
import Testing

@testable import Pipeline

@Suite("Run reporter")
struct RunReporterTests {
    private final class Complaints: Sendable {
        private let lines = Mutex<[String]>([])
        var all: [String] { lines.withLock { $0 } }
        func add(_ line: String) { lines.withLock { $0.append(line) } }
    }

    @Test(
        "a run that does its work is told as start and success, with metrics", arguments: [ExitCode.done, .someInputRefused, .newFindings])
    func success(exitCode: ExitCode) throws {
        let folder = try TemporaryFolder()
        let server = try HeartbeatListener(.bytes(HeartbeatTests.ok))
        let complaints = Complaints()
        let reporter = RunReporter(
            schedule: PipelineFile.Schedule(heartbeat: "http://127.0.0.1:\(server.port)/x", metrics: folder.file("x.prom")), pipeline: "p",
            complain: complaints.add)
        reporter.started()
        var summary = RunSummary(output: folder.path)
        summary.exitCode = exitCode
        reporter.finished(summary: summary, duration: .seconds(2), newestScene: nil)
        #expect(server.requests == ["GET /x/start HTTP/1.1", "GET /x HTTP/1.1"])
        let metrics = try MetricsReader(String(contentsOfFile: folder.file("x.prom"), encoding: .utf8))
        let label = ["pipeline": "p"]
        #expect(metrics.samples[.init(name: "trenchwatch_last_exit_code", labels: label)] == Double(exitCode.rawValue))
        let success = try #require(metrics.samples[.init(name: "trenchwatch_last_success_timestamp_seconds", labels: label)])
        #expect(abs(success - Date().timeIntervalSince1970) < 60)
        #expect(complaints.all.isEmpty)
    }

    @Test("a failure is told as one, and a lock that another run holds is none")
    func failure() throws {
        let folder = try TemporaryFolder()
        let server = try HeartbeatListener(.bytes(HeartbeatTests.ok))
        let reporter = RunReporter(
            schedule: PipelineFile.Schedule(heartbeat: "http://127.0.0.1:\(server.port)/x", metrics: folder.file("x.prom")), pipeline: "p",
            complain: { _ in })
        reporter.failed(RunLockedError(path: folder.path))
        #expect(server.requests.isEmpty)
        #expect(!FileManager.default.fileExists(atPath: folder.file("x.prom")))
        reporter.failed(InputError(problem: "the disk is on fire"), duration: .seconds(1))
        #expect(server.requests == ["GET /x/fail HTTP/1.1"])
        #expect(try MetricsReader(String(contentsOfFile: folder.file("x.prom"), encoding: .utf8)).samples.count == 3)
    }

    @Test("what cannot be told is complained of, and the run goes on")
    func complaints() throws {
        let folder = try TemporaryFolder()
        let complaints = Complaints()
        let port = try HeartbeatListener(.silence).port
        let reporter = RunReporter(
            schedule: PipelineFile.Schedule(heartbeat: "http://127.0.0.1:\(port)/\(HeartbeatTests.secret)", metrics: folder.path),
            pipeline: "p", complain: complaints.add)
        reporter.started()
        reporter.finished(summary: RunSummary(output: folder.path), duration: .zero, newestScene: nil)
        #expect(complaints.all.count == 3)
        #expect(complaints.all.contains { $0.contains("there is a folder of that name") })
        #expect(!complaints.all.contains { $0.contains(HeartbeatTests.secret) })
        let useless = RunReporter(
            schedule: PipelineFile.Schedule(heartbeat: "http:/\(HeartbeatTests.secret)"), pipeline: "p", complain: complaints.add)
        useless.started()
        #expect(complaints.all.count == 4)
        #expect(complaints.all.last?.contains(HeartbeatTests.secret) == false)
    }

    @Test("a schedule that names nobody does nothing")
    func nobody() throws {
        let folder = try TemporaryFolder()
        let reporter = RunReporter(schedule: PipelineFile.Schedule(), pipeline: "p") { Issue.record("complained: \($0)") }
        reporter.started()
        reporter.finished(summary: RunSummary(output: folder.path), duration: .zero, newestScene: nil)
        reporter.failed(InputError(problem: "x"))
        #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path).isEmpty)
    }
}
