import PixelKernels

/// Measures `StructureCoherence.share`.
///
/// Of all but very small scenes a number of tiles, evenly spread, is as good a sample of noise and of common structure as all of them; and since one road
/// may be all the structure that a desert has, the tiles with the most structure are measured as well.
struct StructureShare {
    /// Where a scene is too small to tell: what scenes of towns show.
    private static let usual: Float = 0.03
    /// A run is 64 px long.
    private static let runStrips = 8
    private static let tileWidth = 320
    /// A run in the next column looks at the same ground through filters of several pixels' width.
    private static let columnStep = 2
    /// One tile in eight, but no fewer than give fifty thousand runs, and no more where a scene is large.
    private static let tilesOfOne = 8
    private static let evenTiles = 16...64
    /// Runs of the sample of all.
    private static let sampleCount = 100_000
    /// Runs by which its half and its tenth are told.
    private static let limitCount = 10_000

    private(set) var fitted = usual

    /// Change, and the two profiles of old structure.
    private let sums: [BeamletSums]
    private let noise: BeamletNoise
    private let kernels = KernelSet.best
    private let scratches: [BeamletScratch]
    private let slopes = Array(0..<BeamletSums.slopeCount)
    private var totals: [[Int32]]

    /// What one straight run of 64 px measured, σ a pixel of length.
    private struct Run {
        let change: Float
        /// Square of the structure of both profiles.
        let power: Float
    }

    /// Columns of eight strips.
    private struct Tile: Hashable {
        let group: Int
        let left: Int
    }

    /// - Parameter sums: of the change, and of old structure by the single and the dipole profile.
    init(planes: SearchPlanes, sums: [BeamletSums], noise: BeamletNoise) {
        self.sums = sums
        self.noise = noise
        scratches = sums.map { BeamletScratch(width: $0.width, transposed: $0.isTransposed) }
        totals = [[Int32]](repeating: [Int32](repeating: 0, count: BeamletSums.slopeCount * Self.tileWidth), count: sums.count)
        let change = sums[0]
        let tiles = (0..<change.stripCount / Self.runStrips).flatMap { group in
            stride(from: 0, to: change.width, by: Self.tileWidth).map { Tile(group: group, left: $0) }
        }
        let wanted = max(Self.evenTiles.lowerBound, min(Self.evenTiles.upperBound, tiles.count / Self.tilesOfOne))
        let step = max(1, tiles.count / wanted)
        let even = stride(from: 0, to: tiles.count, by: step).map { tiles[$0] }
        let others = Set(tiles).subtracting(even)
        let strong =
            tiles.filter { others.contains($0) }.map { (tile: $0, power: structurePower(of: $0, in: planes)) }
            .sorted { ($1.power, $0.tile.group, $0.tile.left) < ($0.power, $1.tile.group, $1.tile.left) }.prefix(wanted / 2)
            .map(\.tile)

        let evenRuns = even.map { runs(in: $0) }
        let sampleStep = max(1, evenRuns.reduce(0) { $0 + $1.count } / Self.sampleCount)
        let sample = evenRuns.flatMap { runs in stride(from: 0, to: runs.count, by: sampleStep).map { runs[$0] } }
        let all = evenRuns.flatMap { $0 } + strong.flatMap { runs(in: $0) }
        fitted = Self.fit(sample: sample, all: all)
    }

    /// Sum of the squares of a tile's structure, in every fourth row of the plane.
    private func structurePower(of tile: Tile, in planes: SearchPlanes) -> Int {
        let rows = Self.runStrips * BeamletSums.rowsPerStrip
        let across = tile.left..<min(sums[0].width, tile.left + Self.tileWidth)
        let along = tile.group * rows..<(tile.group + 1) * rows
        let (columns, lines) = sums[1].isTransposed ? (along, across) : (across, along)
        return planes.structure.withUnsafeBufferPointer { structure in
            guard let structure = structure.baseAddress else { return 0 }
            var total = 0
            for y in stride(from: lines.lowerBound, to: lines.upperBound, by: 4) {
                let row = structure + (y * planes.width + columns.lowerBound)
                var sum: Int32 = 0
                for x in 0..<columns.count {
                    let value = Int16(row[x])
                    sum &+= Int32(value &* value)
                }
                total += Int(sum)
            }
            return total
        }
    }

