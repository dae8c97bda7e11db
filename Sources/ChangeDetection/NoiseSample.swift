/// Differences of some of the valid pixels of several windows, evenly spread, and how sharp the ground is there.
struct NoiseSample {
    private(set) var sharpness: [Float] = []
    /// Band by band, of the same pixels.
    private(set) var differences: [[Float]] = []

    var count: Int { sharpness.count }

    init(_ blocks: [DifferenceBlock], atMost most: Int) {
        let total = blocks.reduce(0) { $0 + $1.validity.values.count }
        // Odd, so that it does not stay in some of the columns.
        let step = max(1, total / max(1, most)) | 1
        let places = blocks.map { block in
            stride(from: 0, to: block.validity.values.count, by: step).filter { block.validity.values[$0] != 0 }
        }
        let count = places.reduce(0) { $0 + $1.count }
        func values(_ plane: (DifferenceBlock) -> [Float]) -> [Float] {
            var values: [Float] = []
            values.reserveCapacity(count)
            for (block, places) in zip(blocks, places) {
                plane(block).withUnsafeBufferPointer { plane in for i in places { values.append(plane[i]) } }
            }
            return values
        }
        sharpness = values { $0.sharpness.values }
        differences = (blocks.first?.differences.indices ?? 0..<0).map { band in values { $0.differences[band] } }
    }
}

/// Pixels by how sharp the ground is, in classes of about as many each.
struct SharpnessClasses {
    /// Where each class lies among values that are sorted by it.
    private(set) var ranges: [Range<Int>] = []
    /// Mean sharpness of each class.
    private(set) var means: [Float] = []
    /// Classes of enough pixels to tell their noise.
    private(set) var kept: [Int] = []
    /// Where each pixel's value goes.
    private var places: [Int32] = []

    /// - Parameter sharpness: of each pixel, at least one.
    init(_ sharpness: [Float], count: Int) {
        // The classes' limits need not be exact.
        let step = max(1, sharpness.count / 20_000)
        let sorted = stride(from: 0, to: sharpness.count, by: step).map { sharpness[$0] }.sorted()
        let limits = (1..<count).map { sorted[sorted.count * $0 / count] }
        var classes = [UInt8](repeating: 0, count: sharpness.count)
        var counts = [Int](repeating: 0, count: count)
        var sums = [Double](repeating: 0, count: count)
        for i in sharpness.indices {
            let value = sharpness[i]
            var (low, high) = (0, limits.count)
            while low < high {
                let middle = (low + high) / 2
                if value < limits[middle] { high = middle } else { low = middle + 1 }
            }
            classes[i] = UInt8(low)
            counts[low] += 1
            sums[low] += Double(value)
        }
        var start = 0
        for k in 0..<count {
            ranges.append(start..<(start + counts[k]))
            means.append(Float(sums[k] / Double(max(1, counts[k]))))
            start += counts[k]
        }
        kept = (0..<count).filter { counts[$0] >= 64 }
        var next = ranges.map { Int32($0.lowerBound) }
        places = classes.map { k in
            defer { next[Int(k)] += 1 }
            return next[Int(k)]
        }
    }

    /// Values of the same pixels, class after class.
    func sorted(_ values: [Float]) -> [Float] {
        var result = [Float](repeating: 0, count: values.count)
        for i in values.indices { result[Int(places[i])] = values[i] }
        return result
    }
}
