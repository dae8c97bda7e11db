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

    /// - Parameters `first`, `second`: of one size. The reference has no change.
    init(_ first: DatePlanes, _ second: DatePlanes) {
        let pixels = 0..<first.size.pixelCount
        first.luminance.withUnsafeBufferPointer { a in
            second.luminance.withUnsafeBufferPointer { b in
                covered = pixels.count { a[$0] != 0 && b[$0] != 0 }
            }
        }
        func observed(_ planes: DatePlanes) -> Int { planes.signed.reduce(0) { $0 + ($1 != -128 ? 1 : 0) } }
        if first.signed.isEmpty || second.signed.isEmpty {
            self.observed = observed(first.signed.isEmpty ? second : first)
        } else {
            first.signed.withUnsafeBufferPointer { a in
                second.signed.withUnsafeBufferPointer { b in
                    self.observed = pixels.count { a[$0] != -128 && b[$0] != -128 }
                }
            }
            isTheSame = first.signed == second.signed
            correlation = SharedNoise.correlation(first.signed, second.signed)
        }
    }
}
