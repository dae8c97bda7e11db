import Raster

/// One opened raster file of some format. `RasterReader` stands before it and has checked every argument.
///
/// Implementations are safe to call from many threads at once.
protocol RasterSource: Sendable {
    init(path: String, limits: ReadLimits, cache: DecodedBlockCache?) throws

    var info: RasterInfo { get }

    /// The samples of a window, bands in the order asked for.
    ///
    /// - Parameters:
    ///   - window: not empty, and inside the raster (or the overview).
    ///   - bands: 0-based, each less than `info.bandCount`.
    ///   - overview: index into `info.overviews`, nil for full resolution.
    func read(_ window: PixelWindow, bands: [Int], overview: Int?) throws -> SampleBlock

    /// The mask that the file keeps beside its bands, 255 where usable; nil where it keeps none.
    func readMask(_ window: PixelWindow) throws -> BytePlane?
}

extension RasterSource {
    func readMask(_ window: PixelWindow) throws -> BytePlane? { nil }
}
