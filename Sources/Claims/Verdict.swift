/// What imagery says about a claim.
public enum Verdict: String, Sendable, Codable, CaseIterable {
    /// The measured interval lies within what the claim says.
    case supported
    /// It lies outside; and where that rests on something not found, it would have been found.
    case contradicted
    /// Neither.
    case inconclusive
    /// No image of this kind, or none at hand, can tell.
    case notTestable = "not_testable"
}

/// The rules by which a measurement becomes a verdict.
enum VerdictRule {
    /// Below it, an absence says nothing.
    static let leastPower = 0.9
    /// Share of the place that must have been observed before an absence in it counts.
    static let leastObservedShare = 0.9

    enum Outcome: Equatable {
        case fits
        case otherwise
        case absent
        /// Not found, and why that does not count.
        case absentWithoutWeight(Weakness)
        case straddles
    }

    enum Weakness: Equatable {
        case powerUnknown
        case powerTooLow
        case placeNotCovered
    }

    /// - Parameter power: of an earthwork of the claimed size; nil where it is not known.
    static func outcome(_ fit: ClaimExpectation.Fit, restsOnAbsence: Bool, power: Double?, observedShare: Double) -> Outcome {
        switch fit {
        case .within: return .fits
        case .partly: return .straddles
        case .isOtherwise: return .otherwise
        case .fallsShort:
            guard restsOnAbsence else { return .otherwise }
            guard let power else { return .absentWithoutWeight(.powerUnknown) }
            guard power >= leastPower else { return .absentWithoutWeight(.powerTooLow) }
            guard observedShare >= leastObservedShare else { return .absentWithoutWeight(.placeNotCovered) }
            return .absent
        }
    }

    static func verdict(_ outcome: Outcome) -> Verdict {
        switch outcome {
        case .fits: .supported
        case .otherwise, .absent: .contradicted
        case .absentWithoutWeight, .straddles: .inconclusive
        }
    }
}
