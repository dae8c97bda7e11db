import ChangeDetection
import Foundation
import Geodesy

/// Which of many earthworks may lie near one: they are noted by the cells of a hundredth of a degree that they touch, so that the others need not be
/// looked at.
struct EarthworkCells {
    private static let perDegree = 100.0
    private static let leastMetresPerDegree = 110_500.0

    private struct Cell: Hashable {
        var column: Int32
        var row: Int32
    }

    private var members: [Cell: [Int]] = [:]

    /// - Parameter index: stands for the earthwork in what `near` returns; a shape that grows may be noted again.
    mutating func insert(_ index: Int, _ shape: Earthwork.Shape) {
        for cell in Self.cells(of: shape, within: 0) { members[cell, default: []].append(index) }
    }

    /// All whose points, of polygons whose boxes, lie within `metres` of the shape, and some others; ascending, each once.
    func near(_ shape: Earthwork.Shape, metres: Double) -> [Int] {
        var found: Set<Int> = []
        for cell in Self.cells(of: shape, within: metres) { found.formUnion(members[cell] ?? []) }
        return found.sorted()
    }

    private static func cells(of shape: Earthwork.Shape, within metres: Double) -> Set<Cell> {
        var cells: Set<Cell> = []
        switch shape {
        case .polygon(let points): add(points, within: metres, to: &cells)
        case .line(let points):
            guard points.count > 1 else {
                add(points, within: metres, to: &cells)
                break
            }
            for (a, b) in zip(points, points.dropFirst()) {
                // The box of a long slanting piece would hold cells that it is far from.
                let steps = max(1, Int((max(abs(b.longitude - a.longitude), abs(b.latitude - a.latitude)) * perDegree).rounded(.up)))
                func point(_ k: Int) -> GeographicPoint {
                    let t = Double(k) / Double(steps)
                    return GeographicPoint(
                        longitude: a.longitude + t * (b.longitude - a.longitude), latitude: a.latitude + t * (b.latitude - a.latitude))
                }
                for k in 0..<steps { add([point(k), point(k + 1)], within: metres, to: &cells) }
            }
        }
        return cells
    }

    /// The cells of the box around some points, and of what lies within `metres` of it.
    private static func add(_ points: [GeographicPoint], within metres: Double, to cells: inout Set<Cell>) {
        let (longitudes, latitudes) = (points.map(\.longitude), points.map(\.latitude))
        guard let west = longitudes.min(), let east = longitudes.max(), let south = latitudes.min(), let north = latitudes.max(),
            (west + east + south + north).isFinite
        else { return }
        let up = metres / leastMetresPerDegree
        // Meridians are closest to each other at the point nearest to a pole.
        let across = min(180, up / max(1e-9, cos(min(90, max(-south, north) + up) * .pi / 180)))
        let whole = Int(360 * perDegree)
        func cell(_ degrees: Double) -> Int { Int((degrees * perDegree).rounded(.down)) }
        let (first, last) = (cell(west - across), cell(east + across))
        for column in first...min(last, first + whole - 1) {
            for row in cell(south - up)...cell(north + up) {
                // Longitudes go round.
                cells.insert(Cell(column: Int32((column % whole + whole) % whole), row: Int32(row)))
            }
        }
    }
}
