import ChangeDetection
import Geodesy

/// Gives earthworks the names under which an earlier run recorded them, since a name that moves with every further date is no name.
enum StableNames {
    private static let nearMetres = 60.0
    private static let nearSiteMetres = 40.0

    /// - Parameter earlier: what was recorded.
    /// - Returns: the same earthworks; each that lies where an earlier one lies has its id, the best match first and each id once.
    static func carried(from earlier: [Earthwork], to earthworks: [Earthwork]) -> [Earthwork] {
        guard !earlier.isEmpty else { return earthworks }
        var matches: [(new: Int, old: Int, share: Double)] = []
        for (i, new) in earthworks.enumerated() {
            for (j, old) in earlier.enumerated() where new.kind == old.kind && !Set(new.tiles).isDisjoint(with: old.tiles) {
                guard near(new, old) else { continue }
                let share = overlap(new, old)
                if share >= 0.5 { matches.append((i, j, share)) }
            }
        }
        // Ties are settled by name, so that the order of finding does not matter.
        matches.sort {
            ($1.share, earlier[$0.old].id, earthworks[$0.new].id) < ($0.share, earlier[$1.old].id, earthworks[$1.new].id)
        }
        var names: [Int: String] = [:]
        var given: Set<String> = []
        for match in matches where names[match.new] == nil && !given.contains(earlier[match.old].id) {
            names[match.new] = earlier[match.old].id
            given.insert(earlier[match.old].id)
        }
        // The others keep their own names, where no earlier one took it.
        var free = EarthworkNames(taken: given)
        var renamed: [String: String] = [:]
        for (i, earthwork) in earthworks.enumerated() { renamed[earthwork.id] = names[i] ?? free.unique(earthwork.id) }
        return earthworks.renamed(renamed)
    }

    /// By their boxes; most pairs of earthworks lie far apart.
    private static func near(_ a: Earthwork, _ b: Earthwork) -> Bool {
        let margin = 0.002
        func range(_ values: [Double]) -> (low: Double, high: Double) { (values.min() ?? 0, values.max() ?? 0) }
        let (p, q) = (a.shape.points, b.shape.points)
        let (px, qx) = (range(p.map(\.longitude)), range(q.map(\.longitude)))
        let (py, qy) = (range(p.map(\.latitude)), range(q.map(\.latitude)))
        return px.low - margin <= qx.high && qx.low - margin <= px.high && py.low - margin <= qy.high && qy.low - margin <= py.high
    }

    /// 0…1: of lines the share of the shorter one that lies along the other, of sites how near their middles are.
    private static func overlap(_ a: Earthwork, _ b: Earthwork) -> Double {
        guard a.kind == .linear else {
            let distance = Geodesic.distance(a.shape.meanCorner, b.shape.meanCorner)
            return max(0, 1 - 0.5 * distance / nearSiteMetres)
        }
        let (short, long) = (a.lengthMetres ?? 0) <= (b.lengthMetres ?? 0) ? (a, b) : (b, a)
        let length = short.lengthMetres ?? 0
        guard length > 0 else { return 0 }
        let apart = EarthworkOverlap.new([short], beyond: [long], within: nearMetres, minimumLengthMetres: 0)
            .reduce(0) { $0 + ($1.lengthMetres ?? 0) }
        return 1 - min(1, apart / length)
    }
}
