import PixelKernels
import Testing

@Suite struct SymmetricFilterTests {
    /// Calls `body` with addresses of two arrays.
    private func with<A, B>(_ a: [A], _ b: [B], _ body: (UnsafePointer<A>, UnsafePointer<B>) -> Void) {
        a.withUnsafeBufferPointer { a in
            b.withUnsafeBufferPointer { b in
                if let a = a.baseAddress, let b = b.baseAddress { body(a, b) }
            }
        }
    }

    private func filled<Value>(_ value: Value, _ count: Int, _ body: (UnsafeMutablePointer<Value>) -> Void) -> [Value] {
        var out = [Value](repeating: value, count: count + 1)
        out.withUnsafeMutableBufferPointer { if let base = $0.baseAddress { body(base) } }
        #expect(out.count == count + 1)
        return Array(out.dropLast())
    }

    @Test(arguments: KernelSet.available, counts)
    func `sums of levels are those of their pixels`(_ kernels: KernelSet, _ count: Int) {
        var random = SeededGenerator(seed: 71)
        for (radius, step) in [(0, 1), (3, 1), (5, 37), (8, 1030)] {
            let weights = random.integers(Int16.self, count: radius + 1)
            let source = random.integers(Int8.self, count: count + 2 * radius * step + 1)
            let sums = filled(Int16(9), count) { out in
                with(source, weights) {
                    kernels.symmetricSums($0 + radius * step, step: step, weights: $1, radius: radius, into: out, count: count)
                }
            }
            let expected: [Int16] = (0..<count).map { x in
                var sum: Int16 = 0
                for k in -radius...radius { sum &+= weights[abs(k)] &* Int16(source[x + (radius + k) * step]) }
                return sum
            }
            #expect(sums == expected)
        }
    }

    @Test(arguments: KernelSet.available, counts)
    func `means round each product down and make up for it`(_ kernels: KernelSet, _ count: Int) {
        var random = SeededGenerator(seed: 72)
        for (triples, step) in [(1, 1), (2, 41), (3, 1)] {
            let radius = 3 * triples
            let weights = random.integers(Int16.self, count: radius + 1)
            let source = random.integers(Int16.self, count: count + 2 * radius * step + 1).map { $0 / 2 }
            let means = filled(Int16(9), count) { out in
                with(source, weights) {
                    kernels.symmetricMeans($0 + radius * step, step: step, weights: $1, triples: triples, into: out, count: count)
                }
            }
            let expected: [Int16] = (0..<count).map { x in
                let middle = x + radius * step
                var sum = Int16(triples) &+ Int16((Int(weights[0]) * Int(source[middle])) >> 16)
                for k in 1...radius {
                    let pair = Int(source[middle - k * step]) + Int(source[middle + k * step])
                    sum &+= Int16((Int(weights[k]) * pair) >> 16)
                }
                return sum
            }
            #expect(means == expected)
        }
    }

    @Test(arguments: KernelSet.available, counts)
    func `sums of squares and of floats keep their order`(_ kernels: KernelSet, _ count: Int) {
        var random = SeededGenerator(seed: 73)
        let (radius, step) = (5, 29)
        let weights = random.floats(count: radius + 1, in: 0...1)
        let levels = random.integers(Int8.self, count: count + 2 * radius * step + 1).map { max(-127, $0) }
        let squares = filled(Float(9), count) { out in
            with(levels, weights) {
                kernels.symmetricSquareSums($0 + radius * step, step: step, weights: $1, radius: radius, into: out, count: count)
            }
        }
        func square(_ i: Int) -> Int { Int(levels[i]) * Int(levels[i]) }
        let expectedSquares: [Float] = (0..<count).map { x in
            let i = x + radius * step
            var sum: Float = weights[0] * Float(square(i))
            for k in 1...radius { sum += weights[k] * Float(square(i - k * step) + square(i + k * step)) }
            return sum
        }
        #expect(bits(squares) == bits(expectedSquares))

        let values = random.floats(count: count + 2 * radius + 1)
        let sums = filled(Float(9), count) { out in
            with(values, weights) { kernels.symmetricSums($0 + radius, weights: $1, radius: radius, into: out, count: count) }
        }
        let expectedSums: [Float] = (0..<count).map { x in
            var sum: Float = weights[0] * values[x + radius]
            for k in 1...radius { sum += weights[k] * (values[x + radius - k] + values[x + radius + k]) }
            return sum
        }
        #expect(bits(sums) == bits(expectedSums))
    }

