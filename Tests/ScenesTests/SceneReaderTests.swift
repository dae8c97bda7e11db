import Foundation
import Raster
import Testing
import TestSupport

@testable import Scenes

@Suite struct SceneReaderTests {
    /// A plane over the map, which cubic convolution must reproduce between pixels.
    static func ramp(_ grid: RasterGrid) -> (Int, Int, Int) -> Double {
        { _, x, y in
            let map = grid.transform.apply(column: Double(x) + 0.5, row: Double(y) + 0.5)
            return 5000 + 3 * (map.x - 640_000) - 2 * (3_440_000 - map.y)
        }
    }

    func bandsFolder(_ fixture: SceneFixture, spoil: ((Int, Int) -> Bool)? = nil) throws -> SceneDescription {
        let ramp = Self.ramp(SceneFixture.coarse)
        try fixture.tiff("T33RXQ_20200701T093041_B04.tif", value: Self.ramp(SceneFixture.fine))
        try fixture.tiff("T33RXQ_20200701T093041_B11.tif", grid: SceneFixture.coarse) { band, x, y in
            spoil?(x, y) == true ? 0 : ramp(band, x, y)
        }
        return try SceneFinder.scene(at: fixture.path).scene
    }

    @Test func coarserBandsLieOnTheFineGrid() throws {
        let fixture = try SceneFixture()
        let scene = try bandsFolder(fixture)
        let block = try SceneReader(scene).read(PixelWindow(scene.grid.size))
        #expect(block.validity.values.allSatisfy { $0 == 255 })
        var largest: Float = 0
        // Beyond the outermost centres of the coarse band its edge repeats.
        for y in 4..<28 {
            for x in 4..<44 { largest = max(largest, abs(block.planes[0][x, y] - block.planes[1][x, y])) }
        }
        #expect(largest < 1e-5)
    }

    @Test func valuesDoNotHangOnTheWindow() async throws {
        let fixture = try SceneFixture()
        let scene = try bandsFolder(fixture, spoil: { x, y in (x * 7 + y * 3) % 31 == 0 })
        let reader = try SceneReader(scene)
        let whole = try reader.read(PixelWindow(scene.grid.size))
        let blocks = try await withThrowingTaskGroup(of: SceneBlock.self) { group in
            for side in [1, 3, 7, 16] {
                for window in PixelWindow(scene.grid.size).blocks(side: side) { group.addTask { try reader.read(window) } }
            }
            return try await group.reduce(into: []) { $0.append($1) }
        }
        for block in blocks {
            for y in 0..<block.window.height {
                for x in 0..<block.window.width {
                    let (column, row) = (block.window.x + x, block.window.y + y)
                    #expect(block.validity[x, y] == whole.validity[column, row])
                    #expect(block.planes[1][x, y].bitPattern == whole.planes[1][column, row].bitPattern)
                }
            }
        }
    }

    /// Sums that are made while samples are unpacked, against sums of the bands' planes.
    private func expectSums(of scene: SceneDescription, in windows: [PixelWindow]) throws {
        let reader = try SceneReader(scene)
        let count = reader.bandNames.count
        let mix = BandMix(
            weights: [
                [Float](repeating: 1 / Float(count), count: count), (0..<count).map { Float($0) - 1.5 },
                (0..<count).map { $0 == 1 ? 2 : 0 },
            ], offsets: [0, 0.25, -3])
        for window in windows {
            for step in [1, 3] {
                let sums = try reader.readRows(window, every: step, mixed: mix)
                let bands = try reader.readRows(window, every: step)
                let expected = bands.mixed(by: mix)
                #expect(sums.window == expected.window && sums.validity == expected.validity && sums.planes.count == 3)
                for (plane, wanted) in zip(sums.planes, expected.planes) {
                    for i in plane.values.indices where sums.validity.values[i] != 0 {
                        #expect(abs(plane.values[i] - wanted.values[i]) <= 1e-5 * max(1, abs(wanted.values[i])))
                    }
                }
                // Where there are no data nothing is shown.
                for i in sums.validity.values.indices where bands.planes.allSatisfy({ $0.values[i] == 0 }) && sums.validity.values[i] == 0 {
                    #expect(sums.planes.allSatisfy { $0.values[i] == 0 })
                }
            }
        }
    }

