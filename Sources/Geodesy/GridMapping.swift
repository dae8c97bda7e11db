import Raster

/// Where the pixels of one grid lie in another: pixel coordinates of the target to pixel coordinates of the source, continuous, with (0.5, 0.5)
/// the centre of the upper left pixel on both sides.
///
/// Where both grids are in the same coordinate system (also by different spelling) the map is affine and exact. Otherwise PROJ places the
/// nodes of a mesh over the target, and positions between are interpolated bilinearly; the mesh is refined until that is within the tolerance.
/// Outside the target's pixels the mesh's outermost cells go on.
public struct GridMapping: Sendable {
    /// source = origin + column · perColumn + row · perRow, in pixels.
    public struct Affine: Sendable, Hashable {
        public var columnOrigin: Double
        public var columnPerColumn: Double
        public var columnPerRow: Double
        public var rowOrigin: Double
        public var rowPerColumn: Double
        public var rowPerRow: Double

        public init(
            columnOrigin: Double, columnPerColumn: Double, columnPerRow: Double, rowOrigin: Double, rowPerColumn: Double, rowPerRow: Double
        ) {
            self.columnOrigin = columnOrigin
            self.columnPerColumn = columnPerColumn
            self.columnPerRow = columnPerRow
            self.rowOrigin = rowOrigin
            self.rowPerColumn = rowPerColumn
            self.rowPerRow = rowPerRow
        }

        public func map(column: Double, row: Double) -> (column: Double, row: Double) {
            (
                columnOrigin + column * columnPerColumn + row * columnPerRow,
                rowOrigin + column * rowPerColumn + row * rowPerRow
            )
        }

        /// The map that goes through `first` and then through this one.
        public func after(_ first: Affine) -> Affine {
            let origin = map(column: first.columnOrigin, row: first.rowOrigin)
            return Affine(
                columnOrigin: origin.column,
                columnPerColumn: columnPerColumn * first.columnPerColumn + columnPerRow * first.rowPerColumn,
                columnPerRow: columnPerColumn * first.columnPerRow + columnPerRow * first.rowPerRow,
                rowOrigin: origin.row,
                rowPerColumn: rowPerColumn * first.columnPerColumn + rowPerRow * first.rowPerColumn,
                rowPerRow: rowPerColumn * first.columnPerRow + rowPerRow * first.rowPerRow)
        }

        /// The way back. - Precondition: the map is not flat.
        public var inverse: Affine {
            let d = columnPerColumn * rowPerRow - columnPerRow * rowPerColumn
            precondition(d != 0, "a flat map has no way back")
            let back = Affine(
                columnOrigin: 0, columnPerColumn: rowPerRow / d, columnPerRow: -columnPerRow / d,
                rowOrigin: 0, rowPerColumn: -rowPerColumn / d, rowPerRow: columnPerColumn / d)
            let origin = back.map(column: columnOrigin, row: rowOrigin)
            return Affine(
                columnOrigin: -origin.column, columnPerColumn: back.columnPerColumn, columnPerRow: back.columnPerRow,
                rowOrigin: -origin.row, rowPerColumn: back.rowPerColumn, rowPerRow: back.rowPerRow)
        }

        /// The pixels around the positions of the centres of a window's pixels, grown by `halo` on each side.
        public func sourceWindow(for window: PixelWindow, halo: Int) -> PixelWindow {
            let corners = [
                (Double(window.x) + 0.5, Double(window.y) + 0.5), (Double(window.maxX) - 0.5, Double(window.y) + 0.5),
                (Double(window.x) + 0.5, Double(window.maxY) - 0.5), (Double(window.maxX) - 0.5, Double(window.maxY) - 0.5),
            ].map { map(column: $0.0, row: $0.1) }
            let columns = corners.map(\.column)
            let rows = corners.map(\.row)
            let left = Int(((columns.min() ?? 0) - 0.5).rounded(.down)) - halo
            let right = Int(((columns.max() ?? 0) - 0.5).rounded(.up)) + halo
            let top = Int(((rows.min() ?? 0) - 0.5).rounded(.down)) - halo
            let bottom = Int(((rows.max() ?? 0) - 0.5).rounded(.up)) + halo
            return PixelWindow(x: left, y: top, width: right - left + 1, height: bottom - top + 1)
        }
    }