    @Test(arguments: KernelSet.available, counts)
    func `levels are clipped and blanked`(_ kernels: KernelSet, _ count: Int) {
        var random = SeededGenerator(seed: 74)
        let values = random.integers(Int8.self, count: count + 1).enumerated().map { $0.offset % 5 == 2 ? -128 : $0.element }
        let source = random.integers(Int8.self, count: count + 1)
        let read = Array(values.prefix(count))
        var hasHoles = false
        let clipped = filled(Int8(9), count) { out in
            with(values, source) { v, _ in hasHoles = kernels.clipLevels(v, limit: 50, into: out, count: count) }
        }
        #expect(clipped == read.map { $0 == -128 ? 0 : max(-50, min(50, $0)) })
        #expect(hasHoles == read.contains(-128))
        let weights = filled(Int8(9), count) { out in
            with(values, source) { v, _ in kernels.level(50, whereValid: v, into: out, count: count) }
        }
        #expect(weights == read.map { $0 == -128 ? 0 : 50 })
        let copies = filled(Int8(9), count) { out in
            with(values, source) { kernels.copyLevels($1, whereValid: $0, into: out, count: count) }
        }
        #expect(copies == zip(read, source).map { $0 == -128 ? 0 : $1 })
    }

    @Test(arguments: KernelSet.available, counts)
    func `four become one`(_ kernels: KernelSet, _ count: Int) {
        var random = SeededGenerator(seed: 75)
        let (upper, lower) = (random.integers(Int8.self, count: 2 * count + 1), random.integers(Int8.self, count: 2 * count + 1))
        let sums = filled(Int16(9), count) { out in
            with(upper, lower) { kernels.scaledSumsOfFour($0, $1, factor: 60, into: out, count: count) }
        }
        let expectedSums: [Int16] = (0..<count).map { u in
            let left = Int16(upper[2 * u]) + Int16(lower[2 * u])
            let right = Int16(upper[2 * u + 1]) + Int16(lower[2 * u + 1])
            return 60 * (left + right)
        }
        #expect(sums == expectedSums)
        let (a, b) = (random.integers(Int16.self, count: 2 * count + 1), random.integers(Int16.self, count: 2 * count + 1))
        let means = filled(Int16(9), count) { out in with(a, b) { kernels.meansOfFour($0, $1, into: out, count: count) } }
        let expectedMeans: [Int] = (0..<count).map { u in
            let left = Int(a[2 * u]) + Int(b[2 * u])
            let right = Int(a[2 * u + 1]) + Int(b[2 * u + 1])
            return (left + right) >> 2
        }
        #expect(means.map { Int($0) } == expectedMeans)
    }

    @Test(arguments: KernelSet.available, counts)
    func `halved levels keep the variance of noise`(_ kernels: KernelSet, _ count: Int) {
        var random = SeededGenerator(seed: 76)
        func levels() -> [Int8] { random.integers(Int8.self, count: 2 * count + 1).map { $0 % 3 == 0 ? -128 : $0 } }
        let (upper, lower) = (levels(), levels())
        func structure() -> [Int8] { random.integers(Int8.self, count: 2 * count + 1).map { $0 & 127 } }
        let (upperOld, lowerOld) = (structure(), structure())
        var half = [Int8](repeating: 9, count: count + 1)
        var halfOld = half
        half.withUnsafeMutableBufferPointer { half in
            halfOld.withUnsafeMutableBufferPointer { halfOld in
                with(upper, lower) { upper, lower in
                    with(upperOld, lowerOld) {
                        guard let half = half.baseAddress, let halfOld = halfOld.baseAddress else { return }
                        kernels.halve(
                            KernelSet.LevelRow(levels: upper, structure: $0), KernelSet.LevelRow(levels: lower, structure: $1),
                            levels: half,
                            structure: halfOld, count: count)
                    }
                }
            }
        }
        for u in 0..<count {
            let four: [(Int8, Int8)] = [
                (upper[2 * u], upperOld[2 * u]), (upper[2 * u + 1], upperOld[2 * u + 1]), (lower[2 * u], lowerOld[2 * u]),
                (lower[2 * u + 1], lowerOld[2 * u + 1]),
            ]
            let valid = four.filter { $0.0 != -128 }
            guard valid.count >= 2 else {
                #expect(half[u] == -128 && halfOld[u] == 0)
                continue
            }
            let number = Double(valid.count)
            let total: Double = valid.map { Double($0.0) }.reduce(0, +)
            let squares: Double = valid.map { Double($0.1) * Double($0.1) }.reduce(0, +)
            let sum: Double = total / number.squareRoot()
            let root: Double = (squares / number).squareRoot()
            // To within rounding of the float before it is rounded to a level.
            #expect(abs(Double(half[u]) - max(-127, min(127, sum))) < 0.5001)
            #expect(abs(Double(halfOld[u]) - root) < 0.5001)
        }
        #expect(half[count] == 9 && halfOld[count] == 9)
    }

