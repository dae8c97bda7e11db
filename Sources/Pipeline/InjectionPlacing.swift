import ChangeDetection
import Foundation
import Geodesy
import Raster

/// One implant, placed.
struct InjectedImplant: Sendable {
    var kind: Earthwork.Kind
    var sizeMetres: Double
    var strength: Double
    /// Its course in pixels of the reference; the middle alone of a compact one.
    var course: [DetectedLine.Point]
    /// Index of the first date on which it is there.
    var onset: Int
    /// Index of the first such date on which its ground was observed, and of the last one before it.
    var firstSeen: Int
    var lastAbsent: Int

    var middle: DetectedLine.Point { course[course.count / 2] }
}

/// Finds places for implants: observed before and after their onset, off what the run found and off each other.
struct InjectionPlacing {
    private let plan: InjectionPlan
    private let ground: InjectionGround
    private let dateCount: Int
    private var random: InjectionRandom
    private var taken: GroundMarks
    private(set) var turns: [Double: Int]

    /// Bends come every so many metres, as diggers lay a line over open ground.
    private static let stepMetres = 100.0
    /// From step to step; the course pulls back to its bearing, and strays some 10° from it.
    private static let turnDegrees = 6.0
    private static let pull = 0.8
    private static let attempts = 80
    /// Within that distance of the edge of the searched ground an analysis sees one flank only.
    private static let edge = 12.0

    /// - Parameters:
    ///   - round: rounds differ in places.
    ///   - turns: how often each size has come in earlier rounds.
    init(
        _ plan: InjectionPlan, ground: InjectionGround, dateCount: Int, tile: String, round: Int, found: [Earthwork],
        turns: [Double: Int] = [:]
    ) {
        self.turns = turns
        self.plan = plan
        self.ground = ground
        self.dateCount = dateCount
        random = InjectionRandom(tile, round)
        taken = GroundMarks(size: ground.reference.size, radius: plan.spacingPixels)
        for earthwork in found {
            let points = earthwork.shape.points.map { point in
                let p = ground.locator.pixel(of: point)
                return DetectedLine.Point(x: p.column, y: p.row)
            }
            taken.mark(points.filter { abs($0.x) < 1e6 && abs($0.y) < 1e6 })
        }
    }

    /// The longest first, since they need most room.
    ///
    /// - Parameter tried: what became of the implants of earlier rounds.
    mutating func implants(shortestMetres: Double, round: Int, tried: [InjectionOutcome.Implant] = []) -> [InjectedImplant] {
        let size = ground.reference.size
        let pixel = (ground.metresPerPixel.x * ground.metresPerPixel.y).squareRoot()
        let lengths = plan.lengths(from: shortestMetres, side: Double(min(size.width, size.height)) * pixel)
        let room = plan.implantedShare * Double(size.pixelCount) / 3 * pixel
        var implants: [InjectedImplant] = []
        for length in plan.lengths(filling: room, from: plan.lengths(worthMore: lengths, tried: tried)) {
            if let implant = place(.linear, length) { implants.append(implant) }
        }
        let sites = max(1, size.pixelCount / max(1, plan.pixelsPerSite))
        for diameter in plan.diameters(count: sites, round: round) {
            if let implant = place(.compact, (diameter * pixel).rounded()) { implants.append(implant) }
        }
        return implants
    }

    private mutating func place(_ kind: Earthwork.Kind, _ sizeMetres: Double) -> InjectedImplant? {
        guard !plan.strengths.isEmpty, dateCount > 1 else { return nil }
        // One turn for each size, so that every size comes in every strength.
        let turn = turns[sizeMetres, default: 0]
        let strength = plan.strengths[turn % plan.strengths.count]
        for _ in 0..<Self.attempts {
            let onset = 1 + Int(random.uniform() * Double(dateCount - 1))
            let course = kind == .linear ? line(sizeMetres) : [anywhere()]
            guard let times = observation(of: course, onset: onset) else { continue }
            taken.mark(course.count > 1 ? course : [course[0], course[0]])
            turns[sizeMetres] = turn + 1
            return InjectedImplant(
                kind: kind, sizeMetres: sizeMetres, strength: strength, course: course, onset: onset, firstSeen: times.firstSeen,
                lastAbsent: times.lastAbsent)
        }
        return nil
    }

    /// nil where the course leaves the ground, meets something, or is not observed on both sides of the onset.
    private func observation(of course: [DetectedLine.Point], onset: Int) -> (firstSeen: Int, lastAbsent: Int)? {
        let (width, height) = (Double(ground.reference.size.width), Double(ground.reference.size.height))
        let points = Self.everyPixel(of: course)
        let isFree = points.allSatisfy { point in
            point.x >= Self.edge && point.y >= Self.edge && point.x < width - Self.edge && point.y < height - Self.edge
                && !taken.contains(point)
        }
        guard isFree else { return nil }
        let observed = ground.datesObserving(points)
        guard let first = observed.indices.first(where: { $0 >= onset && observed[$0] }),
            let last = observed.indices.last(where: { $0 < onset && observed[$0] })
        else { return nil }
        return (first, last)
    }

    private mutating func anywhere() -> DetectedLine.Point {
        let size = ground.reference.size
        return DetectedLine.Point(x: random.uniform() * Double(size.width), y: random.uniform() * Double(size.height))
    }

    private mutating func line(_ lengthMetres: Double) -> [DetectedLine.Point] {
        let bearing = random.uniform() * 360
        var (x, y) = (0.0, 0.0)
        var vertices = [(x: x, y: y)]
        var left = lengthMetres
        var turn = 0.0
        while left > 0 {
            turn = Self.pull * turn + Self.turnDegrees * random.normal()
            let step = min(left, Self.stepMetres)
            let angle = (bearing + turn) * Double.pi / 180
            x += step * sin(angle) / ground.metresPerPixel.x
            y -= step * cos(angle) / ground.metresPerPixel.y
            vertices.append((x, y))
            left -= step
        }
        let centre = anywhere()
        let middle = vertices[vertices.count / 2]
        return vertices.map { DetectedLine.Point(x: centre.x + $0.x - middle.x, y: centre.y + $0.y - middle.y) }
    }

    /// Points along a course, about a pixel apart.
    static func everyPixel(of course: [DetectedLine.Point]) -> [DetectedLine.Point] {
        var points = Array(course.prefix(1))
        for (a, b) in zip(course, course.dropFirst()) {
            let (dx, dy) = (b.x - a.x, b.y - a.y)
            let steps = max(1, Int((dx * dx + dy * dy).squareRoot().rounded()))
            for k in 1...steps {
                let t = Double(k) / Double(steps)
                points.append(DetectedLine.Point(x: a.x + t * dx, y: a.y + t * dy))
            }
        }
        return points
    }
}
