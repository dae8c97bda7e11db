import CLoops
import PixelKernels

/// Smoothing, shifting, and filters row by row.
func filterBenchmarks(_ scene: Scene) -> [Benchmark] {
    let (width, height, count) = (scene.width, scene.height, scene.count)
    let (out, words) = (scene.outFloats, scene.outWords)
    let source = scene.floats[0]
    let values = source.array
    let validity = scene.validity.array
    let taps = (-4...4).map { 1 / Float(9 + $0 * $0) }
    let ring = Plane<Float>(width, 16) { _ in 0 }
    let validRing = Plane<UInt8>(width, 16) { _ in 0 }
    let padded = Plane<Float>(width + 64, 1) { _ in 0 }
    let lanczos = (lanczosTaps(0.31), lanczosTaps(0.22))
    let outValidity = UnsafeMutableRawPointer(scene.outBytes[0].base).bindMemory(to: UInt8.self, capacity: count)
    let (weights16, weightsFloat): ([Int16], [Float]) = (
        [9, 8, 7, 6, 5, 4, 3, 2, 1, 1], (0..<7).map { 1 / Float(7 + $0 * $0) }
    )
    let means: [Int16] = (0..<10).map { Int16(4000 - 300 * $0) }

    func rows(_ work: (Int) -> Void) { for y in 0..<height { work(y) } }
    func symmetricSums(_ direction: String, _ step: Int) -> Benchmark {
        Benchmark(
            name: "symmetricSums, i8, 19 taps \(direction)", pixels: count, bytesPerPixel: 3, outputs: [words[0].bytes],
            inC: { rows { c_symmetric_sums_i8(scene.structure[0].row($0), step, weights16, 9, words[0].row($0), width) } },
            inSwift: { kernels in
                rows {
                    kernels.symmetricSums(
                        scene.structure[0].row($0), step: step, weights: weights16, radius: 9, into: words[0].row($0), count: width)
                }
            })
    }
    func symmetricMeans(_ direction: String, _ step: Int) -> Benchmark {
        Benchmark(
            name: "symmetricMeans, 19 taps \(direction)", pixels: count, bytesPerPixel: 4, outputs: [words[0].bytes],
            inC: { rows { c_symmetric_means(scene.sums[0].row($0), step, means, 3, words[0].row($0), width) } },
            inSwift: { kernels in
                rows {
                    kernels.symmetricMeans(
                        scene.sums[0].row($0), step: step, weights: means, triples: 3, into: words[0].row($0), count: width)
                }
            })
    }
    return [
        Benchmark(
            name: "gaussianBlur, 9 taps", pixels: count, bytesPerPixel: 8, outputs: [out[0].bytes],
            inC: { c_blur(source.base, width, height, taps, 9, ring.base, padded.base, out[0].base) },
            inSwift: {
                let target = UnsafeMutableBufferPointer(start: out[0].base, count: count)
                $0.gaussianBlur(values.span, width: width, height: height, taps: taps, into: target.mutableSpan)
            }),
        Benchmark(
            name: "resampleShift, Lanczos, with mask", pixels: count, bytesPerPixel: 10,
            outputs: [out[0].bytes, scene.outBytes[0].bytes], tolerance: 1e-5,
            inC: {
                c_shift(
                    source.base, scene.validity.base, width, height, lanczos.0, lanczos.1, 6, ring.base, validRing.base, out[0].base,
                    outValidity)
            },
            inSwift: {
                // It makes its planes itself; that they are copied for the comparison counts against it.
                let shifted = $0.resampleShift(
                    [values], validity: validity, width: width, height: height, halo: 0, shiftX: 0.31, shiftY: 0.22,
                    interpolation: .lanczos3)
                shifted.planes[0].withUnsafeBufferPointer { out[0].base.update(from: $0.baseAddress.unsafelyUnwrapped, count: count) }
                shifted.validity.withUnsafeBufferPointer { outValidity.update(from: $0.baseAddress.unsafelyUnwrapped, count: count) }
            }),
        symmetricSums("down", width),
        symmetricMeans("along", 1),
        symmetricMeans("down", width),
        Benchmark(
            name: "symmetricSquareSums, 13 taps down", pixels: count, bytesPerPixel: 5, outputs: [out[0].bytes],
            inC: { rows { c_symmetric_squares(scene.structure[0].row($0), width, weightsFloat, 6, out[0].row($0), width) } },
            inSwift: { kernels in
                rows {
                    kernels.symmetricSquareSums(
                        scene.structure[0].row($0), step: width, weights: weightsFloat, radius: 6, into: out[0].row($0), count: width)
                }
            }),
        Benchmark(
            name: "symmetricSums, f32, 13 taps along", pixels: count, bytesPerPixel: 8, outputs: [out[0].bytes],
            inC: { rows { c_symmetric_sums_f32(source.row($0), weightsFloat, 6, out[0].row($0), width) } },
            inSwift: { kernels in
                rows { kernels.symmetricSums(source.row($0), weights: weightsFloat, radius: 6, into: out[0].row($0), count: width) }
            }),
    ]
}

/// Weights of the samples at −2 … 3 around a place `shift` of a pixel beyond sample 0; the windowed sinc of three lobes, its sum 1.
private func lanczosTaps(_ shift: Double) -> [Float] {
    func sinc(_ x: Double) -> Double {
        let angle = x * Double.pi
        var (term, sum) = (1.0, 1.0)
        for n in 1...24 {
            term *= -angle * angle / Double(2 * n * (2 * n + 1))
            sum += term
        }
        return sum
    }
    let fraction = shift - shift.rounded(.down)
    let weights = (-2...3).map { sinc(fraction - Double($0)) * sinc((fraction - Double($0)) / 3) }
    let sum = weights.reduce(0, +)
    return weights.map { Float($0 / sum) }
}
