import PixelKernels
import Testing

/// What is made row by row, of which only the last rows are kept, beside the same of whole planes.
@Suite struct StructureStreamTests {
    private static let side = StructurePlanes.cellSide
    /// Less than half of the planes' rows.
    private static let rowsKept = 64

    /// A random brightness that reaches `margin` pixels beyond its cells, and differences of the cells' pixels.
    private struct Scene {
        static let bands = 3
        let width: Int
        let height: Int
        let cells: StructurePlanes.Cells
        /// Of the soft, the softer, the coarse and the curved plane.
        let taps: [[Float]]
        var brightness: [Float]
        /// Band after band.
        let differences: [Float]
        let validity: [UInt8]
        let coefficients: [Float]

        init(margin: Int, seed: UInt64) {
            var random = SeededGenerator(seed: seed)
            cells = StructurePlanes.Cells(x: margin, y: margin, columns: 3, rows: 5)
            (width, height) = (cells.width + 2 * margin, cells.height + 2 * margin)
            taps = [7, 9, 13, 3].map { random.floats(count: $0, in: 0...0.2) }
            brightness = random.floats(count: width * height)
            differences = random.floats(count: Self.bands * cells.width * cells.height, in: -1...1)
            validity = random.validity(count: cells.width * cells.height)
            coefficients = random.floats(count: cells.columns * cells.rows * Self.bands * StructurePlanes.termCount, in: -1...1)
        }

        var planeTaps: StructurePlanes.Taps {
            StructurePlanes.Taps(soft: taps[0], softer: taps[1], coarse: taps[2], curved: taps[3])
        }

        func planes(_ kernels: KernelSet) -> StructurePlanes {
            kernels.structurePlanes(of: brightness.span, width: width, height: height, cells: cells, taps: planeTaps)
        }

        func stream(_ kernels: KernelSet) -> StructureStream {
            StructureStream(kernels, width: width, height: height, cells: cells, taps: planeTaps, rowsKept: rowsKept)
        }

        func line(_ y: Int) -> [Float] { Array(brightness[(y * width)..<((y + 1) * width)]) }

        func difference(_ band: Int) -> [Float] {
            let count = cells.width * cells.height
            return Array(differences[(band * count)..<((band + 1) * count)])
        }

        /// A row of the cells' pixels, band after band, less what old structure explains.
        func unexplained(_ y: Int, _ stream: StructureStream, columns: Range<Int>) -> [[Float]] {
            let count = cells.width * cells.height
            var out = [Float](repeating: 9, count: Self.bands * columns.count)
            differences.withUnsafeBufferPointer { differences in
                out.withUnsafeMutableBufferPointer { out in
                    guard let differences = differences.baseAddress, let out = out.baseAddress else { return }
                    stream.unexplained(
                        row: y, coefficients: coefficients,
                        of: (0..<Self.bands).map { differences + ($0 * count + y * cells.width) }, columns: columns,
                        into: (0..<Self.bands).map { out + $0 * columns.count })
                }
            }
            return (0..<Self.bands).map { Array(out[($0 * columns.count)..<(($0 + 1) * columns.count)]) }
        }

        func load(_ row: Int, _ stream: StructureStream, into moments: CellMoments) {
            let count = cells.width * cells.height
            differences.withUnsafeBufferPointer { differences in
                validity.withUnsafeBufferPointer { validity in
                    guard let differences = differences.baseAddress, let validity = validity.baseAddress else { return }
                    stream.load(
                        row, into: moments, validity: { validity + $0 * cells.width },
                        difference: { band, y in differences + (band * count + y * cells.width) })
                }
            }
        }
    }

