import Raster
import RasterIO
import Scenes

/// What one attempt at a tile compares: each date with a reference date, and planned pairs of dates with each other; and what is known of it.
struct TileComparison {
    /// Oldest first.
    let scenes: [SceneDescription]
    /// Index of the date that the others are compared with.
    let reference: Int
    /// Work that makes the planes of each date.
    let dateKeys: [StepKey]
    /// Indices of the dates of each pair.
    let plan: [(before: Int, after: Int)]
    let pairKeys: [StepKey]
    /// nil where it has to be computed, and for the reference; two dates alone are compared by their pair.
    var dates: [DateStep?]
    /// nil where it has to be computed.
    var pairs: [PairStep?]
    /// Whether the planes of the reference are kept.
    var knowsReference = false

    init(
        scenes: [SceneDescription], reference: Int, dateKeys: [StepKey], plan: [(before: Int, after: Int)], pairKeys: [StepKey]
    ) {
        self.scenes = scenes
        self.reference = reference
        self.dateKeys = dateKeys
        self.plan = plan
        self.pairKeys = pairKeys
        dates = scenes.map { _ in nil }
        pairs = plan.map { _ in nil }
    }

    /// From three dates on they are searched together.
    var isStack: Bool { scenes.count > 2 }

    /// The grid that the planes of all dates lie on.
    var grid: RasterGrid { scenes[reference].grid }
}

/// The scenes of an attempt, each opened when its first pixel is asked for.
final class TileSources {
    let scenes: [SceneDescription]
    private let bands: [String]
    private let cache: DecodedBlockCache
    private var opened: [Int: SceneReader] = [:]

    init(_ scenes: [SceneDescription], bands: [String], cache: DecodedBlockCache) {
        self.scenes = scenes
        self.bands = bands
        self.cache = cache
    }

    /// - Throws: an error that names the file, where it cannot be opened.
    func reader(_ index: Int) throws -> SceneReader {
        if let reader = opened[index] { return reader }
        let reader = try SceneReader(scenes[index], bands: bands, cache: cache)
        opened[index] = reader
        return reader
    }
}
