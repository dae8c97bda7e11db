import Raster

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
        let places = blocks.map { $0.validity.usablePlaces(every: step) }
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

extension BytePlane {
    /// Of one pixel in `step` those that are usable, here and in another mask of the same shape.
    func usablePlaces(every step: Int, with other: BytePlane? = nil) -> [Int] {
        let own = values
        let other = other?.values ?? own
        precondition(other.count == own.count, "the masks differ in size")
        return [Int](unsafeUninitializedCapacity: own.count / step + 1) { places, count in
            for i in stride(from: 0, to: own.count, by: step) {
                places[count] = i
                count += own[i] & other[i] != 0 ? 1 : 0
            }
        }
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
        let sorted = RobustStatistics.sorted(stride(from: 0, to: sharpness.count, by: step).map { sharpness[$0] })
        let limits = (1..<count).map { sorted[sorted.count * $0 / count] }
        let classes = Self.classes(of: sharpness, limits: limits)
        var counts = [Int](repeating: 0, count: count)
        var sums = [Double](repeating: 0, count: count)
        for (k, value) in zip(classes, sharpness) {
            counts[Int(k)] += 1
            sums[Int(k)] += Double(value)
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

    /// How many of the limits, which ascend, no value exceeds.
    private static func classes(of values: [Float], limits: [Float]) -> [UInt8] {
        // Halved again and again without a branch, since which way a pixel goes is anyone's guess.
        let last = limits.count
        let half = (1 << (Int.bitWidth - last.leadingZeroBitCount)) >> 1
        let limits = limits + [Float](repeating: .infinity, count: 2 * half - last)
        return [UInt8](unsafeUninitializedCapacity: values.count) { classes, count in
            limits.withUnsafeBufferPointer { limits in
                for i in values.indices {
                    var (below, step) = (0, half)
                    while step > 0 {
                        below &+= limits[below &+ step &- 1] <= values[i] ? step : 0
                        step >>= 1
                    }
                    classes[i] = UInt8(truncatingIfNeeded: min(below, last))
                }
            }
            count = values.count
        }
    }

    /// Values of the same pixels, class after class.
    func sorted(_ values: [Float]) -> [Float] {
        precondition(values.count == places.count, "one value a pixel")
        return [Float](unsafeUninitializedCapacity: values.count) { result, count in
            for (place, value) in zip(places, values) { result[Int(place)] = value }
            count = values.count
        }
    }
}
