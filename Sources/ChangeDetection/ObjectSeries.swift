/// What one object looked like on every date, and what follows: when it came, and whether it stayed.
public struct ObjectSeries: Sendable, Equatable {
    /// Change at the object against the reference, in σ of the usual date, in the object's own sign; nil where too little of it was observed.
    public let amplitudes: [Double?]
    /// Standard deviation of each date's amplitude against the reference where nothing changed.
    public let deviations: [Double]

    public enum Fate: Sendable, Equatable {
        /// There on one date, the last on which it could be seen.
        case provisional
        /// There on two or more dates, the last one among them.
        case confirmed
        /// There, and gone again.
        case transient
    }

    /// Indices of dates.
    public struct Onset: Sendable, Equatable {
        public var firstSeen: Int
        /// The last date before `firstSeen` on which it would have been seen and was not.
        public var lastAbsent: Int?
        public var lastSeen: Int
        public var fate: Fate
    }

    /// A date tells something about an object only if the object, at its final strength, stands this many deviations above nothing on that date.
    private static let tellingRatio = 4.0

    public init(amplitudes: [Double?], deviations: [Double]) {
        precondition(amplitudes.count == deviations.count, "one deviation for each date")
        self.amplitudes = amplitudes
        self.deviations = deviations
    }

    /// Weighted mean of the observed dates in `range` and the sum of their weights, one over the variance; nil where none is observed.
    private func level(_ range: Range<Int>) -> (mean: Double, weight: Double)? {
        var (sum, weights) = (0.0, 0.0)
        for t in range {
            guard let amplitude = amplitudes[t], deviations[t] > 0 else { continue }
            let weight = 1 / (deviations[t] * deviations[t])
            sum += weight * amplitude
            weights += weight
        }
        return weights > 0 ? (sum / weights, weights) : nil
    }

    /// The generalised log likelihood ratio of a step up at `split`; 0 where there is none or one side is not observed. The reference's own noise is in
    /// every amplitude and in no difference, so a date counts half of its variance.
    public func gain(at split: Int) -> Double {
        guard let early = level(0..<split), let late = level(split..<amplitudes.count), late.mean > early.mean else { return 0 }
        let height = late.mean - early.mean
        return height * height / (1 / early.weight + 1 / late.weight)
    }

    /// The step up that explains the series best: index of its first later date, and its generalised log likelihood ratio. nil where there is none.
    public var bestStep: (split: Int, gain: Double)? {
        var best: (split: Int, gain: Double)?
        for split in 1..<max(1, amplitudes.count) {
            let gain = gain(at: split)
            // Where dates between are missing every split between gives the same; the earliest is taken.
            if gain > (best?.gain ?? 0) * (1 + 1e-12) { best = (split, gain) }
        }
        return best
    }

    /// A step that chance would hardly give: 5 σ, squared.
    private static let leastGain = 25.0

    /// When the object came and what became of it; nil where the series shows no step up that stands out of the noise.
    public var onset: Onset? {
        guard let step = bestStep, step.gain >= Self.leastGain, let early = level(0..<step.split),
            let later = level(step.split..<amplitudes.count)
        else { return nil }
        // The level of the dates on which it is there, not their mean with the dates on which it has gone again.
        let late = amplitudes[step.split...].compactMap { $0 }.sorted()
        let height = max(later.mean, late[(late.count - 1) - (late.count - 1) / 4]) - early.mean
        guard height > 0 else { return nil }
        func isSeen(_ t: Int) -> Bool? { amplitudes[t].map { $0 - early.mean > height / 2 } }
        func wouldShow(_ t: Int) -> Bool { height >= Self.tellingRatio * deviations[t] }
        let seen = amplitudes.indices.filter { isSeen($0) == true && $0 >= step.split }
        guard let first = seen.first, let last = seen.last else { return nil }
        let absent = amplitudes.indices.filter { isSeen($0) == false && wouldShow($0) }
        let goneAgain = absent.contains { $0 > last }
        let fate: Fate = goneAgain ? .transient : seen.count > 1 ? .confirmed : .provisional
        return Onset(firstSeen: first, lastAbsent: absent.last { $0 < first }, lastSeen: last, fate: fate)
    }
}

/// How a line may look in a piece: which profile, and which way round.
private struct Appearance {
    let profile: LineProfile
    let sign: Double

    static let all = LineProfile.allCases.flatMap { profile in [1.0, -1.0].map { Appearance(profile: profile, sign: $0) } }

    var named: Earthwork.Sign { profile.sign(isPositive: sign > 0) }
}

