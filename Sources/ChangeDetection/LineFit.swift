import Raster

/// An accepted line laid where the change itself says that it runs: which profile it has, where its middle is, and where it ends.
///
/// The search knows a line to a strip of beamlets along and to a pixel across, and in noise that neighbours share a single lobe may answer better to
/// the dipole's taps, whose middle lies a pixel beside it. Here the profiles compete by what they explain of the mean section; the middle is followed
/// by dynamic programming over sideways steps; and the ends lie where the likelihood ratio of the line's own amplitude has its largest run sum
/// (Page, "Continuous inspection schemes", Biometrika 41 (1954)). A line that still runs at its ends is followed further.
struct LineFit {
    /// Pixels of path to a node, at which place and end are decided.
    private static let nodePixels = 4
    /// Furthest that the middle is looked for beside the path, pixels: the dipole's lobes and the search's own two.
    private static let reach = 4.0
    private static let stepsPerPixel = 2
    private static let offsets = (0...Int(2 * reach) * stepsPerPixel).map { Double($0) / Double(stepsPerPixel) - reach }
    /// Sideways wander against the path, pixels in a node: an edge one pixel in eight off the path's direction.
    private static let wander = 0.5
    /// How far ahead an end is looked for at a time, pixels: what the faintest line needs for `leastGain`.
    private static let lookahead = 32
    /// Logarithm of the likelihood ratio that moves an end outwards: chance gives so much at one end in four hundred.
    private static let leastGain = 6.0
    private static let roundsAtMost = 12
    /// Pixels around a line that its fit may look at.
    static let surroundings = lookahead * roundsAtMost
    /// Pixels by which a line's box may grow at each side.
    static let growth = surroundings + roundsAtMost * Int(reach)

    let planes: SearchPlanes
    /// Of the planes' first pixel, where they show a part of the scene.
    var origin: (x: Int, y: Int) = (0, 0)

    /// - Parameter others: lines that this one may cross and not run along.
    /// - Returns: the line with its place, ends, sign and width as fitted; as it was where too little of it is observed to fit it.
    func fitted(_ line: DetectedLine, among others: [DetectedLine]) -> DetectedLine {
        var path = LinePath(line.points, spacing: 1).smoothed(over: 2 * BeamletSums.rowsPerStrip)
        guard path.points.count >= 4 * Self.nodePixels else { return line }
        guard let look = Look(of: section(path, without: [])) else { return line }
        let surroundings = LineBounds(line.points).widened(by: Double(Self.surroundings))
        let nearby = others.map { LineBounds($0.points) }.filter { $0.overlaps(surroundings) }
        let before = path.points.count
        for _ in 0..<Self.roundsAtMost {
            let longer = path.extended(by: Self.lookahead)
            // Where another line is, it speaks for itself: this one may go on behind it, but gains nothing on it.
            let points = longer.path.points.map { DetectedLine.Point(x: $0.x, y: $0.y) }
            let bounds = LineBounds(points).widened(by: Self.reach)
            let met = nearby.filter { $0.overlaps(bounds) }
            var isTaken = [Bool](repeating: false, count: met.isEmpty ? 0 : points.count)
            for line in met { line.tell(which: points, areWithin: Self.reach, in: &isTaken) }
            let section = section(longer.path, without: isTaken)
            let kept = longer.before..<(longer.path.points.count - longer.after)
            guard let track = track(section, look: look, known: kept) else { return line }
            let gained =
                kept.lowerBound - track.range.lowerBound > Self.lookahead / 2
                || track.range.upperBound - kept.upperBound > Self.lookahead / 2
            path = longer.path.moved(by: track.offsets, in: track.range)
            guard gained else { break }
            path = path.smoothed(over: Self.nodePixels)
        }
        // A fit that keeps less than half has followed something else.
        guard 2 * path.points.count >= before else { return line }
        var result = line
        result.points = path.vertices(in: path.points.indices, every: BeamletSums.rowsPerStrip)
        result.sign = look.profile.sign(isPositive: look.sign > 0)
        result.widthPixels = look.profile.widthPixels
        return result
    }

