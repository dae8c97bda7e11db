import ChangeDetection
import Geodesy
import Raster
import RasterIO
import Reporting
import Scenes

extension SceneReader: SceneSource {}

/// One pair of dates: from two scenes to its records and its files.
struct PairJob: Sendable {
    let before: SceneDescription
    let after: SceneDescription
    /// Name of the tile, `scene` where none is known.
    let tile: String
    /// Bands to compare; nil for all that both have.
    var bands: [String]?
    var settings = DetectionSettings()
    var outputs = OutputSelection.all
    let jobs: Int
    /// What the tile's dates together showed; the pair then shows its part of it and is not searched by itself.
    var known: [Earthwork]?

    /// What one pair gave.
    struct Product: Sendable {
        var earthworks: [Earthwork]
        var record: PairRecord
        /// Paths below the output folder.
        var picture: String?
        var change: String?
        var warnings: [String]
    }

    var title: String { "\(tile) \(before.name) → \(after.name)" }

    func run(into output: StagedOutput, progress: @Sendable (Double) -> Void) throws -> Product {
        let bands = try commonBands()
        let first = try SceneReader(before, bands: bands)
        let second = try SceneReader(after, bands: bands)
        let stem = "\(fileNameComponent(tile))/\(fileNameComponent(before.name))_\(fileNameComponent(after.name))"
        var product = Product(
            earthworks: [],
            record: PairRecord(
                tile: tile, before: before.name, after: after.name, shift: .init(x: 0, y: 0, residual: nil, lock: false), gain: [],
                offset: [], noiseSigma: [], clearShare: 0, observedSquareKilometres: 0, thresholdPixel: nil),
            picture: nil, change: nil, warnings: [])

        var raster: ChangeRaster?
        if outputs.contains(.change) {
            product.change = "change/\(stem).tif"
            raster = try ChangeRaster(path: output.path("change/\(stem).tif"), grid: before.grid, metadata: metadata)
        }
        let changeRaster = raster
        let analysis = try PairAnalysis(before: first, after: second, settings: settings, jobs: jobs) {
            progress(0.8 * $0)
        } write: {
            try changeRaster?.write($0)
        }
        try raster?.finish()
        progress(0.85)

        product.earthworks = try known.map(appeared) ?? analysis.records(tile: tile, before: before, after: after)
        product.record = record(analysis)
        product.warnings = warnings(analysis)
        if outputs.contains(.picture) {
            product.picture = "diffs/\(stem).png"
            let content = DiffPictureContent(
                tile: tile, before: before.name, after: after.name, grid: before.grid, earthworks: product.earthworks,
                sourceCredit: after.credit ?? before.credit, isSimulated: before.isSimulated || after.isSimulated, notes: notes(analysis),
                zLimit: 3)
            _ = try DiffPicture.write(content, rows: AnalysisRows(analysis), to: output.path("diffs/\(stem).png"))
        }
        progress(1)
        return product
    }

    /// Of the tile's earthworks those that came between the two dates; over more than two dates, those that are still there.
    private func appeared(_ earthworks: [Earthwork]) -> [Earthwork] {
        earthworks.filter { earthwork in
            guard let seen = earthwork.firstSeen, let first = before.date, let last = after.date, seen > first, seen <= last else {
                return false
            }
            return earthwork.status != .transient || earthwork.lastSeen.map { $0 >= last } ?? true
        }
    }

    private func commonBands() throws -> [String] {
        let later = Set(after.bands.map(\.name))
        var common = before.bands.map(\.name).filter(later.contains)
        if let bands {
            let missing = bands.filter { !common.contains($0) }
            guard missing.isEmpty else {
                let lacking = before.bands.map(\.name).contains(missing[0]) ? after : before
                throw InputError(
                    path: lacking.files.first, problem: "band \(missing.joined(separator: ", ")) is missing",
                    advice: "it has \(lacking.bands.map(\.name).joined(separator: ", ")); name those in the pipeline's 'bands'")
            }
            common = bands
        }
        guard !common.isEmpty else {
            let names = [before, after].map { $0.bands.map(\.name).joined(separator: ", ") }
            throw InputError(
                path: after.files.first, problem: "the two dates have no band in common: \(names[0]) against \(names[1])",
                advice: "give scenes of one sensor, or name the bands in the files")
        }
        return common
    }

