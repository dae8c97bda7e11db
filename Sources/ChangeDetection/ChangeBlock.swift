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
    /// Pixels that the window of a block reaches beyond the block's cells.
    public static let windowReach = DifferenceBlock.halo

    /// The window to read for a block: grown by what its values depend on, and not beyond the scene's own cells.
    public static func readWindow(for block: PixelWindow, in size: RasterSize) -> PixelWindow {
        cellWindow(of: block).expanded(by: DifferenceBlock.halo).intersection(cellWindow(of: PixelWindow(size)))
    }

    /// The window whose cells' levels a block depends on.
    public static func levelWindow(for block: PixelWindow, in size: RasterSize) -> PixelWindow {
        cellWindow(of: block).expanded(by: StructuralResidual.differenceReach + SlowField.reach).intersection(
            cellWindow(of: PixelWindow(size)))
    }

    /// The cells that a window touches.
    private static func cellWindow(of window: PixelWindow) -> PixelWindow {
        let side = DifferenceBlock.alignment
        func down(_ value: Int) -> Int { Int((Double(value) / Double(side)).rounded(.down)) * side }
        let (left, top) = (down(window.x), down(window.y))
        return PixelWindow(x: left, y: top, width: -down(-window.maxX) - left, height: -down(-window.maxY) - top)
    }

    /// Rows that are read at a time: few enough that what is made of them stays in the caches, many enough that what shifts need beyond them costs little.
    private static let rowsAtOnce = 64

    /// The change statistic of `block`.
    ///
    /// - Parameters:
    ///   - window: `readWindow(for: block, in: sceneSize)`.
    ///   - levels: of the cells of `levelWindow(for: block, in: sceneSize)`.
    ///   - frame: what of the scene the undirected size is to be continued over; nil where neither that size nor the change in fine steps is asked for.
    ///   - read: gives both dates in some of the window's rows; asked once for each, from the first to the last.
    public func change(
        in block: PixelWindow, of window: PixelWindow, levels: CellLevels, sizeOver frame: SceneFrame? = nil,
        read: (PixelWindow) throws -> PairBlock
    ) rethrows -> ChangeBlock {
        precondition(window.contains(block), "the block lies outside what was read")
        let cells = Self.cellWindow(of: block)
        // Whole cells, and what the size reaches beyond the block.
        let reached = block.expanded(by: frame == nil ? 0 : ChangeSize.reach).intersection(window)
        let around = cells.expanded(by: StructuralResidual.differenceReach).intersection(window)
        let part = Self.cellWindow(of: reached).intersection(around)
        var difference = try DifferenceBlock(
            part: part, cells: around, surroundings: window, normalisation: normalisation, levels: levels, rowsAtOnce: Self.rowsAtOnce,
            read: read)
        difference.explain(noise: noiseByClass.map { $0[0] })
        let steps = sharpnessSteps(difference)
        var signed = KernelSet.best.signedChange(
            differences: difference.differences, width: part.width, columns: 0..<part.width, rows: 0..<part.height, steps: steps,
            weights: weightsByStep(), validity: difference.validity.values, wantsFine: frame != nil)
        let size = frame.map { frame in
            var size = ChangeSize(of: difference, in: block, noise: undirectedWeights(), steps: steps, observed: signed.fine)
            size.continueOver(frame)
            return size.quantised()
        }
        ObscuredCells.remove(from: &signed.coarse, in: part, levels: levels, noise: noiseByClass.map { $0[$0.count / 2] })

        func cropped<Sample>(_ plane: [Sample]) -> [Sample] {
            guard part != block, !plane.isEmpty else { return plane }
            var result: [Sample] = []
            result.reserveCapacity(block.pixelCount)
            for y in block.y..<block.maxY {
                let start = (y - part.y) * part.width + block.x - part.x
                result += plane[start..<(start + block.width)]
            }
            return result
        }
        return ChangeBlock(
            window: block, signed: cropped(signed.coarse), structure: difference.structureLevels(in: block, scale: structureScale),
            signedFine: cropped(signed.fine), size: size ?? [])
    }
}
