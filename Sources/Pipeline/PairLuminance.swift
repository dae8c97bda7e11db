import ChangeDetection
import PixelKernels
import Raster

/// The stretch from brightness to the grey of a picture: 1 at the 1st percentile, 255 at the 99th, 0 for no data.
struct LuminanceStretch: Sendable {
    private let low: Float
    private let scale: Float

    /// - Parameters:
    ///   - blocks: samples of the scene, a plane a band.
    ///   - mix: of which the first plane is the brightness.
    init(_ blocks: [SceneBlock], mix: BandMix) {
        let (weights, offset) = (mix.weights[0], mix.offsets[0])
        let total = blocks.reduce(0) { $0 + $1.window.pixelCount }
        // Two hundred values beyond either limit tell it to a fourteenth of the share.
        let step = max(1, total / 20_000) | 1
        var values: [Float] = []
        for block in blocks {
            for i in stride(from: 0, to: block.window.pixelCount, by: step) where block.validity.values[i] != 0 {
                values.append(zip(weights, block.planes).reduce(offset) { $0 + $1.0 * $1.1.values[i] })
            }
        }
        values = RobustStatistics.sorted(values)
        let low = values.isEmpty ? 0 : values[values.count / 100]
        let high = values.isEmpty ? 1 : values[values.count - 1 - values.count / 100]
        self.low = low
        scale = high > low ? 254 / (high - low) : 0
    }

    /// Of a block whose first plane is the brightness. Shape: `window.height` × `window.width`. Masked pixels (cloud) are shown as they are; pixels without data are 0.
    func luminance(of block: SceneBlock, in window: PixelWindow) -> [UInt8] {
        KernelSet.best.greyLevels(
            of: [block.planes[0].values], width: block.window.width,
            columns: (window.x - block.window.x)..<(window.maxX - block.window.x),
            rows: (window.y - block.window.y)..<(window.maxY - block.window.y), low: low, scale: scale, validity: block.validity.values)
    }
}
