import Foundation
import Raster
import RasterIO
import TestSupport

/// Small scenes and pipelines for the tests, in a folder of a test's own.
enum Fixtures {
    /// Two small tiles, two dates, one strong line and one position.
    static let scenario = """
        name: tiny
        description: For tests.
        seed: 7
        noise: 25
        haze: 25
        dates:
          - { date: 2020-05-14, shift_px: [0, 0] }
          - { date: 2021-01-19, shift_px: [0.31, -0.22] }
        tiles:
          - { name: 33RXQ, west: 640000, north: 3440000, width: 256, height: 256 }
          - { name: 33RXP, west: 640000, north: 3340000, width: 96, height: 96 }
        ground: { texture: 1, dunes: 0.3, wadis: 0.6 }
        earthworks:
          - { line: { start: [640300, 3439800], bearing_deg: 150, length_m: 1200, profile: bright }, cnr: 6, onset: 2020-09-01 }
          - { position: { at: [641300, 3439300], size_px: 5 }, cnr: 9, onset: 2020-09-01 }
        """

    /// What `simulate` made of the scenario: a folder with `Imagery` and `truth.geojson`, only read. It stays beside the program, since nothing tells when
    /// the last test has used it.
    private static let simulation = Result {
        let folder = URL(fileURLWithPath: Executable.path).deletingLastPathComponent().appendingPathComponent("EndToEndTests.simulated")
            .path
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        let file = folder + "/tiny.yaml"
        try scenario.write(toFile: file, atomically: true, encoding: .utf8)
        let outcome = try Executable.run(["simulate", file, "--output", folder])
        guard outcome.exitCode == 0 else { throw InputError(path: file, problem: outcome.complaints) }
        return folder
    }

    static var simulated: String { get throws { try simulation.get() } }

    /// The simulated scenes as `Imagery` of a test's own folder, which it may change.
    static func copyImagery(to folder: TemporaryFolder) throws {
        try FileManager.default.copyItem(atPath: simulated + "/Imagery", toPath: folder.file("Imagery"))
    }

    /// Two small tiles of four dates each: a line and a position that come between the second and the third.
    static func series(in folder: TemporaryFolder) throws {
        let text =
            scenario
            .replacingOccurrences(
                of: "  - { date: 2021-01-19",
                with:
                    "  - { date: 2020-08-12, shift_px: [-0.2, 0.1] }\n  - { date: 2020-11-20, shift_px: [0.1, 0.3] }\n  - { date: 2021-01-19"
            )
            .replacingOccurrences(of: "width: 96, height: 96", with: "width: 160, height: 160")
        try folder.write(text.utf8, to: "series.yaml")
        let outcome = try Executable.run(["simulate", folder.file("series.yaml"), "--output", folder.path])
        guard outcome.exitCode == 0 else { throw InputError(path: folder.file("series.yaml"), problem: outcome.complaints) }
    }

    /// A pipeline file beside its imagery.
    static func pipeline(_ text: String, in folder: TemporaryFolder) throws -> String {
        try folder.write(text.utf8, to: "pipeline.yaml")
    }

    static let grid = RasterGrid(
        size: RasterSize(width: 96, height: 80),
        transform: GeoTransform(originX: 640_000, originY: 3_440_000, pixelWidth: 10, pixelHeight: 10), crs: .epsg(32633))

    /// A scene of two bands: every sample is what `value` says of band, column and row; 0 is nodata.
    static func writeScene(
        to path: String, grid: RasterGrid = grid, bands: [String] = ["B03", "B04"], metadata: [String: String] = [:],
        value: (Int, Int, Int) -> UInt16
    ) throws {
        let writer = try COGWriter(
            path: path,
            description: COGDescription(
                grid: grid, bandNames: bands, sampleType: .uint16, noData: 0, scale: 0.0001, metadata: metadata))
        let window = PixelWindow(grid.size)
        var samples: [UInt16] = []
        for band in bands.indices {
            for y in 0..<window.height {
                for x in 0..<window.width { samples.append(value(band, x, y)) }
            }
        }
        try writer.write(
            SampleBlock(window: window, bandCount: bands.count, type: .uint16, bytes: samples.withUnsafeBytes { Array($0) }))
        try writer.finish()
    }

    /// Ground with some texture, the same for every call.
    static func ground(_ band: Int, _ x: Int, _ y: Int) -> UInt16 { 2000 + UInt16(hash(band, x, y) % 400) }

    /// The same ground seen on one of several dates, with noise of its own.
    static func ground(onDate date: Int) -> (Int, Int, Int) -> UInt16 {
        { band, x, y in ground(band, x, y) + UInt16(hash(band + 7 * (date + 1), x, y) % 40) }
    }

    private static func hash(_ band: Int, _ x: Int, _ y: Int) -> UInt64 {
        var state = UInt64(band) &* 0x9E37_79B9_7F4A_7C15 &+ UInt64(x) &* 0xBF58_476D_1CE4_E5B9 &+ UInt64(y) &* 0x94D0_49BB_1331_11EB
        state ^= state >> 31
        state &*= 0xD6E8_FEB8_6659_FD93
        return state ^ state >> 29
    }
}

/// Every regular file below a folder, by its path there; hidden folders are not looked into.
func files(below folder: String) -> [String: Data] {
    guard let walker = FileManager.default.enumerator(atPath: folder) else { return [:] }
    var found: [String: Data] = [:]
    for case let relative as String in walker where !relative.hasPrefix(".") {
        var isFolder: ObjCBool = false
        let path = folder + "/" + relative
        if FileManager.default.fileExists(atPath: path, isDirectory: &isFolder), !isFolder.boolValue {
            found[relative] = FileManager.default.contents(atPath: path)
        }
    }
    return found
}
