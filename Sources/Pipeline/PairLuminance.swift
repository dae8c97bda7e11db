import ChangeDetection
import Raster

/// The stretch from brightness to the grey of a picture: 1 at the 1st percentile, 255 at the 99th, 0 for no data.
struct LuminanceStretch: Sendable {
    private let low: Float
    private let scale: Float

    init(_ blocks: [SceneBlock]) {
        let total = blocks.reduce(0) { $0 + $1.window.pixelCount }
        let step = max(1, total / 100_000)
        var values: [Float] = []
        for block in blocks {
            for i in stride(from: 0, to: block.window.pixelCount, by: step) where block.validity.values[i] != 0 {
                values.append(Self.brightness(block, i))
            }
        }
        values.sort()
        let low = values.isEmpty ? 0 : values[values.count / 100]
        let high = values.isEmpty ? 1 : values[values.count - 1 - values.count / 100]
        self.low = low
        scale = high > low ? 254 / (high - low) : 0
    }

    private static func brightness(_ block: SceneBlock, _ i: Int) -> Float {
        var sum: Float = 0
        for plane in block.planes { sum += plane.values[i] }
        return sum
    }

    /// Shape: `window.height` × `window.width`. Masked pixels (cloud) are shown as they are; pixels without data are 0.
    func luminance(of block: SceneBlock, in window: PixelWindow) -> [UInt8] {
        var result = [UInt8](repeating: 0, count: window.pixelCount)
        for y in 0..<window.height {
            let source = (window.y - block.window.y + y) * block.window.width + window.x - block.window.x
            for x in 0..<window.width {
                let i = source + x
                let brightness = Self.brightness(block, i)
                guard brightness.isFinite, block.validity.values[i] != 0 || brightness != 0 else { continue }
                result[y * window.width + x] = UInt8(max(1, min(255, 1 + (brightness - low) * scale)))
            }
        }
        return result
    }
}

/// The law of the undirected change where nothing changed, from the middle and the lower side of the scene's own histogram.
///
/// By Wilson & Hilferty (1931) the cube root of a χ² is nearly normal; real change lies above the median only, so that the mean is read at the
/// median and the deviation below it (16th percentile). Source of the idea: Efron's empirical null (2004).
struct UndirectedLaw: Sendable {
    /// Share of no-change pixels beyond the limit.
    static let exceedance = 1e-3
    private static let deviations = 3.0902
    private var counts = [UInt64](repeating: 0, count: 32768)

    mutating func add(_ block: ChangeBlock) {
        for value in block.size where value >= 0 { counts[Int(value)] += 1 }
    }

    /// In stored units.
    var threshold: Double {
        let total = counts.reduce(0, +)
        guard total > 0 else { return 0 }
        func quantile(_ fraction: Double) -> Double {
            var seen = 0.0
            for (value, count) in counts.enumerated() {
                seen += Double(count)
                if seen >= fraction * Double(total) { return Double(value) }
            }
            return 32767
        }
        // √χ² is stored; its power 2/3 is the cube root of χ².
        func root(_ value: Double) -> Double { Self.cubeRoot(value * value) }
        let median = root(quantile(0.5))
        let deviation = median - root(quantile(0.158_655))
        let limit = median + Self.deviations * deviation
        return (limit * limit * limit).squareRoot().rounded()
    }

    /// By Newton's steps, the same on every machine.
    private static func cubeRoot(_ x: Double) -> Double {
        guard x > 0 else { return 0 }
        var y = max(1, x.squareRoot())
        for _ in 0..<60 { y = (2 * y + x / (y * y)) / 3 }
        return y
    }
}
