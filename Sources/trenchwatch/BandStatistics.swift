import Pipeline
import Raster
import RasterIO

/// Minimum, maximum, mean and standard deviation of one band's valid samples, in the file's own units.
///
/// Parts are joined by the formula of T. F. Chan, G. H. Golub, R. J. LeVeque, "Updating Formulae and a Pairwise Algorithm for Computing Sample
/// Variances", Stanford STAN-CS-79-773, 1979, which does not lose digits where the mean is large.
struct BandStatistics: Sendable, Equatable {
    private(set) var validCount = 0
    private(set) var minimum = Double.infinity
    private(set) var maximum = -Double.infinity
    private(set) var mean = 0.0
    private var squares = 0.0

    /// Of the whole population, not of a sample of it.
    var standardDeviation: Double { validCount > 0 ? (squares / Double(validCount)).squareRoot() : 0 }

    init() {}

    /// - Parameter isUsable: of an index into `values`; values that are not finite are never counted.
    init(of values: [Double], where isUsable: (Int) -> Bool) {
        var sum = 0.0
        for (index, value) in values.enumerated() where value.isFinite && isUsable(index) {
            validCount += 1
            minimum = Swift.min(minimum, value)
            maximum = Swift.max(maximum, value)
            sum += value
        }
        guard validCount > 0 else { return }
        mean = sum / Double(validCount)
        for (index, value) in values.enumerated() where value.isFinite && isUsable(index) { squares += (value - mean) * (value - mean) }
    }

    mutating func add(_ other: BandStatistics) {
        guard other.validCount > 0 else { return }
        let total = Double(validCount + other.validCount)
        let difference = other.mean - mean
        squares += other.squares + difference * difference * Double(validCount) * Double(other.validCount) / total
        mean += difference * Double(other.validCount) / total
        validCount += other.validCount
        minimum = Swift.min(minimum, other.minimum)
        maximum = Swift.max(maximum, other.maximum)
    }

    /// Of as many samples that are all the same.
    init(_ count: Int, of value: Double) {
        validCount = count
        minimum = value
        maximum = value
        mean = value
    }

    /// One a band. Nodata, masked and transparent pixels are left out.
    static func all(ofFileAt path: String, _ reader: RasterReader, jobs: Int) throws -> [BandStatistics] {
        let windows = windows(of: reader.info)
        // Blocks that are taken in pieces are kept until the last one.
        let reader =
            try isTakenInPieces(reader.info) ? RasterReader(path: path, cache: DecodedBlockCache(budget: decodedBytesAtMost)) : reader
        var totals = [BandStatistics](repeating: BandStatistics(), count: reader.info.bandCount)
        try WorkerPool.mapInOrder(count: windows.count, jobs: jobs, window: 2 * jobs) { index in
            try part(of: reader, window: windows[index])
        } consume: { _, part in
            for band in totals.indices { totals[band].add(part[band]) }
        }
        return totals
    }

    /// Two of the largest blocks that are read.
    private static let decodedBytesAtMost = 2 * ReadLimits.default.maxBlockBytes + 1 << 20

    /// About a million pixels of four bands, or as many samples.
    private static func pixelsAtMost(_ info: RasterInfo) -> Int { max(1 << 12, (1 << 22) / max(4, info.bandCount)) }

    private static func isTakenInPieces(_ info: RasterInfo) -> Bool { info.blockSize.pixelCount > pixelsAtMost(info) }

    /// Whole blocks of the file, some at a time; larger ones in pieces, one block's after another.
    private static func windows(of info: RasterInfo) -> [PixelWindow] {
        let most = pixelsAtMost(info)
        func multiple(_ block: Int, near side: Int) -> Int { max(1, side / max(1, block)) * max(1, block) }
        let width = min(info.size.width, multiple(info.blockSize.width, near: 1024))
        let height = min(info.size.height, multiple(info.blockSize.height, near: max(1, most / max(1, width))))
        return parts(of: PixelWindow(info.size), width: width, height: height).flatMap { blocks in
            let width = min(blocks.width, most)
            return parts(of: blocks, width: width, height: max(1, most / width))
        }
    }

    private static func parts(of window: PixelWindow, width: Int, height: Int) -> [PixelWindow] {
        stride(from: window.y, to: window.maxY, by: height).flatMap { y in
            stride(from: window.x, to: window.maxX, by: width).map { x in
                PixelWindow(x: x, y: y, width: min(width, window.maxX - x), height: min(height, window.maxY - y))
            }
        }
    }

    private static func part(of reader: RasterReader, window: PixelWindow) throws -> [BandStatistics] {
        let info = reader.info
        if !info.hasInternalMask, let value = try reader.valueWhereLeftOut(window) {
            return (0..<info.bandCount).map { band in
                let isTransparent = info.alphaBand.map { $0 != band && value == 0 } ?? false
                return value.isFinite && value != info.noData && !isTransparent
                    ? BandStatistics(window.pixelCount, of: value) : BandStatistics()
            }
        }
        let block = try reader.read(window)
        let mask = try info.hasInternalMask ? reader.readMask(window)?.values : nil
        let alpha = info.alphaBand.map { block.doubles(band: $0) }
        return (0..<info.bandCount).map { band in
            let values = block.doubles(band: band)
            return BandStatistics(of: values) { index in
                if let mask, mask[index] == 0 { return false }
                if let alpha, band != info.alphaBand, alpha[index] == 0 { return false }
                return values[index] != info.noData
            }
        }
    }
}
