import Foundation
import Raster
import TestSupport
import Testing

@Suite("inspect and scenes")
struct InspectTests {
    @Test("inspect gives grid, date and the exact statistics of the valid samples")
    func statistics() throws {
        let folder = try TemporaryFolder()
        let path = folder.file("33RXQ_2021-01-19.tif")
        // The first column is nodata; band 2 is constant.
        try Fixtures.writeScene(to: path) { band, x, y in x == 0 ? 0 : band == 0 ? UInt16(x + 100 * y) : 42 }
        let json = try Executable.run(["inspect", path, "--json"]).json
        #expect(json["width"] as? Int == 96)
        #expect(json["height"] as? Int == 80)
        #expect(json["type"] as? String == "uint16")
        #expect(json["crs"] as? String == "EPSG:32633")
        #expect(json["nodata"] as? Double == 0)
        #expect(json["date"] as? String == "2021-01-19")
        #expect(json["date_source"] as? String == "file name")
        #expect(json["transform"] as? [Double] == [640_000, 10, 0, 3_440_000, 0, -10])
        let bands = try #require(json["bands"] as? [[String: Any]])
        #expect(bands.map { $0["name"] as? String } == ["B03", "B04"])
        #expect(bands.map { $0["valid"] as? Int } == [95 * 80, 95 * 80])
        #expect(bands.map { $0["min"] as? Double } == [1, 42])
        #expect(bands.map { $0["max"] as? Double } == [95 + 7900, 42])
        let values = (0..<80).flatMap { y in (1..<96).map { x in Double(x + 100 * y) } }
        let mean = values.reduce(0, +) / Double(values.count)
        let deviation = (values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(values.count)).squareRoot()
        #expect(abs((bands[0]["mean"] as? Double ?? 0) - mean) < 1e-5)
        #expect(abs((bands[0]["std"] as? Double ?? 0) - deviation) < 1e-5)
        #expect(bands[1]["std"] as? Double == 0)
    }

    @Test("inspect agrees with GDAL over many blocks", .enabled(if: OtherReader.has("gdalinfo"), "needs gdal-bin"))
    func agreesWithGDAL() throws {
        let folder = try TemporaryFolder()
        let path = folder.file("2021-01-19.tif")
        var grid = Fixtures.grid
        grid.size = RasterSize(width: 1300, height: 1100)
        try Fixtures.writeScene(to: path, grid: grid, bands: ["B04"], value: Fixtures.ground)
        let ours = try #require(try Executable.run(["inspect", path, "--json"]).json["bands"] as? [[String: Any]])[0]
        let text = try OtherReader.run("gdalinfo", ["-json", "-stats", "--config", "GDAL_PAM_ENABLED", "NO", path]).output
        let theirs = try #require(JSONSerialization.jsonObject(with: Data(text.utf8)) as? [String: Any])
        let band = try #require((theirs["bands"] as? [[String: Any]])?.first)
        for (name, other) in [("min", "minimum"), ("max", "maximum"), ("mean", "mean"), ("std", "stdDev")] {
            #expect(abs((ours[name] as? Double ?? 0) - (band[other] as? Double ?? -1)) < 1e-3)
        }
    }

    @Test("A band without a valid sample has null statistics")
    func nothingValid() throws {
        let folder = try TemporaryFolder()
        try Fixtures.writeScene(to: folder.file("2021-01-19.tif")) { _, _, _ in 0 }
        let outcome = try Executable.run(["inspect", folder.file("2021-01-19.tif"), "--json"])
        let band = try #require((outcome.json["bands"] as? [[String: Any]])?.first)
        #expect(band["valid"] as? Int == 0)
        #expect(band["mean"] is NSNull)
    }

    @Test("scenes lists what run would use, and ends with 3 where something was refused")
    func scenes() throws {
        let folder = try TemporaryFolder()
        try Fixtures.writeScene(to: folder.file("33RXQ/2020-05-14.tif"), value: Fixtures.ground)
        try Fixtures.writeScene(to: folder.file("33RXQ/2021-01-19.tif"), value: Fixtures.ground)
        let clean = try Executable.run(["scenes", folder.path, "--json"])
        #expect(clean.exitCode == 0)
        let scenes = try #require(try clean.json["scenes"] as? [[String: Any]])
        #expect(scenes.map { $0["date"] as? String } == ["2020-05-14", "2021-01-19"])
        #expect(scenes.map { $0["tile"] as? String } == ["33RXQ", "33RXQ"])
        let grid = try #require(scenes[0]["grid"] as? [String: Any])
        let pixel = try #require(grid["pixel_m"] as? [Double])
        #expect(pixel.count == 2 && abs(pixel[0] - 10) < 0.1)

        try folder.write("II*\0 and nothing more".utf8, to: "33RXQ/2020-09-21.tif")
        let table = try Executable.run(["scenes", folder.path])
        #expect(table.exitCode == 3)
        #expect(table.output.contains("2 scenes, 1 refused"))
        #expect(table.complaintLines.contains { $0.hasPrefix("refused: ") && $0.contains("2020-09-21.tif") })
    }
}
