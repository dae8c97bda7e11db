import PixelKernels
import Raster

/// All that turns a pair's difference into standard deviations of no change, estimated from the scene itself.
public struct ChangeModel: Sendable, Equatable, Codable {
    public var normalisation: Normalisation
    /// Sharpness at which each class of `noiseByClass` is centred, ascending; in the imagery's units.
    var sharpnessOfClass: [Float]
    /// Standard deviation of each band's difference in each class: `noiseByClass[band][class]`, never falling with sharpness.
    var noiseByClass: [[Float]]
    /// Standard deviation of each band's difference over all classes.
    var noiseOfScene: [Float]
    /// Weights of the standardised bands in the signed change.
    var signedWeights: [Float]
    /// What the signed change of old structure would be if its contrast doubled: standard deviations per unit of brightness.
    var structureScale: Float

    /// Noise of each band in the least sharp half of the scene, in the imagery's units.
    public var noiseSigma: [Double] { noiseByClass.map { Double($0[$0.count / 2]) } }

    /// Signed change, in standard deviations, that one unit of brightness in all bands makes on the smoothest ground.
    public var sensitivity: Double { Double(structureScale) }

    private static let classCount = 24

    /// Estimates the model.
    ///
    /// - Parameters:
    ///   - samples: aligned windows, with halo, spread over the scene; on small scenes all of it.
    ///   - mapping: how the windows are worked on; nothing in the result depends on it.
    public static func fit(_ samples: [PairBlock], mapping: Mapping = .serial) -> ChangeModel? {
        guard let bandCount = samples.first?.before.planes.count, bandCount > 0 else { return nil }
        let normalisation = fitNormalisation(samples, bandCount: bandCount)
        var blocks = mapping.map(samples.count) { DifferenceBlock(pair: samples[$0], normalisation: normalisation) }
        let scales = blocks.map { $0.deviations() }
        var noise = [Float](repeating: 0, count: bandCount)
        for band in 0..<bandCount {
            var values = scales.map { $0[band] }.filter { $0 > 0 }
            guard !values.isEmpty else { return nil }
            noise[band] = RobustStatistics.median(&values)
        }
        let noiseOfBands = noise
        blocks = QuietCells.keep(mapping.change(consume blocks) { $0.explain(noise: noiseOfBands) })
        var model = ChangeModel(
            normalisation: normalisation, sharpnessOfClass: [], noiseByClass: [], noiseOfScene: [], signedWeights: [], structureScale: 0)
        guard model.fitNoise(blocks, bandCount: bandCount) else { return nil }
        guard model.fitCovariance(blocks, bandCount: bandCount) else { return nil }
        return model
    }

    /// Pixels that the noise is learnt from: five thousand a class tell it to one in a hundred.
    private static let noiseSampleCount = 1 << 17

    /// Calls `body` for some of the valid pixels of all blocks, evenly spread.
    private static func forEachSample(of blocks: [DifferenceBlock], atMost most: Int, _ body: (DifferenceBlock, Int) -> Void) {
        let total = blocks.reduce(0) { $0 + $1.validity.values.count }
        // Odd, so that it does not stay in some of the columns.
        let step = max(1, total / most) | 1
        for block in blocks {
            block.validity.values.withUnsafeBufferPointer { validity in
                for i in stride(from: 0, to: validity.count, by: step) where validity[i] != 0 { body(block, i) }
            }
        }
    }

    private static func fitNormalisation(_ samples: [PairBlock], bandCount: Int) -> Normalisation {
        let total = samples.reduce(0) { $0 + $1.before.window.pixelCount }
        let step = max(1, total / 65_536) | 1
        var before = [[Float]](repeating: [], count: bandCount)
        var after = [[Float]](repeating: [], count: bandCount)
        for sample in samples {
            for i in stride(from: 0, to: sample.before.window.pixelCount, by: step)
            where sample.before.validity.values[i] != 0 && sample.after.validity.values[i] != 0 {
                for band in 0..<bandCount {
                    before[band].append(sample.before.planes[band].values[i])
                    after[band].append(sample.after.planes[band].values[i])
                }
            }
        }
        return Normalisation.fit(before: before, after: after)
    }

    private mutating func fitNoise(_ blocks: [DifferenceBlock], bandCount: Int) -> Bool {
        var sharpness: [Float] = []
        Self.forEachSample(of: blocks, atMost: Self.noiseSampleCount) { sharpness.append($0.sharpness.values[$1]) }
        guard sharpness.count >= 2048 else { return false }
        let classCount = min(Self.classCount, max(2, sharpness.count / 512))
        // The classes' limits need not be exact.
        let step = max(1, sharpness.count / 20_000)
        let sorted = stride(from: 0, to: sharpness.count, by: step).map { sharpness[$0] }.sorted()
        let limits = (1..<classCount).map { sorted[sorted.count * $0 / classCount] }
        func classOf(_ value: Float) -> Int {
            var low = 0
            var high = limits.count
            while low < high {
                let middle = (low + high) / 2
                if value < limits[middle] { high = middle } else { low = middle + 1 }
            }
            return low
        }
        var values = [[[Float]]](repeating: [[Float]](repeating: [], count: classCount), count: bandCount)
        var sums = [Double](repeating: 0, count: classCount)
        var counts = [Int](repeating: 0, count: classCount)
        Self.forEachSample(of: blocks, atMost: Self.noiseSampleCount) { block, i in
            let k = classOf(block.sharpness.values[i])
            sums[k] += Double(block.sharpness.values[i])
            counts[k] += 1
            for band in 0..<bandCount { values[band][k].append(block.differences[band][i]) }
        }
        let kept = (0..<classCount).filter { counts[$0] >= 64 }
        guard !kept.isEmpty else { return false }
        sharpnessOfClass = kept.map { Float(sums[$0] / Double(counts[$0])) }
        noiseByClass = (0..<bandCount).map { band in
            var highest: Float = 0
            return kept.map { k in
                highest = max(highest, RobustStatistics.trimmedRootMeanSquare(values[band][k]))
                return highest
            }
        }
        noiseOfScene = values.map { RobustStatistics.trimmedRootMeanSquare($0.flatMap { $0 }) }
        return noiseByClass.allSatisfy { ($0.first ?? 0) > 0 && $0.allSatisfy(\.isFinite) }
    }

