/// Weighted sums of a scene's bands, to be made while its pixels are read, so that what follows has fewer planes to carry.
///
/// Shape: one row of weights for each plane of the result, in it one weight for each of the scene's bands; one offset for each plane.
public struct BandMix: Sendable, Equatable {
    /// `weights[plane][band]`.
    public let weights: [[Float]]
    /// What is added to each plane.
    public let offsets: [Float]

    /// - Precondition: as many offsets as rows of weights, and rows of one length.
    public init(weights: [[Float]], offsets: [Float]) {
        precondition(weights.count == offsets.count, "one offset a plane")
        precondition(weights.allSatisfy { $0.count == weights[0].count }, "one weight a band in each plane")
        self.weights = weights
        self.offsets = offsets
    }

    public var planeCount: Int { weights.count }
}

extension SceneBlock {
    /// `plane_k = Σ_b weights[k][b] · band_b + offsets[k]`, b rising. Where nothing can be used and all bands are 0 there are no data, and every plane is 0.
    ///
    /// - Precondition: the mix has one weight for each of the block's planes.
    public func mixed(by mix: BandMix) -> SceneBlock {
        precondition(mix.weights.allSatisfy { $0.count == planes.count }, "the mix is of other bands")
        let count = window.pixelCount
        var mixed = zip(mix.weights, mix.offsets).map { weights, offset in
            FloatPlane(width: window.width, height: window.height) { out in
                out.initialize(repeating: offset)
                for (weight, plane) in zip(weights, planes) {
                    plane.values.withUnsafeBufferPointer { band in for i in 0..<count { out[i] += weight * band[i] } }
                }
            }
        }
        guard validity.values.contains(0) else { return SceneBlock(window: window, planes: mixed, validity: validity) }
        for i in 0..<count where validity.values[i] == 0 && planes.allSatisfy({ $0.values[i] == 0 }) {
            for k in mixed.indices { mixed[k].values[i] = 0 }
        }
        return SceneBlock(window: window, planes: mixed, validity: validity)
    }
}