    /// - Parameter isLeftOut: of each point; none where empty.
    private func section(_ path: LinePath, without isLeftOut: [Bool]) -> Section {
        let (left, top) = (Double(origin.x), Double(origin.y))
        return Section(
            rows: path.points.enumerated().map { i, point in
                if !isLeftOut.isEmpty && isLeftOut[i] { return Section.Row(values: []) }
                var missing = 0
                let values = (-Section.radius...Section.radius).map { k -> Double in
                    let value = planes.change(x: point.x + Double(k) * point.nx - left, y: point.y + Double(k) * point.ny - top)
                    if value == nil && abs(k) <= Int(Self.reach) { missing += 1 }
                    // As for beamlets, what is not observed counts as no change.
                    return value ?? 0
                }
                return Section.Row(values: missing > Int(Self.reach) ? [] : values)
            })
    }

    /// What the line looks like across.
    private struct Look {
        let profile: LineProfile
        let sign: Double
        /// Mean response, σ a pixel of length.
        let amplitude: Double

        /// The look that explains most of the mean section; nil where it is not observed.
        init?(of section: Section) {
            guard let mean = section.mean else { return nil }
            var best: (response: Double, profile: LineProfile)?
            for profile in LineProfile.allCases {
                for taps in Section.taps(profile) {
                    guard let response = mean.response(taps) else { continue }
                    if abs(response) > abs(best?.response ?? 0) { best = (response, profile) }
                }
            }
            guard let best else { return nil }
            profile = best.profile
            sign = best.response > 0 ? 1 : -1
            amplitude = abs(best.response)
        }
    }

    private struct Track {
        /// Of the path's points, those that are line.
        let range: Range<Int>
        /// Sideways, one a point.
        let offsets: [Double]
    }

    /// - Parameter known: points of the path that were line before; what is found touches them.
    private func track(_ section: Section, look: Look, known: Range<Int>) -> Track? {
        let count = section.rows.count / Self.nodePixels
        guard count > 3 else { return nil }
        func points(_ node: Int) -> Range<Int> {
            (node * Self.nodePixels)..<(node == count - 1 ? section.rows.count : (node + 1) * Self.nodePixels)
        }
        let taps = Section.taps(look.profile)
        let responses = (0..<count).map { node -> [Double] in
            let mean = Section.mean(of: section.rows[points(node)])
            return taps.map { look.sign * (mean?.response($0) ?? 0) * Double(points(node).count) }
        }
        let states = Self.follow(responses, gain: max(0.5, min(6, look.amplitude)))
        let along = responses.indices.map { responses[$0][states[$0]] }
        let within = along.indices.filter { known.contains(points($0).lowerBound) }
        guard !within.isEmpty else { return nil }
        let sorted = within.map { along[$0] / Double(points($0).count) }.sorted()
        let trim = sorted.count / 5
        let middle = sorted[trim..<(sorted.count - trim)]
        let amplitude = max(0.5, min(6, middle.reduce(0, +) / Double(middle.count)))
        func bounded(_ score: Double, _ node: Int) -> Double {
            let peak = 2 * Double(points(node).count) * amplitude * amplitude
            return max(-peak, min(peak, score))
        }
        /// Of the line's amplitude against nothing, for each place beside the path.
        let ratios = responses.indices.map { node -> [Double]? in
            // What is not observed speaks neither for the line nor against it.
            guard section.rows[points(node)].contains(where: { !$0.isEmpty }) else { return nil }
            return responses[node].map { amplitude * $0 - Double(points(node).count) * amplitude * amplitude / 2 }
        }
        let followed = ratios.indices.map { node in ratios[node].map { bounded($0[states[node]], node) } ?? 0 }
        guard let clear = LargestRun(of: followed)?.range else { return nil }
        let scores = Self.predicted(ratios, from: (clear.lowerBound + clear.upperBound) / 2, states: states).enumerated().map {
            bounded($1, $0)
        }
        let core = within[0]..<(within[within.count - 1] + 1)
        guard var run = LargestRun(of: scores)?.range, run.overlaps(core) else { return nil }
        if run.lowerBound < core.lowerBound, scores[run.lowerBound..<core.lowerBound].reduce(0, +) < Self.leastGain {
            run = core.lowerBound..<run.upperBound
        }
        if run.upperBound > core.upperBound, scores[core.upperBound..<run.upperBound].reduce(0, +) < Self.leastGain {
            run = run.lowerBound..<core.upperBound
        }
        let range = points(run.lowerBound).lowerBound..<points(run.upperBound - 1).upperBound
        let offsets = section.rows.indices.map { i -> Double in
            // Between the nodes' middles in a straight line.
            let at = (Double(i) + 0.5) / Double(Self.nodePixels) - 0.5
            let first = max(0, min(count - 1, Int(at.rounded(.down))))
            let second = min(count - 1, first + 1)
            let share = max(0, min(1, at - Double(first)))
            return Self.offsets[states[first]] * (1 - share) + Self.offsets[states[second]] * share
        }
        return Track(range: range, offsets: offsets)
    }

