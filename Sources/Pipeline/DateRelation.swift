import ChangeDetection
import Raster

/// How one date of a stack lies and compares against the stack's reference.
struct DateRelation: Codable, Sendable {
    let registration: Registration
    let normalisation: Normalisation
    /// Of the difference of the two, band by band, in the reference's units.
    let noiseSigma: [Double]

    init(registration: Registration, normalisation: Normalisation, noiseSigma: [Double]) {
        self.registration = registration
        self.normalisation = normalisation
        self.noiseSigma = noiseSigma
    }

    init(_ fit: PairFit) {
        self.init(
            registration: fit.pair.registration, normalisation: fit.model.normalisation, noiseSigma: fit.model.noiseSigma)
    }

    /// The reference against itself.
    static func reference(bandCount: Int) -> DateRelation {
        DateRelation(
            registration: Registration(x: 0, y: 0, residual: 0, lock: true),
            normalisation: Normalisation(
                gain: [Double](repeating: 1, count: bandCount), offset: [Double](repeating: 0, count: bandCount)),
            noiseSigma: [Double](repeating: 0, count: bandCount))
    }

    /// How a later date lies and compares against this one, by what both are to the reference.
    ///
    /// With reference = g · date + o for each, the later date is brought to the earlier one's level by g₂/g₁ and (o₂ − o₁)/g₁. The noise of the two dates' difference has
    /// the variance σ₁² + σ₂² − 2 ρ σ₁ σ₂, over g₁², where the reference's own part goes.
    ///
    /// - Parameters:
    ///   - correlation: ρ, of the noise of the two differences from the reference.
    ///   - size: the reference's, whose grid both dates lie on.
    /// - Returns: nil where one of the two has no known shift, so that nothing is known of theirs.
    func to(_ later: DateRelation, correlation: Double, size: RasterSize) -> DateRelation? {
        guard registration.lock, later.registration.lock else { return nil }
        let (first, second) = (registration, later.registration)
        // From a place of the earlier date to the reference's, and on to the later one's.
        let map = second.displacement.map.after(first.displacement.mapBack)
        let (column, row) = (Double(size.width) / 2, Double(size.height) / 2)
        let middle = map.map(column: column, row: row)
        var slope: Displacement.Slope?
        if first.slope != nil || second.slope != nil {
            slope = Displacement.Slope(
                xPerColumn: map.columnPerColumn - 1, xPerRow: map.columnPerRow, yPerColumn: map.rowPerColumn, yPerRow: map.rowPerRow - 1,
                middleColumn: column, middleRow: row)
        }
        let residual = (first.residual * first.residual + second.residual * second.residual).squareRoot()
        return DateRelation(
            registration: Registration(x: middle.column - column, y: middle.row - row, slope: slope, residual: residual, lock: true),
            normalisation: Normalisation(
                gain: zip(normalisation.gain, later.normalisation.gain).map { $1 / $0 },
                offset: normalisation.gain.indices.map {
                    (later.normalisation.offset[$0] - normalisation.offset[$0]) / normalisation.gain[$0]
                }),
            noiseSigma: noiseSigma.indices.map { band in
                let (own, other) = (noiseSigma[band], later.noiseSigma[band])
                return max(0, own * own + other * other - 2 * correlation * own * other).squareRoot() / normalisation.gain[band]
            })
    }
}

/// What the kept planes of two dates of a stack show of both together.
struct CommonGround {
    /// Pixels that could be compared with the reference on both dates, and those that both cover.
    private(set) var observed = 0
    private(set) var covered = 0
    /// Of the noise of both; 0 where one is the reference.
    private(set) var correlation = 0.0
    /// Whether both dates show the same wherever they were compared.
    private(set) var isTheSame = false

    /// Pixels that one thread looks at together.
    private static let pixelsTogether = 1 << 20

    /// - Parameters:
    ///   - first, second: of one size. The reference has no change.
    ///   - mapping: by which parts are looked at at the same time.
    init(_ first: DatePlanes, _ second: DatePlanes, by mapping: Mapping = .serial) {
        let count = first.size.pixelCount
        let pieces = (count + Self.pixelsTogether - 1) / Self.pixelsTogether
        let changes = [first.signed, second.signed].filter { !$0.isEmpty }
        let (a, b) = (changes.first ?? [], changes.last ?? [])
        let sums = mapping.map(pieces) { k in
            let pixels = k * Self.pixelsTogether..<min(count, (k + 1) * Self.pixelsTogether)
            return (
                covered: Self.count(first.luminance, second.luminance, without: 0, in: pixels),
                observed: Self.count(a, b, without: -128, in: pixels)
            )
        }
        covered = sums.reduce(0) { $0 + $1.covered }
        observed = sums.reduce(0) { $0 + $1.observed }
        guard changes.count == 2 else { return }
        isTheSame = first.signed == second.signed
        correlation = SharedNoise.correlation(first.signed, second.signed)
    }

    /// How many pixels have another value than `none` on both.
    private static func count<Value: FixedWidthInteger>(_ first: [Value], _ second: [Value], without none: Value, in pixels: Range<Int>)
        -> Int
    {
        first.withUnsafeBufferPointer { a in
            second.withUnsafeBufferPointer { b in
                guard a.count >= pixels.upperBound, b.count >= pixels.upperBound else { return 0 }
                var count = 0
                // In runs that a byte can count.
                for start in stride(from: pixels.lowerBound, to: pixels.upperBound, by: 255) {
                    var some: UInt8 = 0
                    for i in start..<min(pixels.upperBound, start + 255) { some &+= a[i] != none && b[i] != none ? 1 : 0 }
                    count += Int(some)
                }
                return count
            }
        }
    }
}
