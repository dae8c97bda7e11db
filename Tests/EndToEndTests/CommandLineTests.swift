import Foundation
import TestSupport
import Testing

@Suite("The command line")
struct CommandLineTests {
    @Test(
        "Help goes to standard output and ends with 0",
        arguments: [[], ["run"], ["diff"], ["scenes"], ["inspect"], ["simulate"], ["score"], ["verify"], ["schedule"]])
    func help(command: [String]) throws {
        let outcome = try Executable.run(command + ["--help"])
        #expect(outcome.exitCode == 0)
        #expect(outcome.output.contains("USAGE: trenchwatch"))
        #expect(outcome.output.contains("EXAMPLES"))
        #expect(outcome.complaints.isEmpty)
    }

    @Test("The version is one line")
    func version() throws {
        let outcome = try Executable.run(["--version"])
        #expect(outcome.exitCode == 0)
        #expect(outcome.output.split(separator: "\n").count == 1)
        #expect(outcome.output.contains(/\d+\.\d+/))
    }

    @Test("A library that only work on scenes needs is opened by that work, which says where it cannot be")
    func libraryThatCannotBeOpened() throws {
        let folder = try TemporaryFolder()
        try folder.write([], to: "libproj.so.25")
        try Fixtures.writeScene(to: folder.file("2021-01-19.tif"), value: Fixtures.ground)
        let environment = ["LD_LIBRARY_PATH": folder.url.path]
        #expect(try Executable.run(["--version"], environment: environment).exitCode == 0)
        let outcome = try Executable.run(["inspect", folder.file("2021-01-19.tif")], environment: environment)
        #expect(outcome.exitCode == 127)
        #expect(outcome.complaintLines.count == 1)
        #expect(outcome.complaints.contains("libproj.so.25"))
    }

    @Test(
        "Wrong usage is one line on standard error, and ends with 2",
        arguments: [
            ["frobnicate"], ["run"], ["diff", "a.tif", "b.tif"], ["diff", "a.tif", "--output", "out"], ["scenes"], ["scenes", "a", "b"],
            ["inspect", "a.tif", "--frobnicate"], ["diff", "a", "b", "--output", "o", "--jobs", "0"],
            ["diff", "a", "b", "--output", "o", "--jobs", "many"], ["diff", "a", "b", "--output", "o", "--outputs", "pictures"],
            ["run", "p.yaml", "--since", "yesterday"], ["run", "p.yaml", "--since", "2021-02-30"], ["score", "a", "b", "--buffer", "-1"],
            ["score", "a", "b", "--km2", "nan"],
        ])
    func wrongUsage(arguments: [String]) throws {
        let outcome = try Executable.run(arguments)
        #expect(outcome.exitCode == 2)
        #expect(outcome.output.isEmpty)
        #expect(outcome.complaintLines.count == 1)
        #expect(outcome.complaints.hasPrefix("trenchwatch: "))
    }

    @Test("Without a command the help is shown as a complaint")
    func noCommand() throws {
        let outcome = try Executable.run([])
        #expect(outcome.exitCode == 2)
        #expect(outcome.output.isEmpty)
        #expect(outcome.complaints.contains("SUBCOMMANDS"))
    }

    @Test("Options may stand anywhere after the command")
    func optionsAnywhere() throws {
        let folder = try TemporaryFolder()
        try Fixtures.writeScene(to: folder.file("2021-01-19.tif"), value: Fixtures.ground)
        let before = try Executable.run(["inspect", "--json", folder.file("2021-01-19.tif")])
        let after = try Executable.run(["inspect", folder.file("2021-01-19.tif"), "--json"])
        #expect(before.exitCode == 0)
        #expect(before.output == after.output)
    }

    @Test("A reader that goes early is no failure")
    func closedPipe() throws {
        let outcome = try OtherReader.run("bash", ["-c", "set -o pipefail; '\(Executable.path)' run --help | true; echo ${PIPESTATUS[0]}"])
        #expect(outcome.output == "0\n")
    }

    @Test("A full disk behind standard output is a failure", .enabled(if: FileManager.default.fileExists(atPath: "/dev/full")))
    func fullDisk() throws {
        let outcome = try OtherReader.run("bash", ["-c", "'\(Executable.path)' --version > /dev/full; echo $?"])
        #expect(outcome.output.hasSuffix("1\n"))
    }
}
