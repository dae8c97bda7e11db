import PixelKernelsAVX2
import PixelKernelsBaseline

/// Stored samples of one kind, one every `step` of them.
public struct InterleavedSamples: @unchecked Sendable {
    public enum Kind: Sendable { case uint8, uint16 }

    let base: UnsafeRawPointer
    let kind: Kind
    let step: Int

    /// - Parameters:
    ///   - base: the first sample of the first pixel; must stay readable as long as this is used.
    ///   - step: samples of a pixel.
    public init(_ base: UnsafeRawPointer, kind: Kind, step: Int) {
        self.base = base
        self.kind = kind
        self.step = step
    }
}

extension KernelSet {
    /// `out = sample · scale + offset` of one of the pixels' samples. - Precondition: as many pixels are readable and writable as `count` says.
    public func scale(
        _ samples: InterleavedSamples, sample: Int, scale: Float, offset: Float, into out: UnsafeMutablePointer<Float>, count: Int
    ) {
        switch samples.kind {
        case .uint16:
            let kernel = usesAVX2 ? PixelKernelsAVX2.scaledUInt16 : PixelKernelsBaseline.scaledUInt16
            kernel(samples.base.assumingMemoryBound(to: UInt16.self) + sample, samples.step, scale, offset, out, count)
        case .uint8:
            let kernel = usesAVX2 ? PixelKernelsAVX2.scaledUInt8 : PixelKernelsBaseline.scaledUInt8
            kernel(samples.base.assumingMemoryBound(to: UInt8.self) + sample, samples.step, scale, offset, out, count)
        }
    }

    /// The same of all four samples of a pixel at once. - Precondition: 16-bit samples, four a pixel; four of everything else.
    public func scaleQuads(
        _ samples: InterleavedSamples, scales: [Float], offsets: [Float], into out: [UnsafeMutablePointer<Float>], count: Int
    ) {
        precondition(samples.kind == .uint16 && samples.step == 4 && scales.count == 4 && offsets.count == 4 && out.count == 4)
        let kernel = usesAVX2 ? PixelKernelsAVX2.scaledQuadsUInt16 : PixelKernelsBaseline.scaledQuadsUInt16
        kernel(samples.base.assumingMemoryBound(to: UInt16.self), scales, offsets, out[0], out[1], out[2], out[3], count)
    }

    /// Weighted sums of all four samples of a pixel, plane by plane: `weights` holds four for each plane, `offsets` one.
    ///
    /// - Precondition: 16-bit samples, four a pixel; as many pixels are readable and writable as `count` says.
    public func mixQuads(
        _ samples: InterleavedSamples, weights: [Float], offsets: [Float], into out: [UnsafeMutablePointer<Float>], count: Int
    ) {
        precondition(samples.kind == .uint16 && samples.step == 4, "not pixels of four samples of 16 bits")
        precondition(weights.count == 4 * out.count && offsets.count == out.count, "four weights and an offset a plane")
        let kernel = usesAVX2 ? PixelKernelsAVX2.mixedQuadsUInt16 : PixelKernelsBaseline.mixedQuadsUInt16
        kernel(samples.base.assumingMemoryBound(to: UInt16.self), weights, offsets, out, out.count, count)
    }

    /// Sets validity to 0 where one of a pixel's four samples is its marker, and the planes where it is 0 then.
    ///
    /// - Parameter markers: one a sample, nil for none.
    public func hideMarked(
        _ samples: InterleavedSamples, markers: [UInt16?], validity: UnsafeMutablePointer<UInt8>,
        clearing planes: [UnsafeMutablePointer<Float>], count: Int
    ) {
        precondition(samples.kind == .uint16 && samples.step == 4 && markers.count == 4, "not pixels of four samples of 16 bits")
        var (word, unused): (UInt64, UInt64) = (0, 0)
        for (k, marker) in markers.enumerated() {
            word |= UInt64(marker ?? 0) << (16 * UInt64(k))
            unused |= (marker == nil ? 0xFFFF : 0) << (16 * UInt64(k))
        }
        let hide = usesAVX2 ? PixelKernelsAVX2.hideMarkedQuadsUInt16 : PixelKernelsBaseline.hideMarkedQuadsUInt16
        let clear = usesAVX2 ? PixelKernelsAVX2.clearInvalid : PixelKernelsBaseline.clearInvalid
        hide(samples.base.assumingMemoryBound(to: UInt16.self), word, unused, validity, count)
        for plane in planes { clear(validity, plane, count) }
    }

