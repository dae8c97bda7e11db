import ArgumentParser
import Pipeline
import RasterIO
import Scenes

struct InspectCommand: Subcommand {
    static let configuration = CommandConfiguration(
        commandName: "inspect",
        abstract: "Describe one raster file.",
        discussion: """
            Size, bands, type, blocks, compression, coordinate system, position, nodata, date, and the statistics of each band's valid
            samples in the file's own units. All pixels are read, block by block.

            EXAMPLES
              trenchwatch inspect 33RXQ/2021-01-19.tif
              trenchwatch inspect scene.tif --json | jq '.bands[].mean'
            """)

    @Argument(help: ArgumentHelp("A GeoTIFF or PNG.", valueName: "file"))
    var file: String

    @Flag(help: "Print JSON.")
    var json = false

    func execute() throws -> Pipeline.ExitCode {
        let reader = try RasterReader(path: file)
        let statistics = try BandStatistics.all(ofFileAt: file, reader, jobs: WorkerPool.processorCount)
        // A raster that is no scene, such as a mask, has no scene's date.
        let scene = try? SceneFinder.scene(at: file).scene
        let report = RasterReport(reader.info, statistics: statistics, scene: scene)
        try Terminal.print(json ? JSONText.encode(report) : report.text)
        return .done
    }
}
