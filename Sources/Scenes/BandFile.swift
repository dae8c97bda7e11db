import Geodesy
import Raster
import RasterIO

/// One file of a scene and the bands that are read from it.
struct BandFile: Sendable {
    private let reader: RasterReader
    private let members: [(plane: Int, band: SceneBand)]
    /// From the scene's pixels to the file's; nil where they are the same.
    private let mapping: GridMapping?
    private let scenePixelCount: Int

    init(path: String, members: [(plane: Int, band: SceneBand)], scene: SceneDescription, cache: DecodedBlockCache?) throws {
        reader = try RasterReader(path: path, cache: cache)
        self.members = members
        scenePixelCount = max(1, scene.grid.size.pixelCount)
        for (_, band) in members {
            guard reader.info.size == band.grid.size, band.indexInFile < reader.info.bandCount else {
                throw InputError(path: path, problem: "has changed since it was found", advice: "run again")
            }
        }
        mapping = try GridMapping.unlessSame(from: scene.grid, to: members[0].band.grid)
    }

    /// Whether the file's blocks are as wide as the file.
    var isReadByRows: Bool { reader.info.blockSize.width >= reader.info.size.width }

    /// Bytes of a pixel of the scene that are decoded for it.
    var decodedBytesPerPixel: Double {
        let info = reader.info
        let bands = info.isPlanar ? members.count : info.bandCount
        return Double(bands * info.sampleType.byteCount) * Double(info.size.pixelCount) / Double(scenePixelCount)
    }

    /// Nothing of a window of the scene will be asked for again soon. Only where the file has the scene's pixels.
    func release(_ window: PixelWindow) {
        if mapping == nil { reader.release(window) }
    }

    /// Values of a window inside the scene, by plane: of its first row, and of each that lies a multiple of `rowStep` below it. `validity`, of these
    /// rows, becomes 0 where a band cannot be used.
    func read(_ window: PixelWindow, rowStep: Int, validity: inout [UInt8]) throws -> [(plane: Int, values: [Float])] {
        guard let mapping else { return try decode(window, rowStep: rowStep, validity: &validity) }
        guard rowStep == 1 else {
            var ofAll = [UInt8](repeating: 255, count: window.pixelCount)
            let planes = try read(window, rowStep: 1, validity: &ofAll)
            for (i, valid) in ofAll.rows(every: rowStep, width: window.width).enumerated() { validity[i] &= valid }
            return planes.map { ($0.plane, $0.values.rows(every: rowStep, width: window.width)) }
        }
        let source = mapping.sourceWindow(for: window, halo: 2).intersection(PixelWindow(reader.info.size))
        guard !source.isEmpty else {
            validity = [UInt8](repeating: 0, count: validity.count)
            return members.map { ($0.plane, [Float](repeating: 0, count: validity.count)) }
        }
        var sourceValidity = [UInt8](repeating: 255, count: source.pixelCount)
        let decoded = try decode(source, rowStep: 1, validity: &sourceValidity)
        let sampler = CubicSampler(window: source, validity: sourceValidity)
        var columns: [Double] = []
        var rows: [Double] = []
        if let affine = mapping.affine, affine.columnPerRow == 0, affine.rowPerColumn == 0 {
            var unused: [Double] = []
            mapping.fill(window: PixelWindow(x: window.x, y: window.y, width: window.width, height: 1), columns: &columns, rows: &unused)
            mapping.fill(window: PixelWindow(x: window.x, y: window.y, width: 1, height: window.height), columns: &unused, rows: &rows)
            return decoded.map { ($0.plane, sampler.sample($0.values, acrossColumns: columns, rows: rows, validity: &validity)) }
        }
        mapping.fill(window: window, columns: &columns, rows: &rows)
        return decoded.map { ($0.plane, sampler.sample($0.values, columns: columns, rows: rows, validity: &validity)) }
    }

    /// Whether the file's pixels are the scene's.
    var hasPixelsOfScene: Bool { mapping == nil }

    /// Sums of the file's bands on its own grid; the weights are of all the scene's bands, which must be the file's.
    func read(_ window: PixelWindow, rowStep: Int, mix: BandMix, validity: inout [UInt8]) throws -> [[Float]] {
        let sums = BandMix(
            weights: mix.weights.map { weights in members.map { weights[$0.plane] } + (reader.info.alphaBand == nil ? [] : [0]) },
            offsets: mix.offsets)
        let planes = try reader.readValues(window, rowStep: rowStep, scalings, mix: sums, validity: &validity)
        try hideMasked(window, rowStep: rowStep, validity: &validity)
        return planes
    }

    /// Of the bands, and of what says that nothing is seen where it is 0.
    private var scalings: [SampleScaling] {
        let bands = members.map {
            SampleScaling(band: $0.band.indexInFile, scale: Float($0.band.scale), offset: Float($0.band.offset), noData: $0.band.noData)
        }
        return bands + (reader.info.alphaBand.map { [SampleScaling(band: $0, noData: 0)] } ?? [])
    }

    private func hideMasked(_ window: PixelWindow, rowStep: Int, validity: inout [UInt8]) throws {
        guard reader.info.hasInternalMask, let mask = try reader.readMask(window) else { return }
        let usable = mask.values.rows(every: rowStep, width: window.width)
        for i in validity.indices where usable[i] == 0 { validity[i] = 0 }
    }

    /// Values and validity on the file's own grid.
    private func decode(_ window: PixelWindow, rowStep: Int, validity: inout [UInt8]) throws -> [(plane: Int, values: [Float])] {
        let planes = try reader.readValues(window, rowStep: rowStep, scalings, validity: &validity)
        try hideMasked(window, rowStep: rowStep, validity: &validity)
        return zip(members, planes).map { ($0.plane, $1) }
    }
}

extension GridMapping {
    /// nil where both grids have the same pixels, to a thousandth of one at every corner.
    static func unlessSame(from target: RasterGrid, to source: RasterGrid) throws -> GridMapping? {
        if target == source { return nil }
        let mapping = try GridMapping(from: target, to: source)
        guard target.size == source.size, mapping.affine != nil else { return mapping }
        let width = Double(target.size.width)
        let height = Double(target.size.height)
        let isSame = [(0, 0), (width, 0), (0, height), (width, height)].allSatisfy { column, row in
            let position = mapping.map(column: column, row: row)
            return abs(position.column - column) < 1e-3 && abs(position.row - row) < 1e-3
        }
        return isSame ? nil : mapping
    }
}
