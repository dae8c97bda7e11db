import ArgumentParser
import Pipeline
import Raster
import Simulation

struct SimulateCommand: Subcommand {
    static let configuration = CommandConfiguration(
        commandName: "simulate",
        abstract: "Make dated test scenes with earthworks of known place, date and contrast.",
        discussion: """
            Writes Imagery/<tile>/<date>.tif, truth.geojson and case.json below the output folder. Every scene says of itself that it is
            simulated. The same scenario gives the same pixels on every machine.

            EXAMPLES
              trenchwatch simulate Pipelines/scenarios/desert-pair.yaml --output out
            """)

    @Argument(help: ArgumentHelp("The scenario (YAML).", valueName: "scenario"))
    var scenario: String

    @Option(name: .shortAndLong, help: ArgumentHelp("Folder to write to.", valueName: "dir"))
    var output: String

    @Flag(name: .shortAndLong, help: "No progress.")
    var quiet = false

    func execute() throws -> Pipeline.ExitCode {
        let loaded = try Scenario.load(path: scenario)
        let bar = ProgressBar(quiet: quiet)
        let result: SimulationResult
        do {
            defer { bar.finish() }
            let handler = bar.handler
            result = try Simulator.run(loaded, output: output) { share in
                handler(ProgressUpdate(stage: "simulating \(loaded.name)", completed: Int(share * 1000), total: 1000))
            }
        }
        try Terminal.print((result.scenes + [result.truthPath, result.casePath]).map(\.oneLine).joined(separator: "\n"))
        return .done
    }
}
