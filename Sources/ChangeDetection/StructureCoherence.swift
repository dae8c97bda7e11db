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

    /// - Parameter known: the share, where it is not to be measured.
    init(planes: SearchPlanes, change: BeamletSums, noise: BeamletNoise, share known: Float? = nil) {
        single = BeamletSums(source: planes.structure, width: planes.width, height: planes.height, step: 1, limit: 127, profile: .single)
        dipole = BeamletSums(source: planes.structure, width: planes.width, height: planes.height, step: 1, limit: 127, profile: .dipole)
        share = known ?? Self.share(of: change, noise: noise, single: single, dipole: dipole)
    }

    private static func share(of change: BeamletSums, noise: BeamletNoise, single: BeamletSums, dipole: BeamletSums) -> Float {
        let width = change.width
        let slopes = BeamletSums.slopeCount
        let rows = Float(BeamletSums.rowsPerStrip)
        let groups = change.stripCount / runStrips
        var scratch = BeamletSums.Scratch(width: width)
        var sums = [[Float]](repeating: [Float](repeating: 0, count: slopes * width), count: 3)
        var factors = [Float](repeating: 1, count: width)
        var strong: [Run] = []
        var sample: [Run] = []
        let step = max(1, groups * slopes * width / 200_000)
        for group in 0..<groups {
            var runs = [Run](repeating: Run(change: 0, single: 0, dipole: 0), count: slopes * width)
            for k in 0..<Self.runStrips {
                let strip = group * Self.runStrips + k
                change.fill(&sums[0], strip: strip, scratch: &scratch)
                single.fill(&sums[1], strip: strip, scratch: &scratch)
                dipole.fill(&sums[2], strip: strip, scratch: &scratch)
                noise.fillFactors(&factors, strip: strip)
                for slope in 0..<slopes {
                    let lean = (slope - BeamletSums.maximumSlope) * k
                    // Mean a pixel over the deviation a pixel, which is a beamlet's over the root of its rows.
                    let unit = rows.squareRoot() / (noise.sigmaOfSlope[slope] * rows * Float(Self.runStrips))
                    for x in max(0, -lean)..<max(max(0, -lean), min(width, width - lean)) {
                        let i = slope * width + x + lean
                        let scale = unit / factors[x + lean]
                        runs[slope * width + x].change += sums[0][i] * scale
                        runs[slope * width + x].single += sums[1][i] * scale
                        runs[slope * width + x].dipole += sums[2][i] * scale
                    }
                }
            }
            let seen = runs.enumerated().filter { $0.element.change != 0 }
            guard !seen.isEmpty else { continue }
            sample += seen.filter { $0.offset % step == 0 }.map(\.element)
            var strengths = seen.map(\.element.structure)
            let limit = RobustStatistics.select(&strengths, seen.count - 1 - min(seen.count - 1, max(4, seen.count / 50)))
            strong += seen.map(\.element).filter { $0.structure > limit }
        }
        return fittedShare(sample: sample, strong: strong)
    }

    /// What one straight run of 64 px measured, σ a pixel of length.
    private struct Run {
        var change: Float
        var single: Float
        var dipole: Float
        var structure: Float { (single * single + dipole * dipole).squareRoot() }
    }

    /// From the runs with the most structure, against the half of a plain sample with the least: the larger of the figures of the strongest tenth of
    /// the sample and of the strongest runs of all, since one road may be all the structure a desert has.
    private static func fittedShare(sample: [Run], strong: [Run]) -> Float {
        guard sample.count >= 200, strong.count >= 20 else { return usualShare }
        func ordered(_ runs: [Run]) -> [Run] { runs.sorted { ($0.structure, $0.change) < ($1.structure, $1.change) } }
        let plain = ordered(sample)
        let quiet = RobustStatistics.trimmedRootMeanSquare(plain.prefix(plain.count / 2).map(\.change), trimming: 0.02)
        let candidates = [Array(plain.suffix(plain.count / 10)), Array(ordered(strong).suffix(max(20, strong.count / 4)))]
        return candidates.map { runs in
            let ratios = runs.map { $0.change / max($0.structure, .leastNormalMagnitude) }
            let noise = runs.map { quiet / max($0.structure, .leastNormalMagnitude) }
            let spread = RobustStatistics.trimmedRootMeanSquare(ratios, trimming: 0.02)
            let noiseSquare = noise.reduce(0) { $0 + $1 * $1 } / Float(noise.count)
            return max(0, spread * spread - noiseSquare).squareRoot()
        }.max() ?? usualShare
    }

    /// Where a scene is too small to tell: what scenes of towns show.
    private static let usualShare: Float = 0.03

    /// Signed sums of old structure on one beamlet: the single and the dipole profile.
    func structure(strip: Int, column: Int, slopeIndex: Int) -> (single: Float, dipole: Float) {
        (single.sum(strip: strip, column: column, slopeIndex: slopeIndex), dipole.sum(strip: strip, column: column, slopeIndex: slopeIndex))
    }
}
