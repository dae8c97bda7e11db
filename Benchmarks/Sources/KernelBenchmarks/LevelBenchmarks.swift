import CLoops
import PixelKernels

/// Where results go that a compiler might otherwise leave out.
nonisolated(unsafe) var sink = 0

func levelMeasurements(_ scene: Scene) -> [Measurement] {
    let (side, count) = (scene.side, scene.count)
    var results: [Measurement] = []
    func note(_ name: String, _ way: String, bytesPerPixel: Int, _ work: () -> Void) {
        results.append(Measurement(name: name, way: way, pixels: count, bytes: count * bytesPerPixel, seconds: leastSeconds(work)))
    }

    note("count above, i8", "C", bytesPerPixel: 1) { sink &+= c_count_above(scene.levels, 20, count) }
    for kernels in KernelSet.available {
        note("count above, i8", kernels.description, bytesPerPixel: 1) { sink &+= kernels.countAbove(scene.levels.span, 20) }
    }

    var counters = [UInt32](repeating: 0, count: 256)
    note("histogram, i8", "C", bytesPerPixel: 1) { c_histogram_i8(scene.levels, &counters, count) }
    var bins = [Int](repeating: 0, count: 256)
    for kernels in KernelSet.available {
        note("histogram, i8", kernels.description, bytesPerPixel: 1) { kernels.addHistogram(scene.levels.span, to: &bins) }
    }
    for kernels in KernelSet.available {
        note("statistics, f32, with mask", kernels.description, bytesPerPixel: 5) {
            sink &+= kernels.statistics(scene.floats.span, validity: scene.validity.span).count
        }
    }

    let offsets = (0..<32).map { $0 / 4 }
    var sums = [Int16](repeating: 0, count: count)
    let padded = scene.levels + [Int8](repeating: 0, count: 64)
    note("line sum of 32, i8", "C", bytesPerPixel: 3) {
        c_line_sum(padded, side, offsets.map(Int32.init), 32, &sums, side, side)
    }
    for kernels in KernelSet.available {
        note("line sum of 32, i8", kernels.description, bytesPerPixel: 3) {
            kernels.lineSum(scene.levels.span, width: side, height: side, offsets: offsets, into: sums.mutableSpan)
        }
    }

    let halves = scene.levels.map { Int16($0) * 8 }
    note("doubling, i16", "C", bytesPerPixel: 6) { c_add_saturating(halves, halves, &sums, count) }
    for kernels in KernelSet.available {
        note("doubling, i16", kernels.description, bytesPerPixel: 6) {
            kernels.addShifted(halves.span, halves.span, width: side, height: side, dx: 8, dy: 2, into: sums.mutableSpan)
        }
    }

    var response = [Int16](repeating: .min, count: count)
    var indices = [UInt8](repeating: 0, count: count)
    note("take the greater, i16", "C", bytesPerPixel: 8) { c_take_greater(&response, &indices, halves, 3, count) }
    for kernels in KernelSet.available {
        note("take the greater, i16", kernels.description, bytesPerPixel: 8) {
            kernels.takeGreater(halves.span, index: 3, into: response.mutableSpan, indices: indices.mutableSpan)
        }
    }
    return results
}
