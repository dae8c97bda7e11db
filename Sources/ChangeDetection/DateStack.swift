import Raster

/// The dates of one tile on one grid, each as its signed change against the same reference date.
///
/// The reference cancels in every difference of two dates: with D_t = (x_t − x_ref)/σ, the mean of later dates less the mean of earlier ones is free
/// of it. With m dates before a step and n after, that difference has the variance ½ (1/m + 1/n) of a pair's, so that contrast to noise grows by
/// √(2mn/(m+n)) over one pair.
///
/// Dates differ in noise, and each is stored in units of its own. They are brought to common units by `scales`, and weigh by one over their variance.
public struct DateStack: Sendable {
    /// One a date, oldest first; where the reference or the date is not observed, −128.
    public let dates: [SearchPlanes]
    /// What one σ of each date is in σ of the usual date.
    public let scales: [Float]

    /// - Parameters:
    ///   - dates: oldest first.
    ///   - sensitivities: `ChangeModel.sensitivity` of each date against the reference; nil for the reference itself.
    /// - Precondition: at least two dates, all of one size, and a sensitivity for each.
    public init(dates: [SearchPlanes], sensitivities: [Double?]) {
        precondition(dates.count > 1, "a stack needs two dates")
        precondition(dates.allSatisfy { $0.width == dates[0].width && $0.height == dates[0].height }, "the dates differ in size")
        precondition(sensitivities.count == dates.count, "one sensitivity for each date")
        self.dates = dates
        let known = sensitivities.compactMap { $0 }.filter { $0 > 0 }.sorted()
        let usual = known.isEmpty ? 1 : known[known.count / 2]
        scales = sensitivities.map { sensitivity in
            guard let sensitivity, sensitivity > 0 else { return 1 }
            return Float(usual / sensitivity)
        }
    }

    public var size: RasterSize { RasterSize(width: dates[0].width, height: dates[0].height) }

    /// The signed change between the dates before `split` and those from it on, in standard deviations of no change.
    ///
    /// - Parameters:
    ///   - window: the part that is wanted, within the dates; all where nil.
    ///   - clip: most that a single date counts, in steps; 5 σ by default, so that a cloud or a convoy on one date cannot carry a mean.
    /// - Returns: planes of the window's size; old structure only where all was wanted.
    /// - Precondition: 0 < split < dates.count.
    public func step(at split: Int, in window: PixelWindow? = nil, clip: Int = 50) -> SearchPlanes {
        precondition(split > 0 && split < dates.count, "a step lies between two dates")
        let part = window ?? PixelWindow(size)
        var result = SearchPlanes(size: RasterSize(width: part.width, height: part.height))
        // All dates have the same old structure, that of the reference; some may come without.
        if window == nil, let known = dates.last(where: { !$0.structure.isEmpty }) { result.structure = known.structure }
        let step = ChangeBlock.searchStep
        for y in 0..<part.height {
            let row = (part.y + y) * dates[0].width + part.x
            for x in 0..<part.width {
                var (before, after): (Float, Float) = (0, 0)
                var (m, n): (Float, Float) = (0, 0)
                for t in dates.indices {
                    let value = dates[t].signed[row + x]
                    guard value != -128 else { continue }
                    let weight = 1 / (scales[t] * scales[t])
                    let weighted = Float(max(-clip, min(clip, Int(value)))) * step / scales[t]
                    if t < split {
                        before += weighted
                        m += weight
                    } else {
                        after += weighted
                        n += weight
                    }
                }
                guard m > 0, n > 0 else { continue }
                let z = (after / n - before / m) / (0.5 * (1 / m + 1 / n)).squareRoot()
                result.signed[y * part.width + x] = Int8(max(-127, min(127, (z / step).rounded())))
            }
        }
        return result
    }
}
