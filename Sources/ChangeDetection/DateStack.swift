import PixelKernels
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

    /// Rows that one thread makes at a time.
    private static let rowsOfPiece = 128

    public var size: RasterSize { RasterSize(width: dates[0].width, height: dates[0].height) }

    /// The signed change between the dates before `split` and those from it on, in standard deviations of no change.
    ///
    /// - Parameters:
    ///   - window: the part that is wanted, within the dates; all where nil.
    ///   - clip: most that a single date counts, in steps; 5 σ by default, so that a cloud or a convoy on one date cannot carry a mean.
    ///   - mapping: by which rows are made at the same time.
    /// - Returns: planes of the window's size; old structure only where all was wanted.
    /// - Precondition: 0 < split < dates.count.
    public func step(at split: Int, in window: PixelWindow? = nil, clip: Int = 50, by mapping: Mapping = .serial) -> SearchPlanes {
        precondition(split > 0 && split < dates.count, "a step lies between two dates")
        let part = window ?? PixelWindow(size)
        let weighed = zip(dates, scales).map { date, scale in
            KernelSet.WeighedDate(levels: date.signed, scale: ChangeBlock.searchStep / scale, weight: 1 / (scale * scale))
        }
        let start = part.y * dates[0].width + part.x
        let rows = Array(stride(from: start, to: start + part.height * dates[0].width, by: dates[0].width))
        let (before, after) = (Array(weighed[..<split]), Array(weighed[split...]))
        let signed = [Int8](unsafeUninitializedCapacity: part.pixelCount) { out, count in
            if let target = out.baseAddress.map(SharedMemory.init) {
                mapping.each((part.height + Self.rowsOfPiece - 1) / Self.rowsOfPiece) { k in
                    let first = k * Self.rowsOfPiece
                    KernelSet.best.step(
                        from: before, to: after, rows: rows[first..<min(part.height, first + Self.rowsOfPiece)], width: part.width,
                        clip: Int8(clip), stepsPerSigma: 1 / ChangeBlock.searchStep, into: target.pointer + first * part.width)
                }
            }
            count = part.pixelCount
        }
        // All dates have the same old structure, that of the reference; some may come without.
        let known = window == nil ? dates.last { !$0.structure.isEmpty } : nil
        let structure = known?.structure ?? [Int8](repeating: 0, count: part.pixelCount)
        return SearchPlanes(size: RasterSize(width: part.width, height: part.height), signed: signed, structure: structure)
    }
}
