import PixelKernels
import Testing

@Suite struct ResamplingTests {
    private struct Result: Equatable {
        var values: [Float]
        var validity: [UInt8]
    }

    private struct Source {
        let width: Int
        let height: Int
        var values: [Float]
        var validity: [UInt8]

        /// What stands in invalid pixels is NaN, so that any use of it shows.
        init(width: Int, height: Int, holes: UInt64 = 60, seed: UInt64 = 11) {
            var random = SeededGenerator(seed: seed)
            self.width = width
            self.height = height
            validity = random.validity(count: width * height, holes: holes)
            values = random.floats(count: width * height)
            for i in values.indices where validity[i] == 0 { values[i] = .nan }
        }

        func shifted(_ kernels: KernelSet, _ x: Double, _ y: Double, _ halo: Int, _ interpolation: Interpolation) -> Result {
            let out = kernels.resampleShift(
                [values], validity: validity, width: width, height: height, halo: halo, shiftX: x, shiftY: y, interpolation: interpolation)
            return Result(values: out.planes[0], validity: out.validity)
        }
    }

    /// Tap by tap, from the weights that an impulse shows.
    private func reference(_ source: Source, x: Double, y: Double, halo: Int, interpolation: Interpolation) -> Result {
        let (columns, rows) = (taps(x, interpolation), taps(y, interpolation))
        var result = Result(values: [], validity: [])
        for row in halo..<(source.height - halo) {
            for column in halo..<(source.width - halo) {
                var valid = true
                var total: Float = 0
                for (j, v) in rows.enumerated() {
                    var sum: Float = 0
                    for (i, w) in columns.enumerated() {
                        let (px, py) = (column + w.place, row + v.place)
                        guard px >= 0, px < source.width, py >= 0, py < source.height, source.validity[py * source.width + px] != 0 else {
                            valid = false
                            continue
                        }
                        let product = w.weight * source.values[py * source.width + px]
                        sum = i == 0 ? product : sum + product
                    }
                    let product = v.weight * sum
                    total = j == 0 ? product : total + product
                }
                result.values.append(valid ? total : 0)
                result.validity.append(valid ? 255 : 0)
            }
        }
        return result
    }

    private func taps(_ shift: Double, _ interpolation: Interpolation) -> [(place: Int, weight: Float)] {
        let whole = Int(shift.rounded(.down))
        if Double(whole) == shift { return [(whole, 1)] }
        let reach = interpolation.reach
        var impulse = Source(width: 4 * reach + 1, height: 1, holes: .max)
        impulse.values = [Float](repeating: 0, count: impulse.width)
        impulse.values[2 * reach] = 1
        let fraction = shift - Double(whole)
        let response = impulse.shifted(.baseline, fraction, 0, 0, interpolation)
        return ((1 - reach)...reach).map { (whole + $0, response.values[2 * reach - $0]) }
    }

    @Test(arguments: KernelSet.available, Interpolation.allCases)
    func `a shift has the bits of the taps written out`(_ kernels: KernelSet, _ interpolation: Interpolation) {
        for (width, height) in shapes where width < 200 {
            for (x, y) in [(0.25, -0.4), (0, 0.5), (-1, 0), (-0.75, 2), (1.9, -2.3)] {
                for halo in [0, 3] where width > 2 * halo && height > 2 * halo {
                    let source = Source(width: width, height: height)
                    let result = source.shifted(kernels, x, y, halo, interpolation)
                    let expected = reference(source, x: x, y: y, halo: halo, interpolation: interpolation)
                    #expect(bits(result.values) == bits(expected.values), "\(width) × \(height), shift \(x) \(y), halo \(halo)")
                    #expect(result.validity == expected.validity, "\(width) × \(height), shift \(x) \(y), halo \(halo)")
                }
            }
        }
    }

    @Test(arguments: KernelSet.available, Interpolation.allCases)
    func `one invalid pixel spoils what its taps reach and no more`(_ kernels: KernelSet, _ interpolation: Interpolation) {
        var source = Source(width: 21, height: 21, holes: .max)
        source.values[10 * 21 + 10] = .nan
        source.validity[10 * 21 + 10] = 0
        let side = 2 * interpolation.reach
        #expect(source.shifted(kernels, 0.3, 0.3, 3, interpolation).validity.count { $0 == 0 } == side * side)
        #expect(source.shifted(kernels, 0.3, 1, 3, interpolation).validity.count { $0 == 0 } == side)
        #expect(source.shifted(kernels, 0, 0, 3, interpolation).validity.count { $0 == 0 } == 1)
        #expect(source.shifted(kernels, 0.3, 0.3, 3, interpolation).values.allSatisfy { $0.isFinite })
    }

    @Test(arguments: KernelSet.available, [0.1, 0.37, 0.5, 0.93])
    func `cubic convolution keeps planes and Lanczos keeps constants`(_ kernels: KernelSet, _ shift: Double) {
        var source = Source(width: 32, height: 32, holes: .max)
        for i in source.values.indices { source.values[i] = Float(i % 32) * 0.5 - Float(i / 32) }
        let ramp = source.shifted(kernels, shift, -shift, 4, .cubic)
        let wrong = ramp.values.indices.filter { i in
            let expected = (Double(i % 24 + 4) + shift) * 0.5 - (Double(i / 24 + 4) - shift)
            return abs(Double(ramp.values[i]) - expected) > 2e-5
        }
        #expect(wrong.isEmpty)
        for i in source.values.indices { source.values[i] = 7 }
        #expect(source.shifted(kernels, shift, shift, 4, .lanczos3).values.allSatisfy { abs($0 - 7) < 1e-5 })
    }

    @Test func `Lanczos weights are those of the windowed sinc`() {
        // numpy: w = sinc(t) sinc(t / 3) at t = 0.3 − (−2 … 3), divided by their sum.
        let expected: [Float] = [0.031_226_41, -0.142_884_3, 0.847_630_72, 0.337_117_77, -0.083_555_18, 0.010_464_58]
        let computed = taps(0.3, .lanczos3)
        #expect(computed.map(\.place) == [-2, -1, 0, 1, 2, 3])
        for (a, b) in zip(computed.map(\.weight), expected) { #expect(abs(a - b) < 1e-6) }
    }

    @Test(arguments: KernelSet.available, [Double.nan, .infinity, -1e9, 500, -500])
    func `a shift out of the plane or without sense leaves nothing valid`(_ kernels: KernelSet, _ shift: Double) {
        let source = Source(width: 20, height: 10)
        for (x, y) in [(shift, 0), (0, shift)] {
            let result = source.shifted(kernels, x, y, 2, .cubic)
            #expect(result == Result(values: .init(repeating: 0, count: 96), validity: .init(repeating: 0, count: 96)))
        }
    }
}
