import PixelKernels
import Raster

/// The change statistic of one block, in the stored units.
public struct ChangeBlock: Sendable {
    public let window: PixelWindow
    /// Signed change for the search: 0.1 σ a step, −127…127; −128 not observed, or hidden by what changes whole cells (`ObscuredCells`).
    public let signed: [Int8]
    /// Old structure, in σ of the signed change, −127…127.
    public let structure: [Int8]
    /// Signed change for the raster: 0.01 σ a step; −32768 not observed. Empty where the size was not asked for.
    public let signedFine: [Int16]
    /// Size of the change over all bands, without sign (`ChangeSize`); 0.01 a step; −32768 not observed. Empty where it was not asked for.
    public let size: [Int16]

    public static let searchStep: Float = 0.1
    public static let rasterStep: Float = 0.01
    public static let notObserved: Int16 = .min
}

extension ChangeModel {
    /// Pixels around a block's cells whose brightness or difference its values depend on.
    public static let windowReach = StructuralResidual.differenceReach + StructuralResidual.brightnessReach

    /// The window to read for a block: grown by what its values depend on, and not beyond the scene's own cells.
    public static func readWindow(for block: PixelWindow, in size: RasterSize) -> PixelWindow {
        cellWindow(of: block).expanded(by: windowReach).intersection(cellWindow(of: PixelWindow(size)))
    }

    /// The window whose cells' levels a block depends on.
    public static func levelWindow(for block: PixelWindow, in size: RasterSize) -> PixelWindow {
        cellWindow(of: block).expanded(by: StructuralResidual.differenceReach + SlowField.reach).intersection(
            cellWindow(of: PixelWindow(size)))
    }

    /// The cells that a window touches.
    static func cellWindow(of window: PixelWindow) -> PixelWindow {
        let side = CellLevels.cellSide
        func down(_ value: Int) -> Int { Int((Double(value) / Double(side)).rounded(.down)) * side }
        let (left, top) = (down(window.x), down(window.y))
        return PixelWindow(x: left, y: top, width: -down(-window.maxX) - left, height: -down(-window.maxY) - top)
    }

    /// The sums of bands that the change is made of, of each date, the later one at the earlier one's level: the mean of the bands; the weighed sum whose
    /// difference the signed change is; and, for the size over all bands, the bands themselves.
    public func mixes(withBands: Bool) -> (before: BandMix, after: BandMix) {
        let count = bandWeights.count
        let mean = [Float](repeating: 1 / Float(count), count: count)
        let bands = (0..<count).map { band in (0..<count).map { $0 == band ? Float(1) : 0 } }
        let rows = [mean, bandWeights] + (withBands ? bands : [])
        let (gain, offset) = (normalisation.gain.map { Float($0) }, normalisation.offset.map { Float($0) })
        return (
            BandMix(weights: rows, offsets: rows.map { _ in 0 }),
            BandMix(
                weights: rows.map { zip($0, gain).map { $0 * $1 } },
                offsets: rows.map { zip($0, offset).reduce(0) { $0 + $1.0 * $1.1 } })
        )
    }

    /// Rows that are best read at a time: few enough that what is made of them stays in the caches, many enough that what shifts need beyond them costs
    /// little.
    private static let rowsAtOnce = 64

    /// The change statistic of `block`.
    ///
    /// - Parameters:
    ///   - window: `readWindow(for: block, in: sceneSize)`.
    ///   - levels: of the cells of `levelWindow(for: block, in: sceneSize)`, in the planes of `mixes`.
    ///   - frame: what of the scene the undirected size is to be continued over; nil where neither that size nor the change in fine steps is asked for.
    ///   - read: gives both dates in some of the window's rows, as `mixes` says, with bands where there is a frame; asked once for each, from the first to
    ///     the last.
    public func change(
        in block: PixelWindow, of window: PixelWindow, levels: CellLevels, sizeOver frame: SceneFrame? = nil,
        read: (PixelWindow) throws -> PairBlock
    ) rethrows -> ChangeBlock {
        precondition(window.contains(block), "the block lies outside what was read")
        let stream = ChangeStream(self, block: block, window: window, levels: levels, frame: frame)
        for start in stride(from: 0, to: window.height, by: Self.rowsAtOnce) {
            let rows = PixelWindow(
                x: window.x, y: window.y + start, width: window.width, height: min(Self.rowsAtOnce, window.height - start))
            stream.push(try read(rows))
        }
        return stream.finished()
    }
}
