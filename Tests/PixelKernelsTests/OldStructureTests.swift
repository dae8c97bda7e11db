import PixelKernels
import Testing

@Suite struct OldStructureTests {
    private static let side = StructurePlanes.cellSide

    /// Random planes of `columns` × `rows` cells, with `margin` pixels more on each side.
    private struct Scene {
        /// Of the cells.
        let width: Int
        let height: Int
        private let margin: Int
        let planes: StructurePlanes
        let soft, softer, coarse, curved: [Float]
        let differences: [[Float]]
        let validity: [UInt8]

        init(columns: Int, rows: Int, bands: Int, margin: Int = 0, seed: UInt64) {
            var random = SeededGenerator(seed: seed)
            let count = columns * rows * side * side
            func plane(_ count: Int) -> [Float] { (0..<count).map { _ in Float.random(in: -1...1, using: &random) } }
            (width, height) = (columns * side, rows * side)
            self.margin = margin
            let grown = (width + 2 * margin) * (height + 2 * margin)
            (soft, softer, coarse, curved) = (plane(grown), plane(grown), plane(grown), plane(grown))
            planes = StructurePlanes(
                width: width + 2 * margin, height: height + 2 * margin,
                cells: StructurePlanes.Cells(x: margin, y: margin, columns: columns, rows: rows), soft: soft, softer: softer,
                coarse: coarse, curved: curved)
            differences = (0..<bands).map { _ in plane(count) }
            validity = (0..<count).map { _ in Int.random(in: 0..<5, using: &random) == 0 ? 0 : 255 }
        }

        /// The seven terms as their names read; beyond the edges the outermost pixel goes on.
        func terms(_ x: Int, _ y: Int) -> [Float] {
            func at(_ plane: [Float], _ dx: Int, _ dy: Int) -> Float {
                plane[
                    min(max(y + dy + margin, 0), planes.height - 1) * planes.width + min(max(x + dx + margin, 0), planes.width - 1)]
            }
            let middle = at(curved, 0, 0) + at(curved, 0, 0)
            return [
                0.5 * (at(soft, 1, 0) - at(soft, -1, 0)), 0.5 * (at(soft, 0, 1) - at(soft, 0, -1)),
                at(soft, 0, 0) - at(softer, 0, 0), at(soft, 0, 0) - at(coarse, 0, 0),
                at(curved, 1, 0) - middle + at(curved, -1, 0), at(curved, 0, 1) - middle + at(curved, 0, -1),
                0.25 * (at(curved, 1, 1) - at(curved, -1, 1) - at(curved, 1, -1) + at(curved, -1, -1)),
            ]
        }
    }

    @Test(arguments: [1, 2, 4, 6], [0, 5])
    func `moments are weighted sums of products, the same of both kernel sets`(_ bands: Int, _ margin: Int) {
        let scene = Scene(columns: 3, rows: 2, bands: bands, margin: margin, seed: 5)
        let inverseNoise = (0..<bands).map { 0.5 + Float($0) }
        let share: Float = 1 / 9
        let found = KernelSet.available.map {
            $0.structureMoments(
                scene.planes, differences: scene.differences, inverseNoise: inverseNoise, share: share, validity: scene.validity.span)
        }
        #expect(found.allSatisfy { $0 == found[0] })
        let terms = StructurePlanes.termCount
        let momentCount = KernelSet.momentCount(bands: bands)
        #expect(found[0].count == 6 * momentCount)
        for cell in 0..<6 {
            var expected = [Double](repeating: 0, count: momentCount)
            for y in stride(from: cell / 3 * Self.side, to: (cell / 3 + 1) * Self.side, by: 2) {
                for x in (cell % 3 * Self.side)..<((cell % 3 + 1) * Self.side) where scene.validity[y * scene.width + x] != 0 {
                    let d = scene.differences.map { Double($0[y * scene.width + x]) }
                    let q = zip(d, inverseNoise).reduce(0.0) { $0 + ($1.0 * Double($1.1)) * ($1.0 * Double($1.1)) }
                    let weight = 1 / (1 + Double(share) * q)
                    let t = scene.terms(x, y).map(Double.init) + [1]
                    var k = 0
                    for a in 0...terms { for b in 0...a { expected[k] += weight * t[a] * t[b]; k += 1 } }
                    for a in 0...terms { for b in 0..<bands { expected[k] += weight * t[a] * d[b]; k += 1 } }
                }
            }
            for k in 0..<momentCount {
                let error = Double(found[0][cell * momentCount + k]) - expected[k]
                #expect(abs(error) < 2e-3)
            }
        }
    }

