/// Width and height of a raster, in pixels.
public struct RasterSize: Hashable, Sendable, Codable, CustomStringConvertible {
    public var width: Int
    public var height: Int

    public init(width: Int, height: Int) {
        self.width = width
        self.height = height
    }

    public var pixelCount: Int { width * height }
    public var description: String { "\(width) × \(height)" }
}

/// A rectangle of pixels. `x` and `y` are the column and row of its upper left pixel; both may be negative, since the
/// halo of a block reaches over the edge of the scene.
public struct PixelWindow: Hashable, Sendable, Codable, CustomStringConvertible {
    public var x: Int
    public var y: Int
    public var width: Int
    public var height: Int

    public init(x: Int, y: Int, width: Int, height: Int) {
        self.x = x
        self.y = y
        self.width = width
        self.height = height
    }

    /// The whole of a raster.
    public init(_ size: RasterSize) {
        self.init(x: 0, y: 0, width: size.width, height: size.height)
    }

    public var maxX: Int { x + width }
    public var maxY: Int { y + height }
    public var pixelCount: Int { width * height }
    public var size: RasterSize { RasterSize(width: width, height: height) }
    public var isEmpty: Bool { width <= 0 || height <= 0 }
    public var description: String { "\(width) × \(height) at (\(x), \(y))" }

    /// The window grown by `halo` pixels on each side; it may then reach outside the raster.
    public func expanded(by halo: Int) -> PixelWindow {
        PixelWindow(x: x - halo, y: y - halo, width: width + 2 * halo, height: height + 2 * halo)
    }

    /// What two windows share; of width and height 0 where they do not meet.
    public func intersection(_ other: PixelWindow) -> PixelWindow {
        let left = max(x, other.x)
        let top = max(y, other.y)
        return PixelWindow(
            x: left, y: top, width: max(0, min(maxX, other.maxX) - left), height: max(0, min(maxY, other.maxY) - top))
    }

    public func contains(_ other: PixelWindow) -> Bool {
        other.x >= x && other.y >= y && other.maxX <= maxX && other.maxY <= maxY
    }

    public func contains(x column: Int, y row: Int) -> Bool {
        column >= x && column < maxX && row >= y && row < maxY
    }

    /// Rows that are taken where of each `step` of them one is, from the first on.
    public func rowCount(every step: Int) -> Int { (height + step - 1) / step }

    /// The blocks of `side` × `side` pixels that cover the window, row by row; those at the right and lower edge are smaller.
    ///
    /// - Precondition: `side` is positive.
    public func blocks(side: Int) -> [PixelWindow] {
        precondition(side > 0, "a block needs a positive side")
        var blocks: [PixelWindow] = []
        for top in stride(from: y, to: maxY, by: side) {
            for left in stride(from: x, to: maxX, by: side) {
                blocks.append(PixelWindow(x: left, y: top, width: min(side, maxX - left), height: min(side, maxY - top)))
            }
        }
        return blocks
    }
}
