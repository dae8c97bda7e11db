import Foundation
import TestSupport
import Testing

/// What goes wrong on machines that nobody watches, caused for real: each time the folder must stay sound, and the next run put all right.
@Suite("Faults that are caused")
struct CausedFaultTests {
    private let bench: PipelineBench
    private var folder: TemporaryFolder { bench.folder }

    init() throws { bench = try PipelineBench() }

    /// No file under a private name, whether or not the listing of outputs shows it.
    private func leftovers(output: String = "out") -> [String] {
        let all = FileManager.default.enumerator(atPath: folder.file(output))?.compactMap { $0 as? String } ?? []
        return all.filter { $0.contains("trenchwatch-") || $0.contains("staging") }
    }

    @Test("Killed at any moment, the next run gives the bytes of an undisturbed one", arguments: 0..<10)
    func killed(_ seed: Int) throws {
        let began = ContinuousClock.now
        let whole = try bench.undisturbed()
        let duration = (ContinuousClock.now - began) / .seconds(1)
        var random = SystemRandomNumberGenerator()
        for _ in 0..<5 {
            let moment = Double.random(in: 0...1.1, using: &random) * duration
            try? FileManager.default.removeItem(atPath: folder.file("out"))
            let process = try bench.start()
            Thread.sleep(forTimeInterval: moment)
            kill(process.processIdentifier, SIGKILL)
            process.waitUntilExit()
            // Before the next run, too, what stands under its own name is whole.
            if FileManager.default.fileExists(atPath: folder.file("out/run.json")) {
                #expect(try Executable.run(["verify", folder.file("out")]).exitCode == 0, "killed after \(moment) s")
            }
            #expect(try bench.run().exitCode == 0, "killed after \(moment) s")
            bench.expectSame(whole, "killed after \(moment) s of \(duration)")
            #expect(leftovers().isEmpty)
        }
    }

    @Test("Told to end, a run takes away what is unfinished and ends by the signal", arguments: [SIGTERM, SIGINT, SIGHUP], [0.05, 0.3])
    func signalled(_ signal: Int32, after seconds: Double) throws {
        let whole = try bench.undisturbed()
        let process = try bench.start()
        Thread.sleep(forTimeInterval: seconds)
        kill(process.processIdentifier, signal)
        process.waitUntilExit()
        if process.terminationReason == .uncaughtSignal {
            #expect(process.terminationStatus == signal)
            #expect(leftovers().isEmpty)
        } else {
            // It was faster.
            #expect(process.terminationStatus == 0)
        }
        #expect(try bench.run().exitCode == 0)
        bench.expectSame(whole, "signal \(signal)")
    }

