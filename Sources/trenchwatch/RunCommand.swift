import ArgumentParser
import Pipeline
import Raster

struct RunCommand: Subcommand {
    static let configuration = CommandConfiguration(
        commandName: "run",
        abstract: "Run a pipeline: find dated scenes, difference them, detect earthworks.",
        discussion: """
            Searches all dates of a tile together, and differences every two consecutive ones and the first with the last. What an earlier
            run into the same folder has done is not done again: the first run prints a summary, later ones what is new, and nothing where
            nothing is. What cannot be used is named on standard error and left out; the program then ends with 3.

            EXAMPLES
              trenchwatch run Pipelines/sirte-jufra.yaml
              trenchwatch run Pipelines/sirte-jufra.yaml --imagery /data/s2 --output out --jobs 4
              trenchwatch run Pipelines/sirte-jufra.yaml --since 2021-01-01 --dry-run
              trenchwatch run Pipelines/sirte-jufra.yaml --quiet --exit-code || notify
            """)

    @Argument(help: ArgumentHelp("The pipeline file (YAML).", valueName: "pipeline"))
    var pipeline: String

    @Option(help: ArgumentHelp("Folder of scenes, instead of the pipeline's.", valueName: "dir"))
    var imagery: String?

    @Option(name: .shortAndLong, help: ArgumentHelp("Folder to write to, instead of the pipeline's.", valueName: "dir"))
    var output: String?

    @Option(
        help: ArgumentHelp("Difference only scenes of this day or later, each with the one before it.", valueName: "date"),
        transform: CalendarDate.argument)
    var since: CalendarDate?

    @Flag(help: "Say what would be done, and do nothing.")
    var dryRun = false

    @Flag(help: "End with 10 where there are findings that were not there before.")
    var exitCode = false

    @Flag(help: "Print the whole summary, also where nothing is new.")
    var summary = false

    @OptionGroup var work: WorkOptions

    func execute() throws -> Pipeline.ExitCode {
        let file = try PipelineFile(path: pipeline, imagery: imagery, output: output)
        var options = work.runOptions
        options.since = since
        options.dryRun = dryRun
        options.exitCodeForFindings = exitCode
        return try work.report(showsAll: summary) { progress in
            try PipelineRun(file: file, options: options).run(progress: progress) { Terminal.complain("warning: \($0)") }
        }
    }
}
