import Claims
import Foundation
import Geodesy
import Pipeline
import Raster
import RasterIO
import Scenes
import Simulation

/// Reads bytes as the program reads a file of them: the fuzzers call it with what they make up, the tests with what the fuzzers found.
public final class FuzzBench {
    /// What no input may cause: an error that is none of the program's own.
    public struct Finding: Error, CustomStringConvertible {
        public var description: String
    }

    private let folder: String
    private var refusals: [String] = []

    /// - Parameter folder: an empty one; files that inputs refer to are written there, and the inputs.
    public init(in folder: String) throws {
        self.folder = folder
        for name in ["raster", "area", "names", Self.product, Self.archived] { try makeFolder(name) }
        for name in ["tiny.tif", Self.product + "/T33RXQ_20210119T091501_B04_10m.tif", Self.archived + "/B04.tif"] {
            try FuzzFixtures.writeTIFF(to: path(name))
        }
        for name in ["raster/a.png", "raster/b.png"] { try FuzzFixtures.writePNG(to: path(name)) }
        for (name, text) in FuzzFixtures.texts { try write(text.utf8, to: "area/" + name) }
    }

    private static let product = "scenes/S2A_MSIL2A_20210119T091501_N0214_R093_T33RXQ_20210119T112233.SAFE"
    private static let archived = "scenes/S2A_33RXQ_20210120_0_L2A"

    /// - Returns: why it was refused, a line each; empty where all of it was read.
    /// - Throws: `Finding`.
    @discardableResult
    public func read(_ bytes: some Collection<UInt8>, as format: FuzzedFormat) throws -> [String] {
        refusals = []
        switch format {
        case .tiff: try raster(bytes, "raster/input.tif")
        case .png: try raster(PNGCheckSums.mended(Array(bytes)), "raster/input.png")
        case .sidecar: try sidecar(bytes)
        case .names: try names(bytes)
        case .metadata: try metadata(bytes)
        case .pipeline:
            try write(bytes, to: "area/pipeline.yaml")
            try attempt { _ = try PipelineFile(path: path("area/pipeline.yaml")) }
        case .register:
            try write(bytes, to: "area/register.yaml")
            try attempt { _ = try ClaimsRegister(path: path("area/register.yaml")).assess(FuzzFixtures.evidence()) }
        case .geojson: try geoJSON(bytes)
        case .scenario:
            try write(bytes, to: "area/scenario.yaml")
            try attempt { _ = try Scenario.load(path: path("area/scenario.yaml")) }
        }
        return refusals
    }

    // MARK: Formats

    private func raster(_ bytes: some Collection<UInt8>, _ name: String) throws {
        try write(bytes, to: name)
        try attempt { try readRaster(path(name)) }
    }

    private func readRaster(_ path: String) throws {
        let reader = try RasterReader(path: path)
        let info = reader.info
        for window in Self.windows(of: info.size) {
            try attempt { _ = try reader.read(window) }
            try attempt { _ = try reader.readMask(window) }
            try attempt {
                var validity = [UInt8](repeating: 1, count: window.pixelCount)
                let bands = (0..<min(4, info.bandCount)).map { SampleScaling(band: $0, scale: 0.0001, offset: -0.1, noData: info.noData) }
                _ = try reader.readValues(window, bands, validity: &validity)
            }
        }
        for (index, size) in info.overviews.prefix(4).enumerated() {
            for window in Self.windows(of: size) {
                try attempt { _ = try reader.read(window, bands: [info.bandCount - 1], overview: index) }
            }
        }
        // Systems of PROJ's own database are not of the file's making, and cost more time than all the rest.
        guard let crs = info.crs, case .definition = crs else { return }
        try attempt { _ = try CoordinateSystemDescription(crs) }
        if let grid = info.grid {
            try attempt { _ = try PixelSize.metres(inMiddleOf: grid) }
            try attempt { _ = try PixelGeolocator(grid: grid) }
        }
    }