    /// The runs that begin in a tile and stay in the plane, where the change is observed.
    private mutating func runs(in tile: Tile) -> [Run] {
        let change = sums[0]
        let width = change.width
        let reach = BeamletSums.maximumSlope * (Self.runStrips - 1)
        let right = min(width, tile.left + Self.tileWidth)
        let columns = max(0, tile.left - reach)..<min(width, right + reach)
        // Where a slope's runs begin.
        let begins = slopes.map { slope -> Range<Int> in
            let lean = (slope - BeamletSums.maximumSlope) * (Self.runStrips - 1)
            let first = max(tile.left, -lean)
            return first..<max(first, min(right, width - lean))
        }
        for k in sums.indices {
            totals[k].withUnsafeMutableBufferPointer { totals in
                guard let totals = totals.baseAddress else { return }
                totals.update(repeating: 0, count: slopes.count * Self.tileWidth)
                for row in 0..<Self.runStrips {
                    sums[k].filterRows(strip: tile.group * Self.runStrips + row, columns: columns, scratch: scratches[k])
                    sums[k].sumHalves(
                        from: columns.lowerBound, count: columns.count, halves: BeamletGeometry.shared.allHalves, scratch: scratches[k])
                    for slope in slopes where !begins[slope].isEmpty {
                        let first = begins[slope].lowerBound
                        let offset = first + (slope - BeamletSums.maximumSlope) * row - columns.lowerBound
                        kernels.accumulateTwo(
                            scratches[k].upper(slope) + offset, scratches[k].lower(slope) + offset,
                            into: totals + slope * Self.tileWidth + first - tile.left, count: begins[slope].count)
                    }
                }
            }
        }
        // The local factor, which varies slowly, is taken at the run's middle.
        let middle = Self.runStrips / 2
        let factors = columns.map { noise.factor(strip: tile.group * Self.runStrips + middle, column: $0) }
        let rows = Float(BeamletSums.rowsPerStrip)
        var result: [Run] = []
        result.reserveCapacity(slopes.count * Self.tileWidth / Self.columnStep)
        for slope in slopes {
            // Mean a pixel over the deviation a pixel, which is a beamlet's over the root of its rows.
            let unit = rows.squareRoot() / (noise.sigmaOfSlope[slope] * rows * Float(Self.runStrips))
            let lean = (slope - BeamletSums.maximumSlope) * middle
            for x in stride(from: begins[slope].lowerBound, to: begins[slope].upperBound, by: Self.columnStep) {
                let i = slope * Self.tileWidth + x - tile.left
                guard totals[0][i] != 0 else { continue }
                let scale = unit / factors[x + lean - columns.lowerBound]
                let single = Float(totals[1][i]) * sums[1].unit * scale
                let dipole = Float(totals[2][i]) * sums[2].unit * scale
                result.append(Run(change: Float(totals[0][i]) * sums[0].unit * scale, power: single * single + dipole * dipole))
            }
        }
        return result
    }

    /// The runs with the most structure.
    private static func strongest(_ count: Int, of runs: [Run]) -> [Run] {
        guard count < runs.count else { return runs }
        let limit = RobustStatistics.select(runs.map(\.power), runs.count - 1 - count)
        return runs.filter { $0.power > limit }
    }

    /// From the runs with the most structure, against the half of a plain sample with the least: the larger of the figures of the strongest tenth of
    /// the sample and of the strongest runs of all.
    private static func fit(sample: [Run], all: [Run]) -> Float {
        guard sample.count >= 200 else { return usual }
        // Where the half and the tenth end need not be exact.
        let powers = stride(from: 0, to: sample.count, by: max(1, sample.count / limitCount)).map { sample[$0].power }
        let middle = RobustStatistics.quantile(powers, 0.5)
        let high = RobustStatistics.quantile(powers, 0.9)
        let quiet = RobustStatistics.trimmedRootMeanSquare(sample.compactMap { $0.power <= middle ? $0.change : nil }, trimming: 0.02)
        let strong = strongest(max(20, all.count / 200), of: all.filter { $0.power > high })
        guard strong.count >= 20 else { return usual }
        let candidates = [sample.filter { $0.power > high }, strong]
        return candidates.filter { !$0.isEmpty }.map { runs in
            let ratios = runs.map { $0.change / max($0.power.squareRoot(), .leastNormalMagnitude) }
            let noise = runs.reduce(Float(0)) { sum, run in
                let share = quiet / max(run.power.squareRoot(), .leastNormalMagnitude)
                return sum + share * share
            }
            let spread = RobustStatistics.trimmedRootMeanSquare(ratios, trimming: 0.02)
            return max(0, spread * spread - noise / Float(runs.count)).squareRoot()
        }.max() ?? usual
    }
}