    @Test(arguments: KernelSet.available, [0, 18])
    func `rows less what is explained are those of whole planes`(_ kernels: KernelSet, _ margin: Int) {
        let scene = Scene(margin: margin, seed: 51)
        let cells = scene.cells
        let (whole, part) = (0..<cells.width, 8..<72)
        let expected = kernels.unexplained(
            scene.planes(kernels), coefficients: scene.coefficients, of: (0..<Scene.bands).map { scene.difference($0) }, columns: whole,
            rows: 0..<cells.height)
        let stream = scene.stream(kernels)
        var made = 0
        for y in 0..<scene.height {
            stream.push(scene.line(y))
            // As soon as the row below is made.
            while made < cells.height, stream.madeRows >= min(scene.height, cells.y + made + 2) {
                let (row, cut) = (scene.unexplained(made, stream, columns: whole), scene.unexplained(made, stream, columns: part))
                for band in 0..<Scene.bands {
                    let line = Array(expected[band][(made * cells.width)..<((made + 1) * cells.width)])
                    #expect(bits(row[band]) == bits(line), "row \(made)")
                    #expect(bits(cut[band]) == bits(Array(line[part])), "row \(made)")
                }
                made += 1
            }
        }
        #expect(made == cells.height && stream.madeRows == scene.height)
    }

    @Test(arguments: KernelSet.available, [0, 18])
    func `sums of a row of cells are those of whole planes, of all bands loaded or of some`(_ kernels: KernelSet, _ margin: Int) {
        let scene = Scene(margin: margin, seed: 52)
        let cells = scene.cells
        let noise: [Float] = [0.5, 1.5, 2.5]
        let planes = scene.planes(kernels)
        let choices = [0..<Scene.bands, 0..<1, 1..<Scene.bands]
        let expected = choices.map { bands in
            kernels.structureMoments(
                planes, differences: bands.map { scene.difference($0) }, inverseNoise: Array(noise[bands]), share: 1 / 9,
                validity: scene.validity.span)
        }
        let (stream, moments) = (scene.stream(kernels), CellMoments(kernels, columns: cells.columns, bands: Scene.bands))
        var loaded = 0
        for y in 0..<scene.height {
            stream.push(scene.line(y))
            // As soon as the row below the row of cells is made.
            while loaded < cells.rows, stream.madeRows >= min(scene.height, cells.y + (loaded + 1) * Self.side + 1) {
                scene.load(loaded, stream, into: moments)
                for (bands, all) in zip(choices, expected) {
                    let count = cells.columns * KernelSet.momentCount(bands: bands.count)
                    var sums = [Float](repeating: 9, count: count)
                    moments.sums(of: bands, inverseNoise: Array(noise[bands]), share: 1 / 9, into: &sums)
                    #expect(bits(sums) == bits(Array(all[(loaded * count)..<((loaded + 1) * count)])), "row \(loaded), bands \(bands)")
                }
                loaded += 1
            }
        }
        #expect(loaded == cells.rows)
    }

    @Test(arguments: KernelSet.available, [0, 18])
    func `levels are what the coarse blur takes away, clamped, and 0 where that is no number`(_ kernels: KernelSet, _ margin: Int) {
        var scene = Scene(margin: margin, seed: 53)
        let (width, height) = (scene.width, scene.height)
        scene.brightness[90 * width + 50] = .nan
        let soft = kernels.blurred(scene.brightness, width: width, height: height, taps: scene.taps[0])
        let coarse = kernels.halvedBlur(soft, width: width, height: height, taps: scene.taps[2])
        // Steep enough that some levels are clamped.
        let scale: Float = 400
        let details = zip(soft, coarse).map { (($0 - $1) * scale).rounded(.toNearestOrEven) }
        #expect(details.contains { $0 < -127 } && details.contains { $0 > 127 } && details.contains { $0.isNaN })
        let stream = scene.stream(kernels)
        let columns = 3..<(width - 5)
        var made = 0
        for y in 0..<height {
            stream.push(scene.line(y))
            while made < stream.madeRows {
                var levels = [Int8](repeating: 9, count: columns.count + 1)
                stream.detailLevels(row: made, columns: columns, scale: scale, into: &levels)
                let expected = columns.map { x -> Int8 in
                    let detail = details[made * width + x]
                    return detail.isNaN ? 0 : Int8(max(-127, min(127, detail)))
                }
                #expect(levels == expected + [9], "row \(made)")
                made += 1
            }
        }
        #expect(made == height)
    }
}
