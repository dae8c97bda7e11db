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
    func `planes are the blurs of the brightness`(_ kernels: KernelSet) {
        var random = SeededGenerator(seed: 9)
        let (width, height) = (70, 42)
        let brightness = random.floats(count: width * height)
        let taps = [7, 9, 13, 3].map { random.floats(count: $0, in: 0...0.2) }
        let soft = kernels.blurred(brightness, width: width, height: height, taps: taps[0])
        let cells = StructurePlanes.Cells(x: 4, y: 6, columns: 2, rows: 1)
        let expected = StructurePlanes(
            width: width, height: height, cells: cells, soft: soft,
            softer: kernels.blurred(soft, width: width, height: height, taps: taps[1]),
            coarse: kernels.halvedBlur(soft, width: width, height: height, taps: taps[2]),
            curved: kernels.blurred(soft, width: width, height: height, taps: taps[3]))
        let found = kernels.structurePlanes(
            of: brightness.span, width: width, height: height, cells: cells,
            taps: StructurePlanes.Taps(soft: taps[0], softer: taps[1], coarse: taps[2], curved: taps[3]))
        #expect(found == expected)
    }

    @Test(arguments: KernelSet.available)
    func `sharpness of a part is that of the whole, which is the root of blurred squares`(_ kernels: KernelSet) {
        var random = SeededGenerator(seed: 10)
        let (width, height) = (61, 37)
        let source = random.floats(count: width * height)
        let (fine, around) = (random.floats(count: 7, in: 0...0.3), random.floats(count: 5, in: 0...0.3))
        let soft = kernels.blurred(source, width: width, height: height, taps: fine)
        let squares = zip(source, soft).map { ($0 - $1) * ($0 - $1) }
        let expected = kernels.blurred(squares, width: width, height: height, taps: around).map { $0.squareRoot() }
        for (columns, rows) in [(0..<width, 0..<height), (9..<40, 8..<20), (0..<8, 30..<37), (55..<61, 0..<3)] {
            var out = [Float](repeating: 0, count: columns.count * rows.count)
            kernels.sharpness(
                of: source.span, width: width, height: height, columns: columns, rows: rows, fine: fine, around: around,
                into: out.mutableSpan)
            #expect(out == rows.flatMap { y in columns.map { expected[y * width + $0] } })
        }
    }

    @Test(arguments: KernelSet.available)
    func `a row of squared sharpness comes as soon as both blurs reach it, and its root is that of the whole`(_ kernels: KernelSet) {
        var random = SeededGenerator(seed: 12)
        let (width, height) = (61, 37)
        let source = random.floats(count: width * height)
        let (fine, around) = (random.floats(count: 7, in: 0...0.3), random.floats(count: 5, in: 0...0.3))
        var expected = source
        kernels.sharpness(
            of: source.span, width: width, height: height, columns: 0..<width, rows: 0..<height, fine: fine, around: around,
            into: expected.mutableSpan)
        let stream = SharpnessStream(kernels, width: width, height: height, fine: fine, around: around)
        var pulled = 0
        for y in 0..<height {
            stream.push(Array(source[(y * width)..<((y + 1) * width)]))
            while let (row, line) = stream.pull() {
                var roots = Array(UnsafeBufferPointer(start: line, count: width))
                kernels.roots(&roots, count: width)
                #expect(row == pulled)
                #expect(roots == Array(expected[(row * width)..<((row + 1) * width)]))
                pulled += 1
            }
            // The fine blur waits for three rows, the other one for two more; below the last row the edge repeats.
            #expect(pulled == (y == height - 1 ? height : max(0, y + 1 - 5)))
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
    @Test(arguments: KernelSet.available, [1, 255, 256, 257, 590])
    func `a row is weighed by its pixels' steps, and both quantisations round and clamp`(_ kernels: KernelSet, _ count: Int) {
        var random = SeededGenerator(seed: 21)
        // 0, by which an infinity becomes NaN, and 1, which leaves halves of levels.
        let table = [0, 1] + random.floats(count: 4, in: -1...1)
        var row = random.floats(count: count, in: -9...9)
        let special: [Float] = [.nan, .infinity, -.infinity, 1e30, -1e30]
        for (k, i) in stride(from: 7, to: count, by: 11).enumerated() { row[i] = special[k % special.count] }
        for i in stride(from: 3, to: count, by: 11) { row[i] = Float(i % 17 - 8) / 8 }
        let steps = (0..<count).map { _ in UInt16.random(in: 0..<UInt16(table.count), using: &random) }
        let validity = random.validity(count: count)
        func found(wantsFine: Bool) -> (coarse: [Int8], fine: [Int16]) {
            var (coarse, fine) = ([Int8](repeating: 9, count: count + 1), [Int16](repeating: 9, count: count + 1))
            fine.withUnsafeMutableBufferPointer { fine in
                kernels.signedChange(
                    row: row, steps: steps, table: table, validity: validity, coarse: &coarse, fine: wantsFine ? fine.baseAddress : nil,
                    count: count)
            }
            return (coarse, fine)
        }
        func level(_ i: Int, scale: Float, most: Float) -> Int {
            let z = row[i] * table[Int(steps[i])]
            guard validity[i] != 0, !z.isNaN else { return -Int(most) - 1 }
            return Int(max(-most, min(most, (z * scale).rounded(.toNearestOrEven))))
        }
        let (both, alone) = (found(wantsFine: true), found(wantsFine: false))
        // What lies behind the row stays.
        let coarse = (0..<count).map { level($0, scale: 10, most: 127) } + [9]
        let fine = (0..<count).map { level($0, scale: 100, most: 32_767) } + [9]
        #expect(both.coarse.map { Int($0) } == coarse)
        #expect(both.fine.map { Int($0) } == fine)
        #expect(alone.coarse == both.coarse && alone.fine.allSatisfy { $0 == 9 })
    }

    @Test(arguments: KernelSet.available)
    func `steps are rounded, bounded, and 0 where not valid`(_ kernels: KernelSet) {
        let values: [Float] = [0, 0.24, 0.26, 1, 99, .infinity, .nan, 3, 0.5]
        let validity: [UInt8] = [255, 255, 255, 255, 255, 255, 255, 0, 255]
        var steps = [UInt16](repeating: 7, count: values.count)
        kernels.steps(values, scale: 2, most: 100, validity: validity, into: &steps, count: values.count)
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

    @Test(arguments: KernelSet.available, [1, 2, 6])
    func `planes are weighted sums of a pixel's four samples`(_ kernels: KernelSet, _ planes: Int) {
        var random = SeededGenerator(seed: 33)
        let (weights, offsets) = (random.floats(count: 4 * planes), random.floats(count: planes))
        for count in [1, 7, 8, 45] {
            let samples = random.integers(UInt16.self, count: 4 * count)
            // One float more behind each plane, which stays.
            let pitch = count + 1
            var out = [Float](repeating: 9, count: planes * pitch)
            samples.withUnsafeBytes { bytes in
                out.withUnsafeMutableBufferPointer { out in
                    guard let base = bytes.baseAddress, let out = out.baseAddress else { return }
                    kernels.mixQuads(
                        InterleavedSamples(base, kind: .uint16, step: 4), weights: weights, offsets: offsets,
                        into: (0..<planes).map { out + $0 * pitch }, count: count)
                }
            }
            for plane in 0..<planes {
                let w = Array(weights[(4 * plane)..<(4 * plane + 4)])
                let expected = (0..<count).map { i -> Float in
                    let s = samples[(4 * i)..<(4 * i + 4)].map { Float($0) }
                    let first = w[0] * s[0] + w[1] * s[1]
                    let second = w[2] * s[2] + w[3] * s[3]
                    return first + second + offsets[plane]
                }
                #expect(bits(Array(out[(plane * pitch)..<((plane + 1) * pitch)])) == bits(expected + [9]), "\(count) pixels")
            }
        }
    }

    @Test(arguments: KernelSet.available, [1, 7, 8, 45])
    func `a pixel is hidden where one of its samples is its marker, and planes are 0 wherever it is`(_ kernels: KernelSet, _ count: Int) {
        var random = SeededGenerator(seed: 35)
        let marking: [UInt16] = [0, 0xFFFF, 3, 40_000]
        let stored = marking + [1, 0x8000, 0xFFFE]
        let samples = (0..<(4 * count)).map { _ in stored[Int.random(in: stored.indices, using: &random)] }
        // One pixel more, which stays.
        let seen = random.validity(count: count) + [255]
        let planes = (0..<2).map { _ in random.oddFloats(count: count + 1) }
        for choice in 0..<64 {
            // Which samples have a marker, and which one.
            let (chosen, turn) = (choice % 16, choice / 16)
            let markers: [UInt16?] = (0..<4).map { (chosen >> $0) & 1 == 0 ? nil : marking[($0 + turn) % 4] }
            var validity = seen
            var (first, second) = (planes[0], planes[1])
            samples.withUnsafeBytes { bytes in
                first.withUnsafeMutableBufferPointer { first in
                    second.withUnsafeMutableBufferPointer { second in
                        guard let base = bytes.baseAddress, let first = first.baseAddress, let second = second.baseAddress else { return }
                        kernels.hideMarked(
                            InterleavedSamples(base, kind: .uint16, step: 4), markers: markers, validity: &validity,
                            clearing: [first, second], count: count)
                    }
                }
            }
            let expected = (0...count).map { i -> UInt8 in
                i < count && (0..<4).contains { samples[4 * i + $0] == markers[$0] } ? 0 : seen[i]
            }
            #expect(validity == expected, "markers \(markers)")
            for (cleared, plane) in zip([first, second], planes) {
                let left = zip(plane, expected).map { value, validity -> Float in validity == 0 ? 0 : value }
                #expect(bits(cleared) == bits(left), "markers \(markers)")
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

extension KernelSet {
    func blurred(_ source: [Float], width: Int, height: Int, taps: [Float]) -> [Float] {
        var out = source
        gaussianBlur(source.span, width: width, height: height, taps: taps, into: out.mutableSpan)
        return out
    }

    /// The blur of the means of 2 × 2 pixels, interpolated between their middles.
    func halvedBlur(_ source: [Float], width: Int, height: Int, taps: [Float]) -> [Float] {
        let (w, h) = (width / 2, height / 2)
        let means = (0..<(w * h)).map { i -> Float in
            let k = i / w * 2 * width + i % w * 2
            return ((source[k] + source[k + 1]) + (source[k + width] + source[k + width + 1])) * 0.25
        }
        let blur = blurred(means, width: w, height: h, taps: taps)
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
}
