import ChangeDetection
import Foundation
import Glibc
import Raster
import Synchronization

/// Work over indices on threads of its own, so that decoding that blocks never sits on the concurrency pool.
///
/// Results do not depend on the number of threads: each index is worked on alone, an ordered consumer sees the indices in order, and of
/// several errors the one of the lowest index is thrown.
public enum WorkerPool {
    /// The processors this process may use.
    public static var processorCount: Int { max(1, ProcessInfo.processInfo.activeProcessorCount) }

    /// Calls `body` once for each index in `0..<count`, on up to `jobs` threads, of which the caller's is one. Indices are handed out in
    /// order. After an error no further index is handed out; those in work are finished.
    ///
    /// - Throws: the error of the lowest index that failed; which one that is does not depend on `jobs`.
    public static func forEach(count: Int, jobs: Int, _ body: @Sendable (Int) throws -> Void) throws {
        let threads = min(max(1, jobs), count)
        guard threads > 1 else {
            for index in 0..<max(0, count) { try body(index) }
            return
        }
        try withoutActuallyEscaping(body) { body in
            let failure = FirstFailure()
            let indices = IndexSource(count: count, failure: failure)
            let work: @Sendable () -> Void = {
                while let index = indices.take() {
                    do { try body(index) } catch { failure.record(error, index: index) }
                }
            }
            let others = (1..<threads).compactMap { _ in JoinableThread(work) }
            work()
            others.forEach { $0.join() }
            if let error = failure.error { throw error }
        }
    }

    /// Produces a value for each index in `0..<count` on `jobs` threads and hands them to `consume` in order of index, on the caller's
    /// thread. No more than `window` values are in work or waiting at a time (at least one), which bounds the memory.
    ///
    /// With one job everything happens on the caller's thread.
    ///
    /// - Throws: the first error in order of index, from `produce` or from `consume`; everything before it has been consumed.
    public static func mapInOrder<Value: Sendable>(
        count: Int, jobs: Int, window: Int, produce: @Sendable (Int) throws -> Value, consume: (Int, Value) throws -> Void
    ) throws {
        let threads = min(max(1, jobs), max(1, window), count)
        guard threads > 1 else {
            for index in 0..<max(0, count) { try consume(index, produce(index)) }
            return
        }
        try withoutActuallyEscaping(produce) { produce in
            let queue = OrderedQueue<Value>(count: count, window: max(1, window))
            let workers = (0..<threads).compactMap { _ in
                JoinableThread {
                    while let index = queue.take() { queue.put(Result { try produce(index) }, at: index) }
                }
            }
            defer {
                queue.close()
                workers.forEach { $0.join() }
            }
            for index in 0..<count {
                // Without a single thread (the system refused them all) the caller makes the values itself.
                let result = workers.isEmpty ? Result { try produce(index) } : queue.wait(for: index)
                try consume(index, result.get())
            }
        }
    }

    /// Does `other` on a thread of its own while `body` runs on the caller's; with one job before it.
    ///
    /// - Throws: the error of `other`, else that of `body`.
    static func beside<Value>(jobs: Int, _ other: @escaping @Sendable () throws -> Void, _ body: () throws -> Value) throws -> Value {
        let failure = FirstFailure()
        let thread =
            jobs > 1
            ? JoinableThread {
                do { try other() } catch { failure.record(error, index: 0) }
            } : nil
        guard let thread else {
            try other()
            return try body()
        }
        let result = Result { try body() }
        thread.join()
        if let error = failure.error { throw error }
        return try result.get()
    }
}

extension WorkerPool {
    /// Independent pieces of work on up to `jobs` threads.
    static func mapping(jobs: Int) -> Mapping {
        Mapping { count, body in
            // Only what the body throws is thrown, and it throws nothing.
            try? forEach(count: count, jobs: jobs) { body($0) }
        }
    }

    /// What pieces of work side by side may keep in memory together, for their planes.
    private static let bytesTogether = 3 << 28

    /// How many of several pieces of work are best done side by side, with `jobs` shared out among them: as many as there are threads, and fewer where their memory would
    /// grow too large. A large piece of work keeps all threads busy by itself.
    static func together(count: Int, jobs: Int, bytesEach: Int) -> Int {
        max(1, min(count, jobs, bytesTogether / max(1, bytesEach)))
    }
}

/// Hands out indices in order until there are none or something has failed.
private final class IndexSource: Sendable {
    private let next = Atomic<Int>(0)
    private let count: Int
    private let failure: FirstFailure

    init(count: Int, failure: FirstFailure) {
        self.count = count
        self.failure = failure
    }

    func take() -> Int? {
        guard !failure.happened.load(ordering: .relaxed) else { return nil }
        let index = next.wrappingAdd(1, ordering: .relaxed).oldValue
        return index < count ? index : nil
    }
}

/// The error of the lowest index. Indices start in order, so whatever fails first, every lower index has been started and will be heard.
private final class FirstFailure: Sendable {
    let happened = Atomic<Bool>(false)
    private let first = Guarded<(index: Int, error: any Error)?>(nil)

    var error: (any Error)? { first.withLock { $0?.error } }

    func record(_ error: any Error, index: Int) {
        first.withLock { if $0.map({ index < $0.index }) ?? true { $0 = (index, error) } }
        happened.store(true, ordering: .relaxed)
    }
}

/// Values by index between producing threads and one consumer that wants them in order.
private final class OrderedQueue<Value: Sendable>: @unchecked Sendable {
    // Everything below is read and written under `condition` only.
    private let condition = NSCondition()
    private var ready: [Int: Result<Value, any Error>] = [:]
    private var next = 0
    private var consumed = 0
    private var closed = false
    private let count: Int
    private let window: Int

    init(count: Int, window: Int) {
        self.count = count
        self.window = window
    }

    func take() -> Int? {
        condition.lock()
        defer { condition.unlock() }
        while !closed, next < count, next >= consumed + window { condition.wait() }
        guard !closed, next < count else { return nil }
        defer { next += 1 }
        return next
    }

    func put(_ result: Result<Value, any Error>, at index: Int) {
        condition.lock()
        defer { condition.unlock() }
        ready[index] = result
        if case .failure = result { next = count }
        condition.broadcast()
    }

    /// Waits for the value of `index`. The value before it counts as consumed from here on.
    func wait(for index: Int) -> Result<Value, any Error> {
        condition.lock()
        defer { condition.unlock() }
        consumed = index
        condition.broadcast()
        while true {
            if let result = ready.removeValue(forKey: index) { return result }
            condition.wait()
        }
    }

    func close() {
        condition.lock()
        defer { condition.unlock() }
        closed = true
        condition.broadcast()
    }
}

/// A POSIX thread that can be waited for. nil where the system has none to give.
private struct JoinableThread {
    private final class Work {
        let run: @Sendable () -> Void
        init(_ run: @escaping @Sendable () -> Void) { self.run = run }
    }

    private let handle: pthread_t

    init?(_ run: @escaping @Sendable () -> Void) {
        var handle = pthread_t()
        let work = Unmanaged.passRetained(Work(run))
        let status = pthread_create(
            &handle, nil,
            { argument in
                if let argument { Unmanaged<Work>.fromOpaque(argument).takeRetainedValue().run() }
                return nil
            }, work.toOpaque())
        guard status == 0 else {
            work.release()
            return nil
        }
        self.handle = handle
    }

    func join() { pthread_join(handle, nil) }
}
