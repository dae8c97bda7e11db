import PixelKernels
import Raster

/// All that turns a pair's difference into standard deviations of no change, estimated from the scene itself.
public struct ChangeModel: Sendable, Equatable, Codable {
    public var normalisation: Normalisation
    /// Of the bands.
    var structureNoise: StructureNoise
    /// Sharpness at which each class of `noiseByClass` is centred, ascending; in the imagery's units.
    var sharpnessOfClass: [Float]
    /// Standard deviation of each band's difference in each class: `noiseByClass[band][class]`, never falling with sharpness.
    var noiseByClass: [[Float]]
    /// Standard deviation of each band's difference over all classes.
    var noiseOfScene: [Float]
    /// Weights of the bands' differences in the one difference that the signed change is made of; on usual ground its unit is a standard deviation.
    var bandWeights: [Float]
    /// What a standard deviation of it is in each class.
    var noiseOfWeighed: [Float]
    /// What the signed change of old structure would be if its contrast doubled: standard deviations per unit of brightness.
    var structureScale: Float

    /// Noise of each band in the least sharp half of the scene, in the imagery's units.
    public var noiseSigma: [Double] { noiseByClass.map { Double($0[$0.count / 2]) } }

    /// Signed change, in standard deviations, that one unit of brightness in all bands makes on the smoothest ground.
    public var sensitivity: Double { Double(structureScale) }

    private static let classCount = 24

    /// A window on the lattice of cells about one that a sample is wanted of; it may reach beyond the scene by less than a cell.
    public static func sampleWindow(for window: PixelWindow) -> PixelWindow {
        let side = DifferenceBlock.alignment
        let (left, top) = (window.x / side * side, window.y / side * side)
        return PixelWindow(
            x: left, y: top, width: (window.width + side - 1) / side * side, height: (window.height + side - 1) / side * side)
    }

    /// Estimates the model.
    ///
    /// - Parameters:
    ///   - samples: aligned windows, on the lattice of cells, spread over the scene.
    ///   - mapping: how the windows are worked on; nothing in the result depends on it.
    public static func fit(_ samples: [PairBlock], mapping: Mapping = .serial) -> ChangeModel? {
        guard let bandCount = samples.first?.before.planes.count, bandCount > 0 else { return nil }
        let normalisation = fitNormalisation(samples, bandCount: bandCount)
        var blocks = mapping.map(samples.count) { DifferenceBlock(pair: samples[$0], normalisation: normalisation) }
        // A first scale, for the weights of old structure.
        let noise = NoiseSample(blocks, atMost: scaleSampleCount).differences.map { RobustStatistics.centredDeviation($0) }
        guard noise.count == bandCount, noise.allSatisfy({ $0 > 0 }) else { return nil }
        let moments = mapping.map(blocks.count) { [blocks] in blocks[$0].structureMoments(noise: noise) }
        let structureNoise = StructureNoise(moments, bandCount: bandCount)
        let explained = mapping.map(blocks.count) { [blocks] in
            var block = blocks[$0]
            block.explain(moments: moments[$0], noise: structureNoise)
            return block
        }
        blocks = QuietCells.keep(explained)
        var model = ChangeModel(
            normalisation: normalisation, structureNoise: structureNoise, sharpnessOfClass: [], noiseByClass: [], noiseOfScene: [],
            bandWeights: [], noiseOfWeighed: [],
            structureScale: 0)
        let sample = NoiseSample(blocks, atMost: noiseSampleCount)
        guard model.fitNoise(sample), model.fitWeights(sample) else { return nil }
        return model
    }

    /// Pixels that the noise is learnt from: nearly three thousand a class tell it to one in seventy.
    private static let noiseSampleCount = 1 << 16
    /// Pixels that the first scale of each band is learnt from: their median tells it to one in a hundred.
    private static let scaleSampleCount = 1 << 15
    /// Pixels that gains and offsets are learnt from: an eighth of the scene's contrast in noise leaves a gain uncertain by one in a thousand.
    private static let levelSampleCount = 1 << 15

    private static func fitNormalisation(_ samples: [PairBlock], bandCount: Int) -> Normalisation {
        let total = samples.reduce(0) { $0 + $1.before.window.pixelCount }
        let step = max(1, total / levelSampleCount) | 1
        let places = samples.map { $0.before.validity.usablePlaces(every: step, with: $0.after.validity) }
        func values(_ plane: (PairBlock) -> FloatPlane) -> [Float] {
            var values: [Float] = []
            values.reserveCapacity(places.reduce(0) { $0 + $1.count })
            for (sample, places) in zip(samples, places) {
                plane(sample).values.withUnsafeBufferPointer { plane in for i in places { values.append(plane[i]) } }
            }
            return values
        }
        return Normalisation.fit(
            before: (0..<bandCount).map { band in values { $0.before.planes[band] } },
            after: (0..<bandCount).map { band in values { $0.after.planes[band] } })
    }

    private mutating func fitNoise(_ sample: NoiseSample) -> Bool {
        guard sample.count >= 2048 else { return false }
        let classes = SharpnessClasses(sample.sharpness, count: min(Self.classCount, max(2, sample.count / 512)))
        guard !classes.kept.isEmpty else { return false }
        sharpnessOfClass = classes.kept.map { classes.means[$0] }
        noiseByClass = sample.differences.map { differences in
            let byClass = classes.sorted(differences)
            var highest: Float = 0
            return classes.kept.map { k in
                highest = max(highest, RobustStatistics.trimmedRootMeanSquare(byClass[classes.ranges[k]]))
                return highest
            }
        }
        noiseOfScene = sample.differences.map { RobustStatistics.trimmedRootMeanSquare($0) }
        return noiseByClass.allSatisfy { ($0.first ?? 0) > 0 && $0.allSatisfy(\.isFinite) }
    }

