import PixelKernelsAVX2
import PixelKernelsBaseline

extension KernelSet {
    /// Levels clipped to ±`limit`, −128 (not valid) as 0.
    /// - Returns: whether any was not valid.
    public func clipLevels(_ values: UnsafePointer<Int8>, limit: Int8, into out: UnsafeMutablePointer<Int8>, count: Int) -> Bool {
        usesAVX2
            ? PixelKernelsAVX2.clipLevels(values, limit, out, count) : PixelKernelsBaseline.clipLevels(values, limit, out, count)
    }

    /// `level` where valid, else 0.
    public func level(_ level: Int8, whereValid values: UnsafePointer<Int8>, into out: UnsafeMutablePointer<Int8>, count: Int) {
        if usesAVX2 {
            PixelKernelsAVX2.levelWhereValid(values, level, out, count)
        } else {
            PixelKernelsBaseline.levelWhereValid(values, level, out, count)
        }
    }

    /// `source` where `values` are valid, else 0.
    public func copyLevels(
        _ source: UnsafePointer<Int8>, whereValid values: UnsafePointer<Int8>, into out: UnsafeMutablePointer<Int8>, count: Int
    ) {
        if usesAVX2 {
            PixelKernelsAVX2.copyLevelsWhereValid(source, values, out, count)
        } else {
            PixelKernelsBaseline.copyLevelsWhereValid(source, values, out, count)
        }
    }

    /// `factor` times the sum of the four levels of columns 2u and 2u + 1 of two rows, for each of `count` columns u.
    public func scaledSumsOfFour(
        _ upper: UnsafePointer<Int8>, _ lower: UnsafePointer<Int8>, factor: Int16, into out: UnsafeMutablePointer<Int16>, count: Int
    ) {
        if usesAVX2 {
            PixelKernelsAVX2.scaledSumsOfFour(upper, lower, factor, out, count)
        } else {
            PixelKernelsBaseline.scaledSumsOfFour(upper, lower, factor, out, count)
        }
    }

    /// The mean of the four of columns 2u and 2u + 1 of two rows, rounded down, for each of `count` columns u.
    public func meansOfFour(
        _ upper: UnsafePointer<Int16>, _ lower: UnsafePointer<Int16>, into out: UnsafeMutablePointer<Int16>, count: Int
    ) {
        if usesAVX2 {
            PixelKernelsAVX2.meansOfFour(upper, lower, out, count)
        } else {
            PixelKernelsBaseline.meansOfFour(upper, lower, out, count)
        }
    }

    /// `near + eighths · (far − near) / 8`, rounded down; `eighths` up to 3, differences within 16 bits.
    public func mixRows(
        _ near: UnsafePointer<Int16>, _ far: UnsafePointer<Int16>, eighths: Int, into out: UnsafeMutablePointer<Int16>, count: Int
    ) {
        if usesAVX2 {
            PixelKernelsAVX2.mixRows(near, far, eighths, out, count)
        } else {
            PixelKernelsBaseline.mixRows(near, far, eighths, out, count)
        }
    }

    /// A row from its reduction by two (`doublings` 1) or by four (2), linear between the reduced pixels' centres; `count` of them, and one beyond at
    /// both ends.
    public func interpolate(_ row: UnsafePointer<Int16>, doublings: Int, into out: UnsafeMutablePointer<Int16>, count: Int) {
        switch (doublings, usesAVX2) {
        case (1, true): PixelKernelsAVX2.interpolateByTwo(row, out, count)
        case (1, false): PixelKernelsBaseline.interpolateByTwo(row, out, count)
        case (2, true): PixelKernelsAVX2.interpolateByFour(row, out, count)
        case (2, false): PixelKernelsBaseline.interpolateByFour(row, out, count)
        default: preconditionFailure("a reduction by two or by four")
        }
    }

    /// `values −= other`, wrapping.
    public func subtract(_ other: UnsafePointer<Int16>, from values: UnsafeMutablePointer<Int16>, count: Int) {
        if usesAVX2 {
            PixelKernelsAVX2.subtractInt16(values, other, count)
        } else {
            PixelKernelsBaseline.subtractInt16(values, other, count)
        }
    }

    /// Sums of what was observed with the sums of their weights.
    public struct WeighedRow {
        public var sums: UnsafePointer<Int16>
        public var weights: UnsafePointer<Int16>
        /// Where the weight is not above it nothing is known.
        public var leastWeight: Int16

        public init(sums: UnsafePointer<Int16>, weights: UnsafePointer<Int16>, leastWeight: Int16) {
            self.sums = sums
            self.weights = weights
            self.leastWeight = leastWeight
        }
    }

    /// `whole · (values / weights − other's)`, rounded and clamped to ±32 767; 0 where a weight is too small.
    public func subtractWeighed(
        _ other: WeighedRow, from values: UnsafeMutablePointer<Int16>, weights: UnsafePointer<Int16>, leastWeight: Int16, whole: Float,
        count: Int
    ) {
        if usesAVX2 {
            PixelKernelsAVX2.subtractWeighed(
                values, weights, leastWeight, other.sums, other.weights, other.leastWeight, whole, count)
        } else {
            PixelKernelsBaseline.subtractWeighed(
                values, weights, leastWeight, other.sums, other.weights, other.leastWeight, whole, count)
        }
    }

    /// A row of levels and the old structure under them.
    public struct LevelRow {
        public var levels: UnsafePointer<Int8>
        public var structure: UnsafePointer<Int8>

        public init(levels: UnsafePointer<Int8>, structure: UnsafePointer<Int8>) {
            self.levels = levels
            self.structure = structure
        }
    }

    /// Two rows at half the size, `count` columns: the sum of the valid ones of four levels over the root of their number, so that white noise keeps its
    /// variance, and the root mean square of structure over the same pixels; both rounded, halves to even. −128 and 0 where less than two are valid.
    public func halve(
        _ upper: LevelRow, _ lower: LevelRow, levels: UnsafeMutablePointer<Int8>, structure: UnsafeMutablePointer<Int8>, count: Int
    ) {
        if usesAVX2 {
            PixelKernelsAVX2.halveLevels(upper.levels, lower.levels, upper.structure, lower.structure, levels, structure, count)
        } else {
            PixelKernelsBaseline.halveLevels(upper.levels, lower.levels, upper.structure, lower.structure, levels, structure, count)
        }
    }

    /// For groups of 16 pixels 1 where any of `rowCount` rows has one above the group's threshold of that row in size, else 0.
    ///
    /// - Parameters:
    ///   - rows: `pitch` apart, none with −32 768.
    ///   - thresholds: not below 0. Shape: `rowCount` × `groups`.
    public func groupsAbove(
        _ rows: UnsafePointer<Int16>, pitch: Int, rowCount: Int, thresholds: UnsafePointer<Int16>, into out: UnsafeMutablePointer<UInt8>,
        groups: Int
    ) {
        if usesAVX2 {
            PixelKernelsAVX2.groupsAbove(rows, pitch, rowCount, thresholds, out, groups)
        } else {
            PixelKernelsBaseline.groupsAbove(rows, pitch, rowCount, thresholds, out, groups)
        }
    }
}
