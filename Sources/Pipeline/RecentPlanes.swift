import Raster

/// Planes of the dates that were worked on last, as many as a budget of memory allows.
final class RecentPlanes: Sendable {
    private struct State {
        /// The oldest first.
        var dates: [(key: String, planes: DatePlanes)] = []
        var bytes = 0
    }

    private let state = Guarded(State())
    private let budget: Int

    init(budget: Int) { self.budget = budget }

    subscript(key: String) -> DatePlanes? { state.withLock { state in state.dates.first { $0.key == key }?.planes } }

    /// Keeps a date's planes in place of older ones, or not at all where they alone are too large.
    func add(_ planes: DatePlanes, as key: String) {
        makeRoom(for: planes.bytes)
        guard planes.bytes <= budget else { return }
        state.withLock { state in
            if let known = state.dates.firstIndex(where: { $0.key == key }) { state.bytes -= state.dates.remove(at: known).planes.bytes }
            state.dates.append((key, planes))
            state.bytes += planes.bytes
        }
    }

    /// Gives up the oldest until so many bytes more are within the budget.
    func makeRoom(for bytes: Int) {
        let gone = state.withLock { state -> [DatePlanes] in
            var count = 0
            while count < state.dates.count, bytes > budget - state.bytes {
                state.bytes -= state.dates[count].planes.bytes
                count += 1
            }
            defer { state.dates.removeFirst(count) }
            return state.dates.prefix(count).map(\.planes)
        }
        // Their memory goes once the lock is open.
        _ = gone
    }
}

extension DatePlanes {
    fileprivate var bytes: Int { signed.count + structure.count + luminance.count }
}
