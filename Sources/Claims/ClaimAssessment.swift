import ChangeDetection
import Raster

/// Judges claims, one by one and then against each other.
public struct ClaimAssessment {
    private let evidence: ClaimEvidence
    private let power: DetectionPowerSource

    public init(evidence: ClaimEvidence, power: @escaping DetectionPowerSource = { _ in nil }) {
        self.evidence = evidence
        self.power = power
    }

    /// In the claims' order.
    ///
    /// - Throws: `InputError` for geometries that cannot be used, and whatever `power` throws.
    public func assess(_ claims: [Claim]) throws -> [ClaimsDocument.Entry] {
        var entries = try claims.map(assess)
        let verdicts = entries.map(\.verdict)
        for (index, claim) in claims.enumerated() {
            let others = claims.indices.filter { other in
                other != index && (claim.weighWith.contains(claims[other].id) || claims[other].weighWith.contains(claim.id))
            }
            for other in others {
                entries[index].reason += " " + Weighing.words(own: verdicts[index], other: verdicts[other], otherID: claims[other].id)
            }
        }
        return entries
    }

    private func assess(_ claim: Claim) throws -> ClaimsDocument.Entry {
        switch claim.test {
        case .notTestable(let reason):
            return entry(claim, verdict: .notTestable, reason: Reason.notTestable(reason))
        case .measured(let measured):
            return try assess(claim, measured)
        }
    }

    private func assess(_ claim: Claim, _ test: MeasuredClaim) throws -> ClaimsDocument.Entry {
        let coverage = try Coverage(of: test.place, in: evidence.scenes, by: test.by)
        func blank(_ verdict: Verdict, _ reason: String) -> ClaimsDocument.Entry {
            entry(
                claim, verdict: verdict, expected: test.expected.words(unit: test.measure.unitInWords), coverage: coverage, reason: reason)
        }
        if let size = test.sizeMetres, size < evidence.pixelMetres {
            return blank(.notTestable, Reason.tooSmall(size, pixelMetres: evidence.pixelMetres))
        }
        if coverage.dates.isEmpty {
            guard test.by != nil, try !Coverage(of: test.place, in: evidence.scenes).dates.isEmpty else {
                return blank(.notTestable, Reason.outsideImagery)
            }
        }
        if let why = Reason.nothingToCompare(coverage, test) { return blank(.inconclusive, why) }

        let measurement = try Measurer(
            earthworks: evidence.earthworks, place: test.place, observedSquareKilometres: coverage.observedSquareKilometres,
            dates: Coverage(of: test.place, in: evidence.scenes).dates, pixelMetres: evidence.pixelMetres
        ).measure(test)
        let fit = measurement.measured.map(test.expected.fit) ?? .fallsShort
        let size = test.claimedSizeMetres ?? measurement.largestMetres
        let detection = try size.flatMap { size in
            try power(
                PowerQuestion(
                    place: test.place, kind: test.measure.isOfCompactWorks ? .compact : .linear, sizeMetres: size, since: test.since,
                    by: test.by ?? test.latestDay))
        }
        let outcome = VerdictRule.outcome(
            fit, restsOnAbsence: measurement.measured == nil || test.measure.restsOnAbsence, power: detection?.power,
            observedShare: coverage.observedShare)
        let reason = Reason(test: test, measurement: measurement, outcome: outcome, coverage: coverage, size: size, power: detection)
        var result = entry(
            claim, verdict: VerdictRule.verdict(outcome), expected: test.expected.words(unit: test.measure.unitInWords), coverage: coverage,
            reason: reason.words)
        result.measured = measurement.measured.map { ClaimsDocument.Value($0, of: test.measure) }
        result.evidence = measurement.evidence
        result.detectable = detection.flatMap { detection in
            detection.detectableLengthMetres.map { length in
                ClaimsDocument.Detectable(
                    lengthMetres: PlainText.rounded(length, decimals: 0), power: PlainText.rounded(detection.power, decimals: 3))
            }
        }
        return result
    }

    private func entry(
        _ claim: Claim, verdict: Verdict, expected: String? = nil, coverage: Coverage? = nil, reason: String
    ) -> ClaimsDocument.Entry {
        ClaimsDocument.Entry(
            id: claim.id, statement: claim.statement, attributedTo: claim.attributedTo, wording: claim.wording, verdict: verdict,
            measured: nil, expected: expected, evidence: [],
            coverage: ClaimsDocument.Seen(
                observedSquareKilometres: PlainText.rounded(coverage?.observedSquareKilometres ?? 0, decimals: 2),
                clearShare: PlainText.rounded(coverage?.clearShare ?? 0, decimals: 3), dates: coverage?.dates ?? []),
            detectable: nil, reason: reason)
    }
}

extension Measure {
    /// Whether less than the claim says means that something was not found. A share of found lines is judged by these lines alone.
    var restsOnAbsence: Bool {
        switch self {
        case .linearShareNear, .linearBearing: false
        case .linearLength, .linearOnset, .linearPersistence, .compactCount, .compactExtent, .changeArea: true
        }
    }
}

extension MeasuredClaim {
    /// The day by which the claim wants it to have begun.
    var latestDay: CalendarDate? {
        if case .dates(_, let latest) = expected { return latest }
        return nil
    }
}

extension Array where Element == Earthwork {
    /// With the ids of the claims that use each, in the document's order.
    public func annotated(with document: ClaimsDocument) -> [Earthwork] {
        var uses: [String: [String]] = [:]
        for claim in document.claims {
            for id in claim.evidence { uses[id, default: []].append(claim.id) }
        }
        return map { earthwork in
            var annotated = earthwork
            annotated.claims = uses[earthwork.id] ?? []
            return annotated
        }
    }
}
