import Raster

/// Turns a figure into rows of palette indices, a strip at a time: the map's pixels by table, the annotation by Cairo over them.
///
/// Strips are drawn apart from each other, on any thread.
struct PictureRenderer: Sendable {
    private let figure: PictureFigure
    private let palette: PicturePalette
    /// Rows of the picture, from the top down.
    let strips: [Range<Int>]
    private let brushes: Brushes

    /// Pixels of a strip and its canvas stay in the second-level cache.
    private static let stripPixels = 1 << 21
    private static let mostRows = 256
    private static let canvasWidth = 2048

    init(figure: PictureFigure, palette: PicturePalette) {
        self.figure = figure
        self.palette = palette
        let magnification = figure.map.magnification
        let height = max(magnification, min(Self.mostRows, Self.stripPixels / figure.size.width) / magnification * magnification)
        // No strip crosses the map's upper or lower edge, so that each is made of whole map rows.
        let edges = [0, Int(figure.map.rect.y), Int(figure.map.rect.maxY), figure.size.height]
        strips = zip(edges, edges.dropFirst()).flatMap { top, bottom in
            stride(from: top, to: bottom, by: height).map { $0..<min($0 + height, bottom) }
        }
        brushes = Brushes(width: min(figure.size.width, Self.canvasWidth), height: height, palette: palette)
    }

    /// Palette indices of a strip. Shape: rows × the picture's width.
    func pixels(of strip: Range<Int>, rows: some DiffPictureRows) throws -> [UInt8] {
        var pixels = [UInt8](repeating: palette.paperIndex, count: figure.size.width * strip.count)
        let map = Int(figure.map.rect.y)..<Int(figure.map.rect.maxY)
        if map.contains(strip.lowerBound), strip.upperBound <= map.upperBound { try fillMap(&pixels, strip, rows: rows) }
        try brushes.withBrush { brush in annotate(&pixels, strip, brush) }
        return pixels
    }

    private func fillMap(_ pixels: inout [UInt8], _ strip: Range<Int>, rows: some DiffPictureRows) throws {
        let map = figure.map
        let k = map.magnification
        let (mapTop, mapLeft) = (Int(map.rect.y), Int(map.rect.x))
        let range = (strip.lowerBound - mapTop) / k..<(strip.upperBound - mapTop) / k
        let columns = map.grid.size.width
        let brightness = try rows.luminance(rows: range)
        let change = try rows.change(rows: range)
        guard brightness.count == range.count * columns, change.count == brightness.count else {
            throw InputError(
                problem:
                    "rows \(range) of the map came with \(brightness.count) and \(change.count) pixels in place of \(range.count * columns)"
            )
        }
        let width = figure.size.width
        palette.groundIndices.withUnsafeBufferPointer { table in
            brightness.withUnsafeBufferPointer { brightness in
                change.withUnsafeBufferPointer { change in
                    pixels.withUnsafeMutableBufferPointer { pixels in
                        guard let table = table.baseAddress, let brightness = brightness.baseAddress, let change = change.baseAddress,
                            let pixels = pixels.baseAddress
                        else { return }
                        for row in 0..<range.count {
                            let ground = GroundRow(brightness: brightness + row * columns, change: change + row * columns, count: columns)
                            let target = pixels + row * k * width + mapLeft
                            ground.fill(target, magnification: k, table: table)
                            for copy in 1..<max(k, 1) { (target + copy * width).update(from: target, count: columns * k) }
                            guard ground.hasHoles else { continue }
                            for line in 0..<k { hatch(target + line * width, y: strip.lowerBound + row * k + line, ground: ground) }
                        }
                    }
                }
            }
        }
    }

    /// Draws the hatch lines of a row of the picture over what has no data or was not observed.
    private func hatch(_ target: UnsafeMutablePointer<UInt8>, y: Int, ground: GroundRow) {
        let k = figure.map.magnification
        let period = max(6, Int((12 * figure.unit).rounded()))
        let width = max(1, Int((2 * figure.unit).rounded()))
        for x in 0..<(ground.count * k) where (x + y) % period < width && ground.isHole(x / k) {
            target[x] = palette.hatchIndices[Int(ground.brightness[x / k])]
        }
    }