    @Test(arguments: [SampleType.uint16, .int16, .float32], [nil, 1010.0])
    func sumsOfBandsAreThoseOfTheirPlanes(type: SampleType, noData: Double?) throws {
        let fixture = try SceneFixture()
        let path = try fixture.tiff(
            "2020-07-01.tif", bands: ["B02", "B03", "B04", "B08"], type: type, noData: noData, scale: 0.0001, offset: -0.1)
        try expectSums(
            of: try SceneFinder.scene(at: path).scene,
            in: [
                PixelWindow(SceneFixture.fine.size), PixelWindow(x: 7, y: 3, width: 21, height: 20),
                PixelWindow(x: -9, y: -4, width: 70, height: 44),
            ])
        let folder = try SceneFixture()
        try expectSums(
            of: try bandsFolder(folder, spoil: { x, y in (x + y) % 7 == 0 }),
            in: [PixelWindow(x: -2, y: 5, width: 40, height: 40)])
    }

    @Test(.enabled(if: SharedData.isPresent, "\(SharedData.whySkipped)"))
    func sumsOfInterleavedBandsAreThoseOfTheirPlanes() throws {
        let scene = try SceneFinder.scene(at: SharedData.path("cases/desert-pair/Imagery/33RXQ/2020-05-14.tif")).scene
        try expectSums(
            of: scene, in: [PixelWindow(x: 200, y: 250, width: 101, height: 30), PixelWindow(x: 700, y: 740, width: 100, height: 60)])
    }

    @Test(arguments: [1, 2, 3, 4, 50]) func someRowsAreThoseOfAll(step: Int) throws {
        let fixture = try SceneFixture()
        let scene = try bandsFolder(fixture, spoil: { x, y in (x * 7 + y * 3) % 31 == 0 })
        let fine = try fixture.tiff("T33RXQ_20200801T093041_B04.tif") { _, x, y in (x + y) % 5 == 0 ? 0 : Double(1000 + x + 50 * y) }
        for scene in [scene, try SceneFinder.scene(at: fine).scene] {
            let reader = try SceneReader(scene)
            for window in [
                PixelWindow(scene.grid.size), PixelWindow(x: 5, y: 1, width: 20, height: 21),
                PixelWindow(x: -3, y: -5, width: 60, height: 44),
                PixelWindow(x: 3, y: -6, width: 4, height: 2), PixelWindow(x: 3, y: 40, width: 4, height: 9),
            ] {
                let whole = try reader.read(window)
                let rows = try reader.readRows(window, every: step)
                let taken = Array(stride(from: 0, to: window.height, by: step))
                #expect(rows.window == PixelWindow(x: window.x, y: window.y, width: window.width, height: taken.count))
                for (k, y) in taken.enumerated() {
                    for x in 0..<window.width {
                        #expect(rows.validity[x, k] == whole.validity[x, y])
                        for band in whole.planes.indices {
                            #expect(rows.planes[band][x, k].bitPattern == whole.planes[band][x, y].bitPattern)
                        }
                    }
                }
            }
        }
    }

    @Test func anUnusableCoarsePixelTakesItsOwnFourAlone() throws {
        let fixture = try SceneFixture()
        let scene = try bandsFolder(fixture, spoil: { x, y in (x, y) == (10, 5) })
        let block = try SceneReader(scene).read(PixelWindow(scene.grid.size))
        let unusable: [[Int]] = (0..<32).flatMap { y in (0..<48).filter { block.validity[$0, y] == 0 }.map { [$0, y] } }
        #expect(unusable == [[20, 10], [21, 10], [20, 11], [21, 11]])
        // Its neighbours are made of usable pixels only.
        #expect(abs(block.planes[1][19, 10] - block.planes[0][19, 10]) < 0.01)
    }

