import ChangeDetection
import Raster
import RasterIO
import Reporting
import Scenes

/// One diff picture: what two dates of a tile show, with what came between them.
struct PictureJob {
    let tile: TileResult
    let pair: TileResult.Pair
    let steps: StepStore
    private let content: DiffPictureContent
    /// Names the picture by all that it shows.
    let key: StepKey

    /// - Parameters:
    ///   - earthworks: of the tile.
    ///   - tags: names of the claims that an earthwork supports, by its id.
    init(_ pair: TileResult.Pair, of tile: TileResult, earthworks: [Earthwork], tags: [String: String], steps: StepStore) throws {
        self.tile = tile
        self.pair = pair
        self.steps = steps
        let (before, after) = (tile.scenes[pair.before], tile.scenes[pair.after])
        let shown = Self.appeared(earthworks, between: before, and: after)
        let ids = Set(shown.map(\.id))
        let tags = tags.filter { ids.contains($0.key) }
        content = DiffPictureContent(
            tile: tile.tile, before: before.name, after: after.name, grid: tile.grid, earthworks: shown, highlightedClaims: tags,
            sourceCredit: after.credit ?? before.credit, isSimulated: before.isSimulated || after.isSimulated,
            notes: Self.notes(pair.record),
            zLimit: 3)
        key = try steps.key(
            .picture, [tile.planeKeys[pair.before].digest, tile.planeKeys[pair.after].digest, JSONText.encode(content)])
    }

    /// The earthworks that the picture shows.
    var earthworks: [Earthwork] { content.earthworks }

    /// Paths of its files below the output folder, the picture first.
    var paths: [String] { PairFiles.picture(tile.stem(pair)) }

    /// What drawing it takes, roughly: planes of both dates and what comes of them.
    var bytes: Int { 6 * tile.grid.size.pixelCount }

    /// - Parameter jobs: worker threads; nothing in the picture depends on it.
    func draw(into output: StagedOutput, jobs: Int) throws {
        let size = tile.grid.size
        func planes(_ index: Int, _ part: DatePlanesFile.Part) throws -> DatePlanes {
            try steps.planes(tile.planeKeys[index], size: size, part: index == tile.reference ? .luminance : part, jobs: jobs)
        }
        let after = try planes(pair.after, .picture)
        let luminance = after.luminance
        let change: [Int8]
        if pair.before == tile.reference {
            change = after.signed
        } else {
            let before = try planes(pair.before, .change)
            let none = SearchPlanes(size: size, signed: before.signed.map { $0 == -128 ? -128 : 0 }, structure: [])
            let stack = DateStack(
                dates: [
                    SearchPlanes(size: size, signed: before.signed, structure: []),
                    after.signed.isEmpty ? none : SearchPlanes(size: size, signed: after.signed, structure: []),
                ], sensitivities: [tile.sensitivities[pair.before], tile.sensitivities[pair.after]])
            change = stack.step(at: 1, clip: 127, by: WorkerPool.mapping(jobs: jobs)).signed
        }
        _ = try DiffPicture.write(
            content, rows: PlaneRows(luminance: luminance, change: change, width: size.width), to: output.path(paths[0])
        ) { count, make, take in
            try WorkerPool.mapInOrder(count: count, jobs: jobs, window: 2 * jobs, produce: make) { try take($1) }
        }
    }

    /// What came between the two dates; of what has gone again only what is still there on the later one.
    private static func appeared(
        _ earthworks: [Earthwork], between before: SceneDescription, and after: SceneDescription
    ) -> [Earthwork] {
        guard let first = before.date, let last = after.date, first < last else { return earthworks }
        return earthworks.filter { earthwork in
            guard let seen = earthwork.firstSeen else { return true }
            return seen > first && seen <= last && (earthwork.status != .transient || earthwork.lastSeen.map { $0 >= last } ?? true)
        }
    }

    private static func notes(_ record: PairRecord) -> [String] {
        let shift = record.shift
        let text =
            shift.lock
            ? "Shift of (\(DecimalText.fixed(shift.x, decimals: 2)), \(DecimalText.fixed(shift.y, decimals: 2))) px between the dates taken out"
            : "No registration lock: dates compared where their files place them"
        let turned = shift.affine.map { [$0.inWords] } ?? []
        return [text] + turned + ["\(DecimalText.fixed(100 * record.clearShare, decimals: 0)) % of the map could be compared"]
    }
}

/// The picture's rows out of whole planes.
private struct PlaneRows: DiffPictureRows {
    let luminance: [UInt8]
    let change: [Int8]
    let width: Int

    func luminance(rows: Range<Int>) -> [UInt8] { Array(luminance[(rows.lowerBound * width)..<(rows.upperBound * width)]) }
    func change(rows: Range<Int>) -> [Int8] { Array(change[(rows.lowerBound * width)..<(rows.upperBound * width)]) }
}
