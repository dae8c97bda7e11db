import Foundation
import Raster
import Synchronization
import Testing

@testable import Pipeline

private struct Failure: Error, Equatable {
    var index: Int
}

@Suite("Worker pool")
struct WorkerPoolTests {
    @Test("every index is worked on exactly once", arguments: [0, 1, 2, 7, 100, 1000], [1, 2, 8, 64])
    func eachOnce(count: Int, jobs: Int) throws {
        let seen = Guarded([Int](repeating: 0, count: count))
        try WorkerPool.forEach(count: count, jobs: jobs) { index in seen.withLock { $0[index] += 1 } }
        #expect(seen.withLock { $0.allSatisfy { $0 == 1 } })
    }

    @Test("of several errors the one of the lowest index is thrown, whatever the number of threads", arguments: [1, 2, 3, 8])
    func lowestError(jobs: Int) {
        for _ in 0..<20 {
            #expect(throws: Failure(index: 13)) {
                try WorkerPool.forEach(count: 200, jobs: jobs) { index in
                    // The lowest one fails last, so that a pool that throws the first to arrive is found out.
                    if index == 13 { usleep(2000) }
                    if index >= 13 { throw Failure(index: index) }
                }
            }
        }
    }

    @Test("work beside other work is done when that is, and its error comes first", arguments: [1, 2, 8])
    func beside(jobs: Int) throws {
        let done = Guarded(false)
        let value = try WorkerPool.beside(jobs: jobs) {
            usleep(2000)
            done.withLock { $0 = true }
        } _: {
            7
        }
        var isDone = done.withLock { $0 }
        #expect(value == 7 && isDone)
        #expect(throws: Failure(index: 1)) {
            try WorkerPool.beside(jobs: jobs) {
                throw Failure(index: 1)
            } _: {
                throw Failure(index: 2)
            }
        }
        done.withLock { $0 = false }
        #expect(throws: Failure(index: 2)) {
            try WorkerPool.beside(jobs: jobs) {
                usleep(2000)
                done.withLock { $0 = true }
            } _: {
                throw Failure(index: 2)
            }
        }
        isDone = done.withLock { $0 }
        #expect(isDone)
    }

    @Test("nothing new begins after an error")
    func stopsEarly() {
        let begun = Atomic<Int>(0)
        #expect(throws: Failure.self) {
            try WorkerPool.forEach(count: 100_000, jobs: 4) { index in
                begun.add(1, ordering: .relaxed)
                if index == 0 { throw Failure(index: 0) }
                usleep(50)
            }
        }
        #expect(begun.load(ordering: .relaxed) < 10_000)
    }

    @Test("values are consumed in order, on the caller's thread", arguments: [0, 1, 5, 300], [1, 2, 8])
    func inOrder(count: Int, jobs: Int) throws {
        let caller = pthread_self()
        var consumed: [Int] = []
        var onCaller = true
        try WorkerPool.mapInOrder(count: count, jobs: jobs, window: 5) { index in
            if index % 3 == 0 { usleep(100) }
            return index * index
        } consume: { index, value in
            onCaller = onCaller && pthread_equal(caller, pthread_self()) != 0
            #expect(value == index * index)
            consumed.append(index)
        }
        #expect(consumed == Array(0..<count))
        #expect(onCaller)
    }

    @Test("no more than the window are in work or waiting", arguments: [1, 2, 3, 8], [2, 4, 16])
    func window(window: Int, jobs: Int) throws {
        let produced = Atomic<Int>(0)
        var consumedCount = 0
        try WorkerPool.mapInOrder(count: 60, jobs: jobs, window: window) { index in
            produced.add(1, ordering: .sequentiallyConsistent)
            return index
        } consume: { _, _ in
            usleep(500)
            // The value being consumed is out of the queue; the others begun may not exceed the window.
            #expect(produced.load(ordering: .sequentiallyConsistent) - consumedCount <= window)
            consumedCount += 1
        }
        #expect(consumedCount == 60)
    }

    @Test("everything before a value that could not be produced is consumed", arguments: [1, 2, 8])
    func produceError(jobs: Int) {
        var consumed: [Int] = []
        #expect(throws: Failure(index: 20)) {
            try WorkerPool.mapInOrder(count: 100, jobs: jobs, window: 10) { index in
                if index == 20 { usleep(2000) }
                if index >= 20 { throw Failure(index: index) }
                return index
            } consume: { index, _ in
                consumed.append(index)
            }
        }
        #expect(consumed == Array(0..<20))
    }

    @Test("a consumer that fails ends the work", arguments: [1, 2, 8])
    func consumeError(jobs: Int) {
        let produced = Atomic<Int>(0)
        #expect(throws: Failure(index: 3)) {
            try WorkerPool.mapInOrder(count: 10_000, jobs: jobs, window: 4) { index in
                produced.add(1, ordering: .relaxed)
                return index
            } consume: { index, _ in
                if index == 3 { throw Failure(index: index) }
            }
        }
        #expect(produced.load(ordering: .relaxed) <= 8)
    }
}
