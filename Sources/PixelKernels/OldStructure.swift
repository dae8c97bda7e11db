import PixelKernelsAVX2
import PixelKernelsBaseline

/// What the ground's old structure is told by: one brightness, blurred to several degrees. Shape of each plane: `height` × `width`.
public struct StructurePlanes: Sendable {
    /// Terms that are made of the planes for each pixel: ∂x, ∂y and fine and coarse detail of the soft plane (what the softer and the coarse one
    /// lack of it), ∂xx, ∂yy and ∂xy of the curved plane.
    public static let termCount = 7
    /// Side of the cells, in pixels.
    public static let cellSide = 32

    public let width: Int
    public let height: Int
    let soft: [Float]
    let softer: [Float]
    let coarse: [Float]
    let curved: [Float]

    /// - Precondition: all planes have the shape, whose sides are multiples of `cellSide`.
    public init(width: Int, height: Int, soft: [Float], softer: [Float], coarse: [Float], curved: [Float]) {
        precondition([soft, softer, coarse, curved].allSatisfy { $0.count == width * height }, "the planes do not fit their shape")
        precondition(width % Self.cellSide == 0 && height % Self.cellSide == 0, "the planes are not a whole number of cells")
        self.width = width
        self.height = height
        self.soft = soft
        self.softer = softer
        self.coarse = coarse
        self.curved = curved
    }

    public var columns: Int { width / Self.cellSide }
    public var rows: Int { height / Self.cellSide }

    /// Calls `body` with the rows that the terms of one row are made of, as the kernels want them; beyond the edges the outermost pixel goes on.
    fileprivate func withRows(_ y: Int, scratch: UnsafeMutablePointer<Float>, _ body: (UnsafePointer<UnsafePointer<Float>>) -> Void) {
        soft.withUnsafeBufferPointer { soft in
            softer.withUnsafeBufferPointer { softer in
                coarse.withUnsafeBufferPointer { coarse in
                    curved.withUnsafeBufferPointer { curved in
                        guard let soft = soft.baseAddress, let softer = softer.baseAddress, let coarse = coarse.baseAddress,
                            let curved = curved.baseAddress
                        else { return }
                        let above = max(0, y - 1) * width
                        let here = y * width
                        let below = min(height - 1, y + 1) * width
                        func padded(_ row: UnsafePointer<Float>, _ slot: Int) -> UnsafePointer<Float> {
                            let copy = scratch + slot * (width + 2)
                            copy[0] = row[0]
                            (copy + 1).update(from: row, count: width)
                            copy[width + 1] = row[width - 1]
                            return UnsafePointer(copy + 1)
                        }
                        withUnsafeTemporaryAllocation(of: UnsafePointer<Float>.self, capacity: 8) { rows in
                            rows.initializeElement(at: 0, to: soft + above)
                            rows.initializeElement(at: 1, to: padded(soft + here, 0))
                            rows.initializeElement(at: 2, to: soft + below)
                            rows.initializeElement(at: 3, to: softer + here)
                            rows.initializeElement(at: 4, to: coarse + here)
                            rows.initializeElement(at: 5, to: padded(curved + above, 1))
                            rows.initializeElement(at: 6, to: padded(curved + here, 2))
                            rows.initializeElement(at: 7, to: padded(curved + below, 3))
                            if let rows = rows.baseAddress { body(rows) }
                        }
                    }
                }
            }
        }
    }

    fileprivate var scratchCount: Int { 4 * (width + 2) }
}

