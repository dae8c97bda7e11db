import Foundation
import TestSupport
import Testing

@Suite("Schedule")
struct ScheduleTests {
    private static let pipeline = "name: tiny\nimagery: in\noutput: out\n"

    @Test("prints one crontab line that a shell can read, and changes nothing")
    func crontab() throws {
        let folder = try TemporaryFolder()
        let path = try folder.write(Self.pipeline.utf8, to: "it's 100% \"mine\" $HOME/pipe line.yaml")
        let before = files(below: folder.path)
        let outcome = try Executable.run(["schedule", path, "--output", "some out"], folder: folder.path)
        #expect(outcome.exitCode == 0)
        #expect(outcome.complaints.isEmpty)
        let lines = outcome.output.split(separator: "\n").filter { !$0.hasPrefix("#") }
        #expect(lines.count == 1)
        let line = try #require(lines.first)
        #expect(line.hasPrefix("17 4 * * * '/"))
        #expect(line.contains("/trenchwatch' run '/"))
        #expect(line.hasSuffix(" --output '\(folder.file("some out"))'"))
        #expect(!line.contains("--imagery"))
        #expect(outcome.output.contains("MAILTO="))
        #expect(files(below: folder.path) == before)
        let command = line.dropFirst("17 4 * * * ".count).replacing("\\%", with: "%")
        let dryRun = try OtherReader.run("sh", ["-c", command + " --dry-run"])
        #expect(dryRun.status == 1)
        #expect(dryRun.output.contains("it's 100% \"mine\" $HOME/in"))
    }

    @Test("the service and the timer pass systemd's own check", .enabled(if: OtherReader.has("systemd-analyze"), "needs systemd-analyze"))
    func systemd() throws {
        let folder = try TemporaryFolder()
        let path = try folder.write(Self.pipeline.utf8, to: "pipe 100% $line.yaml")
        let outcome = try Executable.run(["schedule", path, "--systemd", "--cron", "*/30 5-7 1 * mon", "--imagery", "else where"])
        #expect(outcome.exitCode == 0)
        #expect(outcome.output.contains("Persistent=true\n"))
        #expect(outcome.output.contains("OnCalendar=*-*-01 05..07:00,30:00\nOnCalendar=Mon *-*-* 05..07:00,30:00\n"))
        let parts = outcome.output.split(separator: "\n# Put this into ")
        #expect(parts.count == 2)
        let units = try zip(parts, ["service", "timer"]).map { part, kind in
            try folder.write("# \(part)".utf8, to: "trenchwatch-tiny.\(kind)")
        }
        let verified = try OtherReader.run("systemd-analyze", ["verify", "--man=no"] + units)
        #expect(verified.status == 0, "\(verified.output)")
        #expect(!verified.output.contains("trenchwatch-tiny"), "\(verified.output)")
    }

    @Test("the batch script is one for sh")
    func slurm() throws {
        let folder = try TemporaryFolder()
        let path = try folder.write(Self.pipeline.utf8, to: "p.yaml")
        let outcome = try Executable.run(["schedule", path, "--slurm"])
        #expect(outcome.exitCode == 0)
        #expect(outcome.output.hasPrefix("#!/bin/sh\n"))
        #expect(try OtherReader.run("sh", ["-n", folder.write(outcome.output.utf8, to: "script")]).status == 0)
    }

    @Test(
        "wrong usage is one line and ends with 2, before anything is printed",
        arguments: [
            ["--cron", "* * * *"], ["--cron", "0 4 31 2 *"], ["--cron", "@reboot", "--systemd"], ["--systemd", "--slurm"],
            ["--cron", "0 4 * * *\nMAILTO=x"],
        ])
    func wrongUsage(options: [String]) throws {
        let folder = try TemporaryFolder()
        let path = try folder.write(Self.pipeline.utf8, to: "p.yaml")
        let outcome = try Executable.run(["schedule", path] + options)
        #expect(outcome.exitCode == 2)
        #expect(outcome.output.isEmpty)
        #expect(outcome.complaintLines.count == 1)
    }

    @Test(
        "a pipeline file that would fail every night is refused now", arguments: ["imagery: in\n", "imagery: [", "imagry: in\noutput: o\n"])
    func badPipeline(text: String) throws {
        let folder = try TemporaryFolder()
        let path = try folder.write(text.utf8, to: "p.yaml")
        for arguments in [["schedule", path], ["schedule", folder.file("none.yaml")]] {
            let outcome = try Executable.run(arguments)
            #expect(outcome.exitCode == 2)
            #expect(outcome.output.isEmpty)
            #expect(outcome.complaintLines.count == 1)
        }
    }

