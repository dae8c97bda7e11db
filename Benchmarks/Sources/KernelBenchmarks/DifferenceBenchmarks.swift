import CLoops
import PixelKernels

func differenceMeasurements(_ scene: Scene) -> [Measurement] {
    let count = scene.count
    var results: [Measurement] = []
    func note(_ name: String, _ way: String, bytesPerPixel: Int, _ work: () -> Void) {
        results.append(Measurement(name: name, way: way, pixels: count, bytes: count * bytesPerPixel, seconds: leastSeconds(work)))
    }

    let (earlier, later) = (scene.before[0], scene.after[0])
    var out16 = [UInt16](repeating: 0, count: count)
    note("absolute difference u16", "C", bytesPerPixel: 6) {
        c_absolute_difference_u16(earlier, later, &out16, count)
    }
    for kernels in KernelSet.available {
        note("absolute difference u16", kernels.description, bytesPerPixel: 6) {
            kernels.absoluteDifference(earlier.span, later.span, into: out16.mutableSpan)
        }
    }

    var out = [Float](repeating: 0, count: count)
    note("normalised difference f32", "C", bytesPerPixel: 13) {
        c_normalised_difference(scene.floats, scene.otherFloats, 1.02, 0.01, scene.validity, &out, count)
    }
    for kernels in KernelSet.available {
        note("normalised difference f32", kernels.description, bytesPerPixel: 13) {
            kernels.normalisedDifference(
                before: scene.floats.span, after: scene.otherFloats.span, gain: 1.02, offset: 0.01, validity: scene.validity.span,
                into: out.mutableSpan)
        }
    }

    let triangle: [Float] = [2, -0.3, -0.2, -0.1, 2, -0.3, -0.2, 2, -0.3, 2]
    let doubled: [Float] = [2, -0.6, -0.4, -0.2, 2, -0.6, -0.4, 2, -0.6, 2]
    let (gains, offsets, direction): ([Float], [Float], [Float]) = ([1.02, 0.98, 1, 1.01], [3, -2, 0, 9], [0.5, 0.5, 0.5, 0.5])
    var (z8, z16, size16) = ([Int8](repeating: 0, count: count), [Int16](repeating: 0, count: count), [Int16](repeating: 0, count: count))
    // 4 bands of 2 bytes twice, noise, validity; out 1 + 2 + 2.
    note("change, 4 bands u16, fused", "C", bytesPerPixel: 26) {
        withPointers(scene.before) { before in
            withPointers(scene.after) { after in
                c_change4(
                    before, after, gains, offsets, direction, doubled, scene.inverseNoise, scene.validity, &z8, &z16, &size16, count)
            }
        }
    }
    let weights = ChangeWeights(gains: gains, offsets: offsets, direction: direction, inverseCovariance: triangle)
    var planes = ChangePlanes(count: count, forms: [.signedInt8, .signedInt16, .sizeInt16])
    for kernels in KernelSet.available {
        note("change, 4 bands u16, fused", kernels.description, bytesPerPixel: 26) {
            kernels.change(
                before: scene.before, after: scene.after, weights: weights, inverseNoise: scene.inverseNoise.span,
                validity: scene.validity.span, into: &planes)
        }
    }
    return results
}

private func withPointers(_ planes: [[UInt16]], _ body: (UnsafePointer<UnsafePointer<UInt16>?>) -> Void) {
    func gather(_ found: [UnsafePointer<UInt16>?]) {
        guard found.count < planes.count else { return body(found) }
        planes[found.count].withUnsafeBufferPointer { gather(found + [$0.baseAddress]) }
    }
    gather([])
}
