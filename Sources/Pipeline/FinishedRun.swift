import ChangeDetection
import Raster

/// What the ledger keeps of the last run that came to its end: enough to tell what is new since.
struct FinishedRun: Codable, Sendable {
    /// The key of all that the run rested on.
    var key: String
    var earthworks: [Earthwork]
    /// Verdicts by claim.
    var verdicts: [String: String]
    /// The dates that were used, by tile.
    var scenes: [String: [String]]
    var refused: [RefusedInput]
    var warnings: [String]
}
