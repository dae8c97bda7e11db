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

    /// One a band. Nodata, masked and transparent pixels are left out.
    static func all(of reader: RasterReader, jobs: Int) throws -> [BandStatistics] {
        let windows = windows(of: reader.info)
        var totals = [BandStatistics](repeating: BandStatistics(), count: reader.info.bandCount)
        try WorkerPool.mapInOrder(count: windows.count, jobs: jobs, window: 2 * jobs) { index in
            try part(of: reader, window: windows[index])
        } consume: { _, part in
            for band in totals.indices { totals[band].add(part[band]) }
        }
        return totals
    }

    /// Whole blocks of the file, about a million pixels at a time.
    private static func windows(of info: RasterInfo) -> [PixelWindow] {
        func multiple(_ block: Int, near side: Int) -> Int { max(1, side / max(1, block)) * max(1, block) }
        let width = min(info.size.width, multiple(info.blockSize.width, near: 1024))
        let rows = max(1, (1 << 20) / max(1, width))
        let height = min(info.size.height, multiple(info.blockSize.height, near: rows))
        return stride(from: 0, to: info.size.height, by: height).flatMap { y in
            stride(from: 0, to: info.size.width, by: width).map { x in
                PixelWindow(x: x, y: y, width: min(width, info.size.width - x), height: min(height, info.size.height - y))
            }
        }
    }

    private static func part(of reader: RasterReader, window: PixelWindow) throws -> [BandStatistics] {
        let info = reader.info
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
