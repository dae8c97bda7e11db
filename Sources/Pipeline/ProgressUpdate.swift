/// How far a piece of work has come.
public struct ProgressUpdate: Sendable, Equatable {
    /// What is being done: `33RXQ 2020-05-14 → 2021-01-19`.
    public var stage: String
    public var completed: Int
    /// 0 where it is not known.
    public var total: Int

    public init(stage: String, completed: Int, total: Int) {
        self.stage = stage
        self.completed = completed
        self.total = total
    }

    /// 0…1; nil where the total is not known.
    public var fraction: Double? {
        total > 0 ? min(1, max(0, Double(completed) / Double(total))) : nil
    }
}

/// Called from any thread, often; it must be quick.
public typealias ProgressHandler = @Sendable (ProgressUpdate) -> Void
