import CTIFF
import Foundation
import Raster
import TestSupport
import Testing

@testable import RasterIO

@Suite struct DecodedBlockCacheTests {
    private static func key(_ block: UInt32) -> DecodedBlockKey { DecodedBlockKey(file: 0, directory: 8, block: block) }

    private static func bytes(_ block: UInt32, count: Int = 1000) -> [UInt8] { [UInt8](repeating: UInt8(block & 255), count: count) }

    /// Room for `count` blocks of 1000 bytes, bookkeeping included.
    private static func cache(blocks count: Int) throws -> DecodedBlockCache {
        let probe = DecodedBlockCache(budget: 1 << 20)
        _ = try probe.block(key(0)) { bytes(0) }
        return DecodedBlockCache(budget: count * probe.statistics.keptBytes)
    }

    @Test func theBlockUsedLongestAgoGoesFirst() throws {
        let cache = try Self.cache(blocks: 3)
        for block: UInt32 in [0, 1, 2, 0, 3] { _ = try cache.block(Self.key(block)) { Self.bytes(block) } }
        #expect([0, 1, 2, 3].map { cache.kept(Self.key($0)) != nil } == [true, false, true, true])
        #expect(cache.statistics.hits == 1 && cache.statistics.misses == 4 && cache.statistics.droppedBlocks == 1)
    }

    /// Against a plain model of "least recently used", over random requests for blocks of several sizes.
    @Test(arguments: [0, 1, 5_000, 20_000])
    func itKeepsWhatAListOfUsesKeeps(budget: Int) throws {
        let cache = DecodedBlockCache(budget: budget)
        let overhead = try Self.cache(blocks: 1).budget - 1000
        var model: [(block: UInt32, cost: Int)] = []
        var generator = SeededGenerator(state: UInt64(budget))
        for _ in 0..<2_000 {
            let block = UInt32.random(in: 0..<24, using: &generator)
            let count = Int(block) * 200
            var isDecoded = false
            let bytes = try cache.block(Self.key(block)) {
                isDecoded = true
                return Self.bytes(block, count: count)
            }
            #expect(bytes == Self.bytes(block, count: count))
            let place = model.firstIndex { $0.block == block }
            #expect(isDecoded == (place == nil))
            if let place { model.remove(at: place) }
            let cost = count + overhead
            guard cost <= budget else { continue }
            while model.reduce(cost, { $0 + $1.cost }) > budget { model.removeFirst() }
            model.append((block, cost))
            #expect(cache.statistics.keptBytes == model.reduce(0) { $0 + $1.cost } && cache.statistics.keptBlocks == model.count)
        }
        #expect(cache.statistics.keptBytes <= budget)
    }

    @Test func aBlockLargerThanTheBudgetIsHandedOutAndDropsNothing() throws {
        let cache = try Self.cache(blocks: 2)
        _ = try cache.block(Self.key(1)) { Self.bytes(1) }
        for _ in 0..<2 { #expect(try cache.block(Self.key(2)) { Self.bytes(2, count: 9_000) }.count == 9_000) }
        #expect(cache.kept(Self.key(1)) != nil && cache.kept(Self.key(2)) == nil)
        #expect(cache.statistics.misses == 3)
    }

    @Test func threadsThatWantOneBlockDecodeItOnce() throws {
        let cache = DecodedBlockCache(budget: 0)
        let decodings = Guarded(0)
        let results = Guarded<[[UInt8]]>([])
        let arrived = DispatchSemaphore(value: 0)
        let threads = (0..<4).map { _ in
            Thread {
                arrived.signal()
                let bytes = try? cache.block(Self.key(7)) {
                    decodings.withLock { $0 += 1 }
                    // Long enough that the others come meanwhile: they are seen to wait.
                    while cache.statistics.hits < 3 { usleep(100) }
                    return Self.bytes(7)
                }
                results.withLock { $0.append(bytes ?? []) }
                arrived.signal()
            }
        }
        for thread in threads { thread.start() }
        for _ in 0..<8 { arrived.wait() }
        #expect(decodings.withLock { $0 } == 1)
        #expect(results.withLock { $0 } == [[UInt8]](repeating: Self.bytes(7), count: 4))
        // With no budget nothing is left behind.
        #expect(cache.kept(Self.key(7)) == nil && cache.statistics.misses == 1)
    }

    @Test func anErrorReachesAllThatWaitAndIsNotKept() throws {
        let cache = DecodedBlockCache(budget: 1 << 20)
        let errors = Guarded<[String]>([])
        let done = DispatchSemaphore(value: 0)
        for _ in 0..<3 {
            Thread.detachNewThread {
                do {
                    _ = try cache.block(Self.key(1)) {
                        while cache.statistics.hits < 2 { usleep(100) }
                        throw InputError(path: "a.tif", problem: "tile 1 is damaged")
                    }
                } catch {
                    errors.withLock { $0.append("\(error)") }
                }
                done.signal()
            }
        }
        for _ in 0..<3 { done.wait() }
        #expect(errors.withLock { $0.count } == 3 && Set(errors.withLock { $0 }).count == 1)
        #expect(try cache.block(Self.key(1)) { Self.bytes(1) } == Self.bytes(1))
    }

    @Test func aBlockUnderWayIsNotWaitedForUnlessAsked() throws {
        let cache = DecodedBlockCache(budget: 1 << 20)
        let outer = try cache.blockUnlessUnderWay(Self.key(1)) {
            let inner = try cache.blockUnlessUnderWay(Self.key(1)) { Self.bytes(9) }
            #expect(inner == nil)
            return Self.bytes(1)
        }
        #expect(outer == Self.bytes(1))
        #expect(try cache.blockUnlessUnderWay(Self.key(1)) { Self.bytes(9) } == Self.bytes(1))
    }

    @Test func manyThreadsAndASmallBudgetGiveTheRightBlocks() async throws {
        let cache = try Self.cache(blocks: 5)
        let wrong = try await withThrowingTaskGroup { group in
            for task in 0..<8 {
                group.addTask {
                    var generator = SeededGenerator(state: UInt64(task))
                    return try (0..<5_000).count { _ in
                        let block = UInt32.random(in: 0..<12, using: &generator)
                        return try cache.block(Self.key(block)) { Self.bytes(block) } != Self.bytes(block)
                    }
                }
            }
            return try await group.reduce(0, +)
        }
        let statistics = cache.statistics
        #expect(wrong == 0)
        #expect(statistics.hits + statistics.misses == 40_000)
        #expect(statistics.keptBlocks == 5 && statistics.keptBytes == cache.budget)
    }
}
