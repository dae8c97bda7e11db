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

    /// Values of a window at full resolution; `validity` becomes 0 where a band's sample stands for none or is not finite.
    ///
    /// - Parameters:
    ///   - rowStep: which rows are wanted: the window's first, and each that lies a multiple of so many below it.
    ///   - validity: of the rows that are wanted.
    func readValues(_ window: PixelWindow, rowStep: Int, _ bands: [SampleScaling], validity: inout [UInt8]) throws -> [[Float]]

    /// Sums of the bands' values; 0 where a sample stands for none or is not finite. What `validity` says beforehand stays.
    func readValues(_ window: PixelWindow, rowStep: Int, _ bands: [SampleScaling], mix: BandMix, validity: inout [UInt8]) throws
        -> [[Float]]

    /// The mask that the file keeps beside its bands, 255 where usable; nil where it keeps none.
    func readMask(_ window: PixelWindow) throws -> BytePlane?

    /// What all samples of a window are where the file leaves out every block that it touches; nil where it holds any.
    func valueWhereLeftOut(_ window: PixelWindow) throws -> Double?

    /// Gives back what is kept of blocks that lie wholly in a window at full resolution.
    func release(_ window: PixelWindow)
}

extension RasterSource {
    func readValues(_ window: PixelWindow, rowStep: Int, _ bands: [SampleScaling], validity: inout [UInt8]) throws -> [[Float]] {
        try readValuesOfSamples(window, rowStep: rowStep, bands, validity: &validity)
    }

    func readValues(_ window: PixelWindow, rowStep: Int, _ bands: [SampleScaling], mix: BandMix, validity: inout [UInt8]) throws
        -> [[Float]]
    {
        try readSumsOfValues(window, rowStep: rowStep, bands, mix: mix, validity: &validity)
    }

    /// By way of a plane a band.
    func readSumsOfValues(_ window: PixelWindow, rowStep: Int, _ bands: [SampleScaling], mix: BandMix, validity: inout [UInt8]) throws
        -> [[Float]]
    {
        let size = (width: window.width, height: window.rowCount(every: rowStep))
        var usable = [UInt8](repeating: 255, count: validity.count)
        let planes = try readValues(window, rowStep: rowStep, bands, validity: &usable)
        let block = SceneBlock(
            window: PixelWindow(x: window.x, y: window.y, width: size.width, height: size.height),
            planes: planes.map { FloatPlane(width: size.width, height: size.height, values: $0) },
            validity: BytePlane(width: size.width, height: size.height, values: usable))
        var sums = block.mixed(by: mix).planes.map(\.values)
        guard usable.contains(0) else { return sums }
        for i in usable.indices where usable[i] == 0 {
            validity[i] = 0
            for k in sums.indices { sums[k][i] = 0 }
        }
        return sums
    }

    /// By way of the samples as they are stored.
    func readValuesOfSamples(_ window: PixelWindow, rowStep: Int, _ bands: [SampleScaling], validity: inout [UInt8]) throws -> [[Float]] {
        let block = try read(window, bands: bands.map(\.band), overview: nil)
        guard rowStep > 1 else { return bands.enumerated().map { block.values(at: $0, scaling: $1, validity: &validity) } }
        var ofAll = [UInt8](repeating: 255, count: window.pixelCount)
        let planes = bands.enumerated().map {
            block.values(at: $0, scaling: $1, validity: &ofAll).rows(every: rowStep, width: window.width)
        }
        for (i, valid) in ofAll.rows(every: rowStep, width: window.width).enumerated() { validity[i] &= valid }
        return planes
    }

    func readMask(_ window: PixelWindow) throws -> BytePlane? { nil }

    func valueWhereLeftOut(_ window: PixelWindow) throws -> Double? { nil }

    func release(_ window: PixelWindow) {}
}
