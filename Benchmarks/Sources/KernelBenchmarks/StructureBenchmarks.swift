import CLoops
import PixelKernels

/// What of a difference the ground's old structure explains.
func structureBenchmarks(_ scene: Scene) -> [Benchmark] {
    let (width, height, count) = (scene.width, scene.height, scene.count)
    let planes = scene.floats.map(\.array)
    let structure = StructurePlanes(
        width: width, height: height,
        cells: StructurePlanes.Cells(
            x: 0, y: 0, columns: width / StructurePlanes.cellSide, rows: height / StructurePlanes.cellSide), soft: planes[0],
        softer: planes[1], coarse: planes[2], curved: planes[3])
    let inC = c_structure(
        soft: scene.floats[0].base, softer: scene.floats[1].base, coarse: scene.floats[2].base, curved: scene.floats[3].base, width: width,
        height: height)
    let bands = scene.bands.map(\.array)
    var differences = bands
    var plane = bands[0]
    var found: [Float] = []
    let validity = scene.validity.array
    let noise: [Float] = [1, 1.5, 0.7, 2]
    let (columns, rows) = (structure.cells.columns, structure.cells.rows)
    let cells = columns * rows
    let momentCount = cells * KernelSet.momentCount(bands: 4)
    let moments = Plane<Float>(momentCount, 1) { _ in 0 }
    var random = Sequence64()
    let coefficients = (0..<(cells * 4 * StructurePlanes.termCount)).map { _ in Float(random.next() % 1000) / 1e4 }
    let field = (0..<cells).map { _ in Float(random.next() % 1000) / 1e4 }
    // With the outermost cells once more all around.
    let bordered = (-1...rows).flatMap { row in
        (-1...columns).map { field[min(max(row, 0), rows - 1) * columns + min(max($0, 0), columns - 1)] }
    }
    let out = scene.outFloats
    // With all rows kept. A stream does not hand out its planes: with these taps the soft one is the brightness and the coarse one 0, which C can have too.
    let nothing = Plane<Float>(width, height) { _ in 0 }
    let taps = StructurePlanes.Taps(soft: [1], softer: [1], coarse: [0], curved: [1])
    var streams: [KernelSet: StructureStream] = [:]
    for kernels in KernelSet.available {
        let stream = StructureStream(kernels, width: width, height: height, cells: structure.cells, taps: taps, rowsKept: height)
        for y in 0..<height { stream.push(scene.floats[0].row(y)) }
        streams[kernels] = stream
    }
    return [
        Benchmark(
            name: "structureMoments, 4 bands", pixels: count, bytesPerPixel: 20.5, outputs: [moments.bytes], tolerance: 1e-5,
            inC: { c_structure_moments(inC, addresses(scene.bands), 4, noise, 0.1, scene.validity.base, moments.base) },
            inSwift: {
                found = $0.structureMoments(structure, differences: bands, inverseNoise: noise, share: 0.1, validity: validity.span)
            },
            collect: { moments.base.update(from: found, count: momentCount) }),
        Benchmark(
            name: "unexplained, 4 bands", pixels: count, bytesPerPixel: 48, outputs: [out[0].bytes, out[3].bytes], tolerance: 1e-5,
            reset: { for (target, source) in zip(out, scene.bands) { target.base.update(from: source.base, count: count) } },
            inC: { c_subtract_explained(inC, coefficients, out.map { $0.base }, 4) },
            inSwift: {
                differences = $0.unexplained(
                    structure, coefficients: coefficients, of: bands, columns: 0..<width, rows: 0..<height)
            },
            collect: { for band in [0, 3] { out[band].base.update(from: differences[band], count: count) } }),
        Benchmark(
            name: "detailLevels", pixels: count, bytesPerPixel: 9, outputs: [scene.outBytes[0].bytes],
            inC: { c_detail_levels(scene.floats[0].base, nothing.base, 60, scene.outBytes[0].base, count) },
            inSwift: { kernels in
                guard let stream = streams[kernels] else { return }
                for y in 0..<height { stream.detailLevels(row: y, columns: 0..<width, scale: 60, into: scene.outBytes[0].row(y)) }
            }),
        Benchmark(
            name: "subtractInterpolated", pixels: count, bytesPerPixel: 8, outputs: [out[0].bytes], tolerance: 1e-5,
            reset: {
                out[0].base.update(from: scene.bands[0].base, count: count)
                plane = bands[0]
            },
            inC: { c_subtract_interpolated(out[0].base, width, height, field) },
            inSwift: { kernels in
                plane.withUnsafeMutableBufferPointer {
                    guard let base = $0.baseAddress else { return }
                    kernels.subtractInterpolated(base, columns: columns, firstRow: 0, rowCount: height, field: bordered)
                }
            },
            collect: { out[0].base.update(from: plane, count: count) }),
    ]
}
