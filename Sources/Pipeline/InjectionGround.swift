import ChangeDetection
import Geodesy
import Raster

/// The ground that implants go into: where each pixel of the reference date lies on every date, and on which dates it was observed.
struct InjectionGround: Sendable {
    /// Side of the cells in which observation is noted, in pixels.
    static let cell = 4

    let reference: RasterGrid
    let metresPerPixel: (x: Double, y: Double)
    let locator: PixelGeolocator
    private let dates: [DateGround]
    private let cellsAcross: Int

    private struct DateGround: Sendable {
        let mapping: GridMapping
        let shift: Displacement
        let metresPerPixel: (x: Double, y: Double)
        var observed: [Bool]
    }

    /// - Parameters:
    ///   - sources: the dates, oldest first.
    ///   - reference: the searched part of the reference date.
    ///   - index: which of the sources that is.
    /// - Throws: what reading throws.
    init(sources: [any SceneSource], reference: any SceneSource, index: Int, jobs: Int) throws {
        let grid = reference.grid
        self.reference = grid
        let size = grid.size
        metresPerPixel = try PixelSize.metres(inMiddleOf: grid)
        locator = try PixelGeolocator(grid: grid)
        let across = (size.width + Self.cell - 1) / Self.cell
        cellsAcross = across
        dates = try sources.indices.map { t in
            let source = t == index ? reference : sources[t]
            let mapping = try GridMapping(from: grid, to: source.grid)
            // Implants go with the ground: dates of one tile are up to a pixel or so apart.
            let shift = t == index ? .none : try AlignedPair(before: reference, after: source).estimatedShift(jobs: jobs).displacement
            return DateGround(
                mapping: mapping, shift: shift,
                metresPerPixel: try PixelSize.metres(inMiddleOf: source.grid),
                observed: try Self.observed(source, mapping: mapping, shift: shift, size: size, jobs: jobs))
        }
    }

    /// Cell by cell, true where all of it was observed.
    private static func observed(
        _ source: any SceneSource, mapping: GridMapping, shift: Displacement, size: RasterSize, jobs: Int
    ) throws -> [Bool] {
        let across = (size.width + cell - 1) / cell
        let down = (size.height + cell - 1) / cell
        var observed = [Bool](repeating: true, count: across * down)
        let reach = ShiftEstimator.searchRadius + 1
        let blocks = PixelWindow(size).blocks(side: 128 * cell)
        try WorkerPool.mapInOrder(count: blocks.count, jobs: jobs, window: jobs + 1) { index -> [Int] in
            let block = blocks[index]
            let window = mapping.sourceWindow(for: block, halo: reach)
            let validity = window.isEmpty ? BytePlane(width: 0, height: 0) : try source.read(window).validity
            var hidden: [Int] = []
            for y in block.y..<block.maxY {
                for x in block.x..<block.maxX {
                    let moved = shift.map.map(column: Double(x) + 0.5, row: Double(y) + 0.5)
                    let p = mapping.map(column: moved.column, row: moved.row)
                    let (column, row) = (p.column.rounded(.down) - Double(window.x), p.row.rounded(.down) - Double(window.y))
                    let isInside = column >= 0 && row >= 0 && column < Double(validity.width) && row < Double(validity.height)
                    if !isInside || validity[Int(column), Int(row)] == 0 { hidden.append(y / cell * across + x / cell) }
                }
            }
            return hidden
        } consume: { _, hidden in
            for cell in hidden { observed[cell] = false }
        }
        return observed
    }

    /// On which dates nearly all of a course was observed.
    func datesObserving(_ points: [DetectedLine.Point]) -> [Bool] {
        dates.map { date in
            let seen = points.count { point in
                let (column, row) = (Int(point.x) / Self.cell, Int(point.y) / Self.cell)
                let at = row * cellsAcross + column
                return date.observed.indices.contains(at) && date.observed[at]
            }
            return 10 * seen >= 9 * points.count
        }
    }

    /// A position of the reference in the pixels of a date's own file.
    func position(of point: DetectedLine.Point, on date: Int) -> DetectedLine.Point {
        let moved = dates[date].shift.map.map(column: point.x, row: point.y)
        let p = dates[date].mapping.map(column: moved.column, row: moved.row)
        return DetectedLine.Point(x: p.column, y: p.row)
    }

    func metresPerPixel(on date: Int) -> (x: Double, y: Double) { dates[date].metresPerPixel }

    func geographic(_ point: DetectedLine.Point) -> GeographicPoint { locator.geographic(column: point.x, row: point.y) }
}
