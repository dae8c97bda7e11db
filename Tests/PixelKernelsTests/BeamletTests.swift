import PixelKernels
import Testing

@Suite struct BeamletTests {
    private func rounded(_ sum: Int, _ shift: Int) -> Int {
        let quotient = (abs(sum) + (1 << shift) / 2) >> shift
        return sum < 0 ? -quotient : quotient
    }

    private func levels(_ count: Int, _ random: inout SeededGenerator) -> [Int8] {
        random.integers(Int8.self, count: count).map { random.next() % 30 == 0 ? -128 : $0 }
    }

    private let tapsOfBoth: [(taps: [Int], isOdd: Bool)] = [
        ([-23, -23, -23, -23, 0, 4, 42, 92, 42, 4, 0, -23, -23, -23, -23], false),
        ([0, 0, 0, 0, -6, -80, -150, 0, 150, 80, 6, 0, 0, 0, 0], true),
    ]

    @Test(arguments: KernelSet.available, counts)
    func `levels are clipped, holes count as zero and are told`(_ kernels: KernelSet, _ count: Int) {
        var random = SeededGenerator(seed: 61)
        for hasHoles in [false, true] {
            let levels = hasHoles ? self.levels(count, &random) : random.integers(Int8.self, count: count).map { max(-127, $0) }
            var out = [Int16](repeating: 9, count: count)
            let told = kernels.widenClipped(levels, limit: 50, into: &out, count: count)
            #expect(told == levels.contains(-128))
            let expected = levels.map { (level: Int8) -> Int16 in level == -128 ? 0 : Int16(max(-50, min(50, level))) }
            #expect(out == expected)
        }
    }

    @Test(arguments: KernelSet.available, counts)
    func `a row is filtered, and halves are rounded away from zero`(_ kernels: KernelSet, _ count: Int) {
        var random = SeededGenerator(seed: 62)
        let line = random.integers(Int16.self, count: count + 64).map { $0 % 51 }
        for (taps, isOdd) in tapsOfBoth {
            let distances = (1...7).filter { taps[7 + $0] != 0 }
            let filter = KernelSet.RowFilter(
                centre: Int16(taps[7]), distances: distances, weights: distances.map { Int16(taps[7 + $0]) }, isOdd: isOdd, shift: 3)
            var out = [Int16](repeating: 9, count: count + 32)
            line.withUnsafeBufferPointer { line in
                out.withUnsafeMutableBufferPointer { out in
                    kernels.filter(line.baseAddress! + 7, by: filter, into: out.baseAddress!, count: count)
                }
            }
            let expected = (0..<count).map { x -> Int16 in
                let sum = (0..<15).reduce(0) { (sum: Int, k: Int) -> Int in sum + taps[k] * Int(line[x + k]) }
                return Int16(rounded(sum, 3))
            }
            #expect(Array(out.prefix(count)) == expected)
        }
    }

    @Test(arguments: KernelSet.available, counts)
    func `what the filter would take from a hole is cleared`(_ kernels: KernelSet, _ count: Int) {
        var random = SeededGenerator(seed: 63)
        let levels = self.levels(count + 14, &random)
        let values = random.integers(Int16.self, count: count)
        var out = values
        var marks = [Int8](repeating: 0, count: 2 * (count + 14))
        kernels.clearBesideInvalid(levels, marks: &marks, values: &out, count: count)
        let expected = (0..<count).map { (x: Int) -> Int16 in levels[x..<(x + 15)].contains(-128) ? 0 : values[x] }
        #expect(out == expected)
    }

    @Test(arguments: KernelSet.available, counts)
    func `rows are added`(_ kernels: KernelSet, _ count: Int) {
        var random = SeededGenerator(seed: 64)
        let rows = (0..<4).map { _ in random.integers(Int16.self, count: count + 16) }
        var four = [Int16](repeating: 9, count: count + 16)
        kernels.addFour(rows[0], rows[1], rows[2], rows[3], into: &four, count: count)
        let expected = (0..<count).map { (x: Int) -> Int16 in rows[0][x] &+ rows[1][x] &+ rows[2][x] &+ rows[3][x] }
        #expect(Array(four.prefix(count)) == expected)

        var sums = (0..<count).map { Int32($0) * 1_000_000 }
        let before = sums
        kernels.accumulateTwo(rows[0], rows[1], into: &sums, count: count)
        let accumulated = (0..<count).map { (x: Int) -> Int32 in before[x] + Int32(rows[0][x] &+ rows[1][x]) }
        #expect(sums == accumulated)
    }