    private var metadata: [String: String] {
        var items = [
            "TITLE": "Change between \(before.name) and \(after.name), \(tile)",
            "UNITS": "standard deviations of no change",
            "BEFORE": before.name, "AFTER": after.name, "TILE": tile, "SOFTWARE": Version.program,
        ]
        if before.isSimulated || after.isSimulated { items["SIMULATED"] = "YES" }
        if let credit = after.credit ?? before.credit { items["CREDIT"] = credit }
        return items
    }

    private func record(_ analysis: PairAnalysis) -> PairRecord {
        let shift = analysis.pair.registration
        return PairRecord(
            tile: tile, before: before.name, after: after.name,
            shift: .init(x: shift.x, y: shift.y, residual: shift.lock ? shift.residual : nil, lock: shift.lock),
            gain: analysis.model.normalisation.gain, offset: analysis.model.normalisation.offset, noiseSigma: analysis.model.noiseSigma,
            clearShare: analysis.clearShare, observedSquareKilometres: analysis.observedSquareKilometres,
            thresholdPixel: analysis.thresholdPixel)
    }

    private func warnings(_ analysis: PairAnalysis) -> [String] {
        var warnings: [String] = []
        if !analysis.pair.registration.lock {
            warnings.append("\(title): no registration lock; the dates were compared where their files place them")
        }
        if let first = before.date, let second = after.date, second < first {
            warnings.append("\(title): the second scene is the older one; what it calls new is what has gone")
        }
        return warnings
    }

    private func notes(_ analysis: PairAnalysis) -> [String] {
        let shift = analysis.pair.registration
        let text =
            shift.lock
            ? "Shift of (\(DecimalText.fixed(shift.x, decimals: 2)), \(DecimalText.fixed(shift.y, decimals: 2))) px between the dates taken out"
            : "No registration lock: dates compared where their files place them"
        return [text, "\(DecimalText.fixed(100 * analysis.clearShare, decimals: 0)) % of the map could be compared"]
    }
}

/// The picture's rows out of the planes of an analysis.
private struct AnalysisRows: DiffPictureRows {
    private let luminance: [UInt8]
    private let change: [Int8]
    private let width: Int

    init(_ analysis: PairAnalysis) {
        luminance = analysis.luminance
        change = analysis.planes.signed
        width = analysis.planes.width
    }

    func luminance(rows: Range<Int>) -> [UInt8] { Array(luminance[(rows.lowerBound * width)..<(rows.upperBound * width)]) }
    func change(rows: Range<Int>) -> [Int8] { Array(change[(rows.lowerBound * width)..<(rows.upperBound * width)]) }
}

/// The change raster of a pair, written block by block as the blocks come.
private struct ChangeRaster: Sendable {
    private static let blockSide = 512
    private let writer: COGWriter

    init(path: String, grid: RasterGrid, metadata: [String: String]) throws {
        writer = try COGWriter(
            path: path,
            description: COGDescription(
                grid: grid, bandNames: ["signed change (brighter soil positive)", "undirected change over all bands"], sampleType: .int16,
                noData: Double(ChangeBlock.notObserved), scale: Double(ChangeBlock.rasterStep), offset: 0, metadata: metadata,
                blockSize: Self.blockSide, overviewResampling: .maximumMagnitude))
    }

    func write(_ change: ChangeBlock) throws {
        var block = SampleBlock(window: change.window, bandCount: 2, type: .int16)
        block.bytes.withUnsafeMutableBytes { raw in
            let samples = raw.bindMemory(to: Int16.self)
            let count = change.window.pixelCount
            for i in 0..<count {
                samples[i] = change.signedFine[i]
                samples[count + i] = change.size[i]
            }
        }
        try writer.write(block)
    }

    func finish() throws { try writer.finish() }
}