    private enum Way: Sendable {
        case affine(Affine)
        case mesh(PositionMesh)
    }

    private let way: Way
    private let sourceSize: RasterSize

    /// - Parameter tolerancePixels: how far an interpolated position may lie from PROJ's own, in source pixels.
    /// - Throws: `InputError` where a grid has no usable transform, PROJ does not know a coordinate system, or the target's pixels have no
    ///   place in the source's coordinate system.
    public init(from target: RasterGrid, to source: RasterGrid, tolerancePixels: Double = 0.01) throws {
        for grid in [target, source] {
            guard grid.transform.isInvertible else {
                throw InputError(
                    problem: "the geotransform places no pixel", advice: "give the raster a transform with pixels of some size")
            }
            guard grid.size.width > 0, grid.size.height > 0 else { throw InputError(problem: "the raster has no pixels") }
        }
        sourceSize = source.size
        if target.crs == source.crs {
            way = .affine(Self.affine(from: target, to: source, turn: 0))
            return
        }
        let transformation = try CoordinateTransformation(from: target.crs, to: source.crs)
        let isGeographic = try CoordinateSystemDescription(source.crs).isGeographic
        if Self.isIdentity(transformation, over: target, source: source) {
            way = .affine(Self.affine(from: target, to: source, turn: isGeographic ? 360 : 0))
        } else {
            way = .mesh(
                try PositionMesh(
                    target: target, source: source, transformation: transformation, sourceIsGeographic: isGeographic,
                    tolerancePixels: tolerancePixels))
        }
    }

    /// The exact map, where it is affine.
    public var affine: Affine? {
        guard case .affine(let affine) = way else { return nil }
        return affine
    }

    public func map(column: Double, row: Double) -> (column: Double, row: Double) {
        switch way {
        case .affine(let affine): affine.map(column: column, row: row)
        case .mesh(let mesh): mesh.map(column: column, row: row)
        }
    }

    /// The source pixels that surround the centres of a window's pixels, grown by `halo` on each side. It may reach outside the source, by no
    /// more than the halo and one pixel; where no centre of the window lies in or near the source it is empty.
    public func sourceWindow(for window: PixelWindow, halo: Int) -> PixelWindow {
        guard !window.isEmpty else { return PixelWindow(x: 0, y: 0, width: 0, height: 0) }
        let left = Double(window.x) + 0.5
        let right = Double(window.maxX) - 0.5
        let top = Double(window.y) + 0.5
        let bottom = Double(window.maxY) - 0.5
        var columns = [left, right]
        var rows = [top, bottom]
        // Between a mesh's lines the map is bilinear, so that its extremes lie where those lines and the window's edges cross.
        if case .mesh(let mesh) = way {
            columns += mesh.columnLines(between: left, and: right)
            rows += mesh.rowLines(between: top, and: bottom)
        }
        var minColumn = Double.infinity
        var maxColumn = -Double.infinity
        var minRow = Double.infinity
        var maxRow = -Double.infinity
        for row in rows {
            for column in columns {
                let position = map(column: column, row: row)
                minColumn = min(minColumn, position.column)
                maxColumn = max(maxColumn, position.column)
                minRow = min(minRow, position.row)
                maxRow = max(maxRow, position.row)
            }
        }
        let horizontal = Self.pixels(from: minColumn, to: maxColumn, count: sourceSize.width, halo: halo)
        let vertical = Self.pixels(from: minRow, to: maxRow, count: sourceSize.height, halo: halo)
        guard let horizontal, let vertical else { return PixelWindow(x: 0, y: 0, width: 0, height: 0) }
        return PixelWindow(x: horizontal.lowerBound, y: vertical.lowerBound, width: horizontal.count, height: vertical.count)
    }

    /// The source positions of the centres of a window's pixels, row by row. The arrays are made to fit: `window.pixelCount` each. A pixel's
    /// position is the same number, to the last bit, in every window that holds it and by `map`.
    public func fill(window: PixelWindow, columns: inout [Double], rows: inout [Double]) {
        let count = window.isEmpty ? 0 : window.pixelCount
        if columns.count != count { columns = [Double](repeating: 0, count: count) }
        if rows.count != count { rows = [Double](repeating: 0, count: count) }
        guard count > 0 else { return }
        columns.withUnsafeMutableBufferPointer { columns in
            rows.withUnsafeMutableBufferPointer { rows in
                visit(window) { index, column, row in
                    columns[index] = column
                    rows[index] = row
                }
            }
        }
    }

