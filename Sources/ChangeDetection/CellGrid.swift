/// A coarse lattice of square cells laid over a window whose origin lies on a multiple of the cell's side, so that the same cell comes out of
/// every window that covers it.
struct CellGrid: Sendable {
    let side: Int
    let columns: Int
    let rows: Int

    init(width: Int, height: Int, side: Int) {
        self.side = side
        columns = (width + side - 1) / side
        rows = (height + side - 1) / side
    }

    var count: Int { columns * rows }

    /// For each pixel along an axis: the cell whose centre lies at or before it, the next, and the weight of the next; clamped at the ends.
    func interpolation(length: Int, cells: Int) -> (lower: [Int], upper: [Int], weight: [Float]) {
        var lower = [Int](repeating: 0, count: length)
        var upper = [Int](repeating: 0, count: length)
        var weight = [Float](repeating: 0, count: length)
        for i in 0..<length {
            let position = (Float(i) + 0.5) / Float(side) - 0.5
            let base = position.rounded(.down)
            lower[i] = max(0, min(cells - 1, Int(base)))
            upper[i] = max(0, min(cells - 1, Int(base) + 1))
            weight[i] = position - base
        }
        return (lower, upper, weight)
    }
}
