import Raster

/// The change statistic of one block, in the stored units.
public struct ChangeBlock: Sendable {
    public let window: PixelWindow
    /// Signed change for the search: 0.1 σ a step, −127…127; −128 not observed.
    public let signed: [Int8]
    /// Old structure, in σ of the signed change, −127…127.
    public let structure: [Int8]
    /// Signed change for the raster: 0.01 σ a step; −32768 not observed.
    public let signedFine: [Int16]
    /// Undirected size of the change over all bands: √(uᵀC⁻¹u) of the bands standardised and smoothed by 1 px; 0.01 a step; −32768 not observed.
    public let size: [Int16]

    public static let searchStep: Float = 0.1
    public static let rasterStep: Float = 0.01
    public static let notObserved: Int16 = .min
}

extension ChangeModel {
    /// Pixels that a block's window must be grown by before it is read.
    public static var halo: Int { DifferenceBlock.halo }

    /// The window to read for a block: grown by the halo, begun and ended on the lattice of cells.
    public static func readWindow(for block: PixelWindow) -> PixelWindow {
        let alignment = DifferenceBlock.alignment
        func down(_ value: Int) -> Int { Int((Double(value) / Double(alignment)).rounded(.down)) * alignment }
        let left = down(block.x - halo)
        let top = down(block.y - halo)
        let right = -down(-(block.maxX + halo))
        let bottom = -down(-(block.maxY + halo))
        return PixelWindow(x: left, y: top, width: right - left, height: bottom - top)
    }

    /// The change statistic of `block` from the pixels of `readWindow(for: block)`.
    public func change(of pair: PairBlock, in block: PixelWindow) -> ChangeBlock {
        precondition(pair.before.window.contains(block), "the block lies outside what was read")
        let difference = DifferenceBlock(pair: pair, normalisation: normalisation, noise: noiseByClass.map { $0[0] })
        let standardised = standardised(difference)
        let smoothed = standardised.map { $0.filtered(symmetric: Self.undirectedKernel) }
        let bandCount = standardised.count
        let count = block.pixelCount
        var signed = [Int8](repeating: -128, count: count)
        var structure = [Int8](repeating: 0, count: count)
        var fine = [Int16](repeating: ChangeBlock.notObserved, count: count)
        var size = [Int16](repeating: ChangeBlock.notObserved, count: count)
        let width = pair.before.window.width
        var u = [Float](repeating: 0, count: bandCount)
        for y in 0..<block.height {
            let source = (y + block.y - pair.before.window.y) * width + block.x - pair.before.window.x
            for x in 0..<block.width where difference.validity.values[source + x] != 0 {
                let i = source + x
                let out = y * block.width + x
                var z: Float = 0
                for b in 0..<bandCount { z += signedWeights[b] * standardised[b].values[i] }
                for b in 0..<bandCount { u[b] = smoothed[b].values[i] }
                var chiSquare: Float = 0
                var k = 0
                for a in 0..<bandCount {
                    chiSquare += inverseCovariance[k] * u[a] * u[a]
                    k += 1
                    for b in (a + 1)..<max(bandCount, a + 1) {
                        chiSquare += 2 * inverseCovariance[k] * u[a] * u[b]
                        k += 1
                    }
                }
                guard z.isFinite, chiSquare.isFinite else { continue }
                signed[out] = Int8(max(-127, min(127, (z / ChangeBlock.searchStep).rounded())))
                fine[out] = Int16(max(-32767, min(32767, (z / ChangeBlock.rasterStep).rounded())))
                size[out] = Int16(max(0, min(32767, (max(0, chiSquare).squareRoot() / ChangeBlock.rasterStep).rounded())))
                structure[out] = Int8(max(-127, min(127, (difference.structure.values[i] * structureScale).rounded())))
            }
        }
        return ChangeBlock(window: block, signed: signed, structure: structure, signedFine: fine, size: size)
    }
}
