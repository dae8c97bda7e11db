/// How much of old structure's own contrast reappears as change along it.
///
/// What remains of misregistration and of aliasing on an old road or wall is small beside the road's contrast but keeps its sign for a long way, so
/// that a line sum finds it. `share` is that fraction, measured on the scene's own old structure: the root mean square, over straight runs of 64 px
/// along the strongest structure, of change beyond noise divided by structure. A line's amplitude is then judged against √(noise² + (share·structure)²).
struct StructureCoherence: Sendable {
    let share: Float
    private let single: BeamletSums
    private let dipole: BeamletSums

    private static let runStrips = 8

    init(planes: SearchPlanes, change: BeamletSums, noise: BeamletNoise) {
        single = BeamletSums(source: planes.structure, width: planes.width, height: planes.height, step: 1, limit: 127, profile: .single)
        dipole = BeamletSums(source: planes.structure, width: planes.width, height: planes.height, step: 1, limit: 127, profile: .dipole)
        var runs: [(change: Float, structure: Float)] = []
        let slopes = stride(from: 2, through: BeamletSums.slopeCount - 3, by: 2)
        let columnStep = max(8, planes.width * planes.height / 400_000 * 4)
        for first in stride(from: 0, through: change.stripCount - Self.runStrips, by: Self.runStrips) {
            for slope in slopes {
                let lean = slope - BeamletSums.maximumSlope
                for column in stride(from: (first + slope) % columnStep, to: planes.width, by: columnStep) {
                    let end = column + lean * Self.runStrips
                    guard end >= 0, end < planes.width else { continue }
                    var (sum, along, beside): (Float, Float, Float) = (0, 0, 0)
                    var factor: Float = 0
                    for k in 0..<Self.runStrips {
                        let x = column + lean * k
                        along += single.sum(strip: first + k, column: x, slopeIndex: slope)
                        beside += dipole.sum(strip: first + k, column: x, slopeIndex: slope)
                        sum += change.sum(strip: first + k, column: x, slopeIndex: slope)
                        factor += noise.sigma(strip: first + k, column: x, slopeIndex: slope)
                    }
                    factor /= Float(Self.runStrips)
                    guard sum != 0, factor > 0 else { continue }
                    let pixels = Float(Self.runStrips * BeamletSums.rowsPerStrip)
                    // Both in units of what chance gives a beamlet there, a pixel of length.
                    let unit = factor / Float(BeamletSums.rowsPerStrip).squareRoot()
                    runs.append((sum / pixels / unit, (along * along + beside * beside).squareRoot() / pixels / unit))
                }
            }
        }
        share = Self.fittedShare(runs)
    }

    /// From the tenth of the runs with the most structure, against the half with the least.
    private static func fittedShare(_ runs: [(change: Float, structure: Float)]) -> Float {
        guard runs.count >= 200 else { return 0.03 }
        let sorted = runs.sorted { ($0.structure, $0.change) < ($1.structure, $1.change) }
        let quiet = RobustStatistics.trimmedRootMeanSquare(sorted.prefix(sorted.count / 2).map(\.change), trimming: 0.02)
        let strong = sorted.suffix(sorted.count / 10)
        let ratios = strong.map { $0.change / max($0.structure, .leastNormalMagnitude) }
        let noise = strong.map { quiet / max($0.structure, .leastNormalMagnitude) }
        let spread = RobustStatistics.trimmedRootMeanSquare(ratios, trimming: 0.02)
        let noiseSquare = noise.reduce(0) { $0 + $1 * $1 } / Float(noise.count)
        return max(0, spread * spread - noiseSquare).squareRoot()
    }

    /// Signed sums of old structure on one beamlet: the single and the dipole profile.
    func structure(strip: Int, column: Int, slopeIndex: Int) -> (single: Float, dipole: Float) {
        (single.sum(strip: strip, column: column, slopeIndex: slopeIndex), dipole.sum(strip: strip, column: column, slopeIndex: slopeIndex))
    }
}