    @Test func outsideTheSceneNothingIsValid() throws {
        let fixture = try SceneFixture()
        let scene = try bandsFolder(fixture)
        let reader = try SceneReader(scene)
        let window = PixelWindow(x: -3, y: -2, width: 60, height: 40)
        let block = try reader.read(window)
        let inside = try reader.read(PixelWindow(scene.grid.size))
        for y in 0..<window.height {
            for x in 0..<window.width {
                let isInside = PixelWindow(scene.grid.size).contains(x: x - 3, y: y - 2)
                #expect((block.validity[x, y] == 255) == isInside)
                if isInside { #expect(block.planes[0][x, y] == inside.planes[0][x - 3, y - 2]) }
            }
        }
        for far in [PixelWindow(x: 1000, y: 0, width: 4, height: 4), PixelWindow(x: -90, y: -90, width: 9, height: 9)] {
            #expect(try reader.read(far).validity.values.allSatisfy { $0 == 0 })
        }
        #expect(try reader.read(PixelWindow(x: 5, y: 5, width: 0, height: 3)).validity.values.isEmpty)
    }

    @Test func whatIsNotFiniteIsNotValid() throws {
        let fixture = try SceneFixture()
        let path = try fixture.tiff("x.tif", type: .float32, noData: -9999) { _, x, _ in
            switch x {
            case 0: .nan
            case 1: .infinity
            case 2: -9999
            default: 0.25
            }
        }
        let block = try SceneReader(try SceneFinder.scene(at: path).scene).read(PixelWindow(x: 0, y: 0, width: 5, height: 1))
        #expect(block.validity.values == [0, 0, 0, 255, 255])
        #expect(block.planes[0].values.allSatisfy { $0.isFinite })
        #expect(block.planes[0].values[3] == 0.25)
    }

    @Test func neighboursOfAWideMarkerStayValid() throws {
        let fixture = try SceneFixture()
        let path = try fixture.tiff("x.tif", type: .int32, noData: 2_147_483_647) { _, x, _ in 2_147_483_647 - Double(x) }
        let block = try SceneReader(try SceneFinder.scene(at: path).scene).read(PixelWindow(x: 0, y: 0, width: 3, height: 1))
        #expect(block.validity.values == [0, 255, 255])
    }

    @Test(arguments: [
        (0, false), (1, false), (2, true), (3, false), (4, true), (5, true), (6, true), (7, true), (8, false), (9, false), (10, false),
        (11, true),
    ])
    func classesOfTheSceneClassification(_ value: Int, _ isUsable: Bool) throws {
        let fixture = try SceneFixture()
        let path = try fixture.tiff("2020-09-21.tif", bands: ["B02"])
        try fixture.tiff("2020-09-21_SCL.tif", grid: SceneFixture.coarse, type: .uint8, value: { _, x, _ in x == 3 ? Double(value) : 5 })
        let block = try SceneReader(try SceneFinder.scene(at: path).scene).read(PixelWindow(SceneFixture.fine.size))
        #expect((block.validity[6, 6] == 255) == isUsable && (block.validity[7, 7] == 255) == isUsable)
        #expect(block.validity[5, 6] == 255 && block.validity[8, 6] == 255)
    }

    @Test func bandsComeInTheOrderAsked() throws {
        let fixture = try SceneFixture()
        let path = try fixture.tiff("33RXQ_2020-09-21.tif", bands: ["B02", "B03", "B04"])
        let scene = try SceneFinder.scene(at: path).scene
        let block = try SceneReader(scene, bands: ["B04", "B02"]).read(PixelWindow(x: 0, y: 0, width: 1, height: 1))
        #expect(block.planes.map { Int(($0.values[0] * 10_000).rounded()) } == [1200, 1000])
        let error = #expect(throws: InputError.self) { try SceneReader(scene, bands: ["B08"]) }
        #expect(error?.description.contains("B02, B03, B04") == true)
    }

    @Test(.enabled(if: OtherReader.has("gdal_translate"), "needs gdal_translate (Debian: gdal-bin)"))
    func alphaAndInternalMaskAreHeeded() throws {
        let fixture = try SceneFixture()
        let source = try fixture.tiff("source.tif", bands: ["a", "b", "c", "d"], type: .uint8) { band, x, _ in
            band == 3 ? (x < 10 ? 0 : 255) : Double(x + 1)
        }
        let masked = fixture.folder.file("masked.tif")
        let alpha = fixture.folder.file("alpha.tif")
        #expect(
            try OtherReader.run(
                "gdal_translate",
                ["-q", "--config", "GDAL_TIFF_INTERNAL_MASK", "YES", "-b", "1", "-b", "2", "-b", "3", "-mask", "4", source, masked]
            ).status == 0)
        #expect(try OtherReader.run("gdal_translate", ["-q", "-colorinterp_4", "alpha", source, alpha]).status == 0)
        for (path, kind) in [(masked, SceneMask.Kind.internalMask), (alpha, .alphaBand)] {
            let scene = try SceneFinder.scene(at: path).scene
            #expect(scene.mask?.kind == kind && scene.bands.count == 3)
            let block = try SceneReader(scene).read(PixelWindow(x: 8, y: 3, width: 4, height: 1))
            #expect(block.validity.values == [0, 0, 255, 255])
        }
    }

