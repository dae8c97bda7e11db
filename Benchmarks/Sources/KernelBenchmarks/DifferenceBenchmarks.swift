import CLoops
import PixelKernels

/// The addresses of planes' rows, for C.
func addresses(_ planes: [Plane<Float>], _ y: Int = 0) -> [UnsafePointer<Float>?] { planes.map { UnsafePointer($0.row(y)) } }

/// Differences, their size in standard deviations, and what they are compared by.
func differenceBenchmarks(_ scene: Scene) -> [Benchmark] {
    let (width, height, count) = (scene.width, scene.height, scene.count)
    let (out, bytes, words) = (scene.outFloats, scene.outBytes, scene.outWords)
    let bands = scene.bands.map(\.array)
    let (before, after) = (scene.floats[0], scene.floats[1])
    let (beforeArray, afterArray) = (before.array, after.array)
    let validity = scene.validity.array
    let steps = scene.steps.array
    let table = scene.table
    let words16 = (scene.sums[0].array, scene.sums[1].array)
    // Where the planes are low the longer filter is cut off.
    let reach = min(16, (height - 1) / 2 - 1)
    let shortTaps = [4, reach].map { radius -> [Float] in (-radius...radius).map { 1 / Float(64 + $0 * $0) } }
    let (inside, insideHeight) = (width - 2 * reach, height - 2 * reach)
    let energy = after.array
    let weights = (0..<count).map { scene.validity.base[$0] == 0 ? Float(0) : 1 }
    var fine: [Int16] = []
    let rootScratch = Plane<Float>(width + 4 * width, 1) { _ in 0 }

    func of(_ output: UnsafeMutableRawBufferPointer, _ bytes: Int) -> UnsafeMutableRawBufferPointer { .init(rebasing: output[0..<bytes]) }
    return [
        Benchmark(
            name: "normalisedDifference", pixels: count, bytesPerPixel: 13, outputs: [out[0].bytes],
            inC: { c_normalised_difference(before.base, after.base, 1.02, 0.01, scene.validity.base, out[0].base, count) },
            inSwift: {
                let target = UnsafeMutableBufferPointer(start: out[0].base, count: count)
                $0.normalisedDifference(
                    before: beforeArray.span, after: afterArray.span, gain: 1.02, offset: 0.01, validity: validity.span,
                    into: target.mutableSpan)
            }),
        Benchmark(
            name: "signedChange of a row", pixels: count, bytesPerPixel: 10, outputs: [bytes[0].bytes, words[0].bytes],
            inC: {
                for y in 0..<height {
                    c_signed_change(
                        scene.bands[0].row(y), scene.steps.row(y), table, scene.validity.row(y), bytes[0].row(y), words[0].row(y), width)
                }
            },
            inSwift: { kernels in
                for y in 0..<height {
                    kernels.signedChange(
                        row: scene.bands[0].row(y), steps: scene.steps.row(y), table: table, validity: scene.validity.row(y),
                        coarse: bytes[0].row(y), fine: words[0].row(y), count: width)
                }
            }),
        Benchmark(
            name: "signedChange of a row, coarse alone", pixels: count, bytesPerPixel: 8, outputs: [bytes[0].bytes],
            inC: {
                for y in 0..<height {
                    c_signed_change(scene.bands[0].row(y), scene.steps.row(y), table, scene.validity.row(y), bytes[0].row(y), nil, width)
                }
            },
            inSwift: { kernels in
                for y in 0..<height {
                    kernels.signedChange(
                        row: scene.bands[0].row(y), steps: scene.steps.row(y), table: table, validity: scene.validity.row(y),
                        coarse: bytes[0].row(y), fine: nil, count: width)
                }
            }),
        Benchmark(
            name: "mean of 4 bands", pixels: count, bytesPerPixel: 20, outputs: [out[0].bytes],
            inC: { c_mean(addresses(scene.bands), 4, out[0].base, count) },
            inSwift: { $0.mean(of: bands, into: UnsafeMutableBufferPointer(start: out[0].base, count: count).mutableSpan) }),
        Benchmark(
            name: "steps", pixels: count, bytesPerPixel: 7, outputs: [words[0].bytes],
            inC: {
                words[0].base.withMemoryRebound(to: UInt16.self, capacity: count) {
                    c_steps(after.base, 90, 127, scene.validity.base, $0, count)
                }
            },
            inSwift: { kernels in
                words[0].base.withMemoryRebound(to: UInt16.self, capacity: count) {
                    kernels.steps(after.base, scale: 90, most: 127, validity: scene.validity.base, into: $0, count: count)
                }
            }),
        Benchmark(
            name: "clippedEnergy", pixels: count, bytesPerPixel: 28, outputs: [out[0].bytes, out[1].bytes],
            inC: {
                for y in 0..<height {
                    c_clipped_energy(
                        addresses(scene.bands, y), 4, scene.steps.row(y), table, 1, scene.sums[0].row(y), out[0].row(y), out[1].row(y),
                        width)
                }
            },
            inSwift: { kernels in
                for y in 0..<height {
                    _ = kernels.clippedEnergy(
                        differences: bands, offset: y * width, steps: steps, table: table, most: 1, observed: scene.sums[0].row(y),
                        energy: out[0].row(y), weights: out[1].row(y), count: width)
                }
            }),
        Benchmark(
            name: "rootOfMeans, 9 and 33 taps", pixels: inside * insideHeight, bytesPerPixel: 10,
            outputs: [of(words[0].bytes, 2 * inside * insideHeight)],
            inC: {
                c_root_of_means(
                    energy, weights, width, height, Int32(reach), shortTaps[0], Int32(shortTaps[0].count), shortTaps[1],
                    Int32(shortTaps[1].count), 5000, rootScratch.base, words[0].base)
            },
            inSwift: {
                fine = $0.rootOfMeans(
                    energy: energy, weights: weights, isWhole: false, width: width, reach: reach, taps: shortTaps, scale: 5000)
            },
            collect: { words[0].base.update(from: fine, count: fine.count) }),
        Benchmark(
            name: "correlation", pixels: count, bytesPerPixel: 4, outputs: [of(scene.outIntegers.bytes, 8)],
            inC: {
                var sum = 0
                for y in 0..<height { sum += c_correlation(scene.sums[0].row(y), scene.sums[1].row(y), width) }
                scene.outIntegers.bytes.storeBytes(of: sum, as: Int.self)
            },
            inSwift: {
                let sum = $0.correlation(
                    words16.0, words16.1, width: width, columns: 0..<width, rows: 0..<height, rowStep: 1, dx: 0, dy: 0)
                scene.outIntegers.bytes.storeBytes(of: sum, as: Int.self)
            }),
    ]
}
