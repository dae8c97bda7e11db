import PixelKernels
import Raster

/// The change statistic of one block, in the stored units.
public struct ChangeBlock: Sendable {
    public let window: PixelWindow
    /// Signed change for the search: 0.1 σ a step, −127…127; −128 not observed, or hidden by what changes whole cells (`ObscuredCells`).
    public let signed: [Int8]
    /// Old structure, in σ of the signed change, −127…127.
    public let structure: [Int8]
    /// Signed change for the raster: 0.01 σ a step; −32768 not observed. Empty where the size was not asked for either.
    public let signedFine: [Int16]
    /// Size of the change over all bands, without sign (`ChangeSize`); 0.01 a step; −32768 not observed. Empty where it was not asked for.
    public let size: [Int16]

    public static let searchStep: Float = 0.1
    public static let rasterStep: Float = 0.01
    public static let notObserved: Int16 = .min
}

extension ChangeModel {
    /// Pixels that a block's window must be grown by before it is read.
    public static var halo: Int { DifferenceBlock.halo }

    /// The window to read for a block: grown by the halo, begun and ended on the lattice of cells, and not beyond the scene's own cells.
    public static func readWindow(for block: PixelWindow, in size: RasterSize) -> PixelWindow {
        latticeWindow(around: block, by: halo, in: size)
    }

    /// The window whose cells' levels a block depends on.
    public static func levelWindow(for block: PixelWindow, in size: RasterSize) -> PixelWindow {
        latticeWindow(around: block, by: halo + SlowField.reach, in: size)
    }

    private static func latticeWindow(around block: PixelWindow, by margin: Int, in size: RasterSize) -> PixelWindow {
        let side = DifferenceBlock.alignment
        func down(_ value: Int) -> Int { Int((Double(value) / Double(side)).rounded(.down)) * side }
        let left = max(0, down(block.x - margin))
        let top = max(0, down(block.y - margin))
        let right = min(-down(-size.width), -down(-(block.maxX + margin)))
        let bottom = min(-down(-size.height), -down(-(block.maxY + margin)))
        return PixelWindow(x: left, y: top, width: right - left, height: bottom - top)
    }

    /// The change statistic of `block` from the pixels of `readWindow(for: block, in: sceneSize)`.
    ///
    /// - Parameters:
    ///   - levels: of the cells of `levelWindow(for: block, in: sceneSize)`; nil where all of that was read.
    ///   - frame: what of the scene the undirected size is to be continued over; nil where that size is not asked for.
    public func change(of pair: PairBlock, in block: PixelWindow, levels: CellLevels? = nil, sizeOver frame: SceneFrame? = nil)
        -> ChangeBlock
    {
        let window = pair.before.window
        precondition(window.contains(block), "the block lies outside what was read")
        var difference = DifferenceBlock(pair: pair, normalisation: normalisation, levels: levels)
        difference.explain(noise: noiseByClass.map { $0[0] })
        let steps = sharpnessSteps(difference)
        // Whole cells, and what the size reaches beyond the block.
        let side = DifferenceBlock.alignment
        let reached = block.expanded(by: frame == nil ? 0 : ChangeSize.reach).intersection(window)
        let left = window.x + (reached.x - window.x) / side * side
        let top = window.y + (reached.y - window.y) / side * side
        let part = PixelWindow(
            x: left, y: top, width: (reached.maxX - left + side - 1) / side * side, height: (reached.maxY - top + side - 1) / side * side)
        let columns = (part.x - window.x)..<(part.maxX - window.x)
        let rows = (part.y - window.y)..<(part.maxY - window.y)
        var signed = KernelSet.best.signedChange(
            differences: difference.differences, width: window.width, columns: columns, rows: rows, steps: steps, weights: weightsByStep(),
            validity: difference.validity.values, wantsFine: frame != nil)
        let size = frame.map { frame in
            var size = ChangeSize(
                of: difference, in: block, noise: undirectedWeights(), steps: steps, observed: signed.fine, in: part)
            size.continueOver(frame)
            return size.quantised()
        }
        ObscuredCells.remove(from: &signed.coarse, in: part, levels: difference.levels, noise: noiseByClass.map { $0[$0.count / 2] })

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
        let structure = KernelSet.best.levels(
            difference.structure.values, width: window.width, columns: (block.x - window.x)..<(block.maxX - window.x),
            rows: (block.y - window.y)..<(block.maxY - window.y), scale: structureScale)
        return ChangeBlock(
            window: block, signed: cropped(signed.coarse), structure: structure, signedFine: cropped(signed.fine), size: size ?? [])
    }
}
