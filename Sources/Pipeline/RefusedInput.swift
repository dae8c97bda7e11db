import Raster

/// An input that was left out, and why.
public struct RefusedInput: Codable, Sendable, Equatable {
    /// As found: a file, or a scene's folder.
    public var input: String
    public var reason: String

    public init(input: String, reason: String) {
        self.input = input
        self.reason = reason
    }

    /// For people, on one line.
    var line: String { "\(input.oneLine): \(reason.oneLine)" }

    public init(input: String, error: any Error) {
        self.input = input
        if let known = error as? any TrenchWatchError {
            let text = known.problem + (known.advice.map { "; " + $0 } ?? "")
            let elsewhere = known.path.flatMap { $0 == input ? nil : $0 + ": " } ?? ""
            reason = (elsewhere + text).oneLine
        } else {
            reason = String(describing: error).oneLine
        }
    }
}
