import ArgumentParser
import Pipeline
import Raster

/// What `run` and `diff` have in common.
struct WorkOptions: ParsableArguments {
    @Option(
        name: .shortAndLong,
        help: ArgumentHelp("Worker threads; the results do not depend on it. (default: one a processor)", valueName: "n"))
    var jobs: Int?

    @Option(
        help: ArgumentHelp("Which files to write, of detections, picture, change, report. (default: all)", valueName: "list"),
        transform: WorkOptions.selection)
    var outputs: OutputSelection?

    @Flag(help: "Print the summary as JSON.")
    var json = false

    @Flag(name: .shortAndLong, help: "No progress, and no summary.")
    var quiet = false

    func validate() throws {
        if let jobs, !(1...1024).contains(jobs) { throw ValidationError("--jobs \(jobs) is not a number from 1 to 1024") }
    }

    var runOptions: RunOptions {
        var options = RunOptions(outputs: outputs ?? .all, json: json, quiet: quiet)
        if let jobs { options.jobs = jobs }
        return options
    }

    /// Runs a job behind a progress bar, and reports what it did; with `showsAll` also what is no news.
    func report(showsAll: Bool = false, _ job: (@escaping ProgressHandler) throws -> RunSummary) throws -> Pipeline.ExitCode {
        let bar = ProgressBar(quiet: quiet)
        let summary: RunSummary
        do {
            defer { bar.finish() }
            summary = try job(bar.handler)
        }
        Terminal.complain(summary.complaints)
        if json {
            try Terminal.print(summary.json)
        } else if !quiet {
            try Terminal.print(showsAll ? summary.text : summary.report)
        }
        return summary.exitCode
    }

    @Sendable static func selection(_ list: String) throws -> OutputSelection {
        guard let selection = OutputSelection(list: list) else {
            throw ValidationError("'\(list)' is not a list of detections, picture, change, report")
        }
        return selection
    }
}

extension CalendarDate {
    /// Reads a day given on the command line.
    @Sendable static func argument(_ text: String) throws -> CalendarDate {
        guard let date = CalendarDate(iso: text) else { throw ValidationError("'\(text)' is not a date such as 2021-01-19") }
        return date
    }
}