    @Test func aFileThatChangedSinceIsRefused() throws {
        let fixture = try SceneFixture()
        let path = try fixture.tiff("x.tif")
        let scene = try SceneFinder.scene(at: path).scene
        try FileManager.default.removeItem(atPath: path)
        try fixture.tiff("x.tif", grid: SceneFixture.coarse)
        #expect(throws: InputError.self) { try SceneReader(scene) }
        try FileManager.default.removeItem(atPath: path)
        #expect(throws: InputError.self) { try SceneReader(scene) }
    }

    @Test(.enabled(if: SharedData.isPresent, "\(SharedData.whySkipped)"))
    func reflectanceIsTheStoredNumberScaled() throws {
        let path = SharedData.path("cases/desert-pair/Imagery/33RXQ/2020-05-14.tif")
        let scene = try SceneFinder.scene(at: path).scene
        let block = try SceneReader(scene).read(PixelWindow(scene.grid.size))
        // gdalinfo -stats: the first band has a mean of 1609.2248636882.
        let mean = block.planes[0].values.reduce(0.0) { $0 + Double($1) } / Double(block.planes[0].values.count)
        #expect(abs(mean - 0.16092248636882) < 1e-7)
    }

    @Test(
        .enabled(if: SharedData.isPresent, "\(SharedData.whySkipped)"),
        .enabled(if: OtherReader.has("gdalwarp"), "needs gdalwarp (Debian: gdal-bin)"))
    func coarseBandsLieWhereGDALPutsThem() throws {
        let scene = try SceneFinder.scene(at: SharedData.path("imagery/oscd/nantes/2017-10-14")).scene
        let band = try #require(scene.bands.first { $0.name == "B11" })
        let corner = scene.grid.transform.apply(column: 0, row: Double(scene.grid.size.height))
        let opposite = scene.grid.transform.apply(column: Double(scene.grid.size.width), row: 0)
        let folder = try TemporaryFolder()
        let warped = folder.file("2017-10-14_B11.tif")
        let result = try OtherReader.run(
            "gdalwarp",
            ["-q", "-r", "cubic", "-ot", "Float64", "-te", "\(corner.x)", "\(corner.y)", "\(opposite.x)", "\(opposite.y)", "-ts"]
                + ["\(scene.grid.size.width)", "\(scene.grid.size.height)", band.path, warped])
        #expect(result.status == 0, "\(result.output)")
        let window = PixelWindow(x: 100, y: 60, width: 150, height: 120)
        let ours = try SceneReader(scene, bands: ["B11"]).read(window).planes[0].values
        let theirs = try SceneReader(try SceneFinder.scene(at: warped).scene).read(window).planes[0].values
        // Theirs is in stored numbers, which are 1/10000 of reflectance.
        let largest = zip(ours, theirs).map { abs($0 * 10_000 - $1) }.max() ?? .infinity
        #expect(largest < 0.5)
    }
}
