import Foundation
import Raster

/// Files and folders that stand under private names while they are written. A process that is told to end takes them away; one that is killed leaves them to
/// the next.
public enum Unfinished {
    private static let paths = Guarded<Set<String>>([])
    private static let publishing = Guarded(())

    public static func begin(_ path: String) { paths.withLock { _ = $0.insert(path) } }
    public static func end(_ path: String) { paths.withLock { _ = $0.remove(path) } }

    /// Work that is not to be cut in the middle, such as giving several files their names: `abandon` waits for it. Not to be nested.
    public static func wholly(_ body: () throws -> Void) throws {
        try publishing.withLock { _ in try body() }
    }

    /// Takes away what is unfinished, and then ends the process by `finish`, while other threads may still be at work.
    public static func abandon(_ finish: () -> Never) -> Never {
        publishing.withLock { _ in
            // What another thread puts into a folder while it goes is taken by the next turn.
            for _ in 0..<3 {
                for path in paths.withLock({ $0 }) where FileManager.default.fileExists(atPath: path) {
                    try? FileManager.default.removeItem(atPath: path)
                }
            }
            finish()
        }
    }
}
