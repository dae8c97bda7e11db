import Foundation

/// A line's contrast across its course as a sensor sees it: relative to the reflectance around it, by the distance from the line.
public struct ImplantProfile: Sendable, Equatable {
    /// Standard deviation of what one pixel sees, in pixels, its own extent included: a modulation of 0.12 at the Nyquist frequency, the low end of
    /// what Sentinel-2's 10 m bands have (0.15 to 0.3, ESA data quality reports).
    public static let spreadPixels = 0.65
    /// Beyond it nothing of a point is left, in spreads.
    static let reachSpreads = 4.0

    /// Metres between two values.
    let step: Double
    let origin: Double
    let values: [Double]

    /// - Parameters:
    ///   - bearingDegrees: direction of the line, clockwise from north; the section's offsets grow to its right.
    ///   - pixelMetres: side of a pixel.
    public init(section: ImplantSection, bearingDegrees: Double, sun: ImplantSun, pixelMetres: Double) {
        let fine = pixelMetres / 80
        let spread = Self.spreadPixels * pixelMetres
        let margin = Self.reachSpreads * spread
        let radians = Double.pi / 180
        let (east, north) = sun.run
        // The section runs from left to right of the line: its horizontal way towards the sun, for one metre of height.
        let right = (bearingDegrees + 90) * radians
        let run = east * sin(right) + north * cos(right)

        let extent = section.extent
        let shadow = abs(run) * (section.relief.map(\.height).max() ?? 0) + fine
        let low = extent.lowerBound - shadow
        let count = Int(((extent.upperBound + shadow - low) / fine).rounded(.up)) + 1
        let heights = (0...count).map { section.height(at: low + Double($0) * fine) }
        var contrast = [Double](repeating: 0, count: count)
        // The highest line of sight that has come from the sun's side so far, at each place.
        var horizon = -Double.infinity
        for k in 0..<count {
            let i = run >= 0 ? count - 1 - k : k
            let height = (heights[i] + heights[i + 1]) / 2
            let slope = (heights[i + 1] - heights[i]) / fine
            horizon = abs(run) > 1e-9 ? horizon - fine / abs(run) : -.infinity
            contrast[i] = ImplantSection.contrast(
                brightness: section.brightness(at: low + (Double(i) + 0.5) * fine), slope: slope, slopeToSun: run >= 0 ? slope : -slope,
                sunRun: abs(run), isInShadow: height < horizon - 1e-9)
            horizon = max(horizon, height)
        }

        step = 4 * fine
        origin = low - margin
        let kernel = (0...Int((margin / fine).rounded())).map { exponential(-0.5 * Double($0 * $0) * fine * fine / (spread * spread)) }
        let total = kernel[0] + 2 * kernel.dropFirst().reduce(0, +)
        let reach = kernel.count - 1
        let size = (count + 2 * reach) / 4 + 1
        values = (0..<size).map { n in
            let centre = n * 4 - reach
            var sum = 0.0
            for i in max(0, centre - reach)..<max(0, min(count, centre + reach + 1)) where abs(i - centre) <= reach {
                sum += kernel[abs(i - centre)] * contrast[i]
            }
            return Self.rounded(sum / total)
        }
    }

    /// To 2⁻²⁰, so that the last digits of the C library's sine, which differ between machines, change nothing.
    static func rounded(_ value: Double) -> Double { (value * 0x1p20).rounded() * 0x1p-20 }

    /// How far to either side there is anything, in metres.
    var reach: Double { max(abs(origin), abs(origin + Double(values.count) * step)) }

    /// Contrast at a signed distance in metres, positive on the right.
    public func contrast(at distance: Double) -> Double {
        let position = (distance - origin) / step
        guard position >= 0, position < Double(values.count - 1) else { return 0 }
        let i = Int(position)
        return values[i] + (position - Double(i)) * (values[i + 1] - values[i])
    }
}
