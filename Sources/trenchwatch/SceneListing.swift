import Geodesy
import Pipeline
import Raster
import Scenes

/// What `trenchwatch scenes` prints.
struct SceneListing: Encodable {
    struct Scene: Encodable {
        @OrNull var tile: String?
        @OrNull var date: String?
        @OrNull var dateSource: String?
        @OrNull var dateDisagreement: String?
        var name: String
        @OrNull var sensor: String?
        var bands: [Band]
        var grid: Grid
        @OrNull var mask: Mask?
        var isSimulated: Bool
        @OrNull var credit: String?
        var files: [String]

        enum CodingKeys: String, CodingKey {
            case tile, date, name, sensor, bands, grid, mask, credit, files
            case dateSource = "date_source"
            case dateDisagreement = "date_disagreement"
            case isSimulated = "simulated"
        }
    }

    struct Band: Encodable {
        var name: String
        var path: String
        /// From 1, as other programs count bands.
        var number: Int
        var width: Int
        var height: Int
        var scale: JSONNumber
        var offset: JSONNumber
        var scaleSource: String
        var offsetIsKnown: Bool
        @OrNull var noData: JSONNumber?

        enum CodingKeys: String, CodingKey {
            case name, path, width, height, scale, offset
            case number = "band"
            case scaleSource = "scale_source"
            case offsetIsKnown = "offset_known"
            case noData = "nodata"
        }
    }

    struct Grid: Encodable {
        var width: Int
        var height: Int
        var crs: String
        /// In GDAL's order.
        var transform: [JSONNumber]
        /// Metres on the ground, at the middle of the scene.
        @OrNull var pixelMetres: [JSONNumber]?

        enum CodingKeys: String, CodingKey {
            case width, height, crs, transform
            case pixelMetres = "pixel_m"
        }
    }

    struct Mask: Encodable {
        var kind: String
        var path: String
    }

    struct Refusal: Encodable {
        var input: String
        var reason: String
    }

    var path: String
    var scenes: [Scene]
    var refused: [Refusal]
    var warnings: [String]

    init(path: String, inventory: SceneInventory) {
        self.path = path
        scenes = inventory.scenes.map(Scene.init)
        refused = inventory.refused.map { Refusal(input: $0.path, reason: $0.reason) }
        warnings = inventory.warnings
    }

    /// One row a scene, then how many there are.
    var text: String {
        let heading = ["tile", "date", "read in", "bands", "size", "pixel m", "CRS", "scale", "mask", ""]
        let rows = scenes.map { scene in
            [
                scene.tile ?? "-", scene.name, scene.dateSource ?? "-", scene.bands.map(\.name).joined(separator: " "),
                "\(scene.grid.width)x\(scene.grid.height)", scene.grid.pixelText, scene.grid.crs, scene.scaleText,
                scene.mask?.kind ?? "-", scene.isSimulated ? "simulated" : "",
            ]
        }
        let table = rows.isEmpty ? [] : TextTable(rows: [heading] + rows, rightAligned: [4, 5]).lines + [""]
        let count = "\(scenes.count) scene\(scenes.count == 1 ? "" : "s"), \(refused.count) refused"
        return (table + [count]).joined(separator: "\n")
    }

    /// One line for each warning and refusal.
    var complaints: String {
        let lines = warnings.map { "warning: \($0.oneLine)" } + refused.map { "refused: \($0.input.oneLine): \($0.reason.oneLine)" }
        return lines.map { $0 + "\n" }.joined()
    }
}

extension SceneListing.Scene {
    init(_ scene: SceneDescription) {
        self.init(
            tile: scene.tile, date: scene.date?.description, dateSource: scene.dateSource?.words,
            dateDisagreement: scene.dateDisagreement, name: scene.name, sensor: scene.sensor,
            bands: scene.bands.map(SceneListing.Band.init),
            grid: SceneListing.Grid(scene.grid), mask: scene.mask.map { SceneListing.Mask(kind: $0.kind.rawValue, path: $0.path) },
            isSimulated: scene.isSimulated, credit: scene.credit, files: scene.files)
    }

    /// The first band's, since those of a scene seldom differ; with a question mark where the offset is not known.
    fileprivate var scaleText: String {
        guard let band = bands.first, band.scaleSource != "none" else { return "-" }
        let offset = band.offset.value == 0 ? "" : (band.offset.value > 0 ? "+" : "") + "\(band.offset.value)"
        return "\(band.scale.value)\(offset)" + (band.offsetIsKnown ? "" : "?")
    }
}

extension SceneListing.Band {
    init(_ band: SceneBand) {
        self.init(
            name: band.name, path: band.path, number: band.indexInFile + 1, width: band.grid.size.width, height: band.grid.size.height,
            scale: JSONNumber(band.scale), offset: JSONNumber(band.offset), scaleSource: band.scaleSource.rawValue,
            offsetIsKnown: band.offsetIsKnown, noData: band.noData.map(JSONNumber.init))
    }
}

extension SceneListing.Grid {
    init(_ grid: RasterGrid) {
        let size = try? PixelSize.metres(inMiddleOf: grid)
        self.init(
            width: grid.size.width, height: grid.size.height, crs: grid.crs.shortText, transform: grid.transform.gdalOrder,
            pixelMetres: size.map { [JSONNumber($0.x, decimals: 3), JSONNumber($0.y, decimals: 3)] })
    }

    fileprivate var pixelText: String {
        guard let size = pixelMetres, size.count == 2 else { return "-" }
        func rounded(_ number: JSONNumber) -> Double { (number.value * 10).rounded() / 10 }
        return rounded(size[0]) == rounded(size[1]) ? "\(rounded(size[0]))" : "\(rounded(size[0]))x\(rounded(size[1]))"
    }
}