extension DateStack {
    /// A line cut where its onset changes, each piece with its series.
    ///
    /// The best split of every 16 px of the line is chosen together along the line, a change of split costing as much likelihood as chance would
    /// hardly give, so that pieces dug at different times come apart and noise does not cut a line.
    public func pieces(of line: DetectedLine, minimumLengthPixels: Double) -> [(line: DetectedLine, series: ObjectSeries)] {
        let path = LinePath(line.points, spacing: 2)
        let raw = LineProfile.allCases.map { profile in dates.map { path.samples(of: $0, profile: profile) } }
        let binSize = 8
        let bins = max(1, path.points.count / binSize)
        func binRange(_ bin: Int) -> Range<Int> { (bin * binSize)..<(bin == bins - 1 ? path.points.count : (bin + 1) * binSize) }
        func series(_ range: Range<Int>, _ appearance: Appearance) -> ObjectSeries {
            let samples = raw[appearance.profile == .single ? 0 : 1]
            let amplitudes = dates.indices.map { t -> Double? in
                let values = samples[t][range].compactMap { $0 }
                guard 3 * values.count >= range.count, !values.isEmpty else { return nil }
                return appearance.sign * Double(scales[t]) * values.reduce(0, +) / Double(values.count)
            }
            let deviation = 1 / Double(max(1, range.count)).squareRoot()
            return ObjectSeries(amplitudes: amplitudes, deviations: scales.map { Double($0) * deviation })
        }

        // Viterbi over bins; states are splits. Each bin looks as it looks best.
        let splits = dates.count - 1
        let gains = (0..<bins).map { bin -> [Double] in
            let looks = Appearance.all.map { series(binRange(bin), $0) }
            return (1...splits).map { split in looks.map { $0.gain(at: split) }.max() ?? 0 }
        }
        let penalty = 12.0
        func strongest(_ scores: [Double]) -> Int { scores.indices.max { (scores[$0], -$0) < (scores[$1], -$1) } ?? 0 }
        var score = gains[0]
        var origins: [[Int]] = []
        for bin in 1..<max(1, bins) {
            let best = strongest(score)
            let origin = (0..<splits).map { score[$0] >= score[best] - penalty ? $0 : best }
            score = (0..<splits).map { k in (origin[k] == k ? score[k] : score[best] - penalty) + gains[bin][k] }
            origins.append(origin)
        }
        var states = [strongest(score)]
        for origin in origins.reversed() { states.append(origin[states[states.count - 1]]) }
        states.reverse()

        var result: [(line: DetectedLine, series: ObjectSeries)] = []
        var start = 0
        for bin in 1...bins where bin == bins || states[bin] != states[start] {
            let range = binRange(start).lowerBound..<binRange(bin - 1).upperBound
            start = bin
            guard Double(range.count) * 2 >= min(minimumLengthPixels, Double(path.points.count) * 2) else { continue }
            let looks = Appearance.all.map { (appearance: $0, series: series(range, $0)) }
            guard let best = looks.max(by: { ($0.series.bestStep?.gain ?? 0) < ($1.series.bestStep?.gain ?? 0) }) else { continue }
            var piece = line
            piece.points = path.vertices(in: range, every: 4)
            piece.sign = best.appearance.named
            result.append((piece, best.series))
        }
        return result
    }

    /// A site's series: its mean over the inner disc less that of the ring around it, each over what was observed of it on a date.
    ///
    /// A date tells of the site where two thirds of the disc and a third of the ring were observed: beside the edge of a scene no date sees all.
    public func series(of site: DetectedSite) -> ObjectSeries {
        let sign: Double = site.sign == .darker ? -1 : 1
        let radius = max(1.5, site.coreRadiusPixels)
        let reach = Int((3 * radius).rounded(.up))
        var (disc, ring): ([(x: Int, y: Int)], [(x: Int, y: Int)]) = ([], [])
        for dy in -reach...reach {
            for dx in -reach...reach {
                let d = Double(dx * dx + dy * dy).squareRoot()
                let pixel = (x: Int(site.x) + dx, y: Int(site.y) + dy)
                if d <= radius { disc.append(pixel) } else if d > 1.8 * radius && d <= 3 * radius { ring.append(pixel) }
            }
        }
        func mean(_ pixels: [(x: Int, y: Int)], on plane: SearchPlanes) -> (value: Double, count: Int) {
            var (sum, count) = (0, 0)
            for (x, y) in pixels where x >= 0 && y >= 0 && x < plane.width && y < plane.height {
                let value = plane.signed[y * plane.width + x]
                guard value != -128 else { continue }
                sum += Int(value)
                count += 1
            }
            return (Double(sum) * Double(ChangeBlock.searchStep) / Double(max(1, count)), count)
        }
        var amplitudes: [Double?] = []
        var deviations: [Double] = []
        for (plane, scale) in zip(dates, scales) {
            let (inside, around) = (mean(disc, on: plane), mean(ring, on: plane))
            let isObserved = 3 * inside.count >= 2 * disc.count && 3 * around.count >= ring.count
            amplitudes.append(isObserved ? sign * Double(scale) * (inside.value - around.value) : nil)
            deviations.append(Double(scale) * (1 / Double(max(1, inside.count)) + 1 / Double(max(1, around.count))).squareRoot())
        }
        return ObjectSeries(amplitudes: amplitudes, deviations: deviations)
    }
}
