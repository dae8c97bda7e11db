import Raster

/// Why a verdict is what it is, in whole sentences. "Not found" is never "not there" (UNOSAT), and likelihood has the words of Intelligence
/// Community Directive 203, never in one sentence with confidence.
struct Reason {
    let test: MeasuredClaim
    let measurement: ClaimMeasurement
    let outcome: VerdictRule.Outcome
    let coverage: Coverage
    let size: Double?
    let power: DetectionPower?

    var words: String { ([found] + certainty + [judgement] + silence + [seen]).joined(separator: " ") }

    private var expected: String { test.expected.words(unit: test.measure.unitInWords) }
    private func number(_ value: Double) -> String { PlainText.number(value, decimals: test.measure.decimals) }

    private var found: String {
        let place = "in the place '\(test.place.id)'"
        guard let measured = measurement.measured, !measurement.evidence.isEmpty else {
            let kind = test.measure == .changeArea ? "" : test.measure.isOfCompactWorks ? "compact " : "linear "
            let near = test.nearLinearMetres.map { " within \(PlainText.length(metres: $0)) of a linear one" } ?? ""
            return "No \(kind)earthwork was identified \(place)\(near)\(period)."
        }
        let pieces = PlainText.count(measurement.evidence.count, "earthwork", "earthworks")
        switch measured {
        case .onset(let onset):
            let before =
                onset.lastAbsent.map { "on \($0) it would have been seen and was not" }
                ?? "no earlier date shows the ground without it"
            return "The longest line \(place) was first seen on \(onset.firstSeen); \(before)."
        case .number(let interval):
            let value = number(interval.value)
            switch test.measure {
            case .linearLength: return "Linear earthworks of \(value) km were found \(place), \(pieces) in all\(period)."
            case .linearBearing: return "The linear earthworks \(place) lie along an axis of \(value)°."
            case .linearShareNear(_, let distance):
                return
                    "Of the length of the linear earthworks \(place), \(number(100 * interval.value)) % lie within \(PlainText.length(metres: distance)) of the line."
            case .linearPersistence: return "The longest line \(place) was seen over \(value) days."
            case .compactCount:
                let near = test.nearLinearMetres.map { " within \(PlainText.length(metres: $0)) of a linear one" } ?? ""
                return
                    "\(PlainText.count(Int(interval.value), "compact earthwork was", "compact earthworks were")) found \(place)\(near)\(period)."
            case .compactExtent: return "The outermost compact earthworks \(place) lie \(value) km apart\(period)."
            case .changeArea: return "Earthworks cover \(value) ha \(place), \(pieces) in all\(period)."
            case .linearOnset: return ""
            }
        }
    }

    private var period: String {
        switch (test.since, test.by) {
        case (let since?, let by?): ", first seen after \(since) and by \(by)"
        case (let since?, nil): ", first seen after \(since)"
        case (nil, let by?): ", first seen by \(by)"
        case (nil, nil): ""
        }
    }

    private var certainty: [String] {
        var words: [String] = []
        if case .number(let interval)? = measurement.measured, !measurement.evidence.isEmpty {
            let decimals = test.measure == .compactCount ? 1 : test.measure.decimals
            let low = PlainText.number(interval.low, decimals: decimals)
            let high = interval.high.map { PlainText.number($0, decimals: decimals) }
            if high == nil {
                words.append("That is the least it can be, and nothing bounds it from above.")
            } else if let high, high != low {
                words.append("The figure is almost certain to lie between \(low) and \(high) \(test.measure.unitInWords).")
            }
        }
        if measurement.provisional > 0 {
            words.append("\(PlainText.count(measurement.provisional, "earthwork", "earthworks")) of these were seen on one date only.")
        }
        return words
    }

    private var judgement: String {
        switch outcome {
        case .fits: "All of that fits what the claim says: \(expected)."
        case .otherwise: "What was found does not fit what the claim says: \(expected)."
        case .absent: "That is short of what the claim says: \(expected)."
        case .absentWithoutWeight(.powerUnknown):
            "That is short of what the claim says (\(expected)), but what these images would have shown is not known."
        case .absentWithoutWeight(.powerTooLow):
            "That is short of what the claim says (\(expected)), but these images would not surely have shown it."
        case .absentWithoutWeight(.placeNotCovered):
            "That is short of what the claim says (\(expected)), but only \(Self.percent(coverage.observedShare)) of the place were observed."
        case .straddles: "Part of that fits what the claim says (\(expected)) and part does not."
        }
    }

