/// How large beamlet sums are where nothing changed: one figure a slope, times a slowly varying local factor.
struct BeamletNoise: Sendable {
    private static let cellWidth = 32
    /// Local means are taken over this many strips and cells: about 100 × 100 px.
    private static let stripReach = 6
    private static let cellReach = 1
    /// The local factor never goes below this: the quietest corners shall not shout.
    private static let lowestFactor: Float = 0.85

    let sigmaOfSlope: [Float]
    private let cellCount: Int
    private let width: Int
    private let factors: [Float]

    /// - Parameter known: the figures of the slopes, where they are not to be taken from the sums.
    init(_ beamlets: BeamletSums, sigmaOfSlope known: [Float]? = nil) {
        width = beamlets.width
        cellCount = (width + Self.cellWidth - 1) / Self.cellWidth
        let slopes = BeamletSums.slopeCount
        var scratch = BeamletSums.Scratch(width: width)
        var sums = [Float](repeating: 0, count: slopes * width)

        let sigma = known ?? Self.sigmaOfSlope(beamlets)
        sigmaOfSlope = sigma

        // Clipped mean squares in cells.
        var squares = [Float](repeating: 0, count: beamlets.stripCount * cellCount)
        var counts = [Float](repeating: 0, count: beamlets.stripCount * cellCount)
        for strip in 0..<beamlets.stripCount {
            beamlets.fill(&sums, strip: strip, scratch: &scratch)
            for slope in stride(from: 0, to: slopes, by: 2) {
                let inverse = 1 / sigma[slope]
                for x in 0..<width {
                    let t = sums[slope * width + x] * inverse
                    guard t != 0 else { continue }
                    let clipped = max(-3, min(3, t))
                    squares[strip * cellCount + x / Self.cellWidth] += clipped * clipped
                    counts[strip * cellCount + x / Self.cellWidth] += 1
                }
            }
        }
        let all = squares.reduce(0.0) { $0 + Double($1) }
        let number = counts.reduce(0.0) { $0 + Double($1) }
        let mean = number > 0 ? Float(all / number) : 1
        var factors = [Float](repeating: 1, count: squares.count)
        for strip in 0..<beamlets.stripCount {
            for cell in 0..<cellCount {
                var (sum, count): (Float, Float) = (0, 0)
                for s in max(0, strip - Self.stripReach)...min(beamlets.stripCount - 1, strip + Self.stripReach) {
                    for c in max(0, cell - Self.cellReach)...min(cellCount - 1, cell + Self.cellReach) {
                        sum += squares[s * cellCount + c]
                        count += counts[s * cellCount + c]
                    }
                }
                if count > 0, mean > 0 { factors[strip * cellCount + cell] = max(Self.lowestFactor, (sum / count / mean).squareRoot()) }
            }
        }
        self.factors = factors
    }

    /// From a sample of strips and columns.
    private static func sigmaOfSlope(_ beamlets: BeamletSums) -> [Float] {
        let width = beamlets.width
        let slopes = BeamletSums.slopeCount
        var scratch = BeamletSums.Scratch(width: width)
        var sums = [Float](repeating: 0, count: slopes * width)
        let wanted = 60_000
        let stripStep = max(1, beamlets.stripCount * width / (wanted * 4))
        var samples = [[Float]](repeating: [], count: slopes)
        for strip in stride(from: 0, to: beamlets.stripCount, by: stripStep) {
            beamlets.fill(&sums, strip: strip, scratch: &scratch)
            for slope in 0..<slopes {
                for x in stride(from: (strip / stripStep) % 4, to: width, by: 4) {
                    let value = sums[slope * width + x]
                    if value != 0 { samples[slope].append(value) }
                }
            }
        }
        return samples.map { max(RobustStatistics.trimmedRootMeanSquare($0, trimming: 0.02), .leastNormalMagnitude) }
    }

    /// The local factor at every column of a strip, linear between cell centres.
    func fillFactors(_ row: inout [Float], strip: Int) {
        for x in 0..<width { row[x] = factor(strip: strip, column: x) }
    }

    func factor(strip: Int, column: Int) -> Float {
        let position = (Float(column) + 0.5) / Float(Self.cellWidth) - 0.5
        let base = position.rounded(.down)
        let lower = max(0, min(cellCount - 1, Int(base)))
        let upper = max(0, min(cellCount - 1, Int(base) + 1))
        let weight = position - base
        return factors[strip * cellCount + lower] * (1 - weight) + factors[strip * cellCount + upper] * weight
    }

    /// Standard deviation of the beamlet's sum where nothing changed.
    func sigma(strip: Int, column: Int, slopeIndex: Int) -> Float {
        sigmaOfSlope[slopeIndex] * factor(strip: strip, column: column)
    }
}