extension KernelSet {
    /// Sums for the normal equations of a weighted fit of every band's difference by the terms of old structure and a constant, cell by cell, over
    /// every second row: a quarter as many coefficients as there are rows left are told from them.
    ///
    /// A pixel weighs `1 / (1 + share · Σ_b (d_b · inverseNoise[b])²)`, one that is not valid nothing.
    ///
    /// - Parameter differences: planes of the shape of `structure`, one a band.
    /// - Returns: for each cell, row by row, the lower triangle of products of the 7 terms and the constant with themselves, row by row, then of
    ///   each of them with every band.
    public func structureMoments(
        _ structure: StructurePlanes, differences: [[Float]], inverseNoise: [Float], share: Float, validity: Span<UInt8>
    ) -> [Float] {
        let (width, side, bands, terms) = (structure.width, StructurePlanes.cellSide, differences.count, StructurePlanes.termCount)
        precondition(differences.allSatisfy { $0.count == width * structure.height }, "the planes differ in size")
        precondition(validity.count == width * structure.height && inverseNoise.count == bands, "the lists differ in length")
        let makeTerms = usesAVX2 ? PixelKernelsAVX2.structureTerms : PixelKernelsBaseline.structureTerms
        let weigh = usesAVX2 ? PixelKernelsAVX2.fitWeights : PixelKernelsBaseline.fitWeights
        let sum = usesAVX2 ? PixelKernelsAVX2.weightedMoments : PixelKernelsBaseline.weightedMoments
        let momentCount = Self.momentCount(bands: bands)
        let rowsOfCell = side / 2
        let pixels = rowsOfCell * side
        let planes = terms + bands
        var moments = [Float](repeating: 0, count: structure.columns * structure.rows * momentCount)
        var cells = [Float](repeating: 0, count: structure.columns * planes * pixels)
        var cellValidity = [UInt8](repeating: 0, count: structure.columns * pixels)
        var scratch = [Float](repeating: 0, count: max(structure.scratchCount, 2 * pixels))
        validity.withPointer { validity in
            moments.withUnsafeMutableBufferPointer { moments in
                cells.withUnsafeMutableBufferPointer { cells in
                    cellValidity.withUnsafeMutableBufferPointer { cellValidity in
                        scratch.withUnsafeMutableBufferPointer { scratch in
                            guard let moments = moments.baseAddress, let cells = cells.baseAddress, let scratch = scratch.baseAddress,
                                let cellValidity = cellValidity.baseAddress
                            else { return }
                            for row in 0..<structure.rows {
                                for k in 0..<rowsOfCell {
                                    let y = row * side + 2 * k
                                    structure.withRows(y, scratch: scratch) { rows in
                                        for column in 0..<structure.columns {
                                            makeTerms(rows, column * side, cells + (column * planes * pixels + k * side), pixels)
                                        }
                                    }
                                    for (band, plane) in differences.enumerated() {
                                        plane.withUnsafeBufferPointer { plane in
                                            guard let source = plane.baseAddress else { return }
                                            for column in 0..<structure.columns {
                                                (cells + ((column * planes + terms + band) * pixels + k * side))
                                                    .update(from: source + (y * width + column * side), count: side)
                                            }
                                        }
                                    }
                                    for column in 0..<structure.columns {
                                        (cellValidity + (column * pixels + k * side))
                                            .update(from: validity + (y * width + column * side), count: side)
                                    }
                                }
                                for column in 0..<structure.columns {
                                    let cell = cells + column * planes * pixels
                                    weigh(
                                        cell + terms * pixels, bands, inverseNoise, share, cellValidity + column * pixels, scratch, pixels)
                                    sum(
                                        cell, terms, bands, scratch, scratch + pixels,
                                        moments + (row * structure.columns + column) * momentCount, pixels)
                                }
                            }
                        }
                    }
                }
            }
        }
        return moments
    }

    /// Number of figures that `structureMoments` gives for each cell.
    public static func momentCount(bands: Int) -> Int {
        let terms = StructurePlanes.termCount + 1
        return terms * (terms + 1) / 2 + terms * bands
    }

    /// Takes what old structure explains off the differences.
    ///
    /// - Parameters:
    ///   - coefficients: for each cell, row by row, and each band 7 numbers, one a term. They count at the cell's middle and are interpolated
    ///     linearly between middles; beyond the outermost ones they stay.
    ///   - differences: planes of the shape of `structure`, one a band.
    public func subtractExplained(_ structure: StructurePlanes, coefficients: [Float], from differences: inout [[Float]]) {
        let (width, side, bands) = (structure.width, StructurePlanes.cellSide, differences.count)
        let pitch = structure.columns * bands * StructurePlanes.termCount
        precondition(coefficients.count == pitch * structure.rows, "the coefficients do not fit the cells")
        precondition(differences.allSatisfy { $0.count == width * structure.height }, "the planes differ in size")
        let subtract = usesAVX2 ? PixelKernelsAVX2.subtractExplained : PixelKernelsBaseline.subtractExplained
        let interpolate = usesAVX2 ? PixelKernelsAVX2.interpolated : PixelKernelsBaseline.interpolated
        var scratch = [Float](repeating: 0, count: structure.scratchCount)
        var ofRow = [Float](repeating: 0, count: pitch)
        // Held for the whole plane, so that no array is looked at row by row.
        withMutablePlanes(&differences) { planes in
            withUnsafeTemporaryAllocation(of: UnsafeMutablePointer<Float>.self, capacity: bands) { targets in
                scratch.withUnsafeMutableBufferPointer { scratch in
                    guard let scratch = scratch.baseAddress, let targetRows = targets.baseAddress else { return }
                    for y in 0..<structure.height {
                        let node = CellNode(y, cells: structure.rows, side: side)
                        coefficients.withUnsafeBufferPointer { all in
                            ofRow.withUnsafeMutableBufferPointer { row in
                                guard let all = all.baseAddress, let row = row.baseAddress else { return }
                                interpolate(all + node.lower * pitch, all + node.upper * pitch, node.weight, row, pitch)
                            }
                        }
                        for band in 0..<bands { targets.initializeElement(at: band, to: planes[band] + y * width) }
                        structure.withRows(y, scratch: scratch) { subtract($0, ofRow, structure.columns, targetRows, bands) }
                    }
                }
            }
        }
    }

