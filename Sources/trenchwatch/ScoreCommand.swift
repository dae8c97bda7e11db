import ArgumentParser
import Pipeline
import Simulation

struct ScoreCommand: Subcommand {
    static let configuration = CommandConfiguration(
        commandName: "score",
        abstract: "Compare detections with what was implanted.",
        discussion: """
            Completeness is the share of the implanted length that was found, correctness the share of the found length that was
            implanted; both within a buffer.

            EXAMPLES
              trenchwatch score out/detections.geojson truth.geojson
              trenchwatch score out/detections.geojson case-folder --buffer 30 --min-confidence 0.9 --json
            """)

    @Argument(help: ArgumentHelp("GeoJSON with the detections.", valueName: "detections"))
    var detections: String

    @Argument(help: ArgumentHelp("truth.geojson, or the folder that holds it.", valueName: "truth"))
    var truth: String

    @Option(help: ArgumentHelp("How far a detection may lie from the truth, in metres.", valueName: "m"))
    var buffer = 25.0

    @Option(help: ArgumentHelp("Leave out detections of a lower confidence, 0 to 1.", valueName: "p"))
    var minConfidence = 0.0

    @Option(
        name: .customLong("km2"),
        help: ArgumentHelp("The area looked at, in km². (default: what case.json beside the truth says)", valueName: "area"))
    var squareKilometres: Double?

    @Flag(help: "Print JSON.")
    var json = false

    func validate() throws {
        guard buffer > 0, buffer <= 10_000 else { throw ValidationError("--buffer \(buffer) is not a distance from 0 to 10000 m") }
        guard (0...1).contains(minConfidence) else { throw ValidationError("--min-confidence \(minConfidence) is not from 0 to 1") }
        if let squareKilometres, !(squareKilometres > 0 && squareKilometres.isFinite) {
            throw ValidationError("--km2 \(squareKilometres) is not a positive area")
        }
    }

    func execute() throws -> Pipeline.ExitCode {
        let score = try Scoring.score(
            detections: detections, truth: truth, observedKm2: squareKilometres, bufferMetres: buffer, minimumConfidence: minConfidence)
        try Terminal.print(json ? JSONText.encode(score) : score.table)
        return .done
    }
}
