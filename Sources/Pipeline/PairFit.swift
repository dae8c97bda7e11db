import ChangeDetection
import Geodesy
import Raster

/// What is known of two dates before their pixels stream through: how they lie, how their brightness compares, and what noise they have.
struct PairFit: Sendable {
    let pair: AlignedPair
    let model: ChangeModel
    /// From brightness to the grey of pictures, of each date.
    let stretch: (before: LuminanceStretch, after: LuminanceStretch)
    /// Size of a pixel in the scene's middle.
    let metresPerPixel: (x: Double, y: Double)

    var size: RasterSize { pair.size }
    var squareKilometresPerPixel: Double { metresPerPixel.x * metresPerPixel.y / 1e6 }

    static let nothingInCommon = InputError(
        problem: "the two dates have no usable pixel in common: they do not overlap, or all is nodata or masked",
        advice: "give two scenes of the same place")
    static let samePixels = InputError(
        problem: "the two dates hold the same pixels, so that there is no noise to tell change from",
        advice: "see whether one scene was given twice")

    /// Reads sampled windows of both dates.
    ///
    /// - Parameters:
    ///   - keepsReference: the earlier date stays on its own pixels, so that several later ones share its grid exactly.
    ///   - jobs: worker threads; nothing in the result depends on it.
    /// - Throws: what reading throws; an `InputError` without a path where the two cannot be compared.
    init(before: any SceneSource, after: any SceneSource, keepsReference: Bool, jobs: Int) throws {
        let unregistered = try AlignedPair(before: before, after: after)
        let size = unregistered.size
        metresPerPixel = try PixelSize.metres(inMiddleOf: before.grid)

        pair = unregistered.registered(by: try unregistered.estimatedShift(jobs: jobs), keepsReference: keepsReference)

        // About the places that the shift was taken from: what they touch of the files is decoded already.
        let samples = try pair.read(SampleWindows.ofModel(size).map(ChangeModel.sampleWindow), jobs: jobs)
        guard samples.contains(where: { $0.hasCommonPixels }) else {
            throw Self.nothingInCommon
        }
        guard !samples.allSatisfy(\.showsTheSamePixels) else { throw Self.samePixels }
        guard let model = ChangeModel.fit(samples, mapping: WorkerPool.mapping(jobs: jobs)) else {
            throw InputError(
                problem: "too little is seen on both dates to tell change from noise",
                advice: "give scenes that share at least some thousand clear pixels with texture")
        }
        self.model = model
        let mixes = model.mixes(withBands: false)
        stretch = (
            LuminanceStretch(samples.map(\.before), mix: mixes.before), LuminanceStretch(samples.map(\.after), mix: mixes.after)
        )
    }
}

extension AlignedPair {
    /// How far the later date lies from the earlier, by windows spread over both.
    ///
    /// - Throws: what reading throws.
    func estimatedShift(jobs: Int) throws -> Registration {
        ShiftEstimator.estimate(
            try read(SampleWindows.ofPair(size), jobs: jobs), over: size, mapping: WorkerPool.mapping(jobs: jobs))
    }

    /// Both dates in several windows, in their order.
    func read(_ windows: [PixelWindow], jobs: Int) throws -> [PairBlock] {
        var blocks: [PairBlock] = []
        try WorkerPool.mapInOrder(count: windows.count, jobs: jobs, window: jobs + 1) {
            try read(windows[$0])
        } consume: { _, block in
            blocks.append(block)
        }
        return blocks
    }
}

extension PairBlock {
    /// True where no pixel that is valid on both dates differs.
    fileprivate var showsTheSamePixels: Bool {
        zip(before.planes, after.planes).allSatisfy { first, second in
            first.values.indices.allSatisfy { i in
                before.validity.values[i] & after.validity.values[i] == 0 || first.values[i] == second.values[i]
            }
        }
    }

    /// True where at least one pixel is valid on both dates.
    fileprivate var hasCommonPixels: Bool {
        zip(before.validity.values, after.validity.values).contains { $0 & $1 != 0 }
    }
}
