import CLoops
import PixelKernels

func filterMeasurements(_ scene: Scene) -> [Measurement] {
    let (side, count) = (scene.side, scene.count)
    var results: [Measurement] = []
    func note(_ name: String, _ way: String, bytesPerPixel: Int, pixels: Int? = nil, _ work: () -> Void) {
        let pixels = pixels ?? count
        results.append(Measurement(name: name, way: way, pixels: pixels, bytes: pixels * bytesPerPixel, seconds: leastSeconds(work)))
    }

    var out = [Float](repeating: 0, count: count)
    var outValidity = [UInt8](repeating: 0, count: count)
    let taps = KernelSet.gaussianTaps(sigmaPixels: 1.5, radius: 4)
    note("9 taps along y only", "C", bytesPerPixel: 8, pixels: side * (side - 8)) {
        c_filter_rows(scene.floats, taps, 9, &out, side, side - 8)
    }
    for kernels in KernelSet.available {
        note("Gaussian blur, 9 × 9 taps", kernels.description, bytesPerPixel: 8) {
            kernels.gaussianBlur(scene.floats.span, width: side, height: side, taps: taps, into: out.mutableSpan)
        }
    }
    for kernels in KernelSet.available {
        note("box sum, 31 × 31", kernels.description, bytesPerPixel: 8) {
            kernels.boxSum(scene.floats.span, width: side, height: side, radiusX: 15, radiusY: 15, into: out.mutableSpan)
        }
    }
    for interpolation in Interpolation.allCases {
        for kernels in KernelSet.available {
            note("shift, \(interpolation), with mask", kernels.description, bytesPerPixel: 10) {
                _ = kernels.resampleShift(
                    [scene.floats], validity: scene.validity, width: side, height: side, halo: 0, shiftX: 0.31, shiftY: -0.22,
                    interpolation: interpolation)
            }
        }
    }
    let columns = (0..<count).map { Float($0 % side) * 0.99 + 3.2 }
    let rows = (0..<count).map { Float($0 / side) * 0.99 + 2.7 }
    for kernels in KernelSet.available {
        note("cubic at any place, with mask", kernels.description, bytesPerPixel: 18) {
            kernels.resampleCubicAt(
                scene.floats.span, validity: scene.validity.span, width: side, height: side, columns: columns.span, rows: rows.span,
                into: out.mutableSpan, validity: outValidity.mutableSpan)
        }
    }
    note("transpose f32", "C", bytesPerPixel: 8) { c_transpose_f32(scene.floats, side, side, &out) }
    for kernels in KernelSet.available {
        note("transpose f32", kernels.description, bytesPerPixel: 8) {
            kernels.transpose(scene.floats.span, width: side, height: side, into: out.mutableSpan)
        }
    }
    return results
}
