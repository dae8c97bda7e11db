import PixelKernels
import Testing

@Suite struct LineSumTests {
    private func reference<Level: FixedWidthInteger>(_ levels: [Level], _ width: Int, _ height: Int, _ offsets: [Int]) -> [Int] {
        (0..<(width * height)).map { p in
            offsets.indices.reduce(0) { sum, i in
                let (x, y) = (p % width + i, p / width + offsets[i])
                guard x < width, (0..<height).contains(y), levels[y * width + x] != .min else { return sum }
                return sum + Int(levels[y * width + x])
            }
        }
    }

    @Test(arguments: KernelSet.available, [1, 2, 3, 4, 5, 8, 31])
    func `a line sum is the sum of its pixels`(_ kernels: KernelSet, _ length: Int) {
        var random = SeededGenerator(seed: 51)
        for (width, height) in shapes {
            for slope in [0.31, -0.8] {
                let offsets = (0..<length).map { Int((Double($0) * slope).rounded()) }
                let levels8 = random.integers(Int8.self, count: width * height)
                var sums16 = [Int16](repeating: 9, count: width * height)
                kernels.lineSum(levels8.span, width: width, height: height, offsets: offsets, into: sums16.mutableSpan)
                #expect(sums16.map(Int.init) == reference(levels8, width, height, offsets))

                let levels16 = random.integers(Int16.self, count: width * height)
                var sums32 = [Int32](repeating: 9, count: width * height)
                kernels.lineSum(levels16.span, width: width, height: height, offsets: offsets, into: sums32.mutableSpan)
                #expect(sums32.map(Int.init) == reference(levels16, width, height, offsets))
            }
        }
    }

    @Test(arguments: KernelSet.available)
    func `the longest line of the greatest levels does not overflow`(_ kernels: KernelSet) {
        for level in [Int8(127), -127] {
            let levels = [Int8](repeating: level, count: 300)
            var sums = [Int16](repeating: 0, count: 300)
            kernels.lineSum(levels.span, width: 300, height: 1, offsets: .init(repeating: 0, count: 256), into: sums.mutableSpan)
            #expect(sums[0] == Int16(level) * 256)
        }
    }

    @Test(arguments: KernelSet.available, [Int.min, -1000, 1000, Int.max])
    func `offsets out of the plane find nothing`(_ kernels: KernelSet, _ offset: Int) {
        let levels = [Int8](repeating: 3, count: 30)
        var sums = [Int16](repeating: 9, count: 30)
        kernels.lineSum(levels.span, width: 6, height: 5, offsets: [offset], into: sums.mutableSpan)
        #expect(sums.allSatisfy { $0 == 0 })
    }

    @Test(arguments: KernelSet.available, [-1, 0, 1, 3])
    func `doubling gives the sums of whole lines`(_ kernels: KernelSet, _ rise: Int) {
        var random = SeededGenerator(seed: 52)
        let (width, height) = (97, 45)
        let levels = random.integers(Int8.self, count: width * height)
        var sums = [Int16](repeating: 0, count: width * height)
        kernels.widen(levels.span, into: sums.mutableSpan)
        var offsets = [0]
        for _ in 0..<5 {
            var doubled = [Int16](repeating: 0, count: width * height)
            let drop = rise * offsets.count / 2
            kernels.addShifted(
                sums.span, sums.span, width: width, height: height, dx: offsets.count, dy: drop, into: doubled.mutableSpan)
            sums = doubled
            offsets += offsets.map { $0 + drop }
        }
        #expect(offsets.count == 32)
        var direct = [Int16](repeating: 0, count: width * height)
        kernels.lineSum(levels.span, width: width, height: height, offsets: offsets, into: direct.mutableSpan)
        // Where a half leaves the plane above or below, doubling has lost the part that would come back in; straight drops do not come back.
        #expect(sums.map(Int.init) == doubledReference(levels, width, height, offsets))
        if rise == 0 { #expect(sums == direct) }
    }

    /// A line is followed as long as each half of each half begins inside the plane.
    private func doubledReference(_ levels: [Int8], _ width: Int, _ height: Int, _ offsets: [Int]) -> [Int] {
        func sum(_ x: Int, _ y: Int, _ length: Int) -> Int {
            guard x < width, (0..<height).contains(y) else { return 0 }
            guard length > 1 else { return levels[y * width + x] == .min ? 0 : Int(levels[y * width + x]) }
            return sum(x, y, length / 2) + sum(x + length / 2, y + offsets[length / 2], length / 2)
        }
        return (0..<(width * height)).map { sum($0 % width, $0 / width, offsets.count) }
    }

    @Test(arguments: KernelSet.available)
    func `shifted sums saturate and take nothing from outside`(_ kernels: KernelSet) {
        var random = SeededGenerator(seed: 53)
        for (width, height) in shapes {
            let a = random.integers(Int16.self, count: width * height)
            let b = random.integers(Int16.self, count: width * height)
            for (dx, dy) in [(0, 0), (3, -2), (-5, 1), (1000, 0), (0, -1000), (Int.max, Int.min)] {
                var out = [Int16](repeating: 9, count: width * height)
                kernels.addShifted(a.span, b.span, width: width, height: height, dx: dx, dy: dy, into: out.mutableSpan)
                let expected = (0..<(width * height)).map { p -> Int16 in
                    let x = (p % width).addingReportingOverflow(dx)
                    let y = (p / width).addingReportingOverflow(dy)
                    guard !x.overflow, !y.overflow, (0..<width).contains(x.partialValue), (0..<height).contains(y.partialValue) else {
                        return a[p]
                    }
                    return Int16(clamping: Int(a[p]) + Int(b[y.partialValue * width + x.partialValue]))
                }
                #expect(out == expected, "\(width) × \(height), \(dx) \(dy)")
            }
        }
    }

    @Test(arguments: KernelSet.available, counts)
    func `the greater response wins and the earlier one keeps a tie`(_ kernels: KernelSet, _ count: Int) {
        var random = SeededGenerator(seed: 54)
        let candidates = (0..<4).map { _ in random.integers(Int16.self, count: count).map { $0 % 5 } }
        var response = [Int16](repeating: .min, count: count)
        var indices = [UInt8](repeating: 200, count: count)
        for (index, candidate) in candidates.enumerated() {
            kernels.takeGreater(
                candidate.span, index: UInt8(index), into: response.mutableSpan, indices: indices.mutableSpan)
        }
        let columns = (0..<count).map { i in candidates.map { $0[i] } }
        #expect(response == columns.map { $0.max() ?? .min })
        #expect(indices.map(Int.init) == columns.map { $0.firstIndex(of: $0.max() ?? .min) ?? 0 })
    }

    @Test(arguments: KernelSet.available, counts)
    func `a NaN never wins and never yields`(_ kernels: KernelSet, _ count: Int) {
        var random = SeededGenerator(seed: 55)
        let old = random.oddFloats(count: count)
        let new = random.oddFloats(count: count)
        var response = old
        var indices = [UInt8](repeating: 1, count: count)
        kernels.takeGreater(new.span, index: 7, into: response.mutableSpan, indices: indices.mutableSpan)
        #expect(bits(response) == bits(zip(old, new).map { $1 > $0 ? $1 : $0 }))
        #expect(indices == zip(old, new).map { $1 > $0 ? 7 : 1 })
    }
}
