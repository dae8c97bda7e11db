import ArgumentParser
import Pipeline
import Scenes

struct ScenesCommand: Subcommand {
    static let configuration = CommandConfiguration(
        commandName: "scenes",
        abstract: "List the dated scenes under a folder.",
        discussion: """
            Shows what run would use: tile, date and where it was read, bands, grid, scale and offset, mask; what was refused, and why.
            A file's modification time is never taken for a date. Ends with 3 where something was refused.

            EXAMPLES
              trenchwatch scenes Imagery
              trenchwatch scenes /data/s2 --json | jq -r '.scenes[] | [.tile, .date] | @tsv'
            """)

    @Argument(help: ArgumentHelp("The folder to search.", valueName: "path"))
    var path: String

    @Flag(help: "Print JSON.")
    var json = false

    func execute() throws -> Pipeline.ExitCode {
        let listing = SceneListing(path: path, inventory: try SceneFinder.find(in: path))
        if json {
            try Terminal.print(JSONText.encode(listing))
        } else {
            try Terminal.print(listing.text)
            Terminal.complain(listing.complaints)
        }
        return listing.refused.isEmpty ? .done : .someInputRefused
    }
}