    @inline(__always)
    private func visit(_ window: PixelWindow, _ body: (Int, Double, Double) -> Void) {
        switch way {
        case .affine(let affine):
            for y in 0..<window.height {
                let row = Double(window.y + y) + 0.5
                for x in 0..<window.width {
                    let position = affine.map(column: Double(window.x + x) + 0.5, row: row)
                    body(y * window.width + x, position.column, position.row)
                }
            }
        case .mesh(let mesh):
            for y in 0..<window.height {
                var x = 0
                while x < window.width {
                    let run = mesh.run(column: Double(window.x + x) + 0.5, row: Double(window.y + y) + 0.5)
                    let end = min(window.width, max(x + 1, run.endColumn - window.x))
                    for i in x..<end {
                        let along = Double(window.x + i) + 0.5
                        body(y * window.width + i, run.column + along * run.columnPerColumn, run.row + along * run.rowPerColumn)
                    }
                    x = end
                }
            }
        }
    }

    /// Pixels whose centres surround the positions from `low` to `high`, at most `halo` + 1 outside 0 ..< `count`.
    private static func pixels(from low: Double, to high: Double, count: Int, halo: Int) -> Range<Int>? {
        guard low.isFinite, high.isFinite, high >= -0.5 - Double(halo), low <= Double(count) + 0.5 + Double(halo) else { return nil }
        let first = Int((max(low, -1) - 0.5).rounded(.down)) - halo
        let last = Int((min(high, Double(count) + 1) - 0.5).rounded(.down)) + 1 + halo
        let start = max(first, -1 - halo)
        let end = min(last, count + halo) + 1
        return start < end ? start..<end : nil
    }

    private static func affine(from target: RasterGrid, to source: RasterGrid, turn: Double) -> Affine {
        let t = target.transform
        let s = source.transform
        // One file may count longitudes from 0 to 360 and the other from -180 to 180.
        let between = turn == 0 ? 0 : turn * ((Self.middle(of: source).x - Self.middle(of: target).x) / turn).rounded()
        let origin = s.invert(x: t.originX + between, y: t.originY)
        let d = s.determinant
        return Affine(
            columnOrigin: origin.column,
            columnPerColumn: (s.yPerRow * t.xPerColumn - s.xPerRow * t.yPerColumn) / d,
            columnPerRow: (s.yPerRow * t.xPerRow - s.xPerRow * t.yPerRow) / d,
            rowOrigin: origin.row,
            rowPerColumn: (s.xPerColumn * t.yPerColumn - s.yPerColumn * t.xPerColumn) / d,
            rowPerRow: (s.xPerColumn * t.yPerRow - s.yPerColumn * t.xPerRow) / d)
    }

    static func middle(of grid: RasterGrid) -> (x: Double, y: Double) {
        grid.transform.apply(column: Double(grid.size.width) / 2, row: Double(grid.size.height) / 2)
    }

    /// Whether the two systems give the same coordinates all over the target, to a millionth of a source pixel.
    private static func isIdentity(_ transformation: CoordinateTransformation, over target: RasterGrid, source: RasterGrid) -> Bool {
        var x: [Double] = []
        var y: [Double] = []
        for row in 0...8 {
            for column in 0...8 {
                let position = target.transform.apply(
                    column: Double(column) / 8 * Double(target.size.width), row: Double(row) / 8 * Double(target.size.height))
                x.append(position.x)
                y.append(position.y)
            }
        }
        let before = (x, y)
        guard (try? transformation.transformWhereDefined(x: &x, y: &y)) != nil else { return false }
        let tolerance = 1e-6 * min(source.transform.pixelWidth, source.transform.pixelHeight)
        return x.indices.allSatisfy { abs(x[$0] - before.0[$0]) <= tolerance && abs(y[$0] - before.1[$0]) <= tolerance }
    }
}
