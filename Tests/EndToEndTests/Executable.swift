import Foundation
import TestSupport
import Testing

/// The built program, run as a user runs it.
enum Executable {
    struct Outcome {
        var exitCode: Int32
        var output: String
        var complaints: String

        /// Standard output as JSON.
        var json: [String: Any] {
            get throws { try #require(JSONSerialization.jsonObject(with: Data(output.utf8)) as? [String: Any]) }
        }

        var complaintLines: [String] { complaints.split(separator: "\n").map(String.init) }
    }

    /// Beside the test bundle.
    static let path: String = {
        let bundle = Bundle.allBundles.map(\.bundleURL).first { $0.pathExtension == "xctest" } ?? Bundle.main.bundleURL
        let candidates = [
            bundle.deletingLastPathComponent(), Bundle.main.bundleURL,
            URL(fileURLWithPath: CommandLine.arguments[0]).deletingLastPathComponent(),
        ]
        return candidates.map { $0.appendingPathComponent("trenchwatch").path }.first { FileManager.default.isExecutableFile(atPath: $0) }
            ?? "trenchwatch"
    }()

    /// Starts the program and does not wait for it; what it prints is lost.
    static func start(_ arguments: [String], environment: [String: String] = [:]) throws -> Process {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: path)
        process.arguments = arguments
        process.environment = ProcessInfo.processInfo.environment.merging(environment) { $1 }
        process.standardInput = FileHandle.nullDevice
        process.standardOutput = FileHandle.nullDevice
        process.standardError = FileHandle.nullDevice
        try process.run()
        return process
    }

    /// Runs a shell script with the program as `$0` and these words from `$1` on; standard output and error together.
    ///
    /// - Parameter before: what the shell is started by, such as `unshare`.
    static func shell(
        _ script: String, _ words: [String], environment: [String: String] = [:], before: [String] = []
    ) throws -> (status: Int32, output: String) {
        let settings = environment.map { "\($0)=\($1)" }
        return try OtherReader.run("env", settings + before + ["/bin/sh", "-c", script, path] + words)
    }

    /// Runs the program to its end, or kills it when the time is up, which fails the test.
    ///
    /// - Parameter mebibytes: of memory of its own that it may have; the system gives it no more. The time is then the processor's, which a busy machine
    ///   does not lengthen, and six times that by the clock.
    static func run(
        _ arguments: [String], environment: [String: String] = [:], folder: String? = nil, secondsAtMost limit: Double = 60,
        mebibytesAtMost mebibytes: Int? = nil
    ) throws -> Outcome {
        let process = Process()
        if let mebibytes {
            process.executableURL = URL(fileURLWithPath: "/bin/sh")
            process.arguments = ["-c", #"ulimit -d \#(mebibytes * 1024) && ulimit -t \#(Int(limit)) && exec "$0" "$@""#, path] + arguments
        } else {
            process.executableURL = URL(fileURLWithPath: path)
            process.arguments = arguments
        }
        process.environment = ProcessInfo.processInfo.environment.merging(environment) { $1 }
        if let folder { process.currentDirectoryURL = URL(fileURLWithPath: folder) }
        process.standardInput = FileHandle.nullDevice
        let output = try CapturedStream()
        let complaints = try CapturedStream()
        process.standardOutput = output.handle
        process.standardError = complaints.handle
        let ended = DispatchSemaphore(value: 0)
        process.terminationHandler = { _ in ended.signal() }
        try process.run()
        if ended.wait(timeout: .now() + (mebibytes == nil ? limit : 6 * limit)) == .timedOut {
            kill(process.processIdentifier, SIGKILL)
            ended.wait()
            Issue.record("trenchwatch \(arguments.joined(separator: " ")) did not end within \(limit) s")
        }
        if process.terminationReason == .uncaughtSignal, process.terminationStatus != SIGKILL {
            Issue.record("trenchwatch \(arguments.joined(separator: " ")) was ended by signal \(process.terminationStatus)")
        }
        return Outcome(exitCode: process.terminationStatus, output: try output.text(), complaints: try complaints.text())
    }
}

/// A nameless file that a process writes into: unlike a pipe it never fills up.
private struct CapturedStream {
    let handle: FileHandle

    init() throws {
        let url = FileManager.default.temporaryDirectory.appendingPathComponent("trenchwatch-stream-\(UUID().uuidString)")
        try Data().write(to: url)
        handle = try FileHandle(forUpdating: url)
        try FileManager.default.removeItem(at: url)
    }

    func text() throws -> String {
        try handle.seek(toOffset: 0)
        return String(decoding: try handle.readToEnd() ?? Data(), as: UTF8.self)
    }
}
