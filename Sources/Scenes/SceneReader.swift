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
    public func read(_ window: PixelWindow) throws -> SceneBlock {
        guard !window.isEmpty else {
            let width = max(0, window.width)
            let height = max(0, window.height)
            let empty = FloatPlane(width: width, height: height)
            return SceneBlock(
                window: window, planes: bandNames.map { _ in empty }, validity: BytePlane(width: width, height: height))
        }
        let inside = window.intersection(PixelWindow(grid.size))
        guard !inside.isEmpty else { return blank(window) }
        var validity = [UInt8](repeating: 255, count: inside.pixelCount)
        var planes = [[Float]](repeating: [], count: bandNames.count)
        for file in files {
            for (plane, values) in try file.read(inside, validity: &validity) { planes[plane] = values }
        }
        try mask?.apply(to: &validity, window: inside)
        if inside == window {
            return SceneBlock(
                window: window, planes: planes.map { FloatPlane(width: window.width, height: window.height, values: $0) },
                validity: BytePlane(width: window.width, height: window.height, values: validity))
        }
        var block = blank(window)
        let left = inside.x - window.x
        for y in 0..<inside.height {
            let from = y * inside.width
            let to = (inside.y - window.y + y) * window.width + left
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

    private func blank(_ window: PixelWindow) -> SceneBlock {
        let plane = FloatPlane(width: window.width, height: window.height)
        return SceneBlock(
            window: window, planes: bandNames.map { _ in plane }, validity: BytePlane(width: window.width, height: window.height))
    }
}
