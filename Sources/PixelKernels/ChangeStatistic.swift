import PixelKernelsAVX2
import PixelKernelsBaseline

/// What turns two dates into the change statistic: normalisation of the later date, and the whitening of the difference.
public struct ChangeWeights: Sendable, Equatable {
    /// Most bands that the kernels take.
    public static let maximumBandCount = 16

    public let gains: [Float]
    public let offsets: [Float]
    /// s in z = w · Σ s_b d_b.
    public let direction: [Float]
    /// Upper triangle of C⁻¹, row by row, with the off-diagonal elements doubled.
    let form: [Float]

    /// - Parameters:
    ///   - gains: factor on the later date, one a band.
    ///   - offsets: added to the later date after the factor, one a band.
    ///   - direction: weight of each band's difference in the signed statistic.
    ///   - inverseCovariance: upper triangle of C⁻¹, row by row: for three bands 00 01 02 11 12 22.
    /// - Precondition: one to 16 bands, and lists of fitting lengths.
    public init(gains: [Float], offsets: [Float], direction: [Float], inverseCovariance: [Float]) {
        let bands = gains.count
        precondition((1...Self.maximumBandCount).contains(bands), "one to \(Self.maximumBandCount) bands")
        precondition(offsets.count == bands && direction.count == bands, "the lists of bands differ in length")
        precondition(inverseCovariance.count == bands * (bands + 1) / 2, "the inverse covariance does not fit the number of bands")
        self.gains = gains
        self.offsets = offsets
        self.direction = direction
        var form = inverseCovariance
        var element = 0
        for row in 0..<bands {
            for column in row..<bands {
                if column > row { form[element] *= 2 }
                element += 1
            }
        }
        self.form = form
    }

    public var bandCount: Int { gains.count }
}

/// The change statistic of a block in the forms that are wanted; the others stay empty. Shape: `count` pixels each.
public struct ChangePlanes: Sendable, Equatable {
    public struct Forms: OptionSet, Sendable, Hashable {
        public let rawValue: Int
        public init(rawValue: Int) { self.rawValue = rawValue }
        public static let signed = Forms(rawValue: 1)
        public static let squared = Forms(rawValue: 2)
        public static let signedInt8 = Forms(rawValue: 4)
        public static let signedInt16 = Forms(rawValue: 8)
        public static let sizeInt16 = Forms(rawValue: 16)
    }

    /// Steps of `signedInt8` in one standard deviation.
    public static let stepsPerSigmaInt8: Float = 10
    /// Steps of `signedInt16` and `sizeInt16` in one standard deviation.
    public static let stepsPerSigmaInt16: Float = 100

    public let forms: Forms
    public let count: Int
    /// z in standard deviations; 0 where not valid.
    public internal(set) var signed: [Float]
    /// χ²; 0 where not valid.
    public internal(set) var squared: [Float]
    /// z in steps of 0.1, clamped to ±127; −128 where not valid or not a number.
    public internal(set) var signedInt8: [Int8]
    /// z in steps of 0.01, clamped to ±32 767; −32 768 where not valid or not a number.
    public internal(set) var signedInt16: [Int16]
    /// √χ² in steps of 0.01, clamped to 32 767; −32 768 where not valid or not a number.
    public internal(set) var sizeInt16: [Int16]

    public init(count: Int, forms: Forms) {
        self.forms = forms
        self.count = count
        signed = [Float](repeating: 0, count: forms.contains(.signed) ? count : 0)
        squared = [Float](repeating: 0, count: forms.contains(.squared) ? count : 0)
        signedInt8 = [Int8](repeating: -128, count: forms.contains(.signedInt8) ? count : 0)
        signedInt16 = [Int16](repeating: -32_768, count: forms.contains(.signedInt16) ? count : 0)
        sizeInt16 = [Int16](repeating: -32_768, count: forms.contains(.sizeInt16) ? count : 0)
    }
}

extension KernelSet {
    /// The change statistic of two dates, each pixel touched once:
    ///
    ///     d_b = gains[b] · after[b] + offsets[b] − before[b]
    ///     z   = w · Σ_b s_b d_b        χ² = w² · dᵀ C⁻¹ d
    ///
    /// with w = `inverseNoise`, 1/σ(x) of each pixel. Sums run over rising b, each operation rounded to a 32-bit float.
    ///
    /// - Parameters:
    ///   - before: planes of the earlier date. Shape: bands × count.
    ///   - after: planes of the later date. Shape: bands × count.
    ///   - out: receives the forms it was made for.
    /// - Precondition: all planes have `out.count` pixels, all lists `weights.bandCount` bands.
    public func change(
        before: [[Float]], after: [[Float]], weights: ChangeWeights, inverseNoise: Span<Float>, validity: Span<UInt8>,
        into out: inout ChangePlanes
    ) {
        let kernel = usesAVX2 ? PixelKernelsAVX2.normalisedDifference : PixelKernelsBaseline.normalisedDifference
        change(before, after, kernel, weights, inverseNoise, validity, &out)
    }

    /// The same from digital numbers.
    public func change(
        before: [[UInt16]], after: [[UInt16]], weights: ChangeWeights, inverseNoise: Span<Float>, validity: Span<UInt8>,
        into out: inout ChangePlanes
    ) {
        let kernel = usesAVX2 ? PixelKernelsAVX2.normalisedDifferenceUInt16 : PixelKernelsBaseline.normalisedDifferenceUInt16
        change(before, after, kernel, weights, inverseNoise, validity, &out)
    }