    /// For each node the state on the likeliest way: Gaussian noise of unit variance a pixel, Gaussian steps between nodes.
    private static func follow(_ responses: [[Double]], gain: Double) -> [Int] {
        let states = offsets.count
        var score = responses[0].map { gain * $0 }
        var origins: [[Int]] = []
        for node in responses.dropFirst() {
            var next = [Double](repeating: 0, count: states)
            var origin = [Int](repeating: 0, count: states)
            for state in 0..<states {
                var best = -Double.infinity
                for from in 0..<states {
                    let step = (offsets[state] - offsets[from]) / wander
                    let value = score[from] - step * step / 2
                    if value > best {
                        best = value
                        origin[state] = from
                    }
                }
                next[state] = best + gain * node[state]
            }
            origins.append(origin)
            score = next
        }
        var state = score.indices.max { (score[$0], abs(offsets[$1])) < (score[$1], abs(offsets[$0])) } ?? states / 2
        var result = [state]
        for origin in origins.reversed() {
            state = origin[state]
            result.append(state)
        }
        return result.reversed()
    }

    /// Logarithm of each node's likelihood ratio, given all nodes between it and the first: the mean over the places where the line may by then be.
    ///
    /// The likeliest way alone would follow noise where there is no line, and find some in it.
    private static func predicted(_ ratios: [[Double]?], from first: Int, states: [Int]) -> [Double] {
        let count = offsets.count
        let spread = (0..<count).map { from in
            let weights = (0..<count).map {
                exponential(-((offsets[$0] - offsets[from]) / wander) * ((offsets[$0] - offsets[from]) / wander) / 2)
            }
            let sum = weights.reduce(0, +)
            return weights.map { $0 / sum }
        }
        var result = [Double](repeating: 0, count: ratios.count)
        for way in [Array(first..<ratios.count), Array((0..<first).reversed())] {
            var belief = spread[states[first]]
            for node in way {
                if node != first {
                    var next = [Double](repeating: 0, count: count)
                    for from in 0..<count { for to in 0..<count { next[to] += belief[from] * spread[from][to] } }
                    belief = next
                }
                guard let ratio = ratios[node], let highest = ratio.max() else { continue }
                let joint = (0..<count).map { belief[$0] * exponential(ratio[$0] - highest) }
                let sum = joint.reduce(0, +)
                guard sum > 0 else { continue }
                result[node] = highest + naturalLogarithm(sum)
                belief = joint.map { $0 / sum }
            }
        }
        return result
    }

    /// The change beside a path, one row a point; empty where it is not observed.
    private struct Section {
        static let radius = Int(LineFit.reach) + LineProfile.radius
        private static let singleTaps = LineFit.offsets.map { LineProfile.single.taps(radius: radius, middle: $0) }
        private static let dipoleTaps = LineFit.offsets.map { LineProfile.dipole.taps(radius: radius, middle: $0) }
        let rows: [Row]

        /// For each of the offsets.
        static func taps(_ profile: LineProfile) -> [[Double]] { profile == .single ? singleTaps : dipoleTaps }

        struct Row {
            /// At −radius … radius px along the normal, σ.
            let values: [Double]
            var isEmpty: Bool { values.isEmpty }

            /// nil where the row is empty.
            func response(_ taps: [Double]) -> Double? {
                values.isEmpty ? nil : zip(values, taps).reduce(0) { $0 + $1.0 * $1.1 }
            }
        }

        var mean: Row? { Self.mean(of: rows[...]) }

        static func mean(of rows: ArraySlice<Row>) -> Row? {
            let seen = rows.filter { !$0.isEmpty }
            guard !seen.isEmpty else { return nil }
            var sum = [Double](repeating: 0, count: 2 * radius + 1)
            for row in seen { for k in sum.indices { sum[k] += row.values[k] } }
            return Row(values: sum.map { $0 / Double(seen.count) })
        }
    }
}
