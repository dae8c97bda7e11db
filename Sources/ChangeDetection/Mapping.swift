import Raster

/// How several independent pieces of work are done: one after another, or by threads of the caller's.
public struct Mapping: Sendable {
    private let forEach: @Sendable (_ count: Int, _ body: @Sendable (Int) -> Void) -> Void

    /// - Parameter forEach: calls its second argument once for each number below its first, from any thread, and returns when all are done.
    public init(forEach: @escaping @Sendable (_ count: Int, _ body: @Sendable (Int) -> Void) -> Void) { self.forEach = forEach }

    public static let serial = Mapping { count, body in for i in 0..<count { body(i) } }

    /// Calls `body` once for each number below `count`.
    public func each(_ count: Int, _ body: @Sendable (Int) -> Void) { forEach(count, body) }

    /// What `make` gives for each number below `count`, in their order.
    public func map<Value: Sendable>(_ count: Int, _ make: @Sendable (Int) -> Value) -> [Value] {
        let made = Slots<Value>(count: count)
        forEach(count) { made.put(make($0), at: $0) }
        return made.values
    }
}

/// Memory that several threads write to, each element by one of them.
public struct SharedMemory<Element>: @unchecked Sendable {
    public let pointer: UnsafeMutablePointer<Element>

    public init(_ pointer: UnsafeMutablePointer<Element>) { self.pointer = pointer }
}

/// Values that several threads make.
private final class Slots<Value: Sendable>: Sendable {
    private let slots: Guarded<[Value?]>

    init(count: Int) { slots = Guarded([Value?](repeating: nil, count: count)) }

    var values: [Value] { slots.withLock { $0.compactMap { $0 } } }

    func put(_ value: Value, at index: Int) { slots.withLock { $0[index] = value } }
}