    /// Takes a field that is given at the middles of cells of 32 pixels off a plane: bilinear between the middles, constant beyond the outermost.
    ///
    /// - Parameter field: one value a cell, row by row. - Precondition: the plane is a whole number of cells.
    public func subtractInterpolated(_ plane: inout [Float], width: Int, height: Int, field: [Float]) {
        let side = StructurePlanes.cellSide
        let (columns, rows) = (width / side, height / side)
        precondition(width % side == 0 && height % side == 0 && plane.count == width * height, "the plane is not a whole number of cells")
        precondition(field.count == columns * rows, "the field does not fit the cells")
        let subtract = usesAVX2 ? PixelKernelsAVX2.subtractInterpolated : PixelKernelsBaseline.subtractInterpolated
        var ofRow = [Float](repeating: 0, count: columns)
        plane.withUnsafeMutableBufferPointer { plane in
            guard let plane = plane.baseAddress else { return }
            for y in 0..<height {
                let node = CellNode(y, cells: rows, side: side)
                for k in 0..<columns {
                    let (near, far) = (field[node.lower * columns + k], field[node.upper * columns + k])
                    ofRow[k] = near + node.weight * (far - near)
                }
                subtract(plane + y * width, ofRow, columns)
            }
        }
    }
}

/// Between which middles of cells a pixel lies, and how far from the first to the second.
private struct CellNode {
    let lower: Int
    let upper: Int
    let weight: Float

    init(_ position: Int, cells: Int, side: Int) {
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
    /// `out = (a − b)²`. All of one count.
    public func squaredDifference(_ a: Span<Float>, _ b: Span<Float>, into out: consuming MutableSpan<Float>) {
        precondition(a.count == out.count && b.count == out.count, "the planes differ in size")
        let kernel = usesAVX2 ? PixelKernelsAVX2.squaredDifference : PixelKernelsBaseline.squaredDifference
        out.withPointer { out, count in a.withPointer { a in b.withPointer { b in kernel(a, b, out, count) } } }
    }

    /// `out = a − b`. All of one count.
    public func difference(_ a: Span<Float>, _ b: Span<Float>, into out: consuming MutableSpan<Float>) {
        precondition(a.count == out.count && b.count == out.count, "the planes differ in size")
        let kernel = usesAVX2 ? PixelKernelsAVX2.plainDifference : PixelKernelsBaseline.plainDifference
        out.withPointer { out, count in a.withPointer { a in b.withPointer { b in kernel(a, b, out, count) } } }
    }

    /// The square root of every value, in place.
    public func takeRoots(_ values: consuming MutableSpan<Float>) {
        let kernel = usesAVX2 ? PixelKernelsAVX2.roots : PixelKernelsBaseline.roots
        values.withPointer { values, count in kernel(values, count) }
    }

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
    public func steps(_ values: Span<Float>, scale: Float, most: UInt16, validity: Span<UInt8>, into out: consuming MutableSpan<UInt16>) {
        precondition(values.count == out.count && validity.count == out.count, "the planes differ in size")
        let kernel = usesAVX2 ? PixelKernelsAVX2.wholeSteps : PixelKernelsBaseline.wholeSteps
        out.withPointer { out, count in
            values.withPointer { values in validity.withPointer { kernel(values, scale, Float(most), $0, out, count) } }
        }
    }
}