    @Test(arguments: KernelSet.available, counts)
    func `rows between rows and pixels between pixels lie on a line`(_ kernels: KernelSet, _ count: Int) {
        var random = SeededGenerator(seed: 77)
        let (near, far) = (random.integers(Int16.self, count: count + 2), random.integers(Int16.self, count: count + 2).map { $0 / 2 })
        let small = near.map { $0 / 2 }
        for eighths in 1...3 {
            let mixed = filled(Int16(9), count) { out in
                with(small, far) { kernels.mixRows($0, $1, eighths: eighths, into: out, count: count) }
            }
            let expected: [Int] = (0..<count).map { x in
                let difference = Int(far[x]) - Int(small[x])
                return Int(small[x]) + (eighths * difference) >> 3
            }
            #expect(mixed.map { Int($0) } == expected)
        }
        for doublings in 1...2 {
            let side = 1 << doublings
            let whole = filled(Int16(9), side * count) { out in
                with(small, far) { row, _ in kernels.interpolate(row + 1, doublings: doublings, into: out, count: count) }
            }
            for (i, value) in whole.enumerated() {
                let place = (Double(i) + 0.5) / Double(side) + 0.5
                let lower = Int(place)
                let exact = Double(small[lower]) + (place - Double(lower)) * (Double(small[lower + 1]) - Double(small[lower]))
                // Thrice an eighth rounded down is at most three too low.
                #expect(Double(value) <= exact && Double(value) > exact - 3)
            }
        }
    }

    @Test(arguments: KernelSet.available, counts)
    func `differences go by weights where there are any`(_ kernels: KernelSet, _ count: Int) {
        var random = SeededGenerator(seed: 78)
        func sums() -> [Int16] { random.integers(Int16.self, count: count + 1).map { $0 / 2 } }
        let (values, other) = (sums(), sums())
        let (weights, otherWeights) = (sums().map { abs($0) }, sums().map { abs($0) })
        let plain = filled(Int16(9), count) { out in
            with(values, other) {
                out.update(from: $0, count: count)
                kernels.subtract($1, from: out, count: count)
            }
        }
        #expect(plain == (0..<count).map { values[$0] - other[$0] })
        let weighed = filled(Int16(9), count) { out in
            with(values, other) { values, other in
                with(weights, otherWeights) {
                    out.update(from: values, count: count)
                    kernels.subtractWeighed(
                        KernelSet.WeighedRow(sums: other, weights: $1, leastWeight: 4000), from: out, weights: $0, leastWeight: 6000,
                        whole: 16_000, count: count)
                }
            }
        }
        let expected = (0..<count).map { i -> Int16 in
            guard weights[i] > 6000, otherWeights[i] > 4000 else { return 0 }
            let difference = (Float(values[i]) / Float(weights[i]) - Float(other[i]) / Float(otherWeights[i])) * 16_000
            return Int16(max(-32_767, min(32_767, difference)).rounded(.toNearestOrEven))
        }
        #expect(weighed == expected)
    }

    @Test(arguments: KernelSet.available)
    func `groups with a pixel above a threshold are told from those without`(_ kernels: KernelSet) {
        var random = SeededGenerator(seed: 79)
        let (groups, rowCount, pitch) = (33, 3, 550)
        var rows = random.integers(Int16.self, count: rowCount * pitch).map { max(-32_767, $0) / 16 }
        for (i, value) in [(5, Int16.max), (40, -.max)] { rows[i] = value }
        let thresholds = random.integers(UInt16.self, count: rowCount * groups).map { Int16(1900 + $0 % 150) }
        let flags = filled(UInt8(9), groups) { out in
            with(rows, thresholds) {
                kernels.groupsAbove($0, pitch: pitch, rowCount: rowCount, thresholds: $1, into: out, groups: groups)
            }
        }
        let expected: [Bool] = (0..<groups).map { group in
            (0..<rowCount).contains { row in
                let threshold = thresholds[row * groups + group]
                return (0..<16).contains { abs(rows[row * pitch + 16 * group + $0]) > threshold }
            }
        }
        #expect(flags == expected.map { $0 ? 1 : 0 })
        #expect(expected.contains(true) && expected.contains(false))
    }
}
