import Raster

/// Turns a figure into rows of palette indices, a strip at a time: the map's pixels by table, the annotation by Cairo over them.
struct PictureRenderer {
    private let figure: PictureFigure
    private let palette: PicturePalette
    private let tileWidth: Int
    private let stripHeight: Int
    private let canvas: CairoCanvas

    /// A Cairo surface of 4 MiB or so at a time.
    init(figure: PictureFigure, palette: PicturePalette) throws {
        self.figure = figure
        self.palette = palette
        let magnification = figure.map.magnification
        tileWidth = min(figure.size.width, 2048)
        stripHeight = max(magnification, min(512, (1 << 22) / figure.size.width) / magnification * magnification)
        canvas = try CairoCanvas(width: tileWidth, height: stripHeight)
    }

    /// Calls `body` with strip after strip of whole rows, from the top down.
    func render(rows: some DiffPictureRows, to body: ([UInt8]) throws -> Void) throws {
        let width = figure.size.width
        let mapTop = Int(figure.map.rect.y)
        let mapBottom = Int(figure.map.rect.maxY)
        var colourIndex = PictureColourIndex(palette.colours)
        var top = 0
        while top < figure.size.height {
            // No strip crosses the map's upper or lower edge, so that each is made of whole map rows.
            let limit = top < mapTop ? mapTop : top < mapBottom ? mapBottom : figure.size.height
            let bottom = min(top + stripHeight, limit)
            var strip = [UInt8](repeating: palette.paperIndex, count: width * (bottom - top))
            if top >= mapTop, bottom <= mapBottom { try fillMap(&strip, top: top, bottom: bottom, rows: rows) }
            annotate(&strip, top: top, bottom: bottom, &colourIndex)
            try body(strip)
            top = bottom
        }
    }

    private func fillMap(_ strip: inout [UInt8], top: Int, bottom: Int, rows: some DiffPictureRows) throws {
        let map = figure.map
        let k = map.magnification
        let mapTop = Int(map.rect.y)
        let mapLeft = Int(map.rect.x)
        let range = (top - mapTop) / k..<(bottom - mapTop) / k
        let columns = map.grid.size.width
        let brightness = try rows.luminance(rows: range)
        let change = try rows.change(rows: range)
        guard brightness.count == range.count * columns, change.count == brightness.count else {
            throw InputError(
                problem:
                    "rows \(range) of the map came with \(brightness.count) and \(change.count) pixels in place of \(range.count * columns)"
            )
        }
        let hatchPeriod = max(6, Int((12 * figure.unit).rounded()))
        let hatchWidth = max(1, Int((2 * figure.unit).rounded()))
        let width = figure.size.width
        palette.groundIndices.withUnsafeBufferPointer { table in
            brightness.withUnsafeBufferPointer { brightness in
                change.withUnsafeBufferPointer { change in
                    strip.withUnsafeMutableBufferPointer { strip in
                        for row in 0..<range.count {
                            let source = row * columns
                            let target = row * k * width + mapLeft
                            var isHatched = false
                            for column in 0..<columns {
                                let level = brightness[source + column]
                                let step = change[source + column]
                                isHatched = isHatched || level == 0 || step == -128
                                let index = table[Int(level) << 8 | Int(UInt8(bitPattern: step))]
                                for i in 0..<k { strip[target + column * k + i] = index }
                            }
                            for copy in 1..<max(k, 1) {
                                for i in 0..<(columns * k) { strip[target + copy * width + i] = strip[target + i] }
                            }
                            guard isHatched else { continue }
                            for line in 0..<k {
                                let y = row * k + line + top
                                for x in 0..<(columns * k) where (x + y) % hatchPeriod < hatchWidth {
                                    let pixel = source + x / k
                                    if brightness[pixel] == 0 || change[pixel] == -128 {
                                        strip[target + line * width + x] = palette.hatchIndices[Int(brightness[pixel])]
                                    }
                                }
                            }
                        }
                    }
                }
            }
        }
    }

    private func annotate(_ strip: inout [UInt8], top: Int, bottom: Int, _ colourIndex: inout PictureColourIndex) {
        let width = figure.size.width
        for left in stride(from: 0, to: width, by: tileWidth) {
            let tile = PictureRect(
                x: Double(left), y: Double(top), width: Double(min(tileWidth, width - left)), height: Double(bottom - top))
            let shapes = figure.shapes.filter { $0.bounds.meets(tile) && ($0.clip?.meets(tile) ?? true) }
            guard !shapes.isEmpty else { continue }
            canvas.begin(x: left, y: top)
            for shape in shapes { canvas.draw(shape) }
            canvas.withPixels { pixels, stride in
                var lastPixel: UInt32 = 0
                var lastIndex: UInt8 = 0
                for row in 0..<(bottom - top) {
                    for column in 0..<Int(tile.width) {
                        let pixel = pixels[row * stride + column]
                        guard pixel != 0 else { continue }
                        let target = row * width + left + column
                        if pixel >> 24 == 255 {
                            if pixel != lastPixel {
                                lastPixel = pixel
                                lastIndex = colourIndex.nearest(
                                    red: Int(pixel >> 16 & 0xFF), green: Int(pixel >> 8 & 0xFF), blue: Int(pixel & 0xFF))
                            }
                            strip[target] = lastIndex
                        } else {
                            let below = palette.colours[Int(strip[target])]
                            let rest = 255 - Int(pixel >> 24)
                            strip[target] = colourIndex.nearest(
                                red: Int(pixel >> 16 & 0xFF) + rest * Int(below.red) / 255,
                                green: Int(pixel >> 8 & 0xFF) + rest * Int(below.green) / 255,
                                blue: Int(pixel & 0xFF) + rest * Int(below.blue) / 255)
                        }
                    }
                }
            }
        }
    }
}
