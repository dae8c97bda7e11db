import Raster
import RasterIO

/// The files that a simulation wrote.
public struct SimulationResult: Sendable, Codable, Equatable {
    /// Scenes and masks, tile after tile, each in the order of dates.
    public var scenes: [String]
    public var truthPath: String
    public var casePath: String
}

/// Makes dated scenes with earthworks of known place, date and contrast. Every file says that it is simulated.
public enum Simulator {
    /// Writes `<output>/Imagery/<tile>/<date>.tif` (uint16, bands B02 B03 B04 B08, nodata 0), `<date>_SCL.tif` where a date has a mask,
    /// `<output>/truth.geojson` and `<output>/case.json`. Files of these names are replaced; each appears whole or not at all.
    ///
    /// - Parameter progress: called with the share done, from 0 to 1.
    /// - Throws: `OutputError` where something cannot be written, `InputError` where the scenario's coordinate system is unknown.
    public static func run(_ scenario: Scenario, output: String, progress: ((Double) -> Void)?) throws -> SimulationResult {
        let renderer = SceneRenderer(scenario)
        let truth = try TruthFile(scenario)
        let truthText = try truth.geoJSON()
        let caseText = try truth.caseJSON(renderer)

        var scenes: [String] = []
        var pixelsDone = 0
        let pixels = max(1, scenario.tiles.reduce(0) { $0 + $1.size.pixelCount * scenario.acquisitions(of: $1).count })
        for tile in scenario.tiles {
            let folder = "\(output)/Imagery/\(tile.name)"
            let acquisitions = scenario.acquisitions(of: tile)
            // Each open scene holds files of its own; a long series goes in groups.
            for start in stride(from: 0, to: acquisitions.count, by: 16) {
                let group = Array(acquisitions[start..<min(start + 16, acquisitions.count)])
                scenes += try write(group, of: tile, to: folder, renderer: renderer) { written in
                    pixelsDone += written
                    progress?(Double(pixelsDone) / Double(pixels))
                }
            }
        }
        let result = SimulationResult(scenes: scenes, truthPath: "\(output)/truth.geojson", casePath: "\(output)/case.json")
        try AtomicFile.write(truthText, to: result.truthPath)
        try AtomicFile.write(caseText, to: result.casePath)
        return result
    }

    /// `acquisitions` are indices of the scenario's dates. Returns the paths written.
    private static func write(
        _ acquisitions: [Int], of tile: Scenario.Tile, to folder: String, renderer: SceneRenderer, wrote: (Int) -> Void
    ) throws -> [String] {
        let scenario = renderer.scenario
        let tileWindow = tile.window(pixelMetres: scenario.pixelMetres)
        let writers = try acquisitions.map { index in
            let date = scenario.dates[index].date
            let scene = try COGWriter(path: "\(folder)/\(date).tif", description: scenario.description(of: tile, on: date, isMask: false))
            guard scenario.dates[index].clouds?.mask == true else { return (scene: scene, mask: COGWriter?.none) }
            let mask = try COGWriter(path: "\(folder)/\(date)_SCL.tif", description: scenario.description(of: tile, on: date, isMask: true))
            return (scene: scene, mask: mask)
        }
        for block in PixelWindow(tile.size).blocks(side: 512) {
            let onMap = PixelWindow(x: tileWindow.x + block.x, y: tileWindow.y + block.y, width: block.width, height: block.height)
            let ground = renderer.ground(onMap)
            for (index, writer) in zip(acquisitions, writers) {
                let samples = renderer.scene(index, on: ground)
                try writer.scene.write(
                    SampleBlock(window: block, bandCount: 4, type: .uint16, bytes: samples.withUnsafeBytes { Array($0) }))
                try writer.mask?.write(
                    SampleBlock(window: block, bandCount: 1, type: .uint8, bytes: renderer.sceneClasses(index, window: onMap)))
                wrote(block.pixelCount)
            }
        }
        return try zip(acquisitions, writers).flatMap { index, writer in
            try writer.scene.finish()
            try writer.mask?.finish()
            let date = scenario.dates[index].date
            return ["\(folder)/\(date).tif"] + (writer.mask == nil ? [] : ["\(folder)/\(date)_SCL.tif"])
        }
    }
}

extension Scenario {
    /// Indices of the dates on which a tile was seen.
    fileprivate func acquisitions(of tile: Tile) -> [Int] {
        dates.indices.filter { tile.dates?.contains(dates[$0].date) ?? true }
    }

    fileprivate func description(of tile: Tile, on date: CalendarDate, isMask: Bool) -> COGDescription {
        let transform = GeoTransform(originX: tile.west, originY: tile.north, pixelWidth: pixelMetres, pixelHeight: pixelMetres)
        let metadata = [
            "SIMULATED": "YES",
            "DESCRIPTION": "Simulated scene, not a satellite image: scenario \(name), seed \(seed), tile \(tile.name)",
        ]
        return COGDescription(
            grid: RasterGrid(size: tile.size, transform: transform, crs: .epsg(epsg)),
            bandNames: isMask ? ["SCL"] : Self.bandNames,
            sampleType: isMask ? .uint8 : .uint16,
            noData: 0,
            scale: isMask ? nil : 0.0001,
            metadata: metadata,
            dateTime: "\(date) 09:15:00".replacing("-", with: ":"),
            compressionLevel: 6,
            overviewResampling: isMask ? .nearest : .average)
    }
}
