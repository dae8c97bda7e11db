import Raster

/// Values that take long to make and are asked for again and again, by what they are made of. A bounded number is kept: files from strangers may name any number of systems.
final class RecentValues<Key: Hashable & Sendable, Value: Sendable>: Sendable {
    private let most: Int
    private let values = Guarded<[Key: Value]>([:])

    /// - Parameter most: as many are kept; one more, and all are forgotten.
    init(most: Int) { self.most = most }

    /// The value that is kept, or what `make` gives. Two threads may make the same one at a time. What cannot be made is tried again when it is asked for again.
    func value(of key: Key, make: () throws -> Value) rethrows -> Value {
        if let value = values.withLock({ $0[key] }) { return value }
        let value = try make()
        // What is forgotten is given up after the lock: to close a system of PROJ's takes a while.
        _ = values.withLock { values in
            let forgotten = values.count >= most ? values : [:]
            if !forgotten.isEmpty { values = [:] }
            values[key] = value
            return forgotten
        }
        return value
    }
}
