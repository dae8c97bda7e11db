import ArgumentParser
import Pipeline

struct DiffCommand: Subcommand {
    static let configuration = CommandConfiguration(
        commandName: "diff",
        abstract: "Compare two scenes.",
        discussion: """
            A scene is a raster file (GeoTIFF or PNG) or a folder with one file a band. The two may differ in size, grid and coordinate
            system; a shift between them is measured and taken out.

            EXAMPLES
              trenchwatch diff 2020-05-14.tif 2021-01-19.tif --output out
              trenchwatch diff scenes/2020-05-14 scenes/2021-01-19 --output out --outputs detections,picture
              trenchwatch diff before.tif after.tif --output out --json | jq .linear_length_m
            """)

    @Argument(help: ArgumentHelp("The earlier scene.", valueName: "before"))
    var before: String

    @Argument(help: ArgumentHelp("The later scene.", valueName: "after"))
    var after: String

    @Option(name: .shortAndLong, help: ArgumentHelp("Folder to write to.", valueName: "dir"))
    var output: String

    @OptionGroup var work: WorkOptions

    func execute() throws -> Pipeline.ExitCode {
        try work.report { try DiffJob(before: before, after: after, output: output, options: work.runOptions).run(progress: $0) }
    }
}
