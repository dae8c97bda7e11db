import ArgumentParser
import CMemory
import Glibc
import Pipeline
import Raster

/// A subcommand: it prints its results and says how the program ends.
protocol Subcommand: ParsableCommand {
    func execute() throws -> Pipeline.ExitCode
}

@main
struct TrenchWatch: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "trenchwatch",
        abstract: "Finds new trenches, berms and positions in dated satellite imagery.",
        discussion: """
            Results go to standard output; progress and complaints to standard error.

            EXAMPLES
              trenchwatch run Pipelines/sirte-jufra.yaml
              trenchwatch diff 2020-05-14.tif 2021-01-19.tif --output out
              trenchwatch scenes Imagery

            EXIT CODES
              0 done, 1 failed, 2 wrong usage or a bad pipeline file, 3 done but some input was refused,
              10 new findings (run --exit-code only), 75 another run holds the lock
            """,
        version: Version.program,
        subcommands: [
            RunCommand.self, DiffCommand.self, ScenesCommand.self, InspectCommand.self, SimulateCommand.self, ScoreCommand.self,
            VerifyCommand.self, RepeatCommand.self, ScheduleCommand.self,
        ])

    static func main() {
        // Planes of some megabytes come and go with every block.
        memory_keep(64 << 20, 128 << 20)
        // A reader that has seen enough (`trenchwatch scenes … | head`) must not end a run half-way.
        signal(SIGPIPE, SIG_IGN)
        // A file that grows beyond the shell's limit is an error to tell of, and no silent end.
        signal(SIGXFSZ, SIG_IGN)
        // Where a standard stream is closed, the next file opened would take its place, and what is printed would end up in it.
        for descriptor in STDIN_FILENO...STDERR_FILENO where fcntl(descriptor, F_GETFD) == -1 { _ = open("/dev/null", O_RDONLY) }
        Interruption.prepare()
        Glibc.exit(start(Array(CommandLine.arguments.dropFirst())).rawValue)
    }

    private static func start(_ arguments: [String]) -> Pipeline.ExitCode {
        do {
            var command = try parseAsRoot(arguments)
            switch command {
            case let command as any Subcommand: return try command.execute()
            case is TrenchWatch:
                Terminal.complain(helpMessage())
                return .wrongUsage
            default:
                try command.run()
                return .done
            }
        } catch let error as any TrenchWatchError {
            Interruption.awaitEnd()
            Terminal.complain("trenchwatch: \(error.description)")
            return Pipeline.ExitCode(for: error)
        } catch {
            Interruption.awaitEnd()
            return end(with: error)
        }
    }

    /// Requests for help and wrong usage, which the parser reports as errors, and what nobody foresaw.
    private static func end(with error: any Error) -> Pipeline.ExitCode {
        let parserCode = exitCode(for: error)
        if parserCode.isSuccess {
            return (try? Terminal.print(message(for: error))) == nil ? .failed : .done
        }
        if parserCode == .validationFailure {
            Terminal.complain("trenchwatch: \(message(for: error).oneLine); see trenchwatch --help")
            return .wrongUsage
        }
        Terminal.complain("trenchwatch: \(String(describing: error).oneLine)")
        return .failed
    }
}
