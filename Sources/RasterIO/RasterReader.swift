import Glibc
import Raster

/// One raster file, TIFF or PNG by its content whatever its name says. Many threads may read at once.
public final class RasterReader: Sendable {
    private let source: any RasterSource
    private let limits: ReadLimits

    public let info: RasterInfo

    /// - Parameter cache: keeps decoded blocks for this and other readers; without one every read decodes what it touches.
    /// - Throws: an `InputError` that names the file and what is wrong with it.
    public init(path: String, limits: ReadLimits = .default, cache: DecodedBlockCache? = nil) throws {
        switch try Self.format(path: path) {
        case .tiff: source = try TIFFReader(path: path, limits: limits, cache: cache)
        case .png: source = try PNGReader(path: path, limits: limits, cache: cache)
        }
        self.limits = limits
        info = source.info
    }

    /// The samples of a window, bands in the order asked for (all by default). Only the file's blocks that the window touches are decoded.
    ///
    /// - Parameters:
    ///   - window: in the pixels of the raster, or of the overview; it must lie inside.
    ///   - bands: 0-based.
    ///   - overview: index into `info.overviews`; nil reads at full resolution.
    public func read(_ window: PixelWindow, bands: [Int]? = nil, overview: Int? = nil) throws -> SampleBlock {
        let bands = bands ?? Array(0..<info.bandCount)
        if let band = bands.first(where: { !(0..<info.bandCount).contains($0) }) {
            throw fail("has no band \(band + 1), only \(info.bandCount)")
        }
        if let overview, !info.overviews.indices.contains(overview) {
            throw fail("has no overview \(overview + 1), only \(info.overviews.count)")
        }
        try check(window, inside: overview.map { info.overviews[$0] } ?? info.size, bytesPerPixel: bands.count * info.sampleType.byteCount)
        guard !window.isEmpty, !bands.isEmpty else { return SampleBlock(window: window, bandCount: bands.count, type: info.sampleType) }
        return try source.read(window, bands: bands, overview: overview)
    }

    /// Values of a window at full resolution, a plane for each of the bands.
    ///
    /// - Parameters:
    ///   - window: in the pixels of the raster; it must lie inside.
    ///   - rowStep: which of the window's rows are wanted: the first, and each that lies a multiple of so many below it.
    ///   - validity: of the wanted rows; becomes 0 where a band's sample stands for none or its value is not finite; the value is then 0.
    public func readValues(_ window: PixelWindow, rowStep: Int = 1, _ bands: [SampleScaling], validity: inout [UInt8]) throws -> [[Float]] {
        if let band = bands.first(where: { !(0..<info.bandCount).contains($0.band) }) {
            throw fail("has no band \(band.band + 1), only \(info.bandCount)")
        }
        try check(window, inside: info.size, bytesPerPixel: bands.count * max(4, info.sampleType.byteCount))
        precondition(rowStep > 0 && validity.count == window.rowCount(every: rowStep) * window.width, "the mask does not fit the window")
        guard !window.isEmpty, !bands.isEmpty else { return bands.map { _ in [] } }
        return try source.readValues(window, rowStep: rowStep, bands, validity: &validity)
    }

    /// Sums of the bands' values of a window at full resolution, a plane for each row of the mix.
    ///
    /// - Parameters:
    ///   - window, rowStep, validity: as for the values. A plane is 0 where a sample stands for none or is not finite.
    ///   - mix: one weight for each of `bands`.
    public func readValues(
        _ window: PixelWindow, rowStep: Int = 1, _ bands: [SampleScaling], mix: BandMix, validity: inout [UInt8]
    ) throws -> [[Float]] {
        precondition(mix.weights.allSatisfy { $0.count == bands.count }, "one weight a band")
        if let band = bands.first(where: { !(0..<info.bandCount).contains($0.band) }) {
            throw fail("has no band \(band.band + 1), only \(info.bandCount)")
        }
        try check(window, inside: info.size, bytesPerPixel: mix.planeCount * max(4, info.sampleType.byteCount))
        precondition(rowStep > 0 && validity.count == window.rowCount(every: rowStep) * window.width, "the mask does not fit the window")
        guard !window.isEmpty else { return mix.weights.map { _ in [] } }
        return try source.readValues(window, rowStep: rowStep, bands, mix: mix, validity: &validity)
    }

    /// The mask that the file keeps beside its bands, 255 where usable; nil where it keeps none (alpha bands and nodata are not masks).
    public func readMask(_ window: PixelWindow) throws -> BytePlane? {
        try check(window, inside: info.size, bytesPerPixel: 1)
        guard !window.isEmpty else { return info.hasInternalMask ? BytePlane(width: window.width, height: window.height) : nil }
        return try source.readMask(window)
    }

    /// What all samples of a window are where a sparse file leaves out every block that it touches; nil where it holds any, or the window is empty. So
    /// what a few bytes claim to be of any size need not be filled in to be known.
    public func valueWhereLeftOut(_ window: PixelWindow) throws -> Double? {
        try check(window, inside: info.size, bytesPerPixel: 0)
        return window.isEmpty ? nil : try source.valueWhereLeftOut(window)
    }

    /// Says that no pixel of a window will be asked for again soon, so that the cache has room for others. Reading it none the less is no error; what was given back is
    /// decoded anew.
    ///
    /// - Parameter window: in the pixels of the raster; it may reach outside.
    public func release(_ window: PixelWindow) {
        let inside = window.intersection(PixelWindow(info.size))
        if !inside.isEmpty { source.release(inside) }
    }

    private func check(_ window: PixelWindow, inside size: RasterSize, bytesPerPixel: Int) throws {
        guard window.x >= 0, window.y >= 0, window.width >= 0, window.height >= 0,
            window.width <= size.width, window.height <= size.height,
            window.x <= size.width - window.width, window.y <= size.height - window.height
        else { throw fail("the window \(window) is not inside the raster of \(size) pixels") }
        let bytes = window.pixelCount.multipliedReportingOverflow(by: bytesPerPixel)
        guard !bytes.overflow, bytes.partialValue <= limits.maxReadBytes else {
            throw fail("reading \(window) at once takes more than the allowed \(limits.maxReadBytes) bytes")
        }
    }

    private func fail(_ problem: String) -> InputError { InputError(path: info.path, problem: problem) }

    /// By the first bytes: TIFF 6.0 section 2 (and BigTIFF's 43), PNG section 5.2.
    static func format(path: String) throws -> RasterFormat {
        let descriptor = try openRegularFile(path)
        defer { close(descriptor) }
        var bytes = [UInt8](repeating: 0, count: 8)
        let count = pread(descriptor, &bytes, 8, 0)
        guard count >= 0 else { throw InputError(path: path, problem: "cannot be read: \(systemReason())") }
        guard count > 0 else { throw InputError(path: path, problem: "is empty", advice: "get the file again") }
        switch bytes.prefix(4) {
        case [0x49, 0x49, 42, 0], [0x49, 0x49, 43, 0], [0x4D, 0x4D, 0, 42], [0x4D, 0x4D, 0, 43]: return .tiff
        default: break
        }
        if bytes == [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A] { return .png }
        throw InputError(path: path, problem: "is neither TIFF nor PNG", advice: "convert it to GeoTIFF, for example with gdal_translate")
    }
}
