import PixelKernels

/// How much of old structure's own contrast reappears as change along it.
///
/// What remains of misregistration and of aliasing on an old road or wall is small beside the road's contrast but keeps its sign for a long way, so
/// that a line sum finds it. `share` is that fraction, measured on the scene's own old structure: the root mean square, over straight runs of 64 px
/// along the strongest structure, of change beyond noise divided by structure. A line's amplitude is then judged against √(noise² + (share·structure)²).
struct StructureCoherence: Sendable {
    let share: Float
    private let single: BeamletSums
    private let dipole: BeamletSums

    /// - Parameters:
    ///   - transposed: whether the lines run roughly along the planes' rows.
    ///   - known: the share, where it is not to be measured.
    init(planes: SearchPlanes, transposed: Bool, change: BeamletSums, noise: BeamletNoise, share known: Float? = nil) {
        func sums(_ profile: LineProfile) -> BeamletSums {
            BeamletSums(
                source: planes.structure, width: planes.width, height: planes.height, transposed: transposed, step: 1, limit: 127,
                profile: profile)
        }
        single = sums(.single)
        dipole = sums(.dipole)
        share = known ?? StructureShare(planes: planes, sums: [change, single, dipole], noise: noise).fitted
    }

    /// Signed sums of old structure on one beamlet: the single and the dipole profile.
    func structure(strip: Int, column: Int, slopeIndex: Int) -> (single: Float, dipole: Float) {
        (single.sum(strip: strip, column: column, slopeIndex: slopeIndex), dipole.sum(strip: strip, column: column, slopeIndex: slopeIndex))
    }
}
