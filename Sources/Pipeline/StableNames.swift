import ChangeDetection
import Geodesy

/// Gives earthworks the names under which an earlier run recorded them, since a name that moves with every further date is no name.
enum StableNames {
    private static let nearMetres = 60.0
    private static let nearSiteMetres = 40.0

    /// - Parameter earlier: what was recorded.
    /// - Returns: for each earthwork that is to be called otherwise its new id by its own: where it lies where an earlier one lies that one's, the best
    ///   match first and each once; where an earlier one took its own, that with a number.
    static func carried(from earlier: [Earthwork], to earthworks: [Earthwork]) -> [String: String] {
        var places = EarthworkCells()
        for (index, old) in earlier.enumerated() { places.insert(index, old.shape) }
        var matches: [(new: Int, old: Int, share: Double)] = []
        for (i, new) in earthworks.enumerated() {
            let tiles = Set(new.tiles)
            for j in places.near(new.shape, metres: nearMetres)
            where new.kind == earlier[j].kind && !tiles.isDisjoint(with: earlier[j].tiles) {
                let share = overlap(new, earlier[j])
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
        for (i, earthwork) in earthworks.enumerated() {
            let name = names[i] ?? free.unique(earthwork.id)
            if name != earthwork.id { renamed[earthwork.id] = name }
        }
        return renamed
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
