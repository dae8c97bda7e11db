import Foundation
import Raster
import TestSupport
import Testing

@testable import Pipeline

@Suite("Scheduled run")
struct ScheduledRunTests {
    /// Names that mean something else to cron, a shell or systemd.
    static let awkward = [
        "plain", "two words", "it's", "say \"so\"", "100%", "%n", "$HOME", "${PATH}", "`id`", "$(id)", "a;b|c&d", "#x", "-x", "~", "*",
        "!1", "ü—漢", "a'\u{301}b", "%\u{301}", "\"\u{301}$\u{301}",
        "';x='", "%%", "{a,b}",
    ]

    private static let everyMinute = "* * * * *"

    /// A pipeline file and a program, both of that name and in a folder of that name; the program writes its arguments to `told`.
    private struct Installation {
        let folder: TemporaryFolder
        let file: PipelineFile
        let program: String
        let told: String

        init(_ name: String, program programName: String? = nil) throws {
            folder = try TemporaryFolder()
            let title = String(String.UnicodeScalarView(name.unicodeScalars.filter { $0 != "'" }.prefix(90)))
            let text = "name: '\(title)'\nimagery: in\noutput: out\n"
            let path = try folder.write(text.utf8, to: "\(name)/\(name).yaml")
            told = folder.file("told")
            program = try folder.write("#!/bin/sh\nprintf '%s\\0' \"$0\" \"$@\" > \(told)\n".utf8, to: programName ?? "\(name)/\(name)")
            try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: program)
            file = try PipelineFile(path: path, imagery: folder.file("\(name)/in"), output: folder.file("\(name)/out"))
        }

        var run: ScheduledRun { ScheduledRun(of: file, executable: program, tellingImagery: true, tellingOutput: true) }

        var words: [String] { [program, "run", file.path, "--imagery", file.imagery, "--output", file.output] }

