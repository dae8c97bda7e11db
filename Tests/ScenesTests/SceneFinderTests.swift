import Foundation
import Raster
import Testing
import TestSupport

@testable import Scenes

@Suite struct SceneFinderTests {
    @Test(.enabled(if: SharedData.isPresent, "\(SharedData.whySkipped)"))
    func theCorridorSeries() throws {
        let inventory = try SceneFinder.find(in: SharedData.path("cases/corridor-series/Imagery"))
        #expect(inventory.refused.isEmpty)
        let tiles = Dictionary(grouping: inventory.scenes) { $0.tile }
        #expect(Set(tiles.keys) == ["33RXP", "33RXQ"])
        for (_, scenes) in tiles {
            #expect(
                scenes.map(\.name) == [
                    "2020-03-10", "2020-05-14", "2020-06-23", "2020-07-28", "2020-09-21", "2020-11-20", "2020-12-30", "2021-01-19",
                    "2021-02-23",
                ])
            #expect(scenes.allSatisfy { $0.bands.map(\.name) == ["B02", "B03", "B04", "B08"] && $0.bands[0].scale == 1e-4 })
            #expect(scenes.filter { $0.mask != nil }.map(\.name) == ["2020-09-21"])
            #expect(scenes[4].mask?.kind == .sceneClassification)
        }
        let clouded = try #require(inventory.scenes.first { $0.mask != nil })
        let reader = try SceneReader(clouded)
        let validity = try reader.read(PixelWindow(reader.grid.size)).validity.values
        let share = Double(validity.filter { $0 != 0 }.count) / Double(validity.count)
        #expect(share > 0.3 && share < 1)
    }

    static let cities = ["abudhabi", "bercy", "bordeaux", "hongkong", "nantes", "pisa", "rennes"]

    @Test(.enabled(if: SharedData.isPresent, "\(SharedData.whySkipped)"), arguments: cities)
    func aCityHasTwoDatesOfSixBandsOnOneGrid(_ city: String) throws {
        let inventory = try SceneFinder.find(in: SharedData.path("imagery/oscd/\(city)"))
        #expect(inventory.scenes.count == 2)
        #expect(inventory.refused.map(\.path) == [SharedData.path("imagery/oscd/\(city)/change-truth.tif")])
        #expect(inventory.refused.allSatisfy { $0.reason.hasPrefix("no date in") })
        for scene in inventory.scenes {
            #expect(scene.bands.map(\.name) == ["B02", "B03", "B04", "B08", "B11", "B12"])
            // The folder names the day of the picture, whatever the file name says of its making.
            #expect(scene.bands[0].path.contains("/\(scene.name)/"))
            #expect(scene.dateDisagreement == nil)
            #expect(scene.grid == scene.bands[0].grid)
            #expect(scene.bands[4].grid.size.width <= scene.grid.size.width / 2 + 1)
            #expect(scene.credit?.hasPrefix("Contains modified Copernicus Sentinel data 20") == true)
            let reader = try SceneReader(scene)
            let middle = PixelWindow(x: scene.grid.size.width / 2 - 40, y: scene.grid.size.height / 2 - 40, width: 80, height: 80)
            let block = try reader.read(middle)
            #expect(block.planes.count == 6 && block.planes.allSatisfy { $0.width == 80 && $0.height == 80 })
            #expect(block.validity.values.allSatisfy { $0 == 255 })
            #expect(block.planes.allSatisfy { plane in plane.values.allSatisfy { $0 > 0 && $0 < 1.5 } })
            let alone = try SceneFinder.scene(at: SharedData.path("imagery/oscd/\(city)/\(scene.name)")).scene
            #expect(alone.bands == scene.bands && alone.date == scene.date && alone.tile == scene.tile)
        }
    }

    @Test func aProductFolderWithMetadata() throws {
        let fixture = try SceneFixture()
        let product = "S2A_MSIL2A_20200701T093041_N0500_R136_T33RXQ_20230501T121949.SAFE"
        let data = "\(product)/GRANULE/L2A_T33RXQ_A026246_20200701T093040/IMG_DATA"
        for band in ["B02", "B04"] { try fixture.tiff("\(data)/R10m/T33RXQ_20200701T093041_\(band)_10m.tif") }
        for band in ["B02", "B04", "B11", "SCL"] {
            try fixture.tiff(
                "\(data)/R20m/T33RXQ_20200701T093041_\(band)_20m.tif", grid: SceneFixture.coarse, type: band == "SCL" ? .uint8 : .uint16,
                value: { _, _, _ in 5 })
        }
        try fixture.text("\(product)/MTD_MSIL2A.xml", ProductMetadataTests.xml)
        let inventory = try SceneFinder.find(in: fixture.path)
        let scene = try #require(inventory.scenes.first)
        #expect(inventory.scenes.count == 1 && inventory.refused.isEmpty && inventory.warnings.isEmpty)
        #expect(scene.tile == "33RXQ" && scene.dateSource == .productMetadata && scene.sensor == "Sentinel-2 MSI")
        #expect(scene.bands.map(\.name) == ["B02", "B04", "B11"])
        #expect(scene.bands.map(\.offset) == [-0.1, -0.1, 0])
        #expect(scene.bands[0].grid == SceneFixture.fine && scene.grid == SceneFixture.fine)
        #expect(scene.mask?.kind == .sceneClassification)
        #expect(scene.files.contains { $0.hasSuffix("MTD_MSIL2A.xml") })
        #expect(scene.offsetIsKnown)
        let red = try SceneReader(scene, bands: ["B04"]).read(PixelWindow(x: 0, y: 0, width: 1, height: 1))
        #expect(abs(red.planes[0].values[0] - 0.0) < 1e-6)
    }

    @Test func theBaselineInAProductsNameTellsTheOffset() throws {
        let fixture = try SceneFixture()
        try fixture.tiff("S2A_MSIL2A_20200701T093041_N0500_R136_T33RXQ_20230501T121949/T33RXQ_20200701T093041_B04.tif")
        try fixture.tiff("S2A_MSIL2A_20200601T093041_N0214_R136_T33RXQ_20200601T121949/T33RXQ_20200601T093041_B04.tif")
        try fixture.tiff("T33RXQ_20200501T093041_B04.tif")
        let inventory = try SceneFinder.find(in: fixture.path)
        #expect(inventory.scenes.map { $0.bands[0].offset } == [0, 0, -0.1])
        #expect(inventory.scenes.map(\.offsetIsKnown) == [false, true, true])
        #expect(inventory.warnings.contains { $0.contains("2020-05-01") && $0.contains("false change") })
    }

    @Test func aCOGArchiveWithItsItem() throws {
        let fixture = try SceneFixture()
        let folder = "33/R/XQ/2020/7/S2A_33RXQ_20200701_0_L2A"
        try fixture.tiff("\(folder)/B04.tif")
        try fixture.tiff("\(folder)/B11.tif", grid: SceneFixture.coarse)
        try fixture.tiff("\(folder)/SCL.tif", grid: SceneFixture.coarse, type: .uint8, value: { _, x, _ in x < 12 ? 9 : 5 })
        try fixture.png("\(folder)/TCI.png", hasPlace: true)
        try fixture.text(
            "\(folder)/S2A_33RXQ_20200701_0_L2A.json",
            #"{"properties":{"datetime":"2020-07-01T09:36:44Z"},"assets":{"red":{"href":"./B04.tif","raster:bands":[{"scale":0.0001,"offset":-0.1}]}}}"#
        )
        let inventory = try SceneFinder.find(in: fixture.path)
        let scene = try #require(inventory.scenes.first)
        #expect(inventory.scenes.count == 1 && inventory.refused.isEmpty)
        #expect(scene.bands.map(\.name) == ["B04", "B11"])
        #expect(scene.bands[0].scaleSource == .stacItem && scene.bands[0].offset == -0.1)
        #expect(scene.bands[1].scaleSource == .productRule && !scene.bands[1].offsetIsKnown)
        let validity = try SceneReader(scene).read(PixelWindow(scene.grid.size)).validity
        #expect(validity[23, 3] == 0 && validity[24, 3] == 255)
    }

    @Test func landsatBandsAndQuality() throws {
        let fixture = try SceneFixture()
        let stem = "LC08_L2SP_187038_20200701_20200913_02_T1"
        for band in ["SR_B4", "SR_B5", "ST_B10"] { try fixture.tiff("\(stem)/\(stem)_\(band).TIF", value: { _, _, _ in 10_000 }) }
        // Clear, cloud, cloud shadow, fill, water and clear.
        let flags = [21_824, 22_280, 23_888, 1, 21_952, 21_824]
        try fixture.tiff("\(stem)/\(stem)_QA_PIXEL.TIF", value: { _, x, _ in Double(flags[x % 6]) })
        let inventory = try SceneFinder.find(in: fixture.path)
        let scene = try #require(inventory.scenes.first)
        #expect(inventory.scenes.count == 1 && scene.tile == "187038" && scene.name == "2020-07-01")
        #expect(scene.bands.map(\.name) == ["B4", "B5"])
        let block = try SceneReader(scene).read(PixelWindow(x: 0, y: 0, width: 6, height: 1))
        #expect(block.validity.values == [255, 0, 0, 0, 255, 255])
        #expect(abs(block.planes[0].values[0] - 0.075) < 1e-6)
    }

    @Test func planetWithItsUsableDataMask() throws {
        let fixture = try SceneFixture()
        let item = "sirte/20210119_081516_35_2518"
        let names = ["blue", "green", "red", "nir"]
        try fixture.tiff("\(item)_3B_AnalyticMS_SR.tif", bands: names)
        try fixture.tiff("\(item)_3B_AnalyticMS.tif", bands: names)
        // Clear, snow, shadow, haze light, haze heavy, cloud, confidence, udm1: column 2 is cloud, column 3 shadow, 4 light haze, 5 black fill.
        try fixture.tiff("\(item)_3B_udm2.tif", bands: (0..<8).map { "m\($0)" }, type: .uint8) { band, x, _ in
            switch (band, x) {
            case (5, 2), (2, 3), (3, 4), (7, 5): 1
            default: band == 0 && x != 2 ? 1 : 0
            }
        }
        let inventory = try SceneFinder.find(in: fixture.path)
        let scene = try #require(inventory.scenes.first)
        #expect(inventory.scenes.count == 1 && scene.sensor == "PlanetScope" && scene.tile == "sirte")
        #expect(scene.bands.map(\.scale) == [1e-4, 1e-4, 1e-4, 1e-4])
        #expect(inventory.warnings.contains { $0.contains("AnalyticMS.tif: not used") })
        let block = try SceneReader(scene, bands: ["nir"]).read(PixelWindow(x: 0, y: 4, width: 7, height: 1))
        #expect(block.validity.values == [255, 255, 0, 0, 255, 0, 255])
    }

    @Test func whatCannotBeUsedIsRefusedByNameAndTheRestIsFound() throws {
        let fixture = try SceneFixture()
        try fixture.tiff("33RXQ/2020-05-14.tif", bands: ["B02", "B03"])
        try fixture.tiff("33RXQ/2021-01-19.tif", bands: ["B02", "B03"])
        try fixture.tiff("33RXQ/undated.tif")
        try fixture.tiff("33RXQ/2020-05-14_2021-01-19.tif")
        try fixture.png("33RXQ/2020-06-01.png", hasPlace: false)
        try fixture.text("33RXQ/2020-06-02.tif", "")
        try fixture.text("33RXQ/2020-06-03.tif", "not a picture")
        try fixture.text("33RXQ/2020-06-04_B02.jp2", "x")
        try fixture.text("33RXQ/2020-06-04_B03.jp2", "x")
        try fixture.text("33RXQ/.2020-06-05.tif", "hidden")
        try fixture.text("33RXQ/notes-2020-06-06.txt", "not looked at")
        try FileManager.default.createSymbolicLink(atPath: fixture.path + "/33RXQ/2020-06-07.tif", withDestinationPath: "nowhere.tif")
        try FileManager.default.createSymbolicLink(atPath: fixture.path + "/33RXQ/loop", withDestinationPath: "..")
        #expect(mkfifo(fixture.path + "/33RXQ/2020-06-08.tif", 0o600) == 0)
        let truncated = try Data(contentsOf: URL(fileURLWithPath: fixture.path + "/33RXQ/2020-05-14.tif")).prefix(200)
        try truncated.write(to: URL(fileURLWithPath: fixture.path + "/33RXQ/2020-06-09.tif"))

        let inventory = try SceneFinder.find(in: fixture.path)
        #expect(inventory.scenes.map(\.name) == ["2020-05-14", "2021-01-19"])
        let refused = Dictionary(
            uniqueKeysWithValues: inventory.refused.map { (String($0.path.split(separator: "/").last ?? ""), $0.reason) })
        #expect(
            Set(refused.keys) == [
                "undated.tif", "2020-05-14_2021-01-19.tif", "2020-06-01.png", "2020-06-02.tif", "2020-06-03.tif", "33RXQ", "2020-06-07.tif",
                "2020-06-08.tif", "2020-06-09.tif",
            ])
        #expect(refused["undated.tif"]?.hasPrefix("no date in") == true)
        #expect(refused["2020-05-14_2021-01-19.tif"]?.contains("several dates") == true)
        #expect(refused["2020-06-01.png"]?.contains("world file") == true)
        #expect(refused["33RXQ"]?.hasPrefix("2 JPEG 2000 files") == true)
        #expect(refused["2020-06-08.tif"] == "is not a regular file")
        // The same again, to the letter.
        #expect(try SceneFinder.find(in: fixture.path) == inventory)
    }

    @Test func aMissingFolderIsAnErrorAndAnEmptyOneHasNothing() throws {
        let fixture = try SceneFixture()
        #expect(throws: InputError.self) { try SceneFinder.find(in: fixture.path + "/absent") }
        try fixture.text("file", "x")
        #expect(throws: InputError.self) { try SceneFinder.find(in: fixture.path + "/file") }
        #expect(try SceneFinder.find(in: fixture.path).scenes.isEmpty)
    }

    @Test func twoScenesOfOneDayAreBothKept() throws {
        let fixture = try SceneFixture()
        try fixture.tiff("33RXQ/2021-01-19_a.tif")
        try fixture.tiff("33RXQ/2021-01-19_b.tif")
        let inventory = try SceneFinder.find(in: fixture.path)
        #expect(inventory.scenes.map(\.name) == ["2021-01-19", "2021-01-19-2"])
        #expect(inventory.warnings.contains { $0.contains("2 scenes of one day") })
    }

    @Test func datesThatDisagreeAreReported() throws {
        let fixture = try SceneFixture()
        try fixture.tiff("33RXQ/2021-01-19.tif", dateTime: "2021:03:01 10:00:00")
        let inventory = try SceneFinder.find(in: fixture.path)
        #expect(inventory.scenes.first?.name == "2021-01-19")
        #expect(inventory.scenes.first?.dateDisagreement?.contains("2021-03-01") == true)
        #expect(inventory.warnings.contains { $0.contains("2021-03-01") })
    }

    @Test func metadataOfAnotherSceneInTheFolderIsLeftOut() throws {
        let fixture = try SceneFixture()
        try fixture.tiff("33RXQ/2021-01-19_B04.tif")
        try fixture.text("33RXQ/MTD_MSIL2A.xml", ProductMetadataTests.xml)
        let inventory = try SceneFinder.find(in: fixture.path)
        #expect(inventory.scenes.first?.name == "2021-01-19")
        #expect(inventory.scenes.first?.offsetIsKnown == false)
        #expect(inventory.warnings.contains { $0.contains("is of 2020-07-01") })
    }

    @Test func whatTheFilesSayOfThemselves() throws {
        let fixture = try SceneFixture()
        try fixture.tiff(
            "33RXQ/2021-01-19.tif", bands: ["B02", "B03"], noData: 7, scale: 0.0001, offset: -0.1,
            metadata: ["SIMULATED": "YES", "CREDIT": "Made for a test"])
        let scene = try #require(try SceneFinder.find(in: fixture.path).scenes.first)
        #expect(scene.isSimulated && scene.credit == "Made for a test")
        #expect(scene.bands.allSatisfy { $0.scaleSource == .tiffTags && $0.offset == -0.1 && $0.offsetIsKnown && $0.noData == 7 })
    }

    @Test func aPictureWithItsPlaceHasThreeColours() throws {
        let fixture = try SceneFixture()
        let path = try fixture.png("20210119_xyz.png", hasPlace: true)
        let inventory = try SceneFinder.find(in: fixture.path)
        let scene = try #require(inventory.scenes.first)
        #expect(scene.bands.map(\.name) == ["Red", "Green", "Blue"])
        #expect(scene.tile == nil && scene.bands[0].scaleSource == .none)
        #expect(inventory.warnings.contains { $0.contains("own units") })
        #expect(try SceneFinder.scene(at: path).scene.bands == scene.bands)
    }

    @Test func aSceneByItsPathMayBeUndated() throws {
        let fixture = try SceneFixture()
        let path = try fixture.tiff("before.tif", bands: ["", ""], type: .float32)
        let scene = try SceneFinder.scene(at: path).scene
        #expect(scene.date == nil && scene.name == "before" && scene.bands.map(\.name) == ["B1", "B2"])
        try fixture.tiff("bands/B04.tif")
        try fixture.tiff("bands/B08.tif")
        let folder = try SceneFinder.scene(at: fixture.path + "/bands").scene
        #expect(folder.name == "bands" && folder.bands.map(\.name) == ["B04", "B08"])
    }

    @Test func aMaskIsFoundBesideASceneByItsPath() throws {
        let fixture = try SceneFixture()
        let path = try fixture.tiff("2020-09-21.tif", bands: ["B02"])
        let mask = try fixture.tiff("2020-09-21_SCL.tif", type: .uint8, value: { _, _, _ in 4 })
        try fixture.tiff("2020-09-22_SCL.tif", type: .uint8, value: { _, _, _ in 4 })
        #expect(try SceneFinder.scene(at: path).scene.mask == SceneMask(kind: .sceneClassification, path: mask))
        #expect(throws: InputError.self) { try SceneFinder.scene(at: mask) }
    }

    @Test func pathsThatNameNoOneScene() throws {
        let fixture = try SceneFixture()
        #expect(throws: InputError.self) { try SceneFinder.scene(at: fixture.path + "/absent.tif") }
        #expect(throws: InputError.self) { try SceneFinder.scene(at: fixture.path) }
        try fixture.tiff("2020-05-14.tif")
        try fixture.tiff("2021-01-19.tif")
        let several = #expect(throws: InputError.self) { try SceneFinder.scene(at: fixture.path) }
        #expect(several?.problem.contains("2 scenes") == true)
        let placeless = try fixture.png("x.png", hasPlace: false)
        let error = #expect(throws: InputError.self) { try SceneFinder.scene(at: placeless) }
        #expect(error?.description.contains("world file") == true)
    }

    @Test(.enabled(if: SharedData.isPresent, "\(SharedData.whySkipped)"))
    func hostileFilesAreRefusedOneByOne() throws {
        let inventory = try SceneFinder.find(in: SharedData.path("hostile"))
        #expect(inventory.refused.count > 100)
        #expect(inventory.refused.allSatisfy { !$0.reason.isEmpty && !$0.reason.contains("\n") })
    }
}
