import Foundation
import Raster
import TestSupport
import Testing

@testable import Pipeline

@Suite("Run reporter")
struct RunReporterTests {
    private static func exitCode(_ folder: TemporaryFolder) throws -> Double? {
        let metrics = try MetricsReader(String(contentsOfFile: folder.file("x.prom"), encoding: .utf8))
        return metrics.samples[.init(name: "trenchwatch_last_exit_code", labels: ["pipeline": "p"])]
    }

    @Test(
        "a run that does its work is told as start and success, with metrics", arguments: [ExitCode.done, .someInputRefused, .newFindings])
    func success(exitCode: ExitCode) async throws {
        let folder = try TemporaryFolder()
        let server = try HeartbeatListener(.bytes(HeartbeatTests.ok))
        let reporter = try RunReporter(
            schedule: PipelineFile.Schedule(heartbeat: "http://127.0.0.1:\(server.port)/x", metrics: folder.file("x.prom")), pipeline: "p")
        let complaints = await blocking {
            var summary = RunSummary(output: folder.path)
            summary.exitCode = exitCode
            return reporter.started() + reporter.finished(summary, outputFolder: folder.path, newestScene: nil)
        }
        #expect(complaints.isEmpty)
        #expect(server.requests == ["GET /x/start HTTP/1.1", "GET /x HTTP/1.1"])
        #expect(try Self.exitCode(folder) == Double(exitCode.rawValue))
    }

    @Test("a failure is told as one, and a lock that another run holds is none")
    func failure() async throws {
        let folder = try TemporaryFolder()
        let server = try HeartbeatListener(.bytes(HeartbeatTests.ok))
        let reporter = try RunReporter(
            schedule: PipelineFile.Schedule(heartbeat: "http://127.0.0.1:\(server.port)/x", metrics: folder.file("x.prom")), pipeline: "p")
        #expect(await blocking { reporter.failed(RunLockedError(path: folder.path)) }.isEmpty)
        #expect(server.requests.isEmpty)
        #expect(!FileManager.default.fileExists(atPath: folder.file("x.prom")))
        #expect(await blocking { reporter.failed(InputError(problem: "the disk is on fire")) }.isEmpty)
        #expect(server.requests == ["GET /x/fail HTTP/1.1"])
        #expect(try Self.exitCode(folder) == 1)
    }

    @Test("what cannot be told is returned in words, and the run goes on")
    func complaints() async throws {
        let folder = try TemporaryFolder()
        let server = try HeartbeatListener(.refusal)
        let reporter = try RunReporter(
            schedule: PipelineFile.Schedule(heartbeat: "http://127.0.0.1:\(server.port)/\(HeartbeatTests.secret)", metrics: folder.path),
            pipeline: "p")
        let complaints = await blocking {
            [reporter.started(), reporter.finished(RunSummary(output: folder.path), outputFolder: folder.path, newestScene: nil)]
        }
        #expect(complaints.map(\.count) == [1, 2])
        #expect(complaints.joined().contains { $0.contains("there is a folder of that name") })
        #expect(complaints.joined().allSatisfy { !$0.contains(HeartbeatTests.secret) && $0 == $0.oneLine })
    }

    @Test("a heartbeat that is no URL is refused before the run, unquoted")
    func useless() throws {
        let error = #expect(throws: InputError.self) {
            try RunReporter(schedule: PipelineFile.Schedule(heartbeat: "http:/\(HeartbeatTests.secret)"), pipeline: "p")
        }
        #expect(error?.description.contains(HeartbeatTests.secret) == false)
    }

    @Test("a schedule that names nobody does nothing")
    func nobody() throws {
        let folder = try TemporaryFolder()
        let reporter = try RunReporter(schedule: PipelineFile.Schedule(), pipeline: "p")
        #expect(reporter.started().isEmpty)
        #expect(reporter.finished(RunSummary(output: folder.path), outputFolder: folder.path, newestScene: nil).isEmpty)
        #expect(reporter.failed(InputError(problem: "x")).isEmpty)
        #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path).isEmpty)
    }
}
