import Geodesy
import Raster
import RasterIO

/// Reads a scene's pixels window by window, all bands on the scene's own grid. Many threads may read at once.
public final class SceneReader: Sendable {
    public let scene: SceneDescription
    /// In the order of the planes that `read` returns.
    public let bandNames: [String]
    private let files: [BandFile]
    private let mask: MaskFile?

    public var grid: RasterGrid { scene.grid }
    /// True where a file's strips or tiles are as wide as the scene.
    public var isReadByRows: Bool { files.contains(where: \.isReadByRows) }

    /// - Parameters:
    ///   - bands: names, in the order wanted; all of the scene's by default.
    ///   - cache: keeps decoded blocks for this and other readers; without one every read decodes what it touches.
    /// - Throws: an error that names the file, where one cannot be opened or has changed since the scene was found, or a band is missing.
    public init(_ scene: SceneDescription, bands: [String]? = nil, cache: DecodedBlockCache? = nil) throws {
        let wanted = bands ?? scene.bands.map(\.name)
        let chosen = try wanted.map { name in
            guard let band = scene.bands.first(where: { $0.name == name }) else {
                throw InputError(
                    path: scene.bands.first?.path, problem: "the scene \(scene.name) has no band \(name)",
                    advice: "it has \(scene.bands.map(\.name).joined(separator: ", "))")
            }
            return band
        }
        guard !chosen.isEmpty else { throw InputError(problem: "the scene \(scene.name) is asked for no band") }
        self.scene = scene
        bandNames = wanted
        var paths: [String] = []
        for band in chosen where !paths.contains(band.path) { paths.append(band.path) }
        files = try paths.map { path in
            let members = chosen.indices.filter { chosen[$0].path == path }.map { (plane: $0, band: chosen[$0]) }
            return try BandFile(path: path, members: members, scene: scene, cache: cache)
        }
        mask = try scene.mask.flatMap { try MaskFile($0, scene: scene, cache: cache) }
    }

    /// The pixels of a window, which may reach outside the scene: those pixels, like nodata, clouds and what is not finite, have validity 0.
    ///
    /// A pixel is usable only where every band is. Coarser bands are interpolated (cubic convolution, bilinear beside unusable pixels); no
    /// band's unusable pixels spread beyond those whose nearest sample they are.
    public func read(_ window: PixelWindow) throws -> SceneBlock { try readRows(window, every: 1) }

    /// The same of the window's first row, and of each that lies a multiple of `step` below it. The block's window begins where the one asked for does, and is
    /// as high as there are such rows.
    public func readRows(_ window: PixelWindow, every step: Int) throws -> SceneBlock { try readRows(window, every: step, mix: nil) }

    /// The same rows, of which the planes are sums of bands: of a single file with all bands they are made while its samples are unpacked.
    public func readRows(_ window: PixelWindow, every step: Int, mixed mix: BandMix) throws -> SceneBlock {
        guard files.count == 1, files[0].hasPixelsOfScene else { return try readRows(window, every: step).mixed(by: mix) }
        return try readRows(window, every: step, mix: mix)
    }

    private func readRows(_ window: PixelWindow, every step: Int, mix: BandMix?) throws -> SceneBlock {
        let planeCount = mix?.planeCount ?? bandNames.count
        let rowCount = window.isEmpty ? window.height : window.rowCount(every: step)
        let rows = PixelWindow(x: window.x, y: window.y, width: window.width, height: rowCount)
        guard !window.isEmpty else {
            let width = max(0, window.width)
            let height = max(0, window.height)
            let empty = FloatPlane(width: width, height: height)
            return SceneBlock(
                window: window, planes: (0..<planeCount).map { _ in empty }, validity: BytePlane(width: width, height: height))
        }
        // From the first row that lies in the scene.
        let skipped = max(0, -window.y + step - 1) / step
        let from = PixelWindow(
            x: window.x, y: window.y + skipped * step, width: window.width, height: max(0, window.height - skipped * step))
        let inside = from.intersection(PixelWindow(grid.size))
        guard !inside.isEmpty else { return blank(rows, planeCount) }
        let insideRows = inside.rowCount(every: step)
        var validity = [UInt8](repeating: 255, count: insideRows * inside.width)
        var planes = [[Float]](repeating: [], count: planeCount)
        if let mix { planes = try files[0].read(inside, rowStep: step, mix: mix, validity: &validity) }
        for file in files where mix == nil {
            for (plane, values) in try file.read(inside, rowStep: step, validity: &validity) { planes[plane] = values }
        }
        if let mask {
            if step == 1 {
                try mask.apply(to: &validity, window: inside)
            } else {
                var usable = [UInt8](repeating: 255, count: inside.pixelCount)
                try mask.apply(to: &usable, window: inside)
                for (i, isUsable) in usable.rows(every: step, width: inside.width).enumerated() { validity[i] &= isUsable }
            }
        }
        if inside.width == window.width && insideRows == rowCount {
            return SceneBlock(
                window: rows, planes: planes.map { FloatPlane(width: rows.width, height: rows.height, values: $0) },
                validity: BytePlane(width: rows.width, height: rows.height, values: validity))
        }
        var block = blank(rows, planeCount)
        let left = inside.x - window.x
        for y in 0..<insideRows {
            let from = y * inside.width
            let to = (skipped + y) * window.width + left
            for plane in planes.indices {
                block.planes[plane].values.replaceSubrange(to..<(to + inside.width), with: planes[plane][from..<(from + inside.width)])
            }
            block.validity.values.replaceSubrange(to..<(to + inside.width), with: validity[from..<(from + inside.width)])
        }
        return block
    }

    /// Bytes that a pixel takes as it comes from the bands' codecs.
    public var decodedBytesPerPixel: Double { files.reduce(0) { $0 + $1.decodedBytesPerPixel } }

    /// Says that nothing of a window will be asked for again soon, so that the cache has room for other blocks.
    public func release(_ window: PixelWindow) {
        for file in files { file.release(window) }
        mask?.release(window)
    }

    private func blank(_ window: PixelWindow, _ planeCount: Int) -> SceneBlock {
        let plane = FloatPlane(width: window.width, height: window.height)
        return SceneBlock(
            window: window, planes: [FloatPlane](repeating: plane, count: planeCount),
            validity: BytePlane(width: window.width, height: window.height))
    }
}
