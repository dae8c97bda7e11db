import ChangeDetection
import Geodesy
import Raster
import Reporting

/// Before and after of the earthworks that a report shows: cut out of the planes of the dates between which each came.
struct ReportSwipes {
    /// Beyond so many the page would grow heavy; the strongest are shown.
    private static let mostPictures = 60
    private static let marginPixels = 24
    private static let leastSide = 64
    private static let mostSide = 256
    private static let mostSlender = 2

    let tiles: [TileResult]
    let steps: StepStore
    /// Worker threads; nothing in a picture depends on it.
    let jobs: Int

    /// What to cut for one earthwork.
    private struct Cut: Sendable {
        let id: String
        let window: PixelWindow
        /// Pixels of the scene to a pixel of the picture, along each axis.
        let step: Int
        let outline: [ReportSwipe.Point]
        let before: Int
        let after: Int
    }

    /// - Throws: `InputError` where the planes of a date can no longer be read.
    func pictures(of earthworks: [Earthwork]) throws -> [String: ReportSwipe] {
        var cuts: [Int: [Cut]] = [:]
        for earthwork in Report.ranked(earthworks).prefix(Self.mostPictures) {
            for (index, tile) in tiles.enumerated() where earthwork.tiles.contains(tile.tile) {
                guard let cut = try cut(earthwork, of: tile) else { continue }
                cuts[index, default: []].append(cut)
                break
            }
        }
        var result: [String: ReportSwipe] = [:]
        for (index, cuts) in cuts.sorted(by: { $0.key < $1.key }) {
            let tile = tiles[index]
            var pieces: [String: [Int: [UInt8]]] = [:]
            // One date at a time is held in memory.
            for date in Set(cuts.flatMap { [$0.before, $0.after] }).sorted() {
                let luminance = try steps.planes(tile.planeKeys[date], size: tile.grid.size, part: .luminance, jobs: jobs).luminance
                let shown = cuts.filter { $0.before == date || $0.after == date }
                try WorkerPool.mapInOrder(count: shown.count, jobs: jobs, window: 2 * jobs) {
                    Self.piece(luminance, width: tile.grid.size.width, shown[$0])
                } consume: {
                    pieces[shown[$0].id, default: [:]][date] = $1
                }
            }
            for cut in cuts {
                guard let before = pieces[cut.id]?[cut.before], let after = pieces[cut.id]?[cut.after] else { continue }
                result[cut.id] = ReportSwipe(
                    width: cut.window.width / cut.step, height: cut.window.height / cut.step, before: before, after: after,
                    beforeDate: tile.scenes[cut.before].name, afterDate: tile.scenes[cut.after].name,
                    metresPerPixel: (tile.metresPerPixel.x * tile.metresPerPixel.y).squareRoot() * Double(cut.step), outline: cut.outline)
            }
        }
        return result
    }

