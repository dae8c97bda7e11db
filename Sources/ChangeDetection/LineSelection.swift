import Raster

/// From the chains of all profiles, signs and directions to the lines that stand.
public enum LineSelection {
    /// A weaker chain within this many pixels of a stronger one is its side lobe or its other profile.
    private static let exclusionRadius = 10
    /// Where chance chains thin out exponentially. Weaker ones hide each other, and are cut off by the least length; stronger ones may be real: white noise
    /// makes one beyond 20.7 in 1 000 km² (measured on 4 200 km² of it).
    private static let nullWindow = 12.0...20.0
    /// Score's falling rate where the scene says too little: that of white noise (0.68, measured as above), which no scene beats.
    private static let priorRate = 0.65
    /// Line ends nearer than this, and in line, are one line.
    private static let joiningGapPixels = 28.0
    /// Pieces nearer than this, and in line, share a group.
    private static let groupingGapPixels = 120.0

    /// - Parameters:
    ///   - minimumLengthPixels: shorter lines are dropped before anything is counted.
    ///   - observedSquareKilometres: area that could be seen on both dates; that of the law where one is given.
    ///   - falseAlarmsPer1000SquareKilometres: how many chance lines are acceptable.
    ///   - known: the law of chance lines, where it is not to be taken from the traces.
    ///   - mapping: by which traces are measured at the same time.
    /// - Returns: the lines, and the law by which they stand.
    public static func lines(
        from traces: [LineTrace], width: Int, height: Int, minimumLengthPixels: Double, observedSquareKilometres: Double,
        falseAlarmsPer1000SquareKilometres limit: Double, null known: NullTail? = nil, by mapping: Mapping = .serial
    ) -> (lines: [DetectedLine], null: NullTail) {
        let rows = Double(BeamletSums.rowsPerStrip)
        // By strength, which unlike the score has no ceiling: the side lobe of a strong line scores as high as the line.
        let measured = mapping.map((traces.count + tracesAtOnce - 1) / tracesAtOnce) { k in
            traces[k * tracesAtOnce..<min(traces.count, (k + 1) * tracesAtOnce)].map { (strength: $0.snr, middles: middles(of: $0)) }
        }.flatMap { $0 }
        let strengths = measured.map(\.strength)
        let ordered = traces.indices.sorted { a, b in
            if strengths[a] != strengths[b] { return strengths[a] > strengths[b] }
            let (p, q) = (traces[a].points[0], traces[b].points[0])
            return (p.x, p.y, a) < (q.x, q.y, b)
        }
        var occupied = GroundMarks(size: RasterSize(width: width, height: height), radius: exclusionRadius)
        var kept: [LineTrace] = []
        for index in ordered {
            guard let range = longestRun(of: measured[index].middles.map({ !occupied.contains($0) })) else { continue }
            let part = traces[index].part(range)
            guard part.score > Double(ChainSearch.lowestScore), Double(range.count) * rows >= minimumLengthPixels else { continue }
            kept.append(part)
            occupied.mark(part.points)
        }
        let null = known ?? NullTail.fit(scores: kept.map(\.score), within: nullWindow, priorRate: priorRate)
        let accepted = kept.compactMap { trace -> DetectedLine? in
            let expected = null.expectedCount(atLeast: trace.score)
            let significance = Significance(expectedCount: expected, observedSquareKilometres: observedSquareKilometres)
            guard significance.falseAlarmsPer1000SquareKilometres <= limit else { return nil }
            return DetectedLine(
                points: trace.points, sign: trace.profile.sign(isPositive: trace.sign > 0), snr: trace.snr, score: trace.score,
                significance: significance,
                amplitude: trace.amplitude,
                widthPixels: trace.profile.widthPixels, group: 0)
        }
        return (grouped(joined(accepted)), null)
    }

    /// Each line laid where the planes say that it runs, and those that now meet joined.
    ///
    /// - Parameter mapping: by which lines far from one another are laid at the same time.
    public static func fitted(_ lines: [DetectedLine], to planes: SearchPlanes, by mapping: Mapping = .serial) -> [DetectedLine] {
        let fit = LineFit(planes: planes)
        // The strongest first: a weaker one ends where it meets it.
        let order = lines.indices.sorted { (lines[$1].snr, $0) < (lines[$0].snr, $1) }
        return grouped(joined(laid(lines, inOrder: order, by: mapping) { _, line, others in fit.fitted(line, among: others) }))
    }

