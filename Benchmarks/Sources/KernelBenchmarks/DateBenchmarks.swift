import CLoops
import PixelKernels

/// Dates of a stack against each other, and what is counted of a plane.
func dateBenchmarks(_ scene: Scene) -> [Benchmark] {
    let (width, height, count) = (scene.width, scene.height, scene.count)
    let (dateCount, split) = (16, 7)
    let out = scene.outBytes[0]
    var random = Sequence64()
    let dates = (0..<dateCount).map { date in
        KernelSet.WeighedDate(
            levels: (0..<count).map { _ in random.next() % 50 == 0 ? -128 : Int8(random.nearlyNormal() * 10) },
            scale: 0.1 + Float(date) / 200, weight: 1 + Float(date) / 30)
    }
    let starts = (0..<height).map { $0 * width }
    let counts = UnsafeMutableRawBufferPointer.allocate(byteCount: MemoryLayout<Int>.size, alignment: 8)
    let levels = scene.levels[0].array
    return [
        Benchmark(
            name: "step of 16 dates", pixels: count, bytesPerPixel: Double(dateCount + 1), outputs: [out.bytes],
            inC: {
                withPointers(to: dates[...], []) { levels in
                    let (scales, weights) = (dates.map(\.scale), dates.map(\.weight))
                    for start in starts {
                        let row = levels.map { Optional($0 + start) }
                        c_step(row, scales, weights, Int32(split), Int32(dateCount - split), 50, 10, out.base + start, width)
                    }
                }
            },
            inSwift: { kernels in
                kernels.step(
                    from: Array(dates[..<split]), to: Array(dates[split...]), rows: starts[...], width: width, clip: 50, stepsPerSigma: 10,
                    into: out.base)
            }),
        Benchmark(
            name: "count of a level", pixels: count, bytesPerPixel: 1, outputs: [counts],
            inC: {
                levels.withUnsafeBytes { bytes in
                    guard let bytes = bytes.assumingMemoryBound(to: UInt8.self).baseAddress else { return }
                    counts.storeBytes(of: c_count(bytes, 128, count), as: Int.self)
                }
            },
            inSwift: { kernels in counts.storeBytes(of: kernels.count(of: Int8(-128), in: levels), as: Int.self) }),
    ]
}

private func withPointers(
    to dates: ArraySlice<KernelSet.WeighedDate>, _ opened: [UnsafePointer<Int8>], _ body: ([UnsafePointer<Int8>]) -> Void
) {
    guard let first = dates.first else { return body(opened) }
    first.levels.withUnsafeBufferPointer { levels in
        if let levels = levels.baseAddress { withPointers(to: dates.dropFirst(), opened + [levels], body) }
    }
}
