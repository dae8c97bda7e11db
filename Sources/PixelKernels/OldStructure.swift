import PixelKernelsAVX2
import PixelKernelsBaseline

/// What the ground's old structure is told by: one brightness, blurred to several degrees. Shape of each plane: `height` × `width`; cells of `cellSide`
/// pixels cover a part of them.
public struct StructurePlanes: Sendable, Equatable {
    /// Terms that are made of the planes for each pixel: ∂x, ∂y and fine and coarse detail of the soft plane (what the softer and the coarse one
    /// lack of it), ∂xx, ∂yy and ∂xy of the curved plane.
    public static let termCount = 7
    /// Side of the cells, in pixels.
    public static let cellSide = 32

    /// Weights of each blur, an odd number of them: the soft plane's of the brightness, the softer and the curved one's of the soft plane, the coarse one's of
    /// the soft plane's means of 2 × 2 pixels.
    public struct Taps: Sendable {
        let soft: [Float]
        let softer: [Float]
        let coarse: [Float]
        let curved: [Float]

        public init(soft: [Float], softer: [Float], coarse: [Float], curved: [Float]) {
            self.soft = soft
            self.softer = softer
            self.coarse = coarse
            self.curved = curved
        }
    }

    /// Where the cells begin in the planes, and how many there are.
    public struct Cells: Sendable, Equatable {
        public let x: Int
        public let y: Int
        public let columns: Int
        public let rows: Int

        public init(x: Int, y: Int, columns: Int, rows: Int) {
            self.x = x
            self.y = y
            self.columns = columns
            self.rows = rows
        }

        public var width: Int { columns * cellSide }
        public var height: Int { rows * cellSide }
    }

    public let width: Int
    public let height: Int
    public let cells: Cells
    /// Soft, softer, coarse, curved.
    private let planes: [[Float]]

    /// - Precondition: all planes have the shape, and the cells lie in it.
    public init(width: Int, height: Int, cells: Cells, soft: [Float], softer: [Float], coarse: [Float], curved: [Float]) {
        precondition([soft, softer, coarse, curved].allSatisfy { $0.count == width * height }, "the planes do not fit their shape")
        self.init(width: width, height: height, cells: cells, planes: [soft, softer, coarse, curved])
    }

    fileprivate init(width: Int, height: Int, cells: Cells, planes: [[Float]]) {
        precondition(
            cells.x >= 0 && cells.y >= 0 && cells.x + cells.width <= width && cells.y + cells.height <= height,
            "the cells lie outside the planes")
        self.width = width
        self.height = height
        self.cells = cells
        self.planes = planes
    }

    fileprivate func withPlanes(
        _ body: (
            _ soft: UnsafePointer<Float>, _ softer: UnsafePointer<Float>, _ coarse: UnsafePointer<Float>, _ curved: UnsafePointer<Float>
        ) -> Void
    ) {
        planes[0].withUnsafeBufferPointer { soft in
            planes[1].withUnsafeBufferPointer { softer in
                planes[2].withUnsafeBufferPointer { coarse in
                    planes[3].withUnsafeBufferPointer { curved in
                        guard let soft = soft.baseAddress, let softer = softer.baseAddress, let coarse = coarse.baseAddress,
                            let curved = curved.baseAddress
                        else { return }
                        body(soft, softer, coarse, curved)
                    }
                }
            }
        }
    }

    /// Calls `body` with what gives the rows that the terms of a row of pixels of the cells are made of, as the kernels want them; beyond the planes' edges
    /// the outermost pixel goes on.
    fileprivate func withRows(_ body: ((_ y: Int) -> UnsafePointer<UnsafePointer<Float>>) -> Void) {
        withPlanes { soft, softer, coarse, curved in
            let rows = StructureRowPointers(width: width, height: height, cells: cells)
            body { y in
                rows.at(
                    y, soft: { soft + $0 * width }, softer: { softer + $0 * width }, coarse: { coarse + $0 * width },
                    curved: { curved + $0 * width })
            }
        }
    }
}

extension KernelSet {
    /// The planes of a brightness, all of them in one pass over its rows. Shape: `height` × `width`, both even.
    public func structurePlanes(
        of brightness: Span<Float>, width: Int, height: Int, cells: StructurePlanes.Cells, taps: StructurePlanes.Taps
    ) -> StructurePlanes {
        precondition(brightness.count == width * height, "the brightness does not fit its shape")
        let count = width * height
        let soften = RowBlur(self, taps: taps.soft, width: width, height: height)
        let softer = RowBlur(self, taps: taps.softer, width: width, height: height)
        let coarse = HalvedBlur(self, taps: taps.coarse, width: width, height: height)
        let curved = RowBlur(self, taps: taps.curved, width: width, height: height)
        var planes = (0..<4).map { _ in [Float](unsafeUninitializedCapacity: count) { $1 = count } }
        withMutablePlanes(&planes) { planes in
            brightness.withPointer { source in
                for y in 0..<height {
                    soften.push(source + y * width)
                    while soften.isReady {
                        let row = planes[0] + soften.next * width
                        soften.pull(into: row)
                        softer.push(row)
                        while softer.isReady { softer.pull(into: planes[1] + softer.next * width) }
                        coarse.push(row) { planes[2] + $0 * width }
                        curved.push(row)
                        while curved.isReady { curved.pull(into: planes[3] + curved.next * width) }
                    }
                }
            }
        }
        return StructurePlanes(width: width, height: height, cells: cells, planes: planes)
    }

