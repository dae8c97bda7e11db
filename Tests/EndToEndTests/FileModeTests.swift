import Foundation
import TestSupport
import Testing

@Suite("Modes of files")
struct FileModeTests {
    private let folder: TemporaryFolder
    private let pipeline: String

    init() throws {
        folder = try TemporaryFolder()
        try Fixtures.copyImagery(to: folder)
        pipeline = try Fixtures.pipeline("imagery: Imagery\noutput: out\nschedule: { metrics: metrics/a.prom }\n", in: folder)
    }

    private func modes(below name: String) throws -> [String: mode_t] {
        let walker = FileManager.default.enumerator(atPath: folder.file(name))
        var modes: [String: mode_t] = [:]
        for path in [""] + (walker?.compactMap { $0 as? String } ?? []) {
            var status = stat()
            try #require(lstat(folder.file(name + (path.isEmpty ? "" : "/" + path)), &status) == 0)
            modes[path] = status.st_mode
        }
        return modes
    }

    private func shell(_ script: String) throws -> Int32 {
        try Executable.shell(script, [pipeline, folder.file("out"), folder.path]).status
    }

    @Test(
        "All that a run leaves has the modes that the umask says; its own state is nobody else's", arguments: [0o077, 0o022, 0o002, 0o000])
    func run(umask: mode_t) throws {
        let mask = String(umask, radix: 8)
        #expect(try shell(#"umask \#(mask); exec "$0" run "$1" --quiet"#) == 0)
        let modes = try modes(below: "out").merging(modes(below: "metrics").map { ("metrics/" + $0, $1) }) { $1 }
        #expect(modes.keys.contains("report.html") && modes.keys.contains("metrics/a.prom"))
        for (path, mode) in modes {
            if path == ".trenchwatch" || path.hasPrefix(".trenchwatch/") {
                // Whoever cannot enter the folder reaches nothing in it.
                if mode & S_IFMT == S_IFDIR { #expect(mode & 0o7777 == 0o700, "\(path)") }
                #expect(mode & 0o7777 & umask == 0, "\(path)")
            } else {
                let most: mode_t = mode & S_IFMT == S_IFDIR ? 0o777 : 0o666
                #expect(mode & 0o7777 == most & ~umask, "\(path) has mode \(String(mode & 0o7777, radix: 8)) under umask \(mask)")
            }
        }
    }

    @Test("So it is with diff and simulate", arguments: [0o077, 0o002])
    func others(umask: mode_t) throws {
        let mask = String(umask, radix: 8)
        let scenes = #""$3/Imagery/33RXQ/2020-05-14.tif" "$3/Imagery/33RXQ/2021-01-19.tif""#
        #expect(try shell(#"umask \#(mask); exec "$0" diff \#(scenes) --output "$2" --quiet"#) == 0)
        try folder.write(Fixtures.scenario.utf8, to: "tiny.yaml")
        #expect(try shell(#"umask \#(mask); exec "$0" simulate "$3/tiny.yaml" --output "$2/simulated""#) == 0)
        for (path, mode) in try modes(below: "out") {
            let most: mode_t = mode & S_IFMT == S_IFDIR ? 0o777 : 0o666
            #expect(mode & 0o7777 == most & ~umask, "\(path) has mode \(String(mode & 0o7777, radix: 8)) under umask \(mask)")
        }
    }

    @Test("While a run is at work, nobody else can look at what is unfinished, whatever the umask")
    func underWay() throws {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/bin/sh")
        process.arguments = ["-c", #"umask 000; exec "$0" run "$1" --quiet"#, Executable.path, pipeline]
        try process.run()
        var seen: Set<String> = []
        while process.isRunning {
            for name in (try? FileManager.default.contentsOfDirectory(atPath: folder.file("out"))) ?? [] where name.hasPrefix(".") {
                var status = stat()
                guard lstat(folder.file("out/" + name), &status) == 0 else { continue }
                seen.insert(name)
                #expect(status.st_mode & 0o077 == 0, "\(name)")
            }
            usleep(500)
        }
        #expect(process.terminationStatus == 0)
        #expect(seen == [".trenchwatch", ".trenchwatch-staging"])
    }
}
