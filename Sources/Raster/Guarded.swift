import CThreadSanitizer
import Synchronization

/// A value that one thread at a time can use: a `Mutex` of which the thread sanitizer knows.
///
/// On Linux a `Mutex` that another thread waits for is handed over by the kernel, which the sanitizer does not see, so that it takes what the lock
/// guards for a race. Here it is told. In a build without it that is two empty calls.
public struct Guarded<Value: ~Copyable>: ~Copyable {
    @usableFromInline
    let mutex: Mutex<Value>

    @inlinable
    public init(_ value: consuming sending Value) { mutex = Mutex(value) }

    /// Waits for the value, and has it alone until `body` ends. `body` must not ask for it again.
    @inlinable
    public func withLock<Result: ~Copyable, Failure: Error>(
        _ body: (inout sending Value) throws(Failure) -> sending Result
    ) throws(Failure) -> sending Result {
        // Of the lock: to ask for the value's address would be an access to it.
        let place = withUnsafePointer(to: self) { UnsafeMutableRawPointer(mutating: $0) }
        return try mutex.withLock { value throws(Failure) in
            thread_sanitizer_acquire(place)
            defer { thread_sanitizer_release(place) }
            return try body(&value)
        }
    }
}

extension Guarded: Sendable where Value: ~Copyable {}
