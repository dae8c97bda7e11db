import Synchronization

/// Turns the progress of one pair after another into that of the whole run.
final class ProgressMeter: Sendable {
    private static let steps = 1000
    private let count: Int
    private let handler: ProgressHandler
    private let finished = Atomic<Int>(0)

    init(count: Int, handler: @escaping ProgressHandler) {
        self.count = count
        self.handler = handler
    }

    func report(_ stage: String, _ fraction: Double) {
        let done = min(count, finished.load(ordering: .relaxed)) * Self.steps
        handler(
            ProgressUpdate(
                stage: stage, completed: min(count * Self.steps, done + Int(fraction * Double(Self.steps))), total: count * Self.steps))
    }

    func finishOne() { finished.add(1, ordering: .relaxed) }
}
