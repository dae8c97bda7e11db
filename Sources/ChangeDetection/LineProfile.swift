/// What a line looks like across its own direction.
enum LineProfile: CaseIterable, Sendable {
    /// One lobe, brighter or darker than its flanks.
    case single
    /// A bright and a dark lobe side by side: a spoil bank and its trench or shadow.
    case dipole

    /// Taps at −7 … 7 px across the line, of unit norm, so that filtered white noise of variance 1 has variance 1.
    ///
    /// A line of one to two pixels seen through the sensor's blur is a Gaussian of 0.8 px. The single lobe has its flanks' mean at 4 to 7 px
    /// subtracted, so that a wide change is no line; the dipole's lobes lie one pixel to each side of the centre.
    static let radius = 7

    var taps: [Float] { taps(radius: Self.radius, middle: 0).map(Float.init) }

    /// Taps at −radius … radius px across a line whose middle lies `middle` px beside, of unit norm.
    func taps(radius: Int, middle: Double) -> [Double] {
        let positions = (-radius...radius).map { Double($0) - middle }
        var taps: [Double]
        switch self {
        case .single:
            let lobe = positions.map { exponential(-$0 * $0 / (2 * 0.8 * 0.8)) }
            let flank = positions.map { abs($0) >= 4 && abs($0) <= Double(Self.radius) ? 1.0 : 0.0 }
            let share = lobe.reduce(0, +) / flank.reduce(0, +)
            taps = zip(lobe, flank).map { $0 - share * $1 }
        case .dipole:
            let width = 2 * 0.75 * 0.75
            taps = positions.map { exponential(-($0 - 1) * ($0 - 1) / width) - exponential(-($0 + 1) * ($0 + 1) / width) }
        }
        let norm = taps.reduce(0) { $0 + $1 * $1 }.squareRoot()
        return taps.map { $0 / norm }
    }

    /// What a line of this profile is called, brighter than before (or the dipole as its taps have it) where `isPositive`, else the reverse.
    func sign(isPositive: Bool) -> Earthwork.Sign { self == .dipole ? .both : isPositive ? .brighter : .darker }

    /// Full width at half maximum across the line, pixels, the sensor's blur included.
    var widthPixels: Double { self == .dipole ? 3.8 : 1.9 }
}
