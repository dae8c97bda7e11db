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
}