    /// All of a small raster; of a large one its first and last corner.
    private static func windows(of size: RasterSize) -> [PixelWindow] {
        guard size.pixelCount > 1 << 14 else { return [PixelWindow(size)] }
        let width = min(64, size.width)
        let height = min(64, size.height)
        return [
            PixelWindow(x: 0, y: 0, width: width, height: height),
            PixelWindow(x: size.width - width, y: size.height - height, width: width, height: height),
        ]
    }

    private func sidecar(_ bytes: some Collection<UInt8>) throws {
        try write(bytes, to: "raster/a.png.aux.xml")
        try write(bytes, to: "raster/b.pgw")
        for name in ["raster/a.png", "raster/b.png"] { try attempt { try readRaster(path(name)) } }
    }

    private func names(_ bytes: some Collection<UInt8>) throws {
        try? FileManager.default.removeItem(atPath: path("names"))
        try makeFolder("names")
        for line in bytes.split(separator: UInt8(ascii: "\n")).prefix(6) {
            let pieces = line.split(separator: UInt8(ascii: "/")).prefix(5)
            guard let last = pieces.last, pieces.allSatisfy({ $0.count <= 200 && !$0.contains(0) && !$0.elementsEqual("..".utf8) }) else {
                continue
            }
            // File names are bytes; nothing promises UTF-8.
            var place = Array(path("names").utf8)
            for piece in pieces.dropLast() {
                place += [UInt8(ascii: "/")] + piece
                _ = (place + [0]).withUnsafeBytes { mkdir($0.baseAddress!.assumingMemoryBound(to: CChar.self), 0o700) }
            }
            place += [UInt8(ascii: "/")] + last + [0]
            _ = place.withUnsafeBytes { link(path("tiny.tif"), $0.baseAddress!.assumingMemoryBound(to: CChar.self)) }
        }
        try scenes("names")
    }

    private func metadata(_ bytes: some Collection<UInt8>) throws {
        try write(bytes, to: Self.product + "/MTD_MSIL2A.xml")
        try write(bytes, to: Self.archived + "/S2A_33RXQ_20210120_0_L2A.json")
        try scenes("scenes")
    }

    private func scenes(_ name: String) throws {
        try attempt {
            let found = try SceneFinder.find(in: path(name))
            for line in found.warnings + found.refused.map(\.reason) { try checkLine(line) }
            for scene in found.scenes {
                try attempt { _ = try SceneReader(scene).read(PixelWindow(x: 0, y: 0, width: 4, height: 4)) }
            }
        }
    }

    private func geoJSON(_ bytes: some Collection<UInt8>) throws {
        try write(bytes, to: "area/input.geojson")
        let input = path("area/input.geojson")
        try attempt { _ = try Place(id: "area", geoJSON: input).squareKilometres() }
        try attempt { _ = try Scoring.score(detections: input, truth: path("area/truth.geojson"), observedKm2: 1) }
        try attempt { _ = try Scoring.score(detections: path("area/truth.geojson"), truth: input, observedKm2: 1) }
    }

    // MARK: Verdict

    private func attempt(_ body: () throws -> Void) throws {
        do {
            try body()
        } catch let error as any TrenchWatchError {
            try checkLine(error.description)
            refusals.append(error.description)
        } catch let error as Finding {
            throw error
        } catch {
            throw Finding(description: "an error of type \(type(of: error)): \(error)")
        }
    }

    /// What users see of it stands on one line.
    private func checkLine(_ text: String) throws {
        guard !text.isEmpty, text == text.oneLine else {
            throw Finding(description: "a message of several lines: \(text.debugDescription)")
        }
    }

    // MARK: Files

    private func path(_ name: String) -> String { folder + "/" + name }

    private func makeFolder(_ name: String) throws {
        try FileManager.default.createDirectory(atPath: path(name), withIntermediateDirectories: true)
    }

    /// In place: a rename costs more than many an input takes to read.
    private func write(_ bytes: some Collection<UInt8>, to name: String) throws {
        try Data(bytes).write(to: URL(fileURLWithPath: path(name)))
    }
}