    @Test(arguments: [1, 3, 4], [0, 3])
    func `what old structure explains is taken off, interpolated between cells`(_ bands: Int, _ margin: Int) {
        let scene = Scene(columns: 2, rows: 3, bands: bands, margin: margin, seed: 7)
        var random = SeededGenerator(seed: 8)
        let pitch = bands * StructurePlanes.termCount
        let coefficients = (0..<(6 * pitch)).map { _ in Float.random(in: -1...1, using: &random) }
        let found = KernelSet.available.map {
            $0.unexplained(
                scene.planes, coefficients: coefficients, of: scene.differences, columns: 0..<scene.width, rows: 0..<scene.height)
        }
        #expect(found.allSatisfy { $0 == found[0] })
        let (columns, rows) = (8..<48, 5..<90)
        let part = KernelSet.best.unexplained(
            scene.planes, coefficients: coefficients, of: scene.differences, columns: columns, rows: rows)
        for band in 0..<bands {
            #expect(part[band] == rows.flatMap { y in columns.map { found[0][band][y * scene.width + $0] } })
        }
        func node(_ position: Int, _ cells: Int) -> (Int, Int, Double) {
            let place = (Double(position) + 0.5) / Double(Self.side) - 0.5
            let base = Int(place.rounded(.down))
            return (max(0, base), min(cells - 1, base + 1), place - Double(base))
        }
        for y in 0..<scene.height {
            for x in 0..<scene.width {
                let (near, far, u) = node(x, 2)
                let (top, bottom, v) = node(y, 3)
                let terms = scene.terms(x, y).map(Double.init)
                for band in 0..<bands {
                    func explained(_ column: Int, _ row: Int) -> Double {
                        let base = (row * 2 + column) * pitch + band * terms.count
                        return terms.indices.reduce(0.0) { $0 + Double(coefficients[base + $1]) * terms[$1] }
                    }
                    let upper = explained(near, top) * (1 - u) + explained(far, top) * u
                    let lower = explained(near, bottom) * (1 - u) + explained(far, bottom) * u
                    let taken = upper * (1 - v) + lower * v
                    let left = Double(scene.differences[band][y * scene.width + x]) - Double(found[0][band][y * scene.width + x])
                    #expect(abs(left - taken) < 1e-4)
                }
            }
        }
    }

    @Test func `a plane that is linear between the middles of cells is taken off exactly, and stays constant beyond them`() {
        let (width, height) = (96, 64)
        let rows: [[Float]] = [[0, 0, 32, 64, 64], [10, 10, 42, 74, 74]]
        let field = [rows[0], rows[0], rows[1], rows[1]].flatMap { $0 }
        for kernels in KernelSet.available {
            var plane = [Float](repeating: 0, count: width * height)
            plane.withUnsafeMutableBufferPointer {
                guard let base = $0.baseAddress else { return }
                kernels.subtractInterpolated(base, columns: 3, firstRow: 0, rowCount: 20, field: field)
                kernels.subtractInterpolated(base + 20 * width, columns: 3, firstRow: 20, rowCount: height - 20, field: field)
            }
            #expect(plane[0] == 0 && plane[width - 1] == -64 && plane[(height - 1) * width] == -10)
            // 24.5 pixels of 32 from the first middle to the second; half a row less than half way down.
            let (above, below) = (plane[8 * width + 40], plane[32 * width + 40])
            #expect(abs(above + 24.5) < 1e-4)
            #expect(abs(below + 24.5 + 10 * 16.5 / 32) < 1e-4)
        }
    }

