import ArgumentParser
import Foundation
import Pipeline
import Raster

struct ScheduleCommand: Subcommand {
    static let configuration = CommandConfiguration(
        commandName: "schedule",
        abstract: "Print what to install to run a pipeline on a schedule.",
        discussion: """
            Prints a crontab line, or a systemd service with its timer, or a Slurm batch script, and where to put it. Changes nothing by
            itself. All paths in it are absolute: print it anew when the program or the pipeline has moved.

            EXAMPLES
              trenchwatch schedule Pipelines/sirte-jufra.yaml
              trenchwatch schedule Pipelines/sirte-jufra.yaml --cron '30 5 * * mon-fri' --systemd
              trenchwatch schedule Pipelines/sirte-jufra.yaml --imagery /data/s2 --output /data/out
            """)

    @Argument(help: ArgumentHelp("The pipeline file (YAML).", valueName: "pipeline"))
    var pipeline: String

    @Option(
        help: ArgumentHelp(
            "When to run: the five fields of a crontab, or @hourly, @daily, @weekly, @monthly. (default: '\(ScheduleExpression.usual)')",
            valueName: "expr"))
    var cron = ScheduleExpression.usual

    @Flag(help: "Print a systemd service and its timer.")
    var systemd = false

    @Flag(help: "Print a Slurm batch script.")
    var slurm = false

    @Option(help: ArgumentHelp("Folder of scenes, instead of the pipeline's.", valueName: "dir"))
    var imagery: String?

    @Option(name: .shortAndLong, help: ArgumentHelp("Folder to write to, instead of the pipeline's.", valueName: "dir"))
    var output: String?

    func validate() throws {
        if systemd, slurm { throw ValidationError("--systemd and --slurm exclude each other") }
        do {
            let when = try ScheduleExpression(cron)
            if systemd { _ = try when.onCalendar() }
        } catch let error as InputError {
            throw ValidationError("--cron: \(error.description)")
        }
    }

    func execute() throws -> Pipeline.ExitCode {
        let file = try PipelineFile(path: pipeline, imagery: imagery, output: output)
        let run = ScheduledRun(
            of: file, executable: try Self.executable(), tellingImagery: imagery != nil, tellingOutput: output != nil)
        let when = try ScheduleExpression(cron)
        try Terminal.print(systemd ? run.systemd(when) : slurm ? run.slurm(when) : run.crontab(when))
        return .done
    }

    /// The program's own file, links resolved.
    private static func executable() throws -> String {
        let link = "/proc/self/exe"
        guard let path = try? FileManager.default.destinationOfSymbolicLink(atPath: link),
            FileManager.default.isExecutableFile(atPath: path)
        else {
            throw InputError(path: link, problem: "the program's own file cannot be found", advice: "start it anew if it was replaced")
        }
        return path
    }
}
