import Raster

/// Which parts of a pair noise may be learnt from: cells of 32 px in which most pixels did not change.
///
/// An unmasked cloud over a tenth of the scene would otherwise pass for noise, and nothing could be seen beside it.
enum QuietCells {
    static let side = 32
    /// Cells livelier than this many times the median cell are left out. A town in a desert is twice as lively; a cloud's edge, thirty times.
    private static let limit: Float = 3

    /// The blocks with every lively cell made invalid.
    static func keep(_ blocks: [DifferenceBlock]) -> [DifferenceBlock] {
        let spreads = blocks.map(spreads)
        let all = spreads.flatMap { $0.compactMap { $0 } }
        guard !all.isEmpty else { return blocks }
        let limit = Self.limit * RobustStatistics.median(all)
        return zip(blocks, spreads).map { block, spreads in
            var block = block
            let grid = CellGrid(width: block.window.width, height: block.window.height, side: side)
            for (cell, spread) in spreads.enumerated() {
                guard let spread, spread > limit else { continue }
                let (left, top) = (cell % grid.columns * side, cell / grid.columns * side)
                for y in top..<(top + side) {
                    for x in left..<(left + side) { block.validity.values[y * block.window.width + x] = 0 }
                }
            }
            return block
        }
    }

    /// Median absolute difference of each cell, averaged over the bands after each is divided by its own median cell's; nil where a cell has too few
    /// pixels to tell.
    private static func spreads(_ block: DifferenceBlock) -> [Float?] {
        let grid = CellGrid(width: block.window.width, height: block.window.height, side: side)
        let width = block.window.width
        let validity = block.validity.values
        var magnitudes: [Float] = []
        let perBand = block.differences.map { plane in
            grid.map { window -> Float? in
                magnitudes.removeAll(keepingCapacity: true)
                // An eighth of the pixels tells the median to a ninth of the deviation.
                for y in stride(from: window.y + 1, to: window.maxY, by: 4) {
                    for x in stride(from: window.x + (y >> 2 & 1), to: window.maxX, by: 2) where validity[y * width + x] != 0 {
                        magnitudes.append(abs(plane[y * width + x]))
                    }
                }
                return magnitudes.count >= 16 ? RobustStatistics.median(magnitudes) : nil
            }
        }
        let scales = perBand.map { cells -> Float in
            let known = cells.compactMap { $0 }
            return max(RobustStatistics.median(known), .leastNormalMagnitude)
        }
        return (0..<grid.count).map { cell in
            var sum: Float = 0
            for (band, scale) in zip(perBand, scales) {
                guard let spread = band[cell] else { return nil }
                sum += spread / scale
            }
            return sum / Float(max(1, perBand.count))
        }
    }
}

extension CellGrid {
    /// One value for each cell, row by row, from the cell's window of pixels. Cells at the right and lower edge may be smaller.
    func map<Value>(width: Int, height: Int, _ body: (PixelWindow) -> Value) -> [Value] {
        (0..<count).map { i in
            let (x, y) = ((i % columns) * side, (i / columns) * side)
            return body(PixelWindow(x: x, y: y, width: min(side, width - x), height: min(side, height - y)))
        }
    }

    /// The same where the sides of what is covered are multiples of the cell's.
    func map<Value>(_ body: (PixelWindow) -> Value) -> [Value] { map(width: columns * side, height: rows * side, body) }
}