    @Test(arguments: KernelSet.available)
    func `planes are the blurs of the brightness, and detail what the coarse one takes away`(_ kernels: KernelSet) {
        var random = SeededGenerator(seed: 9)
        let (width, height) = (70, 42)
        let brightness = random.floats(count: width * height)
        let taps = [7, 9, 13, 3].map { random.floats(count: $0, in: 0...0.2) }
        func blurred(_ source: [Float], _ taps: [Float]) -> [Float] {
            var out = source
            kernels.gaussianBlur(source.span, width: width, height: height, taps: taps, into: out.mutableSpan)
            return out
        }
        let soft = blurred(brightness, taps[0])
        /// Of the means of 2 × 2 pixels, interpolated between their middles.
        func halvedBlur(_ source: [Float]) -> [Float] {
            let (w, h) = (width / 2, height / 2)
            let means = (0..<(w * h)).map { i -> Float in
                let k = i / w * 2 * width + i % w * 2
                return ((source[k] + source[k + 1]) + (source[k + width] + source[k + width + 1])) * 0.25
            }
            var blur = means
            kernels.gaussianBlur(means.span, width: w, height: h, taps: taps[2], into: blur.mutableSpan)
            func across(_ x: Int, _ row: Int) -> Float {
                let other = min(max(x / 2 + (x % 2 == 0 ? -1 : 1), 0), w - 1)
                let near = 0.75 * blur[row * w + x / 2]
                return near + 0.25 * blur[row * w + other]
            }
            return (0..<(width * height)).map { i in
                let (x, y) = (i % width, i / width)
                let near = across(x, y / 2)
                let far = across(x, min(max(y / 2 + (y % 2 == 0 ? -1 : 1), 0), h - 1))
                return near + 0.25 * (far - near)
            }
        }
        let coarse = halvedBlur(soft)
        let cells = StructurePlanes.Cells(x: 4, y: 6, columns: 2, rows: 1)
        let expected = StructurePlanes(
            width: width, height: height, cells: cells, soft: soft, softer: blurred(soft, taps[1]), coarse: coarse,
            curved: blurred(soft, taps[3]))
        let found = kernels.structurePlanes(
            of: brightness.span, width: width, height: height, cells: cells,
            taps: StructurePlanes.Taps(soft: taps[0], softer: taps[1], coarse: taps[2], curved: taps[3]))
        #expect(found == expected)
        let levels = kernels.detailLevels(found, columns: 3..<60, rows: 2..<40, scale: 20)
        for (k, y) in (2..<40).enumerated() {
            for x in 3..<60 {
                let detail = max(-127, min(127, ((soft[y * width + x] - coarse[y * width + x]) * 20).rounded(.toNearestOrEven)))
                #expect(levels[k * 57 + x - 3] == Int8(detail))
            }
        }
    }

    @Test(arguments: KernelSet.available)
    func `sharpness of a part is that of the whole, which is the root of blurred squares`(_ kernels: KernelSet) {
        var random = SeededGenerator(seed: 10)
        let (width, height) = (61, 37)
        let source = random.floats(count: width * height)
        let (fine, around) = (random.floats(count: 7, in: 0...0.3), random.floats(count: 5, in: 0...0.3))
        func blurred(_ source: [Float], _ taps: [Float]) -> [Float] {
            var out = source
            kernels.gaussianBlur(source.span, width: width, height: height, taps: taps, into: out.mutableSpan)
            return out
        }
        let squares = zip(source, blurred(source, fine)).map { ($0 - $1) * ($0 - $1) }
        let expected = blurred(squares, around).map { $0.squareRoot() }
        for (columns, rows) in [(0..<width, 0..<height), (9..<40, 8..<20), (0..<8, 30..<37), (55..<61, 0..<3)] {
            var out = [Float](repeating: 0, count: columns.count * rows.count)
            kernels.sharpness(
                of: source.span, width: width, height: height, columns: columns, rows: rows, fine: fine, around: around,
                into: out.mutableSpan)
            #expect(out == rows.flatMap { y in columns.map { expected[y * width + $0] } })
        }
    }

