import Foundation
import Raster
import RasterIO
import Testing
import TestSupport

@testable import Simulation

@Suite struct SimulatorTests {
    @Test func writesScenesMasksAndTruthThatSayTheyAreSimulated() throws {
        let folder = try TemporaryFolder()
        let scenario = try SmallScenario.load()
        var shares: [Double] = []
        let result = try Simulator.run(scenario, output: folder.path) { shares.append($0) }

        let names = result.scenes.map { String($0.dropFirst(folder.path.count + 1)) }
        #expect(
            names
                == ["33RXQ", "33RXP"].flatMap { tile in
                    ["2020-05-14.tif", "2020-09-21.tif", "2020-09-21_SCL.tif", "2021-01-19.tif"].map { "Imagery/\(tile)/\($0)" }
                })
        #expect(shares.last == 1)
        #expect(shares == shares.sorted())

        let reader = try RasterReader(path: result.scenes[0])
        #expect(reader.info.size == RasterSize(width: 48, height: 40))
        #expect(reader.info.sampleType == .uint16)
        #expect(reader.info.bandNames == ["B02", "B03", "B04", "B08"])
        #expect(reader.info.noData == 0)
        #expect(reader.info.crs == .epsg(32633))
        #expect(reader.info.transform == GeoTransform(originX: 640_000, originY: 3_440_000, pixelWidth: 10, pixelHeight: 10))
        #expect(reader.info.metadata["SIMULATED"] == "YES")
        #expect(reader.info.dateTime == "2020:05:14 09:15:00")

        let truth = try FeatureFile(path: result.truthPath)
        #expect(truth.features.count == 2)
        let line = truth.features[0].properties
        #expect(line["kind"] as? String == "linear")
        #expect(line["profile"] as? String == "bright")
        #expect(line["first_seen"] as? String == "2021-01-19")
        #expect(line["last_absent"] as? String == "2020-09-21")
        #expect(line["simulated"] as? Bool == true)
        #expect(truth.features[1].properties["last_seen"] as? String == "2020-09-21")

        let members = try #require(
            try JSONSerialization.jsonObject(with: Data(contentsOf: URL(fileURLWithPath: result.casePath))) as? [String: Any])
        #expect(members["simulated"] as? Bool == true)
        // 48 × 40 and 40 × 48 pixels that share 38 × 20.
        #expect(members["km2"] as? Double == Double(48 * 40 * 2 - 38 * 20) / 1e4)
        #expect(members["seed"] as? Int == 7)
    }

    @Test func sameScenarioSameBytes() throws {
        let (a, b) = (try TemporaryFolder(), try TemporaryFolder())
        let scenario = try SmallScenario.load()
        let first = try Simulator.run(scenario, output: a.path, progress: nil)
        let second = try Simulator.run(scenario, output: b.path, progress: nil)
        for (left, right) in zip(first.scenes + [first.truthPath, first.casePath], second.scenes + [second.truthPath, second.casePath]) {
            #expect(FileManager.default.contents(atPath: left) == FileManager.default.contents(atPath: right))
        }
    }

    @Test func truthHoldsWhatCanBeSeenToChange() throws {
        let text = SmallScenario.text.replacing(
            "earthworks:",
            with: """
                earthworks:
                  - { position: { at: [640150, 3439850] }, cnr: 3, onset: 2019-01-01 }
                  - { position: { at: [640150, 3439850] }, cnr: 3, onset: 2021-05-01 }
                  - { position: { at: [650000, 3439850] }, cnr: 3, onset: 2020-12-01 }
                  - { line: { points: [[639000, 3439900], [640200, 3439900]] }, cnr: 3, onset: 2020-12-01 }
                """)
        let folder = try TemporaryFolder()
        let path = try folder.write(try TruthFile(try SmallScenario.load(text)).geoJSON().utf8, to: "truth.geojson")
        let features = try FeatureFile(path: path).features
        #expect(features.count == 3)
        #expect(features[0].properties["length_m"] as? Double == 200)
    }

    @Test func shippedImageryIsWhatItsScenarioGives() throws {
        let root = SharedData.packageRoot
        let scenario = try Scenario.load(path: root.appendingPathComponent("Pipelines/scenarios/corridor-demo.yaml").path)
        let renderer = SceneRenderer(scenario)
        let truth = try TruthFile(scenario)
        func shipped(_ name: String) throws -> String {
            try String(contentsOf: root.appendingPathComponent("Pipelines/scenarios/corridor-demo/\(name)"), encoding: .utf8)
        }
        #expect(try truth.geoJSON() == shipped("truth.geojson"))
        #expect(try truth.caseJSON(renderer) == shipped("case.json"))

        let window = PixelWindow(x: 300, y: 40, width: 24, height: 20)
        for tile in scenario.tiles {
            let onMap = tile.window(pixelMetres: scenario.pixelMetres)
            let patch = renderer.ground(
                PixelWindow(x: onMap.x + window.x, y: onMap.y + window.y, width: window.width, height: window.height))
            for (index, acquisition) in scenario.dates.enumerated() where tile.dates?.contains(acquisition.date) ?? true {
                let path = root.appendingPathComponent("Imagery/\(tile.name)/\(acquisition.date).tif").path
                let file = try RasterReader(path: path).read(window)
                #expect(renderer.scene(index, on: patch).withUnsafeBytes { Array($0) } == file.bytes, "\(tile.name) \(acquisition.date)")
            }
        }
    }

    @Test func namesTheFolderThatCannotBeMade() throws {
        let folder = try TemporaryFolder()
        let path = try folder.write([1], to: "file")
        #expect(throws: OutputError.self) { try Simulator.run(try SmallScenario.load(), output: path, progress: nil) }
    }
}
