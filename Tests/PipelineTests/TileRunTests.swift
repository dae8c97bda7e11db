import ChangeDetection
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
    private static func write(
        to path: String, date: Int, blockSize: Int = 64, bandNames: [String] = ["B03", "B04"], scale: Double? = 0.0001
    ) throws {
        let grid = RasterGrid(
            size: size, transform: GeoTransform(originX: 640_000, originY: 3_440_000, pixelWidth: 10, pixelHeight: 10), crs: .epsg(32633))
        let writer = try COGWriter(
            path: path,
            description: COGDescription(
                grid: grid, bandNames: bandNames, sampleType: .uint16, noData: 0, scale: scale, blockSize: blockSize))
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
        // Without a raster what each date is to the reference tells of a pair, whatever an earlier run has made.
        let fresh = try TileRun(
            tile: without.tile, bands: nil, settings: without.settings, outputs: .detections, jobs: 2, since: nil,
            steps: StepStore(ledger: nil), output: without.output, cache: cache
        ).run(scenes) { _ in }
        #expect(second.result?.pairs.map(\.record) == fresh.result?.pairs.map(\.record))
        #expect(first.result?.pairs.allSatisfy { $0.record.thresholdPixel != nil } == true)
        #expect(second.result?.clearShares == first.result?.clearShares)
    }

    @Test("What two dates are to the reference tells how they compare with each other")
    func derivedPairs() throws {
        let fitted = try tile(StepStore(ledger: nil), DecodedBlockCache(budget: 64 << 20)).run(scenes) { _ in }
        let derived = try TileRun(
            tile: "33RXQ", bands: nil, settings: DetectionSettings(), outputs: .detections, jobs: 2, since: nil,
            steps: StepStore(ledger: nil), output: StagedOutput(folder: folder.file("out")), cache: DecodedBlockCache(budget: 64 << 20)
        ).run(scenes) { _ in }
        let pairs = try zip(#require(fitted.result?.pairs), #require(derived.result?.pairs))
        for (fitted, derived) in pairs.map({ ($0.record, $1.record) }) {
            #expect(fitted.before == derived.before && fitted.after == derived.after && derived.shift.lock)
            #expect(abs(fitted.shift.x - derived.shift.x) < 0.05 && abs(fitted.shift.y - derived.shift.y) < 0.05)
            for band in 0..<2 {
                let gains = try (#require(fitted.gain[band]), #require(derived.gain[band]))
                let noises = try (#require(fitted.noiseSigma[band]), #require(derived.noiseSigma[band]))
                #expect(abs(gains.0 - gains.1) < 0.05)
                #expect(abs(noises.0 / noises.1 - 1) < 0.15)
            }
            #expect(abs(fitted.clearShare - derived.clearShare) < 0.05)
            #expect(abs(fitted.observedSquareKilometres / derived.observedSquareKilometres - 1) < 0.05)
        }
    }

    @Test("A date whose scale nobody told is brought to the reflectance of the others, and the warning says so")
    func mixedUnits() throws {
        for (index, date) in Self.dates.enumerated() {
            // Of no product whose numbers are known.
            try Self.write(
                to: folder.file("Plain/place/\(date).tif"), date: index, bandNames: ["b1", "b2"], scale: index == 2 ? nil : 0.0001)
        }
        let inventory = try SceneFinder.find(in: folder.file("Plain"))
        #expect(inventory.warnings.contains { $0.contains("own units, brought to those of the tile's other dates") })
        let outcome = try tile(StepStore(ledger: nil), DecodedBlockCache(budget: 64 << 20)).run(inventory.scenes) { _ in }
        let records = try #require(outcome.result).pairs.map(\.record)
        let raw = try #require(records.first { $0.after == Self.dates[2] })
        let alike = try #require(records.first { $0.before == Self.dates[0] && $0.after == Self.dates[1] })
        for band in 0..<2 {
            let gain = try #require(raw.gain[band])
            let noises = try (#require(raw.noiseSigma[band]), #require(alike.noiseSigma[band]))
            #expect(abs(gain / 0.0001 - 1) < 0.05)
            #expect(abs(noises.0 / noises.1 - 1) < 0.15)
        }
    }

    @Test("What two dates share is counted pixel by pixel, whatever the threads", arguments: [1, 3])
    func commonGround(jobs: Int) {
        // More than one thread looks at together, and no multiple of the runs that are counted.
        let size = RasterSize(width: 1111, height: 1000)
        func date(_ seed: Int) -> DatePlanes {
            DatePlanes(
                size: size,
                signed: (0..<size.pixelCount).map { Int8(truncatingIfNeeded: Self.hash($0 + seed) % 5 == 0 ? -128 : Int($0 % 100)) },
                structure: [], luminance: (0..<size.pixelCount).map { UInt8(Self.hash($0 + 3 * seed) % 3) })
        }
        let (first, second) = (date(1), date(2))
        let both = (0..<size.pixelCount).count { first.signed[$0] != -128 && second.signed[$0] != -128 }
        let covered = (0..<size.pixelCount).count { first.luminance[$0] != 0 && second.luminance[$0] != 0 }
        let mapping = WorkerPool.mapping(jobs: jobs)
        let ground = CommonGround(first, second, by: mapping)
        #expect(ground.observed == both && ground.covered == covered && !ground.isTheSame)
        let reference = DatePlanes(size: size, signed: [], structure: [], luminance: first.luminance)
        for ground in [CommonGround(reference, second, by: mapping), CommonGround(second, reference, by: mapping)] {
            #expect(ground.observed == second.signed.count { $0 != -128 } && ground.covered == covered)
        }
        #expect(CommonGround(first, first, by: mapping).isTheSame)
    }

    @Test("Shifts, gains and offsets of two dates against a third give those between the two")
    func relations() throws {
        func relation(_ x: Double, _ y: Double, _ gain: Double, _ offset: Double, turn: Double = 0) -> DateRelation {
            DateRelation(
                registration: Registration(
                    x: x, y: y,
                    slope: turn == 0
                        ? nil : .init(xPerColumn: 0, xPerRow: -turn, yPerColumn: turn, yPerRow: 0, middleColumn: 500, middleRow: 400),
                    residual: 0.03, lock: true),
                normalisation: Normalisation(gain: [gain], offset: [offset]), noiseSigma: [0.01])
        }
        let size = RasterSize(width: 1000, height: 800)
        let (first, second) = (relation(0.4, -0.3, 1.25, -0.1), relation(-0.2, 0.5, 0.8, 0.05, turn: 1e-4))
        let between = try #require(first.to(second, correlation: 0.5, size: size))
        // reference = 1.25 a − 0.1 = 0.8 b + 0.05.
        #expect(abs(between.normalisation.gain[0] - 0.64) < 1e-12 && abs(between.normalisation.offset[0] - 0.12) < 1e-12)
        #expect(abs(between.registration.x + 0.6) < 1e-3 && abs(between.registration.y - 0.8) < 1e-3)
        #expect(abs((between.registration.slope?.yPerColumn ?? 0) - 1e-4) < 1e-8)
        // Half of either's variance is the reference's own.
        #expect(abs(between.noiseSigma[0] - 0.01 / 1.25) < 1e-12)
        let back = try #require(second.to(first, correlation: 0.5, size: size))
        #expect(abs(back.normalisation.gain[0] - 1 / 0.64) < 1e-12)
        let same = try #require(DateRelation.reference(bandCount: 1).to(second, correlation: 0, size: size))
        #expect(same.normalisation == second.normalisation && abs(same.registration.x + 0.2) < 1e-9)
        var lost = second
        lost = DateRelation(registration: .none, normalisation: lost.normalisation, noiseSigma: lost.noiseSigma)
        #expect(first.to(lost, correlation: 0, size: size) == nil)
    }

    @Test("Several tiles side by side give what they give one after another", arguments: [2, 7])
    func sideBySide(jobs: Int) throws {
        for (k, name) in ["33RXR", "33RYQ"].enumerated() {
            for date in 0..<3 { try Self.write(to: folder.file("Imagery/\(name)/\(Self.dates[date]).tif"), date: date + 10 * (k + 1)) }
        }
        func outputs(_ jobs: Int, _ name: String) throws -> [String: String] {
            let out = folder.file(name)
            let pipeline = folder.file("\(name).yaml")
            try "name: side by side\nimagery: \(folder.file("Imagery"))\noutput: \(out)\n".write(
                toFile: pipeline, atomically: true, encoding: .utf8)
            var options = RunOptions()
            options.jobs = jobs
            let summary = try PipelineRun(file: PipelineFile(path: pipeline), options: options).run { _ in }
            #expect(summary.pairs.map(\.tile) == summary.pairs.map(\.tile).sorted())
            var found: [String: String] = [:]
            for file in try FileManager.default.subpathsOfDirectory(atPath: out)
            where !file.hasPrefix(".") && (file.hasSuffix(".tif") || file.hasSuffix(".png") || file.hasSuffix(".geojson")) {
                found[file] = try ContentHash.sha256(fileAt: out + "/" + file).digest
            }
            return found
        }
        let alone = try outputs(1, "alone")
        #expect(alone.keys.count { $0.hasSuffix(".tif") } == 4 + 3 + 3)
        #expect(try outputs(jobs, "together") == alone)
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
