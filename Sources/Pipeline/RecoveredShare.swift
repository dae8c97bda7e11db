import ChangeDetection

/// The recovered share of a tile's implants by size and strength.
struct RecoveredShare: Codable, Sendable, Equatable {
    struct Cell: Codable, Sendable, Equatable {
        var kind: Earthwork.Kind
        var sizeMetres: Double
        var strength: Double
        var implanted: Int
        var recovered: Int
        /// Of the recovered, those whose onset interval holds the true one.
        var dated: Int

        var share: Double { implanted > 0 ? Double(recovered) / Double(implanted) : 0 }
    }

    /// Linear before compact, then by strength and size.
    let cells: [Cell]

    init(of outcomes: [InjectionOutcome]) {
        var cells: [Cell] = []
        let ordered = outcomes.flatMap(\.implants).sorted {
            ($1.kind.rawValue, $0.strength, $0.sizeMetres) < ($0.kind.rawValue, $1.strength, $1.sizeMetres)
        }
        for implant in ordered {
            if cells.last.map({ ($0.kind, $0.strength, $0.sizeMetres) != (implant.kind, implant.strength, implant.sizeMetres) }) ?? true {
                cells.append(
                    Cell(
                        kind: implant.kind, sizeMetres: implant.sizeMetres, strength: implant.strength, implanted: 0, recovered: 0, dated: 0
                    ))
            }
            cells[cells.count - 1].implanted += 1
            if implant.isDated { cells[cells.count - 1].dated += 1 }
            if implant.isRecovered { cells[cells.count - 1].recovered += 1 }
        }
        self.cells = cells
    }
}