    /// Sets value and validity to 0 where one of the pixels' samples is `marker`.
    public func clear(
        _ values: UnsafeMutablePointer<Float>, _ validity: UnsafeMutablePointer<UInt8>, where samples: InterleavedSamples, sample: Int,
        is marker: UInt16, count: Int
    ) {
        switch samples.kind {
        case .uint16:
            let kernel = usesAVX2 ? PixelKernelsAVX2.clearMarkedUInt16 : PixelKernelsBaseline.clearMarkedUInt16
            let base = samples.base.assumingMemoryBound(to: UInt16.self) + sample
            for start in stride(from: 0, to: count, by: Self.clearedAtOnce) {
                kernel(
                    base + start * samples.step, samples.step, marker, values + start, validity + start,
                    min(Self.clearedAtOnce, count - start))
            }
        case .uint8:
            guard let marker = UInt8(exactly: marker) else { return }
            let kernel = usesAVX2 ? PixelKernelsAVX2.clearMarkedUInt8 : PixelKernelsBaseline.clearMarkedUInt8
            let base = samples.base.assumingMemoryBound(to: UInt8.self) + sample
            for start in stride(from: 0, to: count, by: Self.clearedAtOnce) {
                kernel(
                    base + start * samples.step, samples.step, marker, values + start, validity + start,
                    min(Self.clearedAtOnce, count - start))
            }
        }
    }

    private static let clearedAtOnce = 1024

    /// Grey of a picture of a part of several bands, from their sum: 1 for `low` and below, one more for each `1 / scale` above it, up to 255; 0 where the
    /// sum is not finite, and where a pixel is not valid and its sum 0.
    ///
    /// - Parameters:
    ///   - bands: planes of the shape of `validity`, `width` pixels a row.
    ///   - columns, rows: the part.
    /// - Returns: row by row of the part.
    public func greyLevels(
        of bands: [[Float]], width: Int, columns: Range<Int>, rows: Range<Int>, low: Float, scale: Float, validity: [UInt8]
    ) -> [UInt8] {
        precondition(bands.allSatisfy { $0.count == validity.count }, "the planes differ in size")
        precondition(columns.lowerBound >= 0 && columns.upperBound <= width && rows.lowerBound >= 0, "the part lies outside the planes")
        precondition(rows.upperBound * width <= validity.count, "the part lies outside the planes")
        let add = usesAVX2 ? PixelKernelsAVX2.addScaled : PixelKernelsBaseline.addScaled
        let grey = usesAVX2 ? PixelKernelsAVX2.greyLevels : PixelKernelsBaseline.greyLevels
        return [UInt8](unsafeUninitializedCapacity: columns.count * rows.count) { out, written in
            withUnsafeTemporaryAllocation(of: Float.self, capacity: columns.count) { sums in
                guard let sums = sums.baseAddress, let out = out.baseAddress else { return }
                validity.withUnsafeBufferPointer { validity in
                    guard let validity = validity.baseAddress else { return }
                    for (k, y) in rows.enumerated() {
                        let start = y * width + columns.lowerBound
                        sums.initialize(repeating: 0, count: columns.count)
                        for band in bands {
                            band.withUnsafeBufferPointer { if let band = $0.baseAddress { add(sums, band + start, 1, columns.count) } }
                        }
                        grey(sums, low, scale, validity + start, out + k * columns.count, columns.count)
                    }
                }
            }
            written = columns.count * rows.count
        }
    }
}