    /// Of a long corridor some tiles show less than one in a hundred, which is not nothing.
    private static func percent(_ share: Double) -> String { PlainText.number(100 * share, decimals: share < 0.1 ? 1 : 0) + " %" }

    /// A power is the least that it can be; a small one says that little is known, not that the chance is small.
    private func chance(_ power: Double) -> String { power < 0.55 ? "It was not shown that" : PlainText.itIsLikely(power) }

    private var implants: String { test.measure.isOfCompactWorks ? "a position" : "a trench with its spoil" }

    private var silence: [String] {
        var words: [String] = []
        if let size, let power, outcome != .fits, outcome != .otherwise {
            words.append(
                "\(chance(power.power)) an earthwork of \(PlainText.length(metres: size)) would have been found in what was observed (power at least \(PlainText.number((100 * power.power).rounded(.down) / 100, decimals: 2)), by implants of \(implants) of assumed contrast)."
            )
            if power.detectableLengthMetres == nil {
                words.append(
                    "For no size was a power shown of \(PlainText.number(VerdictRule.leastPower, decimals: 1))."
                )
            }
        }
        switch outcome {
        case .absent, .absentWithoutWeight, .straddles:
            words.append("Not found in the images at hand does not mean not there.")
        case .fits where test.expected.isOfLittle:
            words.append("What is smaller or fainter than these images show is not counted.")
        case .fits, .otherwise: break
        }
        return words
    }

    private var seen: String { Self.seen(coverage) }

    private static func seen(_ coverage: Coverage) -> String {
        guard let first = coverage.dates.first, let last = coverage.dates.last else { return "No scene shows the place." }
        let area =
            "\(PlainText.number(coverage.observedSquareKilometres, decimals: 1)) of \(PlainText.number(coverage.placeSquareKilometres, decimals: 1)) km² were seen on two dates or more"
        let days = first == last ? "on \(first)" : "\(coverage.dates.count) dates, \(first) to \(last)"
        return "Observed: \(area); \(days); \(PlainText.number(100 * coverage.clearShare, decimals: 0)) % clear."
    }

    // MARK: Without a measurement

    static let outsideImagery = "The place lies outside of the imagery at hand, so nothing can be said about it."

    static func notTestable(_ reason: String) -> String {
        let sentence = reason.prefix(1).uppercased() + reason.dropFirst()
        return sentence.hasSuffix(".") ? sentence : sentence + "."
    }

    static func tooSmall(_ size: Double, pixelMetres: Double) -> String {
        "The claim is about things of \(PlainText.length(metres: size)), and a pixel of these images is \(PlainText.number(pixelMetres, decimals: 1)) m: they cannot show them."
    }

    /// nil where two dates can be compared.
    static func nothingToCompare(_ coverage: Coverage, _ test: MeasuredClaim) -> String? {
        if coverage.dates.isEmpty, let by = test.by { return "No scene shows the place up to \(by), so nothing can be said." }
        if coverage.observedSquareKilometres == 0 {
            return "No part of the place was seen on two dates, so no change in it can be seen. " + seen(coverage)
        }
        if let since = test.since, let last = coverage.dates.last, last <= since {
            return "No scene shows the place after \(since)\(test.by.map { " and up to \($0)" } ?? ""), so nothing can be said. "
                + seen(coverage)
        }
        if coverage.clearShare == 0 { return "Clouds or masks hide the place on every date. " + seen(coverage) }
        return nil
    }
}

extension ClaimExpectation {
    /// Whether finding nothing would fit.
    var isOfLittle: Bool {
        if case .range(let range) = self { return range.low == nil }
        return false
    }
}

/// Two claims of one event, side by side.
enum Weighing {
    static func words(own: Verdict, other: Verdict, otherID: String) -> String {
        let name = "'\(otherID)'"
        return switch (own, other) {
        case (.supported, .contradicted): "Weighed against \(name): the images speak for this claim and against that one."
        case (.contradicted, .supported): "Weighed against \(name): the images speak against this claim and for that one."
        case (.supported, .supported): "Weighed against \(name): the images fit both, so they do not decide between them."
        case (.contradicted, .contradicted): "Weighed against \(name): the images speak against both."
        case (.supported, _): "Weighed against \(name): the images speak for this claim and leave that one open."
        case (.contradicted, _): "Weighed against \(name): the images speak against this claim and leave that one open."
        case (_, .supported): "Weighed against \(name): the images leave this claim open and speak for that one."
        case (_, .contradicted): "Weighed against \(name): the images leave this claim open and speak against that one."
        default: "Weighed against \(name): the images decide neither."
        }
    }
}