    /// Lines of several dates in their order, each laid where the step from the dates before its split to those from it on runs.
    ///
    /// - Parameter mapping: by which lines far from one another are laid at the same time.
    public static func fitted(
        _ lines: [DetectedLine], toStepsAt splits: [Int], of stack: DateStack, by mapping: Mapping = .serial
    ) -> [DetectedLine] {
        laid(lines, inOrder: Array(lines.indices), by: mapping) { i, line, others in
            fitted(line, toStepAt: splits[i], of: stack, among: others)
        }
    }

    /// Each line as `lay` gives it, when those near it that come before it in the order have been laid, and those behind it not yet. Lines far from one another are
    /// laid at the same time.
    private static func laid(
        _ lines: [DetectedLine], inOrder order: [Int], by mapping: Mapping,
        _ lay: @Sendable (_ index: Int, _ line: DetectedLine, _ others: [DetectedLine]) -> DetectedLine
    ) -> [DetectedLine] {
        var lines = lines
        let bounds = lines.map { LineBounds($0.points).widened(by: Double(LineFit.growth)) }
        var places = PlaneCells(side: 128)
        for (i, box) in bounds.enumerated() { places.insert(i, touching: box.window) }
        let near = bounds.indices.map { i in places.touching(bounds[i].window).filter { $0 != i && bounds[$0].overlaps(bounds[i]) } }
        var turns = [Int](repeating: -1, count: lines.count)
        var byTurn: [[Int]] = []
        for i in order {
            turns[i] = 1 + (near[i].map { turns[$0] }.max() ?? -1)
            if turns[i] == byTurn.count { byTurn.append([]) }
            byTurn[turns[i]].append(i)
        }
        for now in byTurn {
            let current = lines
            let laid = mapping.map(now.count) { k in lay(now[k], current[now[k]], near[now[k]].map { current[$0] }) }
            for (i, line) in zip(now, laid) { lines[i] = line }
        }
        return lines
    }

    /// A line of several dates, laid where the step from the dates before `split` to those from it on runs.
    ///
    /// - Parameter others: lines that it may cross and not run along.
    static func fitted(_ line: DetectedLine, toStepAt split: Int, of stack: DateStack, among others: [DetectedLine]) -> DetectedLine {
        let window = LineBounds(line.points).window.expanded(by: LineFit.surroundings).intersection(PixelWindow(stack.size))
        guard !window.isEmpty else { return line }
        return LineFit(planes: stack.step(at: split, in: window), origin: (window.x, window.y)).fitted(line, among: others)
    }

    /// Traces that a thread measures at a time.
    private static let tracesAtOnce = 512

    /// The middle of each beamlet.
    private static func middles(of trace: LineTrace) -> [DetectedLine.Point] {
        let points = trace.points
        return trace.beamlets.indices.map { i in
            DetectedLine.Point(x: (points[i].x + points[i + 1].x) / 2, y: (points[i].y + points[i + 1].y) / 2)
        }
    }

    private static func longestRun(of free: [Bool]) -> Range<Int>? {
        var best: Range<Int>?
        var start = 0
        for i in 0...free.count {
            if i == free.count || !free[i] {
                if i - start > best?.count ?? 0 { best = start..<i }
                start = i + 1
            }
        }
        return best
    }

    /// Joins lines of one sign whose ends meet and whose directions agree; of several that could be joined the first.
    private static func joined(_ lines: [DetectedLine]) -> [DetectedLine] {
        // Each in its place, nil where it has become part of one before it.
        var lines: [DetectedLine?] = lines
        var ends = PlaneCells(side: joiningGapPixels + 1)
        func noteEnds(_ index: Int) {
            for end in Self.ends(lines[index]) { ends.insert(index, at: end) }
        }
        func joined(_ a: Int, _ b: Int) -> DetectedLine? {
            guard let first = lines[a], let second = lines[b], first.sign == second.sign,
                let points = LineEnds.chain(first.points, second.points, gap: joiningGapPixels)
            else { return nil }
            var line = first.score >= second.score ? first : second
            line.points = points
            line.score = first.score + second.score
            line.snr = (first.snr * first.snr + second.snr * second.snr).squareRoot()
            return line
        }
        /// Joins the first of the given pairs that can be.
        func join(_ pairs: some Sequence<(Int, Int)>) -> Int? {
            for (a, b) in pairs {
                guard let line = joined(a, b) else { continue }
                lines[a] = line
                lines[b] = nil
                noteEnds(a)
                return a
            }
            return nil
        }
        func near(_ index: Int) -> [Int] { ends.near(Self.ends(lines[index])) }
        for index in lines.indices { noteEnds(index) }
        var a = 0
        while a < lines.count {
            guard var longer = join(near(a).lazy.filter { [a] in $0 > a }.map { [a] in (a, $0) }) else {
                a += 1
                continue
            }
            // Only the longer line has changed: of those before it, which met nothing, one may meet it.
            while let first = join(near(longer).lazy.filter { [longer] in $0 < longer }.map { [longer] in ($0, longer) }) { longer = first }
            a = longer
        }
        return lines.compactMap { $0 }
    }