    /// The change statistic from differences that are already normalised (and perhaps freed of their slow field). Gains and offsets of `weights`
    /// are not used.
    public func change(
        differences: [[Float]], weights: ChangeWeights, inverseNoise: Span<Float>, validity: Span<UInt8>, into out: inout ChangePlanes
    ) {
        precondition(differences.count == weights.bandCount, "the lists of bands differ in length")
        precondition(differences.allSatisfy { $0.count == out.count }, "the planes differ in size")
        let clear = usesAVX2 ? PixelKernelsAVX2.copyValid : PixelKernelsBaseline.copyValid
        change(weights, inverseNoise, validity, &out) { band, start, count, validity, difference in
            differences[band].withUnsafeBufferPointer { source in
                guard let source = source.baseAddress else { return }
                clear(source + start, validity, difference, count)
            }
        }
    }

    private func change<Sample>(
        _ before: [[Sample]], _ after: [[Sample]],
        _ difference: (
            UnsafePointer<Sample>, UnsafePointer<Sample>, Float, Float, UnsafePointer<UInt8>, UnsafeMutablePointer<Float>, Int
        ) -> Void,
        _ weights: ChangeWeights, _ inverseNoise: Span<Float>, _ validity: Span<UInt8>, _ out: inout ChangePlanes
    ) {
        precondition(before.count == weights.bandCount && after.count == weights.bandCount, "the lists of bands differ in length")
        let total = out.count
        precondition(before.allSatisfy { $0.count == total } && after.allSatisfy { $0.count == total }, "the planes differ in size")
        change(weights, inverseNoise, validity, &out) { band, start, count, validity, target in
            before[band].withUnsafeBufferPointer { before in
                after[band].withUnsafeBufferPointer { after in
                    guard let before = before.baseAddress, let after = after.baseAddress else { return }
                    difference(before + start, after + start, weights.gains[band], weights.offsets[band], validity, target, count)
                }
            }
        }
    }

    private typealias FillDifference = (
        _ band: Int, _ start: Int, _ count: Int, _ validity: UnsafePointer<UInt8>, _ difference: UnsafeMutablePointer<Float>
    ) -> Void

    private func change(
        _ weights: ChangeWeights, _ inverseNoise: Span<Float>, _ validity: Span<UInt8>, _ out: inout ChangePlanes, _ fill: FillDifference
    ) {
        precondition(inverseNoise.count == out.count && validity.count == out.count, "the planes differ in size")
        let bands = weights.bandCount
        // Long enough for the processor to fetch ahead on every band, short enough for the scratch to stay in the first caches.
        let chunk = 512
        let sums = usesAVX2 ? PixelKernelsAVX2.changeSums : PixelKernelsBaseline.changeSums
        withUnsafeTemporaryAllocation(of: Float.self, capacity: (bands + 2) * chunk) { scratch in
            scratch.initialize(repeating: 0)
            guard let planes = scratch.baseAddress else { return }
            let z = planes + bands * chunk
            let square = z + chunk
            inverseNoise.withPointer { inverseNoise in
                validity.withPointer { validity in
                    for start in stride(from: 0, to: out.count, by: chunk) {
                        let count = min(chunk, out.count - start)
                        for band in 0..<bands { fill(band, start, count, validity + start, planes + band * chunk) }
                        sums(planes, bands, chunk, weights.direction, weights.form, z, square, (count + 15) & ~15)
                        finish(z, square, inverseNoise + start, validity + start, start, count, &out)
                    }
                }
            }
        }
    }

    private func finish(
        _ z: UnsafeMutablePointer<Float>, _ square: UnsafeMutablePointer<Float>, _ inverseNoise: UnsafePointer<Float>,
        _ validity: UnsafePointer<UInt8>, _ start: Int, _ count: Int, _ out: inout ChangePlanes
    ) {
        let forms = out.forms
        if !forms.isDisjoint(with: [.signed, .signedInt8, .signedInt16]) {
            (usesAVX2 ? PixelKernelsAVX2.scaleByNoise : PixelKernelsBaseline.scaleByNoise)(z, inverseNoise, validity, count)
        }
        if !forms.isDisjoint(with: [.squared, .sizeInt16]) {
            (usesAVX2 ? PixelKernelsAVX2.scaleBySquaredNoise : PixelKernelsBaseline.scaleBySquaredNoise)(
                square, inverseNoise, validity, count)
        }
        if forms.contains(.signed) {
            out.signed.withUnsafeMutableBufferPointer { $0.baseAddress?.advanced(by: start).update(from: z, count: count) }
        }
        if forms.contains(.squared) {
            out.squared.withUnsafeMutableBufferPointer { $0.baseAddress?.advanced(by: start).update(from: square, count: count) }
        }
        if forms.contains(.signedInt8) {
            let kernel = usesAVX2 ? PixelKernelsAVX2.quantiseInt8 : PixelKernelsBaseline.quantiseInt8
            out.signedInt8.withUnsafeMutableBufferPointer { target in
                guard let target = target.baseAddress else { return }
                kernel(z, ChangePlanes.stepsPerSigmaInt8, validity, target + start, count)
            }
        }
        if forms.contains(.signedInt16) {
            let kernel = usesAVX2 ? PixelKernelsAVX2.quantiseInt16 : PixelKernelsBaseline.quantiseInt16
            out.signedInt16.withUnsafeMutableBufferPointer { target in
                guard let target = target.baseAddress else { return }
                kernel(z, ChangePlanes.stepsPerSigmaInt16, validity, target + start, count)
            }
        }
        if forms.contains(.sizeInt16) {
            let kernel = usesAVX2 ? PixelKernelsAVX2.quantiseRootInt16 : PixelKernelsBaseline.quantiseRootInt16
            out.sizeInt16.withUnsafeMutableBufferPointer { target in
                guard let target = target.baseAddress else { return }
                kernel(square, ChangePlanes.stepsPerSigmaInt16, validity, target + start, count)
            }
        }
    }
}
