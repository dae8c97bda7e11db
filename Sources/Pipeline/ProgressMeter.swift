import Raster

/// Turns the progress of several pieces of work, one after another or side by side, into that of the whole run.
final class ProgressMeter: Sendable {
    private static let steps = 1000
    private let handler: ProgressHandler
    /// 0…1, of each piece.
    private let done: Guarded<[Double]>

    init(count: Int, handler: @escaping ProgressHandler) {
        self.handler = handler
        done = Guarded([Double](repeating: 0, count: count))
    }

    /// - Parameters:
    ///   - piece: which of them, from 0.
    ///   - fraction: how much of it is done, 0…1; it never goes back.
    func report(_ stage: String, _ fraction: Double, of piece: Int) {
        let (sum, count) = done.withLock { done in
            done[piece] = max(done[piece], min(1, fraction))
            return (done.reduce(0, +), done.count)
        }
        handler(ProgressUpdate(stage: stage, completed: Int(sum * Double(Self.steps)), total: count * Self.steps))
    }
}