    @Test(arguments: KernelSet.available)
    func `a median is the middle of the sorted values`(_ kernels: KernelSet) {
        var random = SeededGenerator(seed: 11)
        for count in [1, 2, 5, 24, 25, 31, 32, 33, 64] {
            // Few different values, so that many are the same.
            var values = (0..<count).map { _ in Float(Int.random(in: -9...9, using: &random)) }
            let expected = values.sorted()[count / 2]
            values += [Float](repeating: -99, count: KernelSet.capacityForMedian(of: count) - count)
            let found = values.withUnsafeMutableBufferPointer { $0.baseAddress.map { kernels.median($0, count: count) } }
            #expect(found == expected)
        }
    }
}

@Suite struct SignedChangeTests {
    @Test(arguments: KernelSet.available, [1, 4, 5])
    func `bands are weighed by their pixel's step, and both quantisations round and clamp`(_ kernels: KernelSet, _ bands: Int) {
        var random = SeededGenerator(seed: 21)
        let (width, height, steps) = (590, 4, 6)
        let count = width * height
        var differences = (0..<bands).map { _ in (0..<count).map { _ in Float.random(in: -9...9, using: &random) } }
        for special in [Float.nan, .infinity, -.infinity, 1e30, -1e30] {
            for _ in 0..<5 { differences[Int.random(in: 0..<bands, using: &random)][Int.random(in: 0..<count, using: &random)] = special }
        }
        let stepOf = (0..<count).map { _ in UInt16.random(in: 0..<UInt16(steps), using: &random) }
        let weights = (0..<(steps * bands)).map { _ in Float.random(in: -1...1, using: &random) }
        let validity = (0..<count).map { _ in Int.random(in: 0..<6, using: &random) == 0 ? UInt8(0) : 255 }
        let (columns, rows) = (3..<588, 1..<4)
        let found = kernels.signedChange(
            differences: differences, width: width, columns: columns, rows: rows, steps: stepOf, weights: weights, validity: validity)
        #expect(found.coarse.count == columns.count * rows.count && found.fine.count == found.coarse.count)
        let coarse = kernels.signedChange(
            differences: differences, width: width, columns: columns, rows: rows, steps: stepOf, weights: weights, validity: validity,
            wantsFine: false)
        #expect(coarse.coarse == found.coarse && coarse.fine.isEmpty)
        var k = 0
        for y in rows {
            for x in columns {
                let i = y * width + x
                var z = differences[0][i] * weights[Int(stepOf[i]) * bands]
                for band in 1..<max(1, bands) { z += differences[band][i] * weights[Int(stepOf[i]) * bands + band] }
                let isUsable = validity[i] != 0 && !z.isNaN
                let coarse = !isUsable ? -128 : Int(max(-127, min(127, (z * 10).rounded(.toNearestOrEven))))
                let fine = !isUsable ? -32_768 : Int(max(-32_767, min(32_767, (z * 100).rounded(.toNearestOrEven))))
                #expect(Int(found.coarse[k]) == coarse && Int(found.fine[k]) == fine)
                k += 1
            }
        }
    }

    @Test(arguments: KernelSet.available)
    func `steps are rounded, bounded, and 0 where not valid`(_ kernels: KernelSet) {
        let values: [Float] = [0, 0.24, 0.26, 1, 99, .infinity, .nan, 3, 0.5]
        let validity: [UInt8] = [255, 255, 255, 255, 255, 255, 255, 0, 255]
        var steps = [UInt16](repeating: 7, count: values.count)
        kernels.steps(values.span, scale: 2, most: 100, validity: validity.span, into: steps.mutableSpan)
        #expect(steps == [0, 0, 1, 2, 100, 100, 100, 0, 1])
    }

    @Test(arguments: KernelSet.available)
    func `a correlation is the sum of products of shifted planes`(_ kernels: KernelSet) {
        var random = SeededGenerator(seed: 23)
        let (width, height) = (61, 40)
        func plane() -> [Int16] { (0..<(width * height)).map { _ in Int16.random(in: -500...500, using: &random) } }
        let (a, b) = (plane(), plane())
        for (dx, dy) in [(0, 0), (5, -3), (-8, 8)] {
            let found = kernels.correlation(a, b, width: width, columns: 8..<53, rows: 8..<32, rowStep: 2, dx: dx, dy: dy)
            var expected = 0
            for y in stride(from: 8, to: 32, by: 2) {
                for x in 8..<53 { expected += Int(a[y * width + x]) * Int(b[(y + dy) * width + x + dx]) }
            }
            #expect(found == expected)
        }
    }
}