    /// Sums for the normal equations of a weighted fit of every band's difference by the terms of old structure and a constant, cell by cell, over
    /// every second row: a quarter as many coefficients as there are rows left are told from them.
    ///
    /// A pixel weighs `1 / (1 + share · Σ_b (d_b · inverseNoise[b])²)`, one that is not valid nothing.
    ///
    /// - Parameter differences: planes of the shape of the cells of `structure`, one a band; `validity` likewise.
    /// - Returns: for each cell, row by row, the lower triangle of products of the 7 terms and the constant with themselves, row by row, then of
    ///   each of them with every band.
    public func structureMoments(
        _ structure: StructurePlanes, differences: [[Float]], inverseNoise: [Float], share: Float, validity: Span<UInt8>
    ) -> [Float] {
        let (cells, bands) = (structure.cells, differences.count)
        let width = cells.width
        precondition(differences.allSatisfy { $0.count == width * cells.height }, "the planes differ in size")
        precondition(validity.count == width * cells.height && inverseNoise.count == bands, "the lists differ in length")
        let momentCount = Self.momentCount(bands: bands)
        let rowOfCells = CellMoments(self, columns: cells.columns, bands: bands)
        return [Float](unsafeUninitializedCapacity: cells.columns * cells.rows * momentCount) { moments, written in
            validity.withPointer { validity in
                guard let moments = moments.baseAddress else { return }
                structure.withRows { rows in
                    for row in 0..<cells.rows {
                        rowOfCells.load(row, rows: rows, validity: { validity + $0 * width }) { band, y, place in
                            differences[band].withUnsafeBufferPointer { if let plane = $0.baseAddress { place(plane + y * width) } }
                        }
                        rowOfCells.sums(
                            of: 0..<bands, inverseNoise: inverseNoise, share: share, into: moments + row * cells.columns * momentCount)
                    }
                }
            }
            written = cells.columns * cells.rows * momentCount
        }
    }

    /// Number of figures that `structureMoments` gives for each cell.
    public static func momentCount(bands: Int) -> Int {
        let terms = StructurePlanes.termCount + 1
        return terms * (terms + 1) / 2 + terms * bands
    }

    /// A part of the differences less what old structure explains.
    ///
    /// - Parameters:
    ///   - coefficients: for each cell, row by row, and each band 7 numbers, one a term. They count at the cell's middle and are interpolated
    ///     linearly between middles; beyond the outermost ones they stay.
    ///   - differences: planes of the shape of the cells of `structure`, one a band.
    ///   - columns, rows: the part of the cells' pixels; columns from a multiple of 8 to another.
    /// - Returns: planes of the part.
    public func unexplained(
        _ structure: StructurePlanes, coefficients: [Float], of differences: [[Float]], columns: Range<Int>, rows: Range<Int>
    ) -> [[Float]] {
        let (cells, side, bands) = (structure.cells, StructurePlanes.cellSide, differences.count)
        let pitch = cells.columns * bands * StructurePlanes.termCount
        precondition(coefficients.count == pitch * cells.rows, "the coefficients do not fit the cells")
        precondition(differences.allSatisfy { $0.count == cells.width * cells.height }, "the planes differ in size")
        precondition(columns.clamped(to: 0..<cells.width) == columns && rows.clamped(to: 0..<cells.height) == rows, "the part lies outside")
        precondition(columns.lowerBound % 8 == 0 && columns.upperBound % 8 == 0, "the part begins and ends on multiples of 8")
        let subtract = usesAVX2 ? PixelKernelsAVX2.subtractExplained : PixelKernelsBaseline.subtractExplained
        let interpolate = usesAVX2 ? PixelKernelsAVX2.interpolated : PixelKernelsBaseline.interpolated
        let count = columns.count * rows.count
        var results = differences.map { _ in [Float](unsafeUninitializedCapacity: count) { $1 = count } }
        var ofRow = [Float](repeating: 0, count: pitch)
        // Held for the whole plane, so that no array is looked at row by row.
        withMutablePlanes(&results) { results in
            withUnsafeTemporaryAllocation(of: UnsafePointer<Float>.self, capacity: max(1, bands)) { sources in
                withUnsafeTemporaryAllocation(of: UnsafeMutablePointer<Float>.self, capacity: max(1, bands)) { targets in
                    coefficients.withUnsafeBufferPointer { all in
                        ofRow.withUnsafeMutableBufferPointer { ofRow in
                            guard let all = all.baseAddress, let ofRow = ofRow.baseAddress, let sourceRows = sources.baseAddress,
                                let targetRows = targets.baseAddress
                            else { return }
                            structure.withRows { structureRows in
                                for y in rows {
                                    let node = CellNode(y, cells: cells.rows, side: side)
                                    interpolate(all + node.lower * pitch, all + node.upper * pitch, node.weight, ofRow, pitch)
                                    for band in 0..<bands {
                                        targets.initializeElement(
                                            at: band, to: results[band] + (y - rows.lowerBound) * columns.count)
                                    }
                                    withRows(of: differences, at: y * cells.width, into: sources) {
                                        subtract(
                                            structureRows(y), ofRow, cells.columns, columns.lowerBound, columns.count, sourceRows,
                                            targetRows, bands)
                                    }
                                }
                            }
                        }
                    }
                }
            }
        }
        return results
    }

