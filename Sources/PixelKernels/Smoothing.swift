import PixelKernelsAVX2
import PixelKernelsBaseline

extension KernelSet {
    /// Most taps that `gaussianBlur` takes.
    public static let maximumBlurTaps = 63

    /// Correlates the plane with the same taps along x and then along y; pixels beyond the edge repeat the edge. Every sum runs from the first tap
    /// to the last. NaN and infinities spread to all pixels in reach.
    ///
    /// - Parameters:
    ///   - source: Shape: `height` × `width`; `out` likewise.
    ///   - taps: an odd number, 1 to 63.
    public func gaussianBlur(_ source: Span<Float>, width: Int, height: Int, taps: [Float], into out: consuming MutableSpan<Float>) {
        precondition(taps.count % 2 == 1 && taps.count <= Self.maximumBlurTaps, "an odd number of taps, at most \(Self.maximumBlurTaps)")
        precondition(width >= 0 && height >= 0 && source.count == width * height, "the source does not fit its shape")
        precondition(out.count == source.count, "the planes differ in size")
        let filter = usesAVX2 ? PixelKernelsAVX2.weightedRows : PixelKernelsBaseline.weightedRows
        let radius = taps.count / 2
        let slots = taps.count
        var ring = [Float](repeating: 0, count: slots * width)
        var padded = [Float](repeating: 0, count: width + 2 * radius)
        out.withPointer { out, _ in
            source.withPointer { source in
                ring.withUnsafeMutableBufferPointer { ring in
                    padded.withUnsafeMutableBufferPointer { padded in
                        guard let ring = ring.baseAddress, let padded = padded.baseAddress else { return }
                        var nextRow = 0
                        for row in 0..<height {
                            while nextRow <= min(row + radius, height - 1) {
                                let line = source + nextRow * width
                                padded.update(repeating: line[0], count: radius)
                                (padded + radius).update(from: line, count: width)
                                (padded + radius + width).update(repeating: line[width - 1], count: radius)
                                withRows(slots, { UnsafePointer(padded + $0) }) { rows in
                                    filter(rows, taps, slots, ring + nextRow % slots * width, width)
                                }
                                nextRow += 1
                            }
                            withRows(slots, { UnsafePointer(ring + min(max(row + $0 - radius, 0), height - 1) % slots * width) }) { rows in
                                filter(rows, taps, slots, out + row * width, width)
                            }
                        }
                    }
                }
            }
        }
    }

    private func withRows(
        _ count: Int, _ row: (Int) -> UnsafePointer<Float>, _ body: (UnsafePointer<UnsafePointer<Float>>) -> Void
    ) {
        withUnsafeTemporaryAllocation(of: UnsafePointer<Float>.self, capacity: count) { rows in
            for k in 0..<count { rows.initializeElement(at: k, to: row(k)) }
            guard let rows = rows.baseAddress else { return }
            body(rows)
        }
    }
}