    private func annotate(_ pixels: inout [UInt8], _ strip: Range<Int>, _ brush: Brush) {
        let width = figure.size.width
        let all = PictureRect(x: 0, y: Double(strip.lowerBound), width: Double(width), height: Double(strip.count))
        let shapes = figure.shapes.filter { $0.meets(all) }
        for left in stride(from: 0, to: width, by: brush.canvas.width) {
            let right = min(left + brush.canvas.width, width)
            let tile = PictureRect(x: Double(left), y: all.y, width: Double(right - left), height: all.height)
            let drawn = shapes.filter { $0.meets(tile) }
            guard !drawn.isEmpty else { continue }
            brush.canvas.begin(x: left, y: strip.lowerBound)
            for shape in drawn { brush.canvas.draw(shape, in: tile) }
            // Beyond the shapes' bounds nothing is drawn.
            let first = max(strip.lowerBound, Int((drawn.map(\.bounds.y).min() ?? tile.y).rounded(.down)))
            let last = min(strip.upperBound, Int((drawn.map(\.bounds.maxY).max() ?? tile.maxY).rounded(.up)))
            pixels.withUnsafeMutableBufferPointer { pixels in
                guard let pixels = pixels.baseAddress, first < last else { return }
                let rows = first - strip.lowerBound..<last - strip.lowerBound
                brush.canvas.withPixels { source, pitch in
                    for row in rows { brush.blend(source + row * pitch, onto: pixels + row * width + left, count: right - left) }
                }
            }
        }
    }
}

/// A row of the map.
private struct GroundRow {
    let brightness: UnsafePointer<UInt8>
    let change: UnsafePointer<Int8>
    let count: Int

    /// Without data or not observed.
    func isHole(_ x: Int) -> Bool { brightness[x] == 0 || change[x] == -128 }

    var hasHoles: Bool {
        var holes: UInt8 = 0
        for x in 0..<count {
            holes |= brightness[x] == 0 ? 1 : 0
            holes |= change[x] == -128 ? 1 : 0
        }
        return holes != 0
    }

    func fill(_ target: UnsafeMutablePointer<UInt8>, magnification k: Int, table: UnsafePointer<UInt8>) {
        if k == 1 {
            for x in 0..<count { target[x] = table[Int(brightness[x]) << 8 | Int(UInt8(bitPattern: change[x]))] }
        } else {
            for x in 0..<count {
                (target + x * k).update(repeating: table[Int(brightness[x]) << 8 | Int(UInt8(bitPattern: change[x]))], count: k)
            }
        }
    }
}

/// A canvas for one tile of a strip, and the palette's colours for what Cairo makes.
private final class Brush {
    let canvas: CairoCanvas
    private let colours: [PNGColour]
    private var index: PictureColourIndex

    init(width: Int, height: Int, palette: PicturePalette) throws {
        canvas = try CairoCanvas(width: width, height: height)
        colours = palette.colours.map { PNGColour(red: Int($0.red), green: Int($0.green), blue: Int($0.blue)) }
        index = PictureColourIndex(palette.colours)
    }

    private struct PNGColour {
        let red: Int
        let green: Int
        let blue: Int
    }

    /// Puts premultiplied pixels over a row of indices.
    func blend(_ source: UnsafePointer<UInt32>, onto target: UnsafeMutablePointer<UInt8>, count: Int) {
        var lastPixel: UInt32 = 0
        var lastIndex: UInt8 = 0
        var column = 0
        while column < count {
            // Most of a row is bare: eight pixels at a time.
            if column &+ 8 <= count {
                let eight = UnsafeRawPointer(source + column).loadUnaligned(as: SIMD8<UInt32>.self)
                if eight == SIMD8<UInt32>(repeating: 0) {
                    column &+= 8
                    continue
                }
            }
            let end = min(column &+ 8, count)
            while column < end {
                let pixel = source[column]
                if pixel != 0 {
                    if pixel >> 24 < 255 {
                        let below = colours[Int(target[column])]
                        let rest = 255 - Int(pixel >> 24)
                        target[column] = index.nearest(
                            red: Int(pixel >> 16 & 0xFF) + rest * below.red / 255, green: Int(pixel >> 8 & 0xFF) + rest * below.green / 255,
                            blue: Int(pixel & 0xFF) + rest * below.blue / 255)
                    } else {
                        if pixel != lastPixel {
                            lastPixel = pixel
                            lastIndex = index.nearest(
                                red: Int(pixel >> 16 & 0xFF), green: Int(pixel >> 8 & 0xFF), blue: Int(pixel & 0xFF))
                        }
                        target[column] = lastIndex
                    }
                }
                column &+= 1
            }
        }
    }
}

/// Brushes that wait for the next strip; as many as strips are drawn at a time.
private final class Brushes: Sendable {
    private let width: Int
    private let height: Int
    private let palette: PicturePalette
    private let idle = Guarded<[Held]>([])

    /// A brush is with one thread at a time.
    private struct Held: @unchecked Sendable {
        let brush: Brush
    }

    init(width: Int, height: Int, palette: PicturePalette) {
        self.width = width
        self.height = height
        self.palette = palette
    }

    func withBrush(_ body: (Brush) -> Void) throws {
        let held = try idle.withLock { $0.popLast() } ?? Held(brush: Brush(width: width, height: height, palette: palette))
        body(held.brush)
        idle.withLock { $0.append(held) }
    }
}
