import Foundation
import TestSupport
import Testing

/// The program starts no other program, so that no name can be taken for a command.
@Suite("No other program is started")
struct NoShellTests {
    @Test("No source calls what would start one")
    func sources() throws {
        let starters =
            /(^|[^A-Za-z0-9_."])(Process|NSTask|Subprocess|posix_spawnp?|system|popen|fork|vfork|exec(l|lp|le|v|vp|vpe|ve)|fexecve|wordexp)\s*\(/
        let root = SharedData.packageRoot.appendingPathComponent("Sources")
        var count = 0
        for case let name as String in try #require(FileManager.default.enumerator(atPath: root.path)) {
            guard [".swift", ".c", ".h"].contains(where: name.hasSuffix) else { continue }
            count += 1
            let text = try String(contentsOf: root.appendingPathComponent(name), encoding: .utf8)
            for line in text.split(separator: "\n") where line.contains(starters) && !line.contains(/^\s*\/\//) {
                Issue.record("\(name): \(line)")
            }
        }
        #expect(count > 200)
    }

    /// Put before the system's own functions, so that a call from a library is found too.
    private static let guardSource = """
        void abort(void);
        #define ENDS(name) long name(void) { abort(); }
        ENDS(posix_spawn) ENDS(posix_spawnp) ENDS(system) ENDS(popen) ENDS(fork) ENDS(vfork) ENDS(execve) ENDS(execv) ENDS(execvp) ENDS(execvpe)
        ENDS(execl) ENDS(execlp) ENDS(execle) ENDS(fexecve) ENDS(wordexp)

        """

    @Test(
        "No command of the program comes by such a call, in its libraries either", .enabled(if: OtherReader.has("cc"), "needs a C compiler")
    )
    func calls() throws {
        let folder = try TemporaryFolder()
        try folder.write(Self.guardSource.utf8, to: "guard.c")
        let library = folder.file("guard.so")
        let built = try OtherReader.run("cc", ["-fno-builtin", "-shared", "-fPIC", "-o", library, folder.file("guard.c")])
        try #require(built.status == 0, "\(built.output)")
        try FileManager.default.copyItem(atPath: Fixtures.simulated + "/Imagery/33RXQ", toPath: folder.file("in/$(touch touched)"))
        let pipeline = try Fixtures.pipeline("imagery: in\noutput: out\nschedule: { heartbeat: \"http://127.0.0.1:9/\" }\n", in: folder)
        let scene = folder.file("in/$(touch touched)/2020-05-14.tif")
        for command in [
            ["run", pipeline], ["verify", folder.file("out")], ["repeat", folder.file("out"), "--output", folder.file("again")],
            ["scenes", folder.file("in")], ["inspect", scene], ["schedule", pipeline],
            ["diff", scene, scene, "--output", folder.file("d")],
        ] {
            let outcome = try Executable.run(command, environment: ["LD_PRELOAD": library], folder: folder.path)
            #expect([0, 1].contains(outcome.exitCode) && outcome.complaintLines.count <= 2, "\(command): \(outcome.complaints)")
        }
        #expect(FileManager.default.fileExists(atPath: folder.file("out/run.json")))
        #expect(!FileManager.default.fileExists(atPath: folder.file("touched")))
        // The guard itself works.
        let started = try OtherReader.run("env", ["LD_PRELOAD=\(library)", "sh", "-c", "env true; true"])
        #expect(started.status != 0)
    }
}
