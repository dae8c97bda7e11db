import CLoops
import PixelKernels

/// Stored samples to planes, and planes to grey.
func sampleBenchmarks(_ scene: Scene) -> [Benchmark] {
    let (width, height, count) = (scene.width, scene.height, scene.count)
    let (quads, out) = (scene.quads.base, scene.outFloats)
    let (scales, offsets): ([Float], [Float]) = ([1e-4, 2e-4, 3e-4, 1.5e-4], [-0.1, 0, 0.05, 0.2])
    // A sum of the bands, and a difference of some from others.
    let (weights, sumOffsets): ([Float], [Float]) = ([1e-4, 2e-4, 3e-4, 1.5e-4, 4e-4, -1e-4, -2e-4, 0.5e-4], [-0.1, 0.2])
    let markers: [UInt16?] = [77, nil, 0, 3999]
    let markersInC: [Int32] = markers.map { marker in marker.map { Int32($0) } ?? -1 }
    let bands = scene.bands.map(\.array)
    let validity = scene.validity.array
    var grey: [UInt8] = []
    let outValidity = UnsafeMutableRawPointer(scene.outBytes[0].base).bindMemory(to: UInt8.self, capacity: count)

    func clear(step: Int) -> Benchmark {
        Benchmark(
            name: "clear marked, u16, every \(step)", pixels: count, bytesPerPixel: Double(10 + 2 * step),
            outputs: [out[0].bytes, scene.outBytes[0].bytes],
            reset: {
                out[0].base.update(from: scene.bands[0].base, count: count)
                outValidity.update(from: scene.validity.base, count: count)
            },
            inC: { c_clear_u16(quads, step, 77, out[0].base, outValidity, count) },
            inSwift: {
                $0.clear(
                    out[0].base, outValidity, where: InterleavedSamples(quads, kind: .uint16, step: step), sample: 0, is: 77, count: count)
            })
    }
    return [
        Benchmark(
            name: "scale, u16", pixels: count, bytesPerPixel: 6, outputs: [out[0].bytes],
            inC: { c_scale_u16(quads, 1, 1e-4, -0.1, out[0].base, count) },
            inSwift: {
                $0.scale(
                    InterleavedSamples(quads, kind: .uint16, step: 1), sample: 0, scale: 1e-4, offset: -0.1, into: out[0].base, count: count
                )
            }),
        Benchmark(
            name: "scale, u16, every 4", pixels: count, bytesPerPixel: 12, outputs: [out[0].bytes],
            inC: { c_scale_u16(quads, 4, 1e-4, -0.1, out[0].base, count) },
            inSwift: {
                $0.scale(
                    InterleavedSamples(quads, kind: .uint16, step: 4), sample: 0, scale: 1e-4, offset: -0.1, into: out[0].base, count: count
                )
            }),
        Benchmark(
            name: "scale, u8", pixels: count, bytesPerPixel: 5, outputs: [out[0].bytes],
            inC: { c_scale_u8(scene.bytes.base, 1, 1e-4, -0.1, out[0].base, count) },
            inSwift: {
                $0.scale(
                    InterleavedSamples(scene.bytes.base, kind: .uint8, step: 1), sample: 0, scale: 1e-4, offset: -0.1, into: out[0].base,
                    count: count)
            }),
        Benchmark(
            name: "scaleQuads", pixels: count, bytesPerPixel: 24, outputs: out.map(\.bytes),
            inC: { c_scale_quads(quads, scales, offsets, out[0].base, out[1].base, out[2].base, out[3].base, count) },
            inSwift: {
                $0.scaleQuads(
                    InterleavedSamples(quads, kind: .uint16, step: 4), scales: scales, offsets: offsets, into: out.map(\.base), count: count
                )
            }),
        Benchmark(
            name: "mixQuads, 2 planes", pixels: count, bytesPerPixel: 16, outputs: [out[0].bytes, out[1].bytes],
            inC: { c_mix_quads(quads, weights, sumOffsets, out[0].base, out[1].base, count) },
            inSwift: {
                $0.mixQuads(
                    InterleavedSamples(quads, kind: .uint16, step: 4), weights: weights, offsets: sumOffsets,
                    into: [out[0].base, out[1].base], count: count)
            }),
        // Row by row, as rows are read: what is looked at more than once is still in the first cache.
        Benchmark(
            name: "hideMarked, 2 planes", pixels: count, bytesPerPixel: 26,
            outputs: [out[0].bytes, out[1].bytes, scene.outBytes[0].bytes],
            reset: {
                for k in 0..<2 { out[k].base.update(from: scene.bands[k].base, count: count) }
                outValidity.update(from: scene.validity.base, count: count)
            },
            inC: {
                for y in 0..<height {
                    c_hide_marked(scene.quads.row(y), markersInC, outValidity + y * width, out[0].row(y), out[1].row(y), width)
                }
            },
            inSwift: { kernels in
                for y in 0..<height {
                    kernels.hideMarked(
                        InterleavedSamples(scene.quads.row(y), kind: .uint16, step: 4), markers: markers,
                        validity: outValidity + y * width, clearing: [out[0].row(y), out[1].row(y)], count: width)
                }
            }),
        clear(step: 1),
        clear(step: 4),
        Benchmark(
            name: "greyLevels of 4 bands", pixels: count, bytesPerPixel: 18, outputs: [scene.outBytes[1].bytes],
            inC: {
                scene.outBytes[1].base.withMemoryRebound(to: UInt8.self, capacity: count) {
                    c_grey(addresses(scene.bands), 4, -1.5, 80, scene.validity.base, $0, count)
                }
            },
            inSwift: { kernels in
                grey = kernels.greyLevels(
                    of: bands, width: width, columns: 0..<width, rows: 0..<height, low: -1.5, scale: 80, validity: validity)
            },
            collect: { scene.outBytes[1].base.withMemoryRebound(to: UInt8.self, capacity: count) { $0.update(from: grey, count: count) } }),
    ]
}