    /// nil where the tile does not show the earthwork, or no date of it lies before.
    private func cut(_ earthwork: Earthwork, of tile: TileResult) throws -> Cut? {
        let locator = try PixelGeolocator(grid: tile.grid)
        let size = tile.grid.size
        let pixels = earthwork.shape.points.map(locator.pixel)
        let inside = pixels.filter { $0.column >= 0 && $0.row >= 0 && $0.column < Double(size.width) && $0.row < Double(size.height) }
        guard 2 * inside.count >= pixels.count, let left = inside.map(\.column).min(), let right = inside.map(\.column).max(),
            let top = inside.map(\.row).min(), let bottom = inside.map(\.row).max()
        else { return nil }
        guard let (before, after) = dates(of: earthwork, in: tile) else { return nil }
        func axis(_ low: Double, _ high: Double, _ length: Int) -> (middle: Int, length: Int, step: Int) {
            let extent = max(Int(high - low) + 2 * Self.marginPixels, Self.leastSide)
            let step = (extent + Self.mostSide - 1) / Self.mostSide
            return (Int((low + high) / 2), min(extent, length), step)
        }
        var (x, y) = (axis(left, right, size.width), axis(top, bottom, size.height))
        // No picture is a strip: the ground beside a line tells what it is.
        x.length = min(size.width, max(x.length, y.length / Self.mostSlender))
        y.length = min(size.height, max(y.length, x.length / Self.mostSlender))
        let step = max(x.step, y.step)
        func placed(_ axis: (middle: Int, length: Int, step: Int), _ length: Int) -> (start: Int, length: Int) {
            let extent = axis.length / step * step
            return (max(0, min(axis.middle - extent / 2, length - extent)), extent)
        }
        let (columns, rows) = (placed(x, size.width), placed(y, size.height))
        guard columns.length > 0, rows.length > 0 else { return nil }
        let window = PixelWindow(x: columns.start, y: rows.start, width: columns.length, height: rows.length)
        let outline = pixels.map { pixel in
            ReportSwipe.Point(x: (pixel.column - Double(window.x)) / Double(step), y: (pixel.row - Double(window.y)) / Double(step))
        }
        return Cut(id: earthwork.id, window: window, step: step, outline: outline, before: before, after: after)
    }

    /// The last date without the earthwork and the first with it.
    private func dates(of earthwork: Earthwork, in tile: TileResult) -> (before: Int, after: Int)? {
        guard let seen = earthwork.firstSeen, let after = tile.scenes.firstIndex(where: { $0.date == seen }) else {
            return tile.scenes.count == 2 ? (0, 1) : nil
        }
        let absent = earthwork.lastAbsent.flatMap { day in tile.scenes.firstIndex { $0.date == day } }
        guard let before = absent ?? (after > 0 ? after - 1 : nil), before != after else { return nil }
        return (before, after)
    }

    /// Means of `step` × `step` pixels, pixels without data left out, stretched by the middle and the spread of what is shown: a cloud on one date
    /// does not darken its ground.
    private static func piece(_ luminance: [UInt8], width: Int, _ cut: Cut) -> [UInt8] {
        let (columns, rows) = (cut.window.width / cut.step, cut.window.height / cut.step)
        var piece = [UInt8](repeating: 0, count: columns * rows)
        luminance.withUnsafeBufferPointer { luminance in
            for row in 0..<rows {
                for column in 0..<columns {
                    var (sum, count) = (0, 0)
                    for y in 0..<cut.step {
                        let start = (cut.window.y + row * cut.step + y) * width + cut.window.x + column * cut.step
                        for i in start..<(start + cut.step) where luminance[i] != 0 {
                            sum += Int(luminance[i])
                            count += 1
                        }
                    }
                    if count > 0 { piece[row * columns + column] = UInt8((sum + count / 2) / count) }
                }
            }
        }
        return stretched(piece)
    }

    /// Median ± 3 robust deviations become 1…255; 0 stays no data.
    private static func stretched(_ piece: [UInt8]) -> [UInt8] {
        /// Of so many of each value.
        func median(_ counts: [Int]) -> Int {
            var left = counts.reduce(0, +) / 2
            for (value, count) in counts.enumerated() {
                guard left >= count else { return value }
                left -= count
            }
            return 0
        }
        var counts = [Int](repeating: 0, count: 256)
        for value in piece where value != 0 { counts[Int(value)] += 1 }
        let middle = median(counts)
        var distances = [Int](repeating: 0, count: 256)
        for (value, count) in counts.enumerated() { distances[abs(value - middle)] += count }
        let deviation = max(1, 1.4826 * Double(median(distances)))
        let greys = (0...255).map { value -> UInt8 in
            guard value != 0 else { return 0 }
            return UInt8(max(1, min(255, (128 + 127 * (Double(value) - Double(middle)) / (3 * deviation)).rounded())))
        }
        return piece.map { greys[Int($0)] }
    }
}
