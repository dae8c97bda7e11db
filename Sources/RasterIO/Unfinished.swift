import Foundation
import Raster

/// Files and folders that stand under private names while they are written. A process that is told to end takes them away; one that is killed leaves them to
/// the next.
public enum Unfinished {
    private static let paths = Guarded<Set<String>>([])
    private static let publishing = Guarded(())

    /// Makes something under a private name, or nothing, and notes it in one step. In a process that is being ended it does not return: what `abandon` does not see
    /// is not made any more.
    ///
    /// - Parameter make: gives the path of what it made; nil where it could not.
    public static func begin(_ make: () -> String?) {
        paths.withLock { paths in if let path = make() { _ = paths.insert(path) } }
    }

    public static func end(_ path: String) { paths.withLock { _ = $0.remove(path) } }

    /// Work that is not to be cut in the middle, such as giving several files their names: `abandon` waits for it. Not to be nested.
    public static func wholly(_ body: () throws -> Void) throws {
        try publishing.withLock { _ in try body() }
    }

    /// Takes away what is unfinished, and then ends the process by `finish`, while other threads may still be at work.
    public static func abandon(_ finish: () -> Never) -> Never {
        publishing.withLock { _ in
            // Neither lock is given back.
            paths.withLock { paths in
                // What another thread puts into a folder while it goes is taken by the next turn.
                for _ in 0..<3 {
                    for path in paths where FileManager.default.fileExists(atPath: path) {
                        try? FileManager.default.removeItem(atPath: path)
                    }
                }
                finish()
            }
        }
    }
}
