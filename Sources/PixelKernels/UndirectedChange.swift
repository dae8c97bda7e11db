import PixelKernelsAVX2
import PixelKernelsBaseline

// The undirected change: squares of the standardised differences, and the root of their means over two neighbourhoods.
extension KernelSet {
    /// Sums over the bands of `min(d² · table[step · bands + b], most)` for a row; 0, with a weight of 0 instead of 1, where not observed (−32 768).
    ///
    /// - Parameters:
    ///   - differences: planes, one a band. - offset: of the row's first pixel in them and in `steps`.
    ///   - observed: of the row's pixels. - `energy`, `weights`: receive the row.
    /// - Returns: whether all were observed.
    public func clippedEnergy(
        differences: [[Float]], offset: Int, steps: [UInt16], table: [Float], most: Float, observed: UnsafePointer<Int16>,
        energy: UnsafeMutablePointer<Float>, weights: UnsafeMutablePointer<Float>, count: Int
    ) -> Bool {
        precondition(offset >= 0 && count >= 0 && offset + count <= steps.count, "the row lies outside the planes")
        precondition(differences.allSatisfy { $0.count == steps.count } && !differences.isEmpty, "the planes differ in size")
        let kernel = usesAVX2 ? PixelKernelsAVX2.clippedEnergy : PixelKernelsBaseline.clippedEnergy
        return withUnsafeTemporaryAllocation(of: UnsafePointer<Float>.self, capacity: differences.count) { pointers in
            steps.withUnsafeBufferPointer { steps in
                var isWhole = true
                withRows(of: differences, at: offset, into: pointers) {
                    guard let rows = pointers.baseAddress, let steps = steps.baseAddress else { return }
                    isWhole = kernel(rows, differences.count, steps + offset, table, most, observed, energy, weights, count)
                }
                return isWhole
            }
        }
    }

    /// `√((F_a ∗ energy / F_a ∗ weights + F_b ∗ energy / F_b ∗ weights) · scale)` as integers; −32 768 where the weight is 0.
    ///
    /// Filters run along columns, then along rows, each sum from the first tap to the last; what stands beyond the plane's outermost `reach` pixels is
    /// not made.
    ///
    /// - Parameters:
    ///   - energy: rows of `width` pixels. - weights: of the same shape; all 1 where `isWhole`.
    ///   - taps: of the two filters, each an odd number of them. - reach: half of the longer filter.
    /// - Returns: the planes' inside, row by row.
    public func rootOfMeans(
        energy: [Float], weights: [Float], isWhole: Bool, width: Int, reach: Int, taps: [[Float]], scale: Float
    ) -> [Int16] {
        let (inside, height) = (width - 2 * reach, energy.count / max(1, width) - 2 * reach)
        precondition(energy.count == weights.count && inside >= 0 && height >= 0, "the planes do not fit their shape")
        precondition(taps.count == 2 && taps.allSatisfy { $0.count % 2 == 1 && $0.count / 2 <= reach }, "two filters within reach")
        let finish = usesAVX2 ? PixelKernelsAVX2.rootOfMeans : PixelKernelsBaseline.rootOfMeans
        // A column of sums over the plane's whole width, then means and shares of both filters.
        var scratch = [Float](repeating: 0, count: width + 4 * inside)
        return [Int16](unsafeUninitializedCapacity: inside * height) { out, count in
            energy.withUnsafeBufferPointer { energy in
                weights.withUnsafeBufferPointer { weights in
                    scratch.withUnsafeMutableBufferPointer { scratch in
                        guard let energy = energy.baseAddress, let weights = weights.baseAddress, let sums = scratch.baseAddress,
                            let out = out.baseAddress
                        else { return }
                        let means = (sums + width, sums + width + inside)
                        let shares = (sums + width + 2 * inside, sums + width + 3 * inside)
                        // The last row of weights, of those that a row of the result depends on, that is not as the one above it.
                        var lastBreak = 0
                        for y in 0..<height {
                            let start = (y + reach) * width
                            if !isWhole {
                                for row in (y == 0 ? 1 : y + 2 * reach)..<(y + 2 * reach + 1)
                                where !Self.isSame(weights + row * width, weights + (row - 1) * width, width) {
                                    lastBreak = row
                                }
                            }
                            smooth(energy + start, width, reach, taps[0], sums, means.0)
                            smooth(energy + start, width, reach, taps[1], sums, means.1)
                            // Of ones all rows are the same, and of what lies beside an edge most.
                            if y == 0 || lastBreak >= y {
                                smooth(weights + start, width, reach, taps[0], sums, shares.0)
                                smooth(weights + start, width, reach, taps[1], sums, shares.1)
                            }
                            finish(
                                means.0, shares.0, means.1, shares.1, scale, weights + start + reach, out + y * inside, inside)
                        }
                    }
                }
            }
            count = inside * height
        }
    }

    private static func isSame(_ row: UnsafePointer<Float>, _ other: UnsafePointer<Float>, _ count: Int) -> Bool {
        var different: UInt32 = 0
        for x in 0..<count { different |= row[x].bitPattern ^ other[x].bitPattern }
        return different == 0
    }

    /// One row's inside, of a plane that goes on above and below it.
    private func smooth(
        _ row: UnsafePointer<Float>, _ width: Int, _ reach: Int, _ taps: [Float], _ sums: UnsafeMutablePointer<Float>,
        _ out: UnsafeMutablePointer<Float>
    ) {
        let filter = usesAVX2 ? PixelKernelsAVX2.weightedRows : PixelKernelsBaseline.weightedRows
        let radius = taps.count / 2
        withUnsafeTemporaryAllocation(of: UnsafePointer<Float>.self, capacity: taps.count) { rows in
            guard let pointers = rows.baseAddress else { return }
            for k in taps.indices { (pointers + k).initialize(to: row + (k - radius) * width) }
            filter(pointers, taps, taps.count, sums, width)
            for k in taps.indices { pointers[k] = UnsafePointer(sums) + (reach + k - radius) }
            filter(pointers, taps, taps.count, out, width - 2 * reach)
        }
    }
}
