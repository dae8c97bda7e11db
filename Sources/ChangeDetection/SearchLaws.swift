/// By which laws a search told what stands from what chance makes. They hold for each km² of the dates that they were taken from, so that another search of those
/// dates, or of a part of them, can judge by them.
public struct SearchLaws: Sendable, Equatable, Codable {
    /// Of beamlet sums where nothing changed, one a piece of the line search.
    public var beamlets: [LineSearch.Spreads]
    /// Of chance lines.
    public var lines: NullTail
    /// Of blob responses where nothing changed.
    public var responses: SiteSearch.ResponseSpreads
    /// Of chance sites.
    public var sites: SiteLaw
    /// What had been observed when the laws' objects were counted.
    public var observedSquareKilometres: Double

    public init(
        beamlets: [LineSearch.Spreads], lines: NullTail, responses: SiteSearch.ResponseSpreads, sites: SiteLaw,
        observedSquareKilometres: Double
    ) {
        self.beamlets = beamlets
        self.lines = lines
        self.responses = responses
        self.sites = sites
        self.observedSquareKilometres = observedSquareKilometres
    }
}