    /// Takes a field that is given at the middles of cells of 32 pixels off rows of a plane, bilinear between the middles.
    ///
    /// - Parameters:
    ///   - plane: the rows, `columns` cells wide. - firstRow, rowCount: which of the cells' rows of pixels they are.
    ///   - field: one value a cell, row by row, with one more column of cells on each side, and one more row of them above and below.
    public func subtractInterpolated(
        _ plane: UnsafeMutablePointer<Float>, columns: Int, firstRow: Int, rowCount: Int, field: [Float]
    ) {
        let side = StructurePlanes.cellSide
        let pitch = columns + 2
        precondition(field.count % pitch == 0 && firstRow >= 0, "the field does not fit the cells")
        precondition(firstRow + rowCount <= (field.count / pitch - 2) * side, "the rows lie outside the field")
        let subtract = usesAVX2 ? PixelKernelsAVX2.subtractInterpolated : PixelKernelsBaseline.subtractInterpolated
        withUnsafeTemporaryAllocation(of: Float.self, capacity: pitch) { ofRow in
            guard let ofRow = ofRow.baseAddress else { return }
            for y in 0..<rowCount {
                let node = CellNode(firstRow + y + side, cells: field.count / pitch, side: side)
                for k in 0..<pitch {
                    let (near, far) = (field[node.lower * pitch + k], field[node.upper * pitch + k])
                    (ofRow + k).initialize(to: near + node.weight * (far - near))
                }
                subtract(plane + y * columns * side, ofRow + 1, columns)
            }
        }
    }
}

/// Between which middles of cells a pixel lies, and how far from the first to the second.
public struct CellNode {
    public let lower: Int
    public let upper: Int
    public let weight: Float

    public init(_ position: Int, cells: Int, side: Int) {
        let twice = 2 * position + 1 - side
        let base = twice >= 0 ? twice / (2 * side) : -1
        lower = max(0, base)
        upper = min(cells - 1, base + 1)
        weight = Float(twice - base * 2 * side) / Float(2 * side)
    }
}

/// The addresses of several planes at once.
private func withMutablePlanes(_ planes: inout [[Float]], _ body: ([UnsafeMutablePointer<Float>]) -> Void) {
    func open(_ index: Int, _ addresses: [UnsafeMutablePointer<Float>], _ planes: inout [[Float]]) {
        guard index < planes.count else { return body(addresses) }
        var plane: [Float] = []
        swap(&plane, &planes[index])
        plane.withUnsafeMutableBufferPointer { buffer in
            if let base = buffer.baseAddress { open(index + 1, addresses + [base], &planes) }
        }
        swap(&plane, &planes[index])
    }
    open(0, [], &planes)
}

extension KernelSet {
    /// The mean over the bands, each added with its share in their order.
    public func mean(of bands: [[Float]], into out: consuming MutableSpan<Float>) {
        precondition(bands.allSatisfy { $0.count == out.count }, "the planes differ in size")
        let kernel = usesAVX2 ? PixelKernelsAVX2.addScaled : PixelKernelsBaseline.addScaled
        let kernelOfFour = usesAVX2 ? PixelKernelsAVX2.scaledSumOfFour : PixelKernelsBaseline.scaledSumOfFour
        out.withPointer { out, count in
            if bands.count == 4 {
                return withUnsafeTemporaryAllocation(of: UnsafePointer<Float>.self, capacity: 4) { pointers in
                    guard let rows = pointers.baseAddress else { return }
                    withRows(of: bands, at: 0, into: pointers) { kernelOfFour(rows, 1 / 4, out, count) }
                }
            }
            // As much as the first caches hold, band after band.
            let chunk = 4096
            for start in stride(from: 0, to: count, by: chunk) {
                let length = min(chunk, count - start)
                (out + start).update(repeating: 0, count: length)
                for band in bands {
                    band.withUnsafeBufferPointer { band in
                        if let band = band.baseAddress { kernel(out + start, band + start, 1 / Float(bands.count), length) }
                    }
                }
            }
        }
    }

    /// Steps of a scale that starts at 0: `round(value · scale)`, at most `most`; 0 where not valid. Values are not negative; NaN counts as `most`.
    public func steps(
        _ values: UnsafePointer<Float>, scale: Float, most: UInt16, validity: UnsafePointer<UInt8>, into out: UnsafeMutablePointer<UInt16>,
        count: Int
    ) {
        let kernel = usesAVX2 ? PixelKernelsAVX2.wholeSteps : PixelKernelsBaseline.wholeSteps
        kernel(values, scale, Float(most), validity, out, count)
    }
}
