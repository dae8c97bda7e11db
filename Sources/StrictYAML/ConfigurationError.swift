import Raster

/// A file of settings (a pipeline, a claims register) that cannot be used: its author has to change it.
public struct ConfigurationError: TrenchWatchError, Equatable {
    public var file: String
    /// From 1; nil where it is about the file as a whole.
    public var line: Int?
    public var problem: String
    public var advice: String?

    public init(file: String, line: Int? = nil, problem: String, advice: String? = nil) {
        self.file = file
        self.line = line
        self.problem = problem
        self.advice = advice
    }

    /// The file, with the line after a colon where it is known, as editors read it.
    public var path: String? { line.map { "\(file):\($0)" } ?? file }
}
