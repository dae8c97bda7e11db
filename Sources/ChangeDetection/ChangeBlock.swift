import PixelKernels
import Raster

/// The change statistic of one block, in the stored units.
public struct ChangeBlock: Sendable {
    public let window: PixelWindow
    /// Signed change for the search: 0.1 σ a step, −127…127; −128 not observed, or hidden by what changes whole cells (`ObscuredCells`).
    public let signed: [Int8]
    /// Old structure, in σ of the signed change, −127…127.
    public let structure: [Int8]
    /// Signed change for the raster: 0.01 σ a step; −32768 not observed.
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
        let side = DifferenceBlock.alignment
        func down(_ value: Int) -> Int { Int((Double(value) / Double(side)).rounded(.down)) * side }
        let left = max(0, down(block.x - halo))
        let top = max(0, down(block.y - halo))
        let right = min(-down(-size.width), -down(-(block.maxX + halo)))
        let bottom = min(-down(-size.height), -down(-(block.maxY + halo)))
        return PixelWindow(x: left, y: top, width: right - left, height: bottom - top)
    }

    /// The change statistic of `block` from the pixels of `readWindow(for: block, in: sceneSize)`.
    ///
    /// - Parameter frame: what of the scene the undirected size is to be continued over; nil where that size is not asked for.
    public func change(of pair: PairBlock, in block: PixelWindow, sizeOver frame: SceneFrame? = nil) -> ChangeBlock {
        precondition(pair.before.window.contains(block), "the block lies outside what was read")
        let difference = DifferenceBlock(pair: pair, normalisation: normalisation, noise: noiseByClass.map { $0[0] })
        let steps = sharpnessSteps(difference)
        let standardised = standardised(difference, steps: steps)
        // The bands are standardised already: every pixel's noise is one.
        let ones = [Float](repeating: 1, count: difference.validity.values.count)
        let bandCount = signedWeights.count
        let weights = ChangeWeights(
            gains: signedWeights.map { _ in 1 }, offsets: signedWeights.map { _ in 0 }, direction: signedWeights,
            inverseCovariance: [Float](repeating: 0, count: bandCount * (bandCount + 1) / 2))
        var directed = ChangePlanes(count: ones.count, forms: [.signedInt8, .signedInt16])
        KernelSet.best.change(
            differences: standardised.map(\.values), weights: weights, inverseNoise: ones.span, validity: difference.validity.values.span,
            into: &directed)
        let size = frame.map { frame in
            var size = ChangeSize(
                of: difference, in: block, noise: undirectedWeights(), steps: steps, observed: directed.signedInt16)
            size.continueOver(frame)
            return size.quantised()
        }

        var signed = directed.signedInt8
        ObscuredCells.remove(from: &signed, difference: difference, noise: noiseByClass.map { $0[$0.count / 2] })

        let count = block.pixelCount
        let width = pair.before.window.width
        func cropped<Sample>(_ plane: [Sample]) -> [Sample] {
            var result: [Sample] = []
            result.reserveCapacity(count)
            for y in 0..<block.height {
                let start = (y + block.y - pair.before.window.y) * width + block.x - pair.before.window.x
                result += plane[start..<(start + block.width)]
            }
            return result
        }
        let scale = structureScale
        let structure = difference.structure.values.map { Int8(max(-127, min(127, ($0 * scale).rounded()))) }
        return ChangeBlock(
            window: block, signed: cropped(signed), structure: cropped(structure), signedFine: cropped(directed.signedInt16),
            size: size ?? [])
    }
}
