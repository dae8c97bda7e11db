import Foundation
import Raster
import RasterIO
import Scenes
import TestSupport
import Testing

@testable import Pipeline

@Suite("One tile")
struct TileRunTests {
    private let folder: TemporaryFolder
    private let scenes: [SceneDescription]
    private static let dates = ["2020-03-10", "2020-05-14", "2020-08-12", "2021-01-19"]
    private static let size = RasterSize(width: 300, height: 260)

    init() throws {
        folder = try TemporaryFolder()
        for (index, date) in Self.dates.enumerated() { try Self.write(to: folder.file("Imagery/33RXQ/\(date).tif"), date: index) }
        scenes = try SceneFinder.find(in: folder.file("Imagery")).scenes
    }

    /// Ground that stays, with noise of each date.
    private static func write(to path: String, date: Int, blockSize: Int = 64) throws {
        let grid = RasterGrid(
            size: size, transform: GeoTransform(originX: 640_000, originY: 3_440_000, pixelWidth: 10, pixelHeight: 10), crs: .epsg(32633))
        let writer = try COGWriter(
            path: path,
            description: COGDescription(
                grid: grid, bandNames: ["B03", "B04"], sampleType: .uint16, noData: 0, scale: 0.0001, blockSize: blockSize))
        var samples: [UInt16] = []
        for band in 0..<2 {
            for i in 0..<size.pixelCount {
                samples.append(2000 + UInt16(hash(i / 5 + 7919 * band) % 400) + UInt16(hash(i + 104_729 * (date + 3) + band) % 60))
            }
        }
        try writer.write(
            SampleBlock(window: PixelWindow(size), bandCount: 2, type: .uint16, bytes: samples.withUnsafeBytes { Array($0) }))
        try writer.finish()
    }

    private static func hash(_ value: Int) -> UInt64 {
        var state = UInt64(bitPattern: Int64(value)) &+ 0x9E37_79B9_7F4A_7C15
        state = (state ^ state >> 30) &* 0xBF58_476D_1CE4_E5B9
        state = (state ^ state >> 27) &* 0x94D0_49BB_1331_11EB
        return state ^ state >> 31
    }

    private func tile(_ steps: StepStore, _ cache: DecodedBlockCache, jobs: Int = 2) throws -> TileRun {
        TileRun(
            tile: "33RXQ", bands: nil, settings: DetectionSettings(), outputs: .all, jobs: jobs, since: nil, steps: steps,
            output: try StagedOutput(folder: folder.file("out")), cache: cache)
    }

    @Test("Each block of each date is decoded once, however many pairs the date is part of")
    func decodesOnce() throws {
        let cache = DecodedBlockCache(budget: 64 << 20)
        let outcome = try tile(StepStore(ledger: nil), cache).run(scenes) { _ in }
        let result = try #require(outcome.result)
        #expect(result.pairs.count == 4)
        let blocks = ((Self.size.width + 63) / 64) * ((Self.size.height + 63) / 64)
        #expect(cache.statistics.decodedBlocks == Self.dates.count * blocks)
    }

    @Test("What the ledger knows is not decoded again")
    func ledger() throws {
        try FileManager.default.createDirectory(atPath: folder.file("out"), withIntermediateDirectories: true)
        let ledger = try Ledger(outputFolder: folder.file("out"))
        let first = try tile(StepStore(ledger: ledger), DecodedBlockCache(budget: 64 << 20)).run(scenes) { _ in }
        let cache = DecodedBlockCache(budget: 64 << 20)
        var without = try tile(StepStore(ledger: ledger), cache)
        without = TileRun(
            tile: without.tile, bands: nil, settings: without.settings, outputs: .detections, jobs: 2, since: nil, steps: without.steps,
            output: without.output, cache: cache)
        let second = try without.run(scenes) { _ in }
        #expect(cache.statistics.decodedBlocks == 0)
        // The limit for the change raster goes with the raster.
        let expected = first.result?.pairs.map { pair in
            var record = pair.record
            #expect(record.thresholdPixel != nil)
            record.thresholdPixel = nil
            return record
        }
        #expect(second.result?.pairs.map(\.record) == expected)
        #expect(second.result?.clearShares == first.result?.clearShares)
    }

    @Test("A scene given twice under two dates is refused by name, and stays refused")
    func sameScene() throws {
        try FileManager.default.copyItem(
            atPath: folder.file("Imagery/33RXQ/2021-01-19.tif"), toPath: folder.file("Imagery/33RXQ/2021-02-23.tif"))
        // The reference is the first date, so that one with its pixels, though other bytes, cannot be compared with it.
        try Self.write(to: folder.file("Imagery/33RXQ/2020-12-01.tif"), date: 0, blockSize: 128)
        let all = try SceneFinder.find(in: folder.file("Imagery")).scenes
        let steps = try StepStore(ledger: nil)
        for _ in 0..<2 {
            let outcome = try tile(steps, DecodedBlockCache(budget: 64 << 20)).run(all) { _ in }
            #expect(outcome.refused.contains { $0.input.hasSuffix("2020-12-01.tif") && $0.reason.contains("the same pixels") })
            #expect(outcome.refused.contains { $0.input.hasSuffix("2021-02-23.tif") && $0.reason.contains("byte for byte") })
            #expect(outcome.result?.scenes.map(\.name) == Self.dates)
            #expect(outcome.refused.count == 2)
        }
        #expect(steps.computed[.date] == Self.dates.count)
    }

    @Test("Results do not depend on the number of workers")
    func workers() throws {
        let outcomes = try [1, 3].map { jobs in
            try tile(StepStore(ledger: nil), DecodedBlockCache(budget: 1 << 20), jobs: jobs).run(scenes) { _ in }
        }
        #expect(outcomes[0].result?.pairs.map(\.record) == outcomes[1].result?.pairs.map(\.record))
        #expect(outcomes[0].result?.earthworks == outcomes[1].result?.earthworks)
    }
}