@Suite struct SampleConversionTests {
    @Test(arguments: KernelSet.available, [1, 3, 4])
    func `samples become values, and what stands for none becomes 0 and not valid`(_ kernels: KernelSet, _ step: Int) {
        var random = SeededGenerator(seed: 31)
        let count = 77
        let wide = (0..<(count * step)).map { _ in UInt16.random(in: 0...6, using: &random) }
        let narrow = wide.map { UInt8($0) }
        for sample in 0..<step {
            var values = [[Float]](repeating: [Float](repeating: 9, count: count), count: 2)
            var masks = [[UInt8]](repeating: [UInt8](repeating: 255, count: count), count: 2)
            func convert(_ base: UnsafeRawPointer?, _ kind: InterleavedSamples.Kind, _ slot: Int) {
                guard let base else { return }
                let samples = InterleavedSamples(base, kind: kind, step: step)
                values[slot].withUnsafeMutableBufferPointer { values in
                    masks[slot].withUnsafeMutableBufferPointer { mask in
                        guard let values = values.baseAddress, let mask = mask.baseAddress else { return }
                        kernels.scale(samples, sample: sample, scale: 0.5, offset: -1, into: values, count: count)
                        kernels.clear(values, mask, where: samples, sample: sample, is: 3, count: count)
                    }
                }
            }
            wide.withUnsafeBytes { convert($0.baseAddress, .uint16, 0) }
            narrow.withUnsafeBytes { convert($0.baseAddress, .uint8, 1) }
            for i in 0..<count {
                let stored = wide[i * step + sample]
                for slot in 0..<2 {
                    let expected: Float = stored == 3 ? 0 : Float(stored) * 0.5 - 1
                    #expect(values[slot][i] == expected)
                    #expect(masks[slot][i] == (stored == 3 ? 0 : 255))
                }
            }
        }
    }

    @Test(arguments: KernelSet.available)
    func `four samples of a pixel go to four planes`(_ kernels: KernelSet) {
        let count = 45
        let samples = (0..<(4 * count)).map { UInt16(truncatingIfNeeded: $0 &* 7919) }
        let (scales, offsets): ([Float], [Float]) = ([1, 0.5, 0.25, 2], [0, -1, 3, 0.5])
        var planes = [Float](repeating: 0, count: 4 * count)
        samples.withUnsafeBytes { bytes in
            planes.withUnsafeMutableBufferPointer { planes in
                guard let base = bytes.baseAddress, let out = planes.baseAddress else { return }
                kernels.scaleQuads(
                    InterleavedSamples(base, kind: .uint16, step: 4), scales: scales, offsets: offsets,
                    into: (0..<4).map { out + $0 * count }, count: count)
            }
        }
        for i in 0..<count {
            for sample in 0..<4 {
                let expected = Float(samples[4 * i + sample]) * scales[sample] + offsets[sample]
                #expect(planes[sample * count + i] == expected)
            }
        }
    }

    @Test(arguments: KernelSet.available)
    func `grey runs from 1 to 255, and is 0 where there is nothing to show`(_ kernels: KernelSet) {
        let bands: [[Float]] = [[0, 1, 2, 3, -9, 500, .nan, 0], [0, 0, 1, 1, 0, 500, 1, 0]]
        let validity: [UInt8] = [0, 255, 255, 0, 255, 255, 255, 255]
        let grey = kernels.greyLevels(of: bands, width: 8, columns: 0..<8, rows: 0..<1, low: 1, scale: 10, validity: validity)
        // Sums: 0 (not valid), 1, 3, 4 (masked, but seen), −9, 1000, none, 0 (valid).
        #expect(grey == [0, 1, 21, 31, 1, 255, 0, 1])
    }
}