    private static func ends(_ line: DetectedLine?) -> [DetectedLine.Point] {
        [line?.points.first, line?.points.last].compactMap { $0 }
    }

    private static func grouped(_ lines: [DetectedLine]) -> [DetectedLine] {
        zip(lines, groups(lines)).map { line, group in
            var line = line
            line.group = group
            return line
        }
    }

    /// For each line the index of the first line of its group: lines whose ends meet and whose directions agree are pieces of one.
    public static func groups(_ lines: [DetectedLine]) -> [Int] {
        var group = Array(lines.indices)
        func root(_ i: Int) -> Int {
            var k = i
            while group[k] != k { k = group[k] }
            return k
        }
        var places = PlaneCells(side: groupingGapPixels + 1)
        for (a, line) in lines.enumerated() {
            for end in ends(line) { places.insert(a, at: end) }
        }
        for a in lines.indices {
            for b in places.near(ends(lines[a]))
            where b > a && LineEnds.chain(lines[a].points, lines[b].points, gap: groupingGapPixels) != nil {
                let (p, q) = (root(a), root(b))
                group[max(p, q)] = min(p, q)
            }
        }
        return lines.indices.map(root)
    }
}

/// Whether two lines continue one another.
enum LineEnds {
    /// The two lines as one, end to end, nil where no two of their ends lie within `gap` pixels with directions (of each line's last 40 px, and of the
    /// gap itself where it is long enough to have one) that agree within 30°.
    static func chain(_ a: [DetectedLine.Point], _ b: [DetectedLine.Point], gap: Double) -> [DetectedLine.Point]? {
        guard isNear(a, b, gap: gap) else { return nil }
        var best: (distance: Double, points: [DetectedLine.Point])?
        for first in [a, a.reversed()] {
            for second in [b, b.reversed()] {
                guard let end = first.last, let start = second.first else { continue }
                let (dx, dy) = (start.x - end.x, start.y - end.y)
                let distance = (dx * dx + dy * dy).squareRoot()
                guard distance <= gap, distance < best?.distance ?? .infinity else { continue }
                let u = direction(Array(first.reversed()), reversed: true)
                let v = direction(second, reversed: false)
                guard u.x * v.x + u.y * v.y > 0.866 else { continue }
                if distance > 12 {
                    let along = (dx * u.x + dy * u.y) / distance
                    guard along > 0.866, (dx * v.x + dy * v.y) / distance > 0.866 else { continue }
                } else if dx * u.x + dy * u.y < -8 {
                    continue
                }
                best = (distance, first + second)
            }
        }
        return best?.points
    }

    /// Whether an end of one line lies within `gap` pixels of an end of the other.
    private static func isNear(_ a: [DetectedLine.Point], _ b: [DetectedLine.Point], gap: Double) -> Bool {
        guard let p = a.first, let q = a.last, let r = b.first, let s = b.last else { return false }
        func isNear(_ u: DetectedLine.Point, _ v: DetectedLine.Point) -> Bool {
            ((u.x - v.x) * (u.x - v.x) + (u.y - v.y) * (u.y - v.y)).squareRoot() <= gap
        }
        return isNear(p, r) || isNear(p, s) || isNear(q, r) || isNear(q, s)
    }

    /// Unit direction over the first 40 px of the points; turned round where `reversed`.
    private static func direction(_ points: [DetectedLine.Point], reversed: Bool) -> DetectedLine.Point {
        guard let start = points.first else { return DetectedLine.Point(x: 0, y: 0) }
        let far =
            points.first { ($0.x - start.x) * ($0.x - start.x) + ($0.y - start.y) * ($0.y - start.y) >= 1600 } ?? points[points.count - 1]
        let (dx, dy) = (far.x - start.x, far.y - start.y)
        let length = max((dx * dx + dy * dy).squareRoot(), .leastNormalMagnitude)
        let s = reversed ? -1.0 : 1.0
        return DetectedLine.Point(x: s * dx / length, y: s * dy / length)
    }
}
