import Raster

/// Windows spread over a scene, for what a sample of it tells.
enum SampleWindows {
    /// Where two dates are learnt from: shift, gains and noise need some hundred thousand pixels from all over the scene, and no more of a larger one. In a large scene
    /// more differs from place to place, and a turn shows itself by less than a pixel from one window to the next.
    static func ofPair(_ size: RasterSize) -> [PixelWindow] {
        let isLarge = size.pixelCount > 4_000_000
        return spread(over: size, side: isLarge ? 320 : 192, atMost: isLarge ? 16 : 9, withinTiles: isLarge ? 512 : nil)
    }

    /// Where gains and noise are learnt from: the middles of these windows, which are three times as many pixels as the noise takes or more; all of them where there
    /// are fewer.
    static func ofModel(_ size: RasterSize) -> [PixelWindow] {
        let windows = ofPair(size)
        guard windows.reduce(0, { $0 + $1.pixelCount }) > 300_000 else { return windows }
        return windows.map { window in
            let (width, height) = (window.width * 3 / 4, window.height * 3 / 4)
            return PixelWindow(
                x: window.x + (window.width - width) / 2, y: window.y + (window.height - height) / 2, width: width, height: height)
        }
    }

    /// At most `count` windows of `side` pixels on a regular lattice; all of a scene that is small enough.
    ///
    /// - Parameter tileSide: windows are moved into the middle of the tile of that side which they lie about, as tiled files mostly have it: each then costs
    ///   the decoding of one tile, not of four.
    static func spread(over size: RasterSize, side: Int, atMost count: Int, withinTiles tileSide: Int? = nil) -> [PixelWindow] {
        let perAxis = max(1, Int(Double(count).squareRoot()))
        func starts(_ length: Int) -> [(start: Int, length: Int)] {
            let cells = min(perAxis, (length + side - 1) / side)
            guard length > side * cells else {
                // The lattice covers the axis: equal parts of it.
                return (0..<cells).map { (length * $0 / cells, length * ($0 + 1) / cells - length * $0 / cells) }
            }
            return (0..<cells).map { k in
                let middle = (2 * k + 1) * length / (2 * cells)
                guard let tileSide, tileSide > side else { return (middle - side / 2, side) }
                return (min(length - side, middle / tileSide * tileSide + (tileSide - side) / 2), side)
            }
        }
        let columns = starts(size.width)
        return starts(size.height).flatMap { row in
            columns.map { PixelWindow(x: $0.start, y: row.start, width: $0.length, height: row.length) }
        }
    }
}