    @Test("A signal that is to be ignored is")
    func ignoredSignal() throws {
        let outcome = try bench.shell(
            #"trap "" HUP; "$0" run "$1" --output "$2" --quiet & kill -HUP $!; sleep 0.1; kill -HUP $! 2>/dev/null; wait $!"#)
        #expect(outcome.status == 0, "\(outcome.output)")
    }

    @Test(
        "A full disk is an error in words that leaves the folder as it was",
        .enabled(if: canMount, "needs the right to mount a small file system"))
    func fullDisk() throws {
        let outcome = try bench.shell(
            #"mkdir -p "$2" && mount -t tmpfs -o size=200k none "$2" && { "$0" run "$1" --output "$2"; code=$?; find "$2" -type f -not -path "*/.trenchwatch/*"; exit $code; }"#,
            before: ["unshare", "-m"])
        #expect(outcome.status == 1)
        #expect(outcome.output.contains("the disk is full") || outcome.output.contains("No space left"), "\(outcome.output)")
        #expect(!outcome.output.contains(".tif\n") && !outcome.output.contains("run.json"), "\(outcome.output)")
        #expect(try bench.run().exitCode == 0)
    }

    @Test(
        "A disk that fills up beside a finished run harms nothing of it",
        .enabled(if: canMount, "needs the right to mount a small file system"))
    func fullDiskLater() throws {
        let script = #"""
            mkdir -p "$2" && mount -t tmpfs -o size=64m none "$2" && "$0" run "$1" --output "$2" --outputs detections --quiet || exit 9
            before=$(cd "$2" && find . -type f -not -path './.*' | sort | xargs sha256sum)
            head -c 100m /dev/zero > "$2/filler" 2>/dev/null
            "$0" run "$1" --output "$2" --quiet; code=$?
            after=$(cd "$2" && find . -type f -not -path './.*' -not -name filler | sort | xargs sha256sum)
            [ "$before" = "$after" ] && "$0" verify "$2" && rm "$2/filler" && "$0" run "$1" --output "$2" --quiet && "$0" verify "$2" && exit $code
            echo "code $code: $before / $after"; exit 8
            """#
        let outcome = try bench.shell(script, before: ["unshare", "-m"])
        #expect(outcome.status == 1, "\(outcome.output)")
    }

    @Test("A read-only output is an error in words", .enabled(if: canMount, "needs the right to mount a file system"))
    func readOnly() throws {
        let outcome = try bench.shell(
            #"mkdir -p "$2" && mount -t tmpfs -o ro none "$2" && exec "$0" run "$1" --output "$2""#, before: ["unshare", "-m"])
        #expect(outcome.status == 1)
        #expect(
            outcome.output.contains("read only") || outcome.output.contains("read-only") || outcome.output.contains("Read-only"),
            "\(outcome.output)")
    }

    @Test(
        "A scene that may not be read is refused by name, and the rest goes on",
        .enabled(if: OtherReader.has("setpriv"), "needs setpriv of util-linux"))
    func unreadable() throws {
        try FileManager.default.setAttributes([.posixPermissions: 0o000], ofItemAtPath: folder.file("Imagery/33RXP/2020-05-14.tif"))
        var words = #"exec "$0" run "$1" --output "$2""#
        if getuid() == 0 {
            words =
                #"chmod -R a+rX "$(dirname "$1")"; chmod 000 "$(dirname "$1")/Imagery/33RXP/2020-05-14.tif"; mkdir -p "$2"; chown 65534 "$2"; "#
                + #"exec setpriv --reuid=65534 --regid=65534 --clear-groups "$0" run "$1" --output "$2""#
        }
        let outcome = try bench.shell(words)
        #expect(outcome.status == 3, "\(outcome.output)")
        #expect(outcome.output.contains("33RXP/2020-05-14.tif"))
        #expect(bench.outputs().keys.contains("change/33RXQ/2020-05-14_2021-01-19.tif"))
    }

    @Test("A scene that changes again and again while it is read never counts for what it was")
    func changing() throws {
        let path = folder.file("Imagery/33RXQ/2021-01-19.tif")
        let one = try #require(FileManager.default.contents(atPath: path))
        let other = try #require(FileManager.default.contents(atPath: folder.file("Imagery/33RXQ/2020-05-14.tif")))
        let process = try bench.start()
        var turn = 0
        while process.isRunning {
            turn += 1
            // In place, as a download does it: the same file with other bytes.
            let handle = try FileHandle(forWritingTo: URL(fileURLWithPath: path))
            try handle.truncate(atOffset: 0)
            try handle.write(contentsOf: turn.isMultiple(of: 2) ? one : other)
            try handle.close()
            Thread.sleep(forTimeInterval: 0.02)
        }
        #expect(process.terminationReason == .exit)
        #expect([0, 1, 3].contains(process.terminationStatus), "\(process.terminationStatus)")
        try one.write(to: URL(fileURLWithPath: path))
        #expect(try bench.run().exitCode == 0)
        bench.expectSame(try bench.undisturbed(), "after \(turn) changes")
    }

    @Test("A scene that vanishes while it is read is refused, and the rest goes on", arguments: [0.0, 0.05, 0.1, 0.2, 0.4])
    func vanishing(after seconds: Double) throws {
        let process = try bench.start()
        Thread.sleep(forTimeInterval: seconds)
        try FileManager.default.removeItem(atPath: folder.file("Imagery/33RXP/2021-01-19.tif"))
        process.waitUntilExit()
        #expect(process.terminationReason == .exit)
        #expect([0, 3].contains(process.terminationStatus), "\(process.terminationStatus)")
        #expect(bench.outputs().keys.contains("change/33RXQ/2020-05-14_2021-01-19.tif"))
        #expect(leftovers().isEmpty)
    }

    @Test("A clock that is turned back changes nothing", .enabled(if: OtherReader.has("faketime"), "needs faketime"))
    func clockBack() throws {
        let whole = try bench.undisturbed()
        #expect(try bench.shell(#"exec faketime -f '+3y' "$0" run "$1" --output "$2" --quiet"#).status == 0)
        bench.expectSame(whole, "in three years")
        let later = try bench.shell(#"exec faketime -f '-2y' "$0" run "$1" --output "$2" --json"#)
        #expect(later.status == 0, "\(later.output)")
        #expect(later.output.contains(#""computed" : {"#) && !later.output.contains(#""search""#), "\(later.output)")
        bench.expectSame(whole, "two years ago")
    }

    @Test("A reader of the output that has seen enough is no failure")
    func brokenPipe() throws {
        #expect(try bench.shell(#"{ "$0" run "$1" --output "$2" --json; echo "code $?" >&2; } | true"#).output.contains("code 0"))
        #expect(
            try bench.shell(#"{ "$0" scenes "$(dirname "$1")/Imagery" --json; echo "code $?" >&2; } | head -c 1"#).output.contains("code 0")
        )
    }

    @Test("Of runs that begin together one works, the others say so, and the result is one run's")
    func together() throws {
        let whole = try bench.undisturbed()
        let processes = try (0..<4).map { _ in try bench.start() }
        for process in processes { process.waitUntilExit() }
        let codes = processes.map(\.terminationStatus)
        #expect(codes.contains(0))
        #expect(codes.allSatisfy { $0 == 0 || $0 == 75 }, "\(codes)")
        bench.expectSame(whole, "four at once")
    }

    @Test("Where the file system has no locks a run goes on, and says so", .enabled(if: OtherReader.has("cc"), "needs a C compiler"))
    func withoutLocks() throws {
        try folder.write(
            "#include <errno.h>\nint flock(int d, int o) { (void)d; (void)o; errno = ENOLCK; return -1; }\n".utf8, to: "nolock.c")
        let library = folder.file("nolock.so")
        #expect(try OtherReader.run("cc", ["-shared", "-fPIC", "-o", library, folder.file("nolock.c")]).status == 0)
        let outcome = try bench.run(environment: ["LD_PRELOAD": library])
        #expect(outcome.exitCode == 0)
        #expect(outcome.complaints.contains("the file system has no locks"))
        bench.expectSame(try bench.undisturbed(), "without locks")
    }

    /// Whether a file system can be mounted that nobody else sees.
    private static let canMount: Bool = {
        guard OtherReader.has("unshare"), let made = try? TemporaryFolder() else { return false }
        return (try? OtherReader.run("unshare", ["-m", "mount", "-t", "tmpfs", "-o", "size=64k", "none", made.path]).status) == 0
    }()
}