    private mutating func fitWeights(_ sample: NoiseSample) -> Bool {
        let bandCount = sample.differences.count
        let tables = (0..<bandCount).map(inverseNoise)
        let scale = stepsPerSharpness
        let steps = sample.sharpness.map { min(Self.stepCount, Int(min(Float(Self.stepCount), $0 * scale) + 0.5)) }
        let standardised = zip(sample.differences, tables).map { differences, table in
            [Float](unsafeUninitializedCapacity: steps.count) { standardised, count in
                for i in steps.indices { standardised[i] = max(-4, min(4, differences[i] * table[steps[i]])) }
                count = steps.count
            }
        }
        var covariance = [Double](repeating: 0, count: bandCount * bandCount)
        let count = Double(sample.count)
        for a in 0..<bandCount {
            for b in 0...a {
                standardised[a].withUnsafeBufferPointer { u in
                    standardised[b].withUnsafeBufferPointer { v in
                        var sum = 0.0
                        for i in u.indices { sum += Double(u[i] * v[i]) }
                        covariance[a * bandCount + b] = sum
                    }
                }
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
        let standardisedWeights = weights.map { Float($0 / norm.squareRoot()) }
        let usual = noiseByClass.map { $0[$0.count / 2] }
        bandWeights = zip(standardisedWeights, usual).map { $0 / $1 }
        // Where all bands differ by as much of their usual noise, what the bands' sum would be if each were weighed by its noise there.
        let whole = standardisedWeights.reduce(0, +)
        noiseOfWeighed = sharpnessOfClass.indices.map { k in
            let here = standardisedWeights.indices.reduce(Float(0)) { $0 + standardisedWeights[$1] * usual[$1] / noiseByClass[$1][k] }
            return whole / here
        }
        guard noiseOfWeighed.allSatisfy({ $0 > 0 && $0.isFinite }) else { return false }
        structureScale = zip(standardisedWeights, noiseByClass).reduce(0) { $0 + $1.0 / $1.1[0] }
        return true
    }

    /// Noise is looked up in so many steps of sharpness, up to four times that of the sharpest class; beyond that class noise grows in proportion.
    private static let stepCount = 1024

    private var stepsPerSharpness: Float {
        let top = sharpnessOfClass[sharpnessOfClass.count - 1]
        return top > 0 ? Float(Self.stepCount) / (4 * top) : 0
    }

    /// Noise of a band in the middle class, in the mean over the bands.
    var noiseOfBand: Float { noiseByClass.reduce(0) { $0 + $1[$1.count / 2] } / Float(noiseByClass.count) }

    /// What the weighed difference is on smooth ground where every band differs by its standard deviation in the same direction, as old structure does.
    var commonNoise: Float { abs(zip(bandWeights, noiseByClass).reduce(0) { $0 + $1.0 * $1.1[0] }) }

    /// Steps of sharpness: how many make a unit, and how many there are.
    var sharpnessSteps: (perUnit: Float, count: UInt16) { (stepsPerSharpness, UInt16(Self.stepCount)) }

    /// One over the noise of a band in each step of sharpness.
    private func inverseNoise(_ band: Int) -> [Float] { inverse(noiseByClass[band]) }

    /// One over a noise that is known by class, in each step of sharpness.
    private func inverse(_ levels: [Float]) -> [Float] {
        let scale = stepsPerSharpness
        return (0...Self.stepCount).map { 1 / noise(levels, sharpness: scale > 0 ? Float($0) / scale : 0) }
    }

    /// Weight of the weighed difference in the signed change, in each step of sharpness.
    func weightsByStep() -> [Float] { inverse(noiseOfWeighed) }

    /// 1/σ² of each band in each step of sharpness, as the undirected change weighs differences: σ² is the product of the class's noise and the whole
    /// scene's. Towns are sharp and change often. By their class alone their change counts as noise, by the scene's alone their noise as change; the
    /// geometric mean believes either half. Step after step, band by band.
    func undirectedWeights() -> [Float] {
        let tables = noiseByClass.indices.map(inverseNoise)
        let scene = noiseOfScene.map { 1 / max($0, .leastNormalMagnitude) }
        return (0...Self.stepCount).flatMap { step in tables.indices.map { tables[$0][step] * scene[$0] } }
    }

    private func noise(_ levels: [Float], sharpness: Float) -> Float {
        guard let last = sharpnessOfClass.last, sharpnessOfClass.count > 1 else { return levels[0] }
        if sharpness <= sharpnessOfClass[0] { return levels[0] }
        if sharpness >= last { return levels[levels.count - 1] * (last > 0 ? sharpness / last : 1) }
        let upper = sharpnessOfClass.firstIndex { $0 > sharpness } ?? sharpnessOfClass.count - 1
        let (a, b) = (sharpnessOfClass[upper - 1], sharpnessOfClass[upper])
        let t = b > a ? (sharpness - a) / (b - a) : 0
        return levels[upper - 1] * (1 - t) + levels[upper] * t
    }
}