        func toldWords() -> [String] {
            let data = FileManager.default.contents(atPath: told) ?? Data()
            return data.split(separator: 0).map { String(decoding: $0, as: UTF8.self) }
        }
    }

    @Test("cron and its shell start the program with just these paths", arguments: awkward)
    func crontab(name: String) throws {
        let installation = try Installation(name)
        let text = try installation.run.crontab(ScheduleExpression(Self.everyMinute))
        let lines = text.split(separator: "\n")
        #expect(lines.dropLast().allSatisfy { $0.hasPrefix("#") })
        let line = try #require(lines.last)
        #expect(line.hasPrefix("* * * * * '/"))
        // What cron does: the command ends at a bare %, and a backslash before one goes.
        var bytes: [UInt8] = []
        for byte in line.utf8.dropFirst(Self.everyMinute.utf8.count + 1) {
            if byte == UInt8(ascii: "%") { #expect(bytes.popLast() == UInt8(ascii: "\\")) }
            bytes.append(byte)
        }
        let command = String(decoding: bytes, as: UTF8.self)
        #expect(try OtherReader.run("sh", ["-n", "-c", command]).status == 0)
        #expect(try OtherReader.run("sh", ["-c", command]).status == 0)
        #expect(installation.toldWords() == installation.words)
    }

    @Test("the batch script starts the program with just these paths, and the processors that it was given", arguments: awkward)
    func slurm(name: String) throws {
        let installation = try Installation(name)
        let script = try installation.folder.write(
            installation.run.slurm(ScheduleExpression(Self.everyMinute)).utf8, to: "script")
        #expect(try OtherReader.run("sh", ["-n", script]).status == 0)
        #expect(try OtherReader.run("env", ["SLURM_CPUS_PER_TASK=3", "sh", script]).status == 0)
        #expect(installation.toldWords() == installation.words + ["--jobs", "3"])
    }

    @Test(
        "systemd finds nothing wrong with the service and its timer",
        .enabled(if: OtherReader.has("systemd-analyze"), "needs systemd-analyze"), arguments: awkward + ["back\\slash", "end\\"])
    func systemd(name: String) throws {
        let isRefused = name.utf8.contains { "\"'\\".utf8.contains($0) }
        let installation = try Installation(name, program: isRefused ? "program" : nil)
        let text = try installation.run.systemd(ScheduleExpression("0 4 1 * mon"))
        let parts = text.split(separator: "# Put this into ")
        #expect(parts.count == 2)
        var units: [String] = []
        for part in parts {
            let place = try #require(part.split(separator: "\n").first)
            #expect(place.hasPrefix("~/.config/systemd/user/trenchwatch"))
            let unit = try #require(place.split(separator: "/").last)
            units.append(try installation.folder.write("# \(part)".utf8, to: "units/\(unit)"))
        }
        let verified = try OtherReader.run("systemd-analyze", ["verify", "--man=no"] + units)
        #expect(verified.status == 0)
        #expect(!verified.output.contains("trenchwatch"), "\(verified.output)")
    }

    @Test("systemd's escapes are undone by its own rules", arguments: awkward + ["back\\slash", "end\\"])
    func systemdQuoting(name: String) throws {
        let quoted = try Array(ScheduleQuoting.systemdArgument("/" + name).utf8)
        #expect(quoted.first == UInt8(ascii: "\"") && quoted.last == UInt8(ascii: "\""))
        var rest = quoted.dropFirst().dropLast()
        var word: [UInt8] = []
        while let byte = rest.popFirst() {
            switch byte {
            case UInt8(ascii: "\\"): word += [rest.removeFirst()]
            case UInt8(ascii: "%"), UInt8(ascii: "$"):
                #expect(rest.popFirst() == byte)
                word += [byte]
            case UInt8(ascii: "\""): Issue.record("the quotation ends early")
            default: word += [byte]
            }
        }
        #expect(word == Array(("/" + name).utf8))
    }

    @Test(
        "a path that a line cannot hold is refused, and named on one line",
        arguments: ["line\nbreak", "carriage\rreturn", "bell\u{7}", "tab\t"])
    func controlCharacters(name: String) throws {
        let folder = try TemporaryFolder()
        let path = try folder.write("name: x\nimagery: in\noutput: out\n".utf8, to: "\(name)/p.yaml")
        let run = ScheduledRun(of: try PipelineFile(path: path), executable: "/bin/true")
        let when = try ScheduleExpression(ScheduleExpression.usual)
        for print in [run.crontab, run.systemd, run.slurm] {
            let error = try #require(throws: InputError.self) { _ = try print(when) }
            #expect(error.description.contains("control character"))
            #expect(error.description == error.description.oneLine)
        }
    }

    @Test("a program that systemd would not start is refused", arguments: ["it's", "say \"so\"", "back\\slash"])
    func systemdProgram(name: String) throws {
        let error = try #require(throws: InputError.self) {
            _ = try Installation(name).run.systemd(ScheduleExpression(ScheduleExpression.usual))
        }
        #expect(error.description.contains("systemd starts no program"))
    }

    @Test("cron is given no backslash and no command that it would cut off")
    func cronLimits() throws {
        let when = try ScheduleExpression(ScheduleExpression.usual)
        let backslash = try Installation("back\\slash")
        #expect(throws: InputError.self) { _ = try backslash.run.crontab(when) }
        let long = try Installation(String(repeating: "x", count: 200))
        let error = try #require(throws: InputError.self) { _ = try long.run.crontab(when) }
        #expect(error.problem.contains("998"))
        #expect(try long.run.slurm(when).contains("--output"))
    }

    @Test("folders that the pipeline file says by itself are left to it, and a relative path is made absolute")
    func noOptions() throws {
        let folder = try TemporaryFolder()
        try folder.write("imagery: in\noutput: out\n".utf8, to: "p.yaml")
        try folder.write([], to: "sub/file")
        let file = try PipelineFile(path: folder.file("sub/../p.yaml"))
        let line = try ScheduledRun(of: file, executable: "/usr/bin/trenchwatch").crontab(ScheduleExpression("@daily"))
        #expect(line.hasSuffix("\n@daily '/usr/bin/trenchwatch' run '\(folder.file("p.yaml"))'\n"))
    }
}