    private mutating func fitCovariance(_ blocks: [DifferenceBlock], bandCount: Int) -> Bool {
        var covariance = [Double](repeating: 0, count: bandCount * bandCount)
        var count = 0.0
        let tables = (0..<bandCount).map(inverseNoise)
        let scale = stepsPerSharpness
        var u = [Float](repeating: 0, count: bandCount)
        Self.forEachSample(of: blocks, atMost: Self.noiseSampleCount / 2) { block, i in
            count += 1
            let step = min(Self.stepCount, Int(min(Float(Self.stepCount), block.sharpness.values[i] * scale) + 0.5))
            for a in 0..<bandCount {
                u[a] = max(-4, min(4, block.differences[a][i] * tables[a][step]))
                for b in 0...a { covariance[a * bandCount + b] += Double(u[a] * u[b]) }
            }
        }
        guard count >= 1024 else { return false }
        for a in 0..<bandCount {
            for b in 0...a {
                covariance[a * bandCount + b] /= count
                covariance[b * bandCount + a] = covariance[a * bandCount + b]
            }
            covariance[a * bandCount + a] += 1e-6
        }
        // z = sᵀC⁻¹u / √(sᵀC⁻¹s) with s = (1, …, 1): disturbed desert soil is brighter, its shadow darker, in all bands alike.
        guard let inverse = LinearSolver.inverse(covariance, size: bandCount) else { return false }
        let weights = (0..<bandCount).map { a in (0..<bandCount).reduce(0.0) { $0 + inverse[a * bandCount + $1] } }
        let norm = weights.reduce(0, +)
        guard norm > 0 else { return false }
        signedWeights = weights.map { Float($0 / norm.squareRoot()) }
        structureScale = zip(signedWeights, noiseByClass).reduce(0) { $0 + $1.0 / $1.1[0] }
        return true
    }

    /// Noise is looked up in so many steps of sharpness, up to four times that of the sharpest class; beyond that class noise grows in proportion.
    private static let stepCount = 1024

    private var stepsPerSharpness: Float {
        let top = sharpnessOfClass[sharpnessOfClass.count - 1]
        return top > 0 ? Float(Self.stepCount) / (4 * top) : 0
    }

    /// The step of sharpness of each pixel; 0 where not valid.
    func sharpnessSteps(_ block: DifferenceBlock) -> [UInt16] {
        var steps = [UInt16](repeating: 0, count: block.validity.values.count)
        KernelSet.best.steps(
            block.sharpness.values.span, scale: stepsPerSharpness, most: UInt16(Self.stepCount), validity: block.validity.values.span,
            into: steps.mutableSpan)
        return steps
    }

    /// One over the noise of a band in each step of sharpness.
    private func inverseNoise(_ band: Int) -> [Float] {
        let scale = stepsPerSharpness
        return (0...Self.stepCount).map { 1 / noise(band: band, sharpness: scale > 0 ? Float($0) / scale : 0) }
    }

    /// Weight of each band's difference in the signed change, in each step of sharpness: step after step, band by band.
    func weightsByStep() -> [Float] {
        let tables = noiseByClass.indices.map(inverseNoise)
        return (0...Self.stepCount).flatMap { step in tables.indices.map { signedWeights[$0] * tables[$0][step] } }
    }

    /// 1/σ² of each band in each step of sharpness, as the undirected change weighs differences: σ² is the product of the class's noise and the whole
    /// scene's. Towns are sharp and change often. By their class alone their change counts as noise, by the scene's alone their noise as change; the
    /// geometric mean believes either half. Step after step, band by band.
    func undirectedWeights() -> [Float] {
        let tables = noiseByClass.indices.map(inverseNoise)
        let scene = noiseOfScene.map { 1 / max($0, .leastNormalMagnitude) }
        return (0...Self.stepCount).flatMap { step in tables.indices.map { tables[$0][step] * scene[$0] } }
    }

    private func noise(band: Int, sharpness: Float) -> Float {
        let levels = noiseByClass[band]
        guard let last = sharpnessOfClass.last, sharpnessOfClass.count > 1 else { return levels[0] }
        if sharpness <= sharpnessOfClass[0] { return levels[0] }
        if sharpness >= last { return levels[levels.count - 1] * (last > 0 ? sharpness / last : 1) }
        let upper = sharpnessOfClass.firstIndex { $0 > sharpness } ?? sharpnessOfClass.count - 1
        let (a, b) = (sharpnessOfClass[upper - 1], sharpnessOfClass[upper])
        let t = b > a ? (sharpness - a) / (b - a) : 0
        return levels[upper - 1] * (1 - t) + levels[upper] * t
    }
}
