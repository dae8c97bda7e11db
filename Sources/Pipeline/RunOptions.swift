import Raster

/// Which of the output files to write.
public struct OutputSelection: OptionSet, Sendable, Hashable {
    public let rawValue: Int

    public init(rawValue: Int) { self.rawValue = rawValue }

    /// `detections.geojson` and `detections.gpkg`.
    public static let detections = OutputSelection(rawValue: 1)
    /// The annotated pictures below `diffs/`.
    public static let picture = OutputSelection(rawValue: 2)
    /// The change rasters below `change/`.
    public static let change = OutputSelection(rawValue: 4)
    /// `report.html`.
    public static let report = OutputSelection(rawValue: 8)

    public static let all: OutputSelection = [.detections, .picture, .change, .report]

    static let names: [(name: String, selection: OutputSelection)] = [
        ("detections", .detections), ("picture", .picture), ("change", .change), ("report", .report),
    ]

    /// Reads `detections,picture`, in any order; nil where a name is unknown or the list is empty.
    public init?(list: String) {
        self = []
        for name in list.split(separator: ",", omittingEmptySubsequences: false) {
            let trimmed = name.drop { $0 == " " }.reversed().drop { $0 == " " }.reversed()
            guard let known = Self.names.first(where: { $0.name == String(trimmed) }) else { return nil }
            insert(known.selection)
        }
    }

    /// The names of the selected outputs, in the order of the documentation.
    public var names: [String] { Self.names.filter { contains($0.selection) }.map(\.name) }
}

/// How to run, apart from what: nothing here changes a detection.
public struct RunOptions: Sendable {
    /// Worker threads, at least one. The outputs do not depend on it.
    public var jobs: Int
    public var outputs: OutputSelection
    /// Results as JSON on standard output.
    public var json: Bool
    /// No progress, and no summary.
    public var quiet: Bool
    /// Only scenes of this day or later are differenced against what lay before.
    public var since: CalendarDate?
    /// Says what would be done, and does nothing.
    public var dryRun: Bool
    /// Absolute paths of the only files that are looked at; nil for all that are found.
    var inputs: Set<String>?
    /// The ids that the run had given which this one repeats, by those that it gives itself; nil takes them from the last run into the folder.
    var names: [String: String]?
    /// New findings end the program with `ExitCode.newFindings`.
    public var exitCodeForFindings: Bool

    public init(
        jobs: Int = WorkerPool.processorCount, outputs: OutputSelection = .all, json: Bool = false, quiet: Bool = false,
        since: CalendarDate? = nil, dryRun: Bool = false, exitCodeForFindings: Bool = false
    ) {
        self.jobs = max(1, jobs)
        self.outputs = outputs
        self.json = json
        self.quiet = quiet
        self.since = since
        self.dryRun = dryRun
        self.exitCodeForFindings = exitCodeForFindings
    }
}
