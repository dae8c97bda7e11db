import PixelKernelsAVX2
import PixelKernelsBaseline

extension KernelSet {
    /// Most taps that `gaussianBlur` takes.
    public static let maximumBlurTaps = 63

    /// The sampled Gaussian, normalised to sum one. Shape: `2 · radius + 1`.
    ///
    /// - Precondition: `sigmaPixels` is positive and finite, `radius` is 0 to 31.
    public static func gaussianTaps(sigmaPixels: Double, radius: Int) -> [Float] {
        precondition(sigmaPixels > 0 && sigmaPixels.isFinite, "a Gaussian needs a positive width")
        precondition((0...(maximumBlurTaps / 2)).contains(radius), "a radius of 0 to \(maximumBlurTaps / 2) pixels")
        let weights = (-radius...radius).map { exponentialDecay(Double($0 * $0) / (2 * sigmaPixels * sigmaPixels)) }
        let sum = weights.reduce(0, +)
        return weights.map { Float($0 / sum) }
    }

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

    /// Sums over windows of `2·radiusX + 1` × `2·radiusY + 1` pixels, cut off at the edges, at a cost that does not depend on the radii.
    ///
    /// Running sums are kept in double precision, so a result is off by some 2⁻⁵⁰ of the largest sum met on the way, and a NaN or infinity
    /// spoils what is right of and below it: set invalid pixels to 0 and divide by `boxCount`.
    ///
    /// - Parameters:
    ///   - source: Shape: `height` × `width`; `out` likewise.
    public func boxSum(
        _ source: Span<Float>, width: Int, height: Int, radiusX: Int, radiusY: Int, into out: consuming MutableSpan<Float>
    ) {
        precondition(source.count == width * height, "the source does not fit its shape")
        let add = usesAVX2 ? PixelKernelsAVX2.addRow : PixelKernelsBaseline.addRow
        let subtract = usesAVX2 ? PixelKernelsAVX2.subtractRow : PixelKernelsBaseline.subtractRow
        boxSum(source, width, height, radiusX, radiusY, add, subtract, out)
    }

    /// The number of valid pixels in the same windows as `boxSum`; exact up to 2²⁴.
    public func boxCount(
        _ validity: Span<UInt8>, width: Int, height: Int, radiusX: Int, radiusY: Int, into out: consuming MutableSpan<Float>
    ) {
        precondition(validity.count == width * height, "the source does not fit its shape")
        let add = usesAVX2 ? PixelKernelsAVX2.addValid : PixelKernelsBaseline.addValid
        let subtract = usesAVX2 ? PixelKernelsAVX2.subtractValid : PixelKernelsBaseline.subtractValid
        boxSum(validity, width, height, radiusX, radiusY, add, subtract, out)
    }

    private typealias AccumulateRow<Sample> = (UnsafeMutablePointer<Double>, UnsafePointer<Sample>, Int) -> Void

    private func boxSum<Sample>(
        _ source: Span<Sample>, _ width: Int, _ height: Int, _ radiusX: Int, _ radiusY: Int, _ add: AccumulateRow<Sample>,
        _ subtract: AccumulateRow<Sample>, _ out: consuming MutableSpan<Float>
    ) {
        precondition(width >= 0 && height >= 0 && out.count == source.count, "the planes differ in size")
        precondition(radiusX >= 0 && radiusY >= 0, "a radius is not negative")
        // Beyond the plane's own size a larger window sums nothing more.
        let reachX = min(radiusX, width)
        let reachY = min(radiusY, height)
        let slide = usesAVX2 ? PixelKernelsAVX2.slidingSum : PixelKernelsBaseline.slidingSum
        var padded = [Double](repeating: 0, count: width + 2 * reachX + 1)
        out.withPointer { out, _ in
            source.withPointer { source in
                padded.withUnsafeMutableBufferPointer { padded in
                    guard let padded = padded.baseAddress else { return }
                    let columns = padded + (reachX + 1)
                    for row in 0..<min(reachY, height) { add(columns, source + row * width, width) }
                    for row in 0..<height {
                        if row + reachY < height { add(columns, source + (row + reachY) * width, width) }
                        if row - reachY - 1 >= 0 { subtract(columns, source + (row - reachY - 1) * width, width) }
                        slide(padded, 2 * reachX + 1, out + row * width, width)
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

/// exp(−x) for x ≥ 0 by its series at x/1024, squared ten times: the same bits on every machine.
private func exponentialDecay(_ x: Double) -> Double {
    let small = -min(x, 700) / 1024
    var term = 1.0
    var sum = 1.0
    for n in 1...14 {
        term *= small / Double(n)
        sum += term
    }
    for _ in 0..<10 { sum *= sum }
    return sum
}