    /// A cron of the test's own, which sees neither the machine's crontabs nor its mail: it runs in a mount namespace where both are folders of
    /// the test, and ends with its namespace.
    @Test(
        "cron runs the line, mails the news once and then nothing, and is told when another run holds the lock",
        .enabled(
            if: ProcessInfo.processInfo.environment["TRENCHWATCH_CRON_TEST"] == "1" && getuid() == 0
                && FileManager.default.isExecutableFile(atPath: "/usr/sbin/cron") && OtherReader.has("unshare"),
            "takes up to three minutes: set TRENCHWATCH_CRON_TEST=1, as root, with Debian's cron and unshare installed"))
    func realCron() async throws {
        let folder = try TemporaryFolder()
        for name in ["crontabs", "cron.d", "run", "sbin", "mail", "it's 100% busy"] {
            try FileManager.default.createDirectory(atPath: folder.file(name), withIntermediateDirectories: true)
        }
        let path = try folder.write(
            "name: tiny\nimagery: \(Fixtures.simulated)/Imagery\noutput: 'free $HOME'\n".utf8, to: "it's 100% a \"pipeline\".yaml")
        // The lines as they are printed, with their exit codes noted: a run without news leaves no other trace.
        let lines = try [("free", []), ("busy", ["--output", folder.file("it's 100% busy")])].map { name, options in
            let outcome = try Executable.run(["schedule", path, "--cron", "* * * * *"] + options)
            #expect(outcome.exitCode == 0)
            return outcome.output.replacing(/(?m)^\* .*$/) { "\($0.output); echo $? >> '\(folder.file(name))'" }
        }
        let crontab = try folder.write("MAILTO=somebody\n\(lines.joined())".utf8, to: "crontabs/root")
        let bystander = try folder.write("of the run that is at work".utf8, to: "it's 100% busy/file")
        // Renamed when whole, so that no half of a mail is read.
        let mail = "#!/bin/sh\ncd '\(folder.path)' && file=$(mktemp run/XXXXXX) && cat > \"$file\" && mv \"$file\" mail/\n"
        let sendmail = try folder.write(mail.utf8, to: "sbin/sendmail")
        try FileManager.default.copyItem(atPath: "/usr/sbin/cron", toPath: folder.file("sbin/cron"))
        try FileManager.default.setAttributes([.posixPermissions: 0o600], ofItemAtPath: crontab)
        try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: sendmail)
        let start = try folder.write(
            """
            set -e
            cd "$1"
            mount --bind crontabs /var/spool/cron/crontabs
            mount --bind cron.d /etc/cron.d
            mount --bind /dev/null /etc/crontab
            mount --bind run /run
            mount --bind sbin /usr/sbin
            exec /usr/sbin/cron -f

            """.utf8, to: "start")

        let holder = open(folder.file("it's 100% busy"), O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        defer { close(holder) }
        #expect(flock(holder, LOCK_EX | LOCK_NB) == 0)
        let cron = Process()
        cron.executableURL = URL(fileURLWithPath: try #require(OtherReader.find("unshare")))
        cron.arguments = ["--mount", "--pid", "--fork", "--kill-child", "sh", start, folder.path]
        cron.standardInput = FileHandle.nullDevice
        try cron.run()
        defer {
            kill(cron.processIdentifier, SIGKILL)
            cron.waitUntilExit()
        }
        func mails() -> [String] { files(below: folder.file("mail")).values.map { String(decoding: $0, as: UTF8.self) } }
        func codes(_ name: String) -> String { (try? String(contentsOfFile: folder.file(name), encoding: .utf8)) ?? "" }
        func wait(until isReached: () -> Bool) async throws {
            let deadline = ContinuousClock.now + .seconds(75)
            while !isReached(), cron.isRunning, .now < deadline { try await Task.sleep(for: .milliseconds(200)) }
        }

        try await wait { mails().count >= 2 && codes("free") == "0\n" }
        #expect(mails().count == 2)
        #expect(mails().allSatisfy { $0.contains("To: somebody") })
        #expect(mails().contains { $0.contains("1 linear earthwork ") })
        #expect(mails().contains { $0.contains("another run is writing here") })
        #expect(codes("free") == "0\n")
        #expect(codes("busy") == "75\n")
        // What the contract names; what a run keeps for itself may change.
        func results() -> [String: Data] {
            files(below: folder.file("free $HOME")).filter { $0.key.contains(/^(diffs|change|detections|run\.json)/) }
        }
        let outputs = results()
        #expect(outputs["run.json"] != nil)

        try await wait { codes("free") == "0\n0\n" && codes("busy") == "75\n75\n" }
        // Mail follows its job at once.
        try await Task.sleep(for: .seconds(3))
        #expect(codes("free") == "0\n0\n")
        #expect(codes("busy") == "75\n75\n")
        #expect(mails().filter { $0.contains("another run is writing here") }.count == 2)
        #expect(mails().count == 3, "a run without news prints nothing, so that no mail is sent")
        #expect(results() == outputs)
        #expect(files(below: folder.file("it's 100% busy")) == ["file": try Data(contentsOf: URL(fileURLWithPath: bystander))])
    }
}
