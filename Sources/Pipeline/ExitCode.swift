import Raster
import StrictYAML

/// The exit codes of the program, which scripts rely on.
public enum ExitCode: Int32, Sendable {
    case done = 0
    case failed = 1
    /// Wrong usage, or a bad pipeline file or claims register.
    case wrongUsage = 2
    /// Done, but some input was refused.
    case someInputRefused = 3
    /// Done, with findings that were not there before; only where it was asked for.
    case newFindings = 10
    /// Another run holds the lock.
    case locked = 75

    /// The code for an error that ended the program.
    public init(for error: any Error) {
        switch error {
        case is ConfigurationError: self = .wrongUsage
        case is RunLockedError: self = .locked
        default: self = .failed
        }
    }
}
