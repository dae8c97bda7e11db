import ChangeDetection
import Foundation
import Geodesy
import Raster
import RasterIO
import Scenes

/// What the dates of one tile gave, together and pair by pair.
struct TileResult: Sendable {
    /// Two dates that were compared with each other.
    struct Pair: Sendable {
        /// Indices of `scenes`.
        var before: Int
        var after: Int
        var record: PairRecord
        /// Work that made the record and the change raster.
        var key: StepKey
        /// Path below the output folder of the change raster; nil where none was asked for.
        var change: String?
    }

    let tile: String
    /// The dates that could be used, oldest first.
    let scenes: [SceneDescription]
    let bands: [String]
    /// The grid that pictures and planes of all dates lie on: the reference date's.
    let grid: RasterGrid
    /// Index of the date that the others are compared with.
    let reference: Int
    /// Work that made each date's planes.
    let planeKeys: [StepKey]
    /// `ChangeModel.sensitivity` of each date; nil for the reference.
    let sensitivities: [Double?]
    /// Of each date's pixels, the share that could be searched.
    let clearShares: [Double]
    let metresPerPixel: (x: Double, y: Double)
    /// What was found; ids are the tile's own.
    var earthworks: [Earthwork]
    var pairs: [Pair]
    /// Key of the search that found them.
    let searchKey: StepKey

    func stem(_ pair: Pair) -> String {
        PairFiles.stem(tile: tile, before: scenes[pair.before].name, after: scenes[pair.after].name)
    }
}

/// Where the files of a pair lie, below the output folder.
enum PairFiles {
    static func stem(tile: String, before: String, after: String) -> String {
        "\(fileNameComponent(tile))/\(fileNameComponent(before))_\(fileNameComponent(after))"
    }

    static func changeFolder(tile: String) -> String { "change/" + fileNameComponent(tile) }

    static func picture(_ stem: String) -> [String] { ["diffs/\(stem).png", "diffs/\(stem).pgw", "diffs/\(stem).png.aux.xml"] }
    static func change(_ stem: String) -> [String] { ["change/\(stem).tif", "change/\(stem).qml"] }
}

/// What the ledger keeps of a scene that cannot be used.
struct RefusalStep: Codable, Sendable {
    /// SHA-256 of the one of its files whose fault it is; nil where that is not known.
    var file: String?
    var reason: String
}

/// What the ledger keeps of one date against the reference.
struct DateStep: Codable, Sendable {
    /// Why the date cannot be compared; the rest is empty then.
    var refusal: RefusedInput?
    var sensitivity = 0.0
    var observedSquareKilometres = 0.0
    var planes = FileDigest(sha256: "", bytes: 0)
    /// How it lies and compares; nil for the reference itself.
    var relation: DateRelation?
}

/// What the ledger keeps of two dates.
struct PairStep: Codable, Sendable {
    /// Why the two cannot be compared.
    var refusal: String?
    var record: PairRecord?
    /// How far the planes lie right and down of the earlier date's own pixels; of a tile with two dates only.
    var displacement = Displacement.none
    var date: DateStep?
}

/// What the ledger keeps of the search of a tile.
struct SearchStep: Codable, Sendable {
    var earthworks: [Earthwork]
    var clearShares: [Double]
    /// Of each search that found them: one a split of the dates.
    var laws: [SearchLaws]
}