    @Test(arguments: KernelSet.available, counts)
    func `sums are standardised and rounded`(_ kernels: KernelSet, _ count: Int) {
        var random = SeededGenerator(seed: 65)
        let a = random.integers(Int16.self, count: count).map { $0 / 2 }
        let b = random.integers(Int16.self, count: count).map { $0 / 2 }
        let factors = random.integers(UInt16.self, count: count).map { $0 / 2 }
        for gain in [UInt16(65_535), 40_000, 1] {
            var out = [Int16](repeating: 9, count: count)
            kernels.standardiseSums(a, b, factors: factors, gain: gain, into: &out, count: count)
            let expected = (0..<count).map { (x: Int) -> Int16 in
                let multiplier = (Int(factors[x]) * Int(gain)) >> 16
                let doubled = ((Int(a[x]) + Int(b[x])) * multiplier) >> 16
                return Int16((doubled + 1) >> 1)
            }
            #expect(out == expected)
        }
    }

    @Test(arguments: KernelSet.available, counts)
    func `squares are clipped and counted`(_ kernels: KernelSet, _ count: Int) {
        var random = SeededGenerator(seed: 66)
        let a = random.integers(Int16.self, count: count).map { $0 / 8 }
        let b = a.map { random.next() % 5 == 0 ? -$0 : $0 / 3 }
        var squares = [Int16](repeating: 5, count: count)
        var counts = [Int16](repeating: 2, count: count)
        kernels.addClippedSquares(a, b, gain: 900, squares: &squares, counts: &counts, count: count)
        for x in 0..<count {
            let sum = Int(a[x]) + Int(b[x])
            let doubled = (abs(sum) * 900) >> 16
            let steps = min(48, (doubled + 1) >> 1)
            #expect(Int(squares[x]) == 5 + steps * steps)
            #expect(counts[x] == (sum == 0 ? 2 : 3))
        }
    }

    @Test(arguments: KernelSet.available, counts)
    func `an inverse is interpolated`(_ kernels: KernelSet, _ count: Int) {
        var out = [UInt16](repeating: 9, count: count)
        kernels.interpolatedInverse(left: 0.9, right: 2.5, numerator: 30_000, first: 3, spacing: 1200, into: &out, count: count)
        let step: Float = (2.5 - 0.9) / 1200
        let expected = (0..<count).map { (k: Int) -> UInt16 in
            let place = Float(k + 3) + 0.5
            let value: Float = 30_000 / (0.9 + step * place)
            return UInt16(min(32_767, value).rounded(.toNearestOrEven))
        }
        #expect(out == expected)
    }

    @Test(arguments: KernelSet.available)
    func `a beamlet's sum is that of its filtered rows`(_ kernels: KernelSet) {
        var random = SeededGenerator(seed: 67)
        let (width, rows) = (60, 8)
        let plane = levels(width * rows, &random)
        for (taps, _) in tapsOfBoth {
            for offsets in [[0, 0, 0, 0, 0, 0, 0, 0], [-1, -2, -3, -4, -6, -7, -8, -9], [0, 1, 1, 2, 2, 3, 3, 4]] {
                var expected = 0
                for r in 0..<rows {
                    let row = plane[(r * width + 20 + offsets[r])...].prefix(15)
                    guard !row.contains(-128) else { continue }
                    var sum = 0
                    for (level, tap) in zip(row, taps) { sum += max(-50, min(50, Int(level))) * tap }
                    expected += rounded(sum, 3)
                }
                let weights = (taps + [0]).map { Int16($0) }
                let sum = plane.withUnsafeBufferPointer {
                    kernels.beamletSum(
                        $0.baseAddress! + 20, along: width, offsets: offsets, rows: rows, taps: weights, limit: 50, shift: 3)
                }
                #expect(sum == expected)
            }
        }
    }

    @Test(arguments: KernelSet.available, [1, 7, 8, 17, 63, 64])
    func `columns become rows`(_ kernels: KernelSet, _ columns: Int) {
        var random = SeededGenerator(seed: 68)
        for rows in [1, 8, 21] {
            let source = random.integers(Int8.self, count: 70 * rows)
            var out = [Int8](repeating: 1, count: columns * 30)
            kernels.transposeColumns(source, pitch: 70, rows: rows, columns: columns, into: &out, outPitch: 30)
            for k in 0..<columns {
                for y in 0..<30 {
                    let expected: Int8 = y < rows ? source[y * 70 + k] : 1
                    #expect(out[k * 30 + y] == expected)
                }
            }
        }
    }
}
