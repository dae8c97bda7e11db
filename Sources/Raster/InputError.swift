/// The root of every error that the program expects: it says what was wrong, in which file and where, and what to do.
public protocol TrenchWatchError: Error, Sendable, CustomStringConvertible {
    /// The file or folder it is about.
    var path: String? { get }
    /// What was wrong, one sentence part without a full stop: "strip 3 ends after 120 of 4096 bytes".
    var problem: String { get }
    /// What the user can do about it.
    var advice: String? { get }
}

extension TrenchWatchError {
    /// One line: `path: problem; advice`. Line breaks and other control characters in it (a path may hold any) are written as escapes.
    public var description: String {
        let text = (path.map { $0 + ": " } ?? "") + problem + (advice.map { "; " + $0 } ?? "")
        return text.oneLine
    }
}

extension String {
    /// The text with control characters escaped, so that it stands on one line of a terminal or log and cannot steer it.
    public var oneLine: String {
        guard unicodeScalars.contains(where: { $0.value < 0x20 || (0x7F...0x9F).contains($0.value) }) else { return self }
        var out = ""
        for scalar in unicodeScalars {
            switch scalar {
            case "\n": out += "\\n"
            case "\r": out += "\\r"
            case "\t": out += "\\t"
            default:
                if scalar.value < 0x20 || (0x7F...0x9F).contains(scalar.value) {
                    out += "\\u{" + String(scalar.value, radix: 16) + "}"
                } else {
                    out.unicodeScalars.append(scalar)
                }
            }
        }
        return out
    }
}

/// An input that cannot be used, by name.
public struct InputError: TrenchWatchError, Equatable {
    public var path: String?
    public var problem: String
    public var advice: String?

    public init(path: String? = nil, problem: String, advice: String? = nil) {
        self.path = path
        self.problem = problem
        self.advice = advice
    }
}
