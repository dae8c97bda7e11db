/// A measure of the earthworks in a place, with the earthworks that it rests on.
public struct ClaimMeasurement: Sendable, Equatable {
    /// nil where there is nothing to measure, such as the bearing of no line.
    public var measured: Measured?
    /// Ids, sorted.
    public var evidence: [String]
    /// Largest earthwork, or the length that was measured, in metres: what stands in for a size that the claim does not state.
    public var largestMetres: Double?
    /// How many of the evidence were seen on one date only.
    public var provisional: Int
}
