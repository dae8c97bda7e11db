import ArgumentParser
import Pipeline

struct RepeatCommand: Subcommand {
    static let configuration = CommandConfiguration(
        commandName: "repeat",
        abstract: "Do a run or diff once more from its manifest, and compare every byte.",
        discussion: """
            Needs the inputs where the manifest has them, unchanged, and uses no others. The new files are held against the manifest's SHA-256: where all
            are the same it ends with 0, else with 1. Another version of the program or of its libraries may give other bytes; it is named on standard
            error.

            EXAMPLES
              trenchwatch repeat Output --output again
            """)

    @Argument(help: ArgumentHelp("The output folder of the run or diff.", valueName: "output"))
    var run: String

    @Option(name: .shortAndLong, help: ArgumentHelp("A new folder to write to.", valueName: "dir"))
    var output: String

    @Option(name: .shortAndLong, help: ArgumentHelp("Worker threads. (default: one a processor)", valueName: "n"))
    var jobs: Int?

    @Flag(help: "Print JSON.")
    var json = false

    func validate() throws {
        if let jobs, !(1...1024).contains(jobs) { throw ValidationError("--jobs \(jobs) is not a number from 1 to 1024") }
    }

    func execute() throws -> Pipeline.ExitCode {
        let repeated = try RepeatedRun(of: run, output: output, jobs: jobs ?? WorkerPool.processorCount)
        for line in repeated.differences { Terminal.complain("warning: \(line)") }
        let bar = ProgressBar(quiet: json)
        let verification: OutputVerification
        do {
            defer { bar.finish() }
            verification = try repeated.run(progress: bar.handler) { Terminal.complain("warning: \($0)") }
        }
        try Terminal.print(json ? verification.json : verification.text)
        return verification.isSound ? .done : .failed
    }
}
