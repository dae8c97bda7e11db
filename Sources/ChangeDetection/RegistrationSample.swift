import PixelKernels
import Raster

/// One sample window, ready for comparison: band-passed brightness of both dates and what is usable of it.
struct RegistrationSample {
    /// Its first pixel in the scene.
    let origin: (x: Int, y: Int)
    let width: Int
    let height: Int
    let before: FloatPlane
    let after: FloatPlane
    /// 1 or 0.
    let usable: [Float]
    let usableCount: Int
    /// Robust spread of the earlier image, to clip by.
    let spread: Float
    /// Both images clipped at three times the spread, in steps of a 500th of that; the earlier one 0 where it is not usable.
    private let levels: (before: [Int16], after: [Int16])

    init?(_ pair: PairBlock) {
        origin = (pair.before.window.x, pair.before.window.y)
        let (width, height) = (pair.before.window.width, pair.before.window.height)
        self.width = width
        self.height = height
        guard width >= 2 * ShiftEstimator.margin + 32, height >= 2 * ShiftEstimator.margin + 32, pair.after.window == pair.before.window
        else {
            return nil
        }
        before = Self.bandPassed(pair.before)
        after = Self.bandPassed(pair.after)
        // What the filters or a shift could draw in from an unusable pixel is unusable too.
        var both = pair.before.validity
        both.formIntersection(pair.after.validity)
        if both.values.contains(0) { both = both.eroded(by: ShiftEstimator.searchRadius) }
        let margin = ShiftEstimator.margin
        var usable = [Float](repeating: 0, count: width * height)
        var count = 0
        both.values.withUnsafeBufferPointer { safe in
            usable.withUnsafeMutableBufferPointer { usable in
                for y in margin..<(height - margin) {
                    for i in (y * width + margin)..<(y * width + width - margin) where safe[i] != 0 {
                        usable[i] = 1
                        count += 1
                    }
                }
            }
        }
        guard count >= 256 else { return nil }
        self.usable = usable
        usableCount = count
        let some = Self.some(of: before.values, where: usable, count: count)
        let spread = max(RobustStatistics.centredDeviation(some), .leastNormalMagnitude)
        self.spread = spread
        let everything = [Float](repeating: 1, count: width * height)
        levels = (Self.levels(of: before, spread: spread, where: usable), Self.levels(of: after, spread: spread, where: everything))
    }

    private static func levels(of plane: FloatPlane, spread: Float, where usable: [Float]) -> [Int16] {
        let perSpread = 500 / (3 * spread)
        return [Int16](unsafeUninitializedCapacity: plane.values.count) { levels, count in
            plane.values.withUnsafeBufferPointer { values in
                usable.withUnsafeBufferPointer { usable in
                    for i in values.indices {
                        let level = values[i] * perSpread
                        // The sum's last bits are the nearest whole number.
                        let rounded = (level > -500 ? level < 500 ? level : 500 : -500) * usable[i] + 12_582_912
                        levels[i] = Int16(truncatingIfNeeded: rounded.bitPattern)
                    }
                }
            }
            count = plane.values.count
        }
    }

    /// Brightness less its 4 px blur, softened by 0.8 px, so that interpolation's own softening makes no difference.
    private static func bandPassed(_ block: SceneBlock) -> FloatPlane {
        var brightness = block.brightness
        var sum = 0.0
        var count = 0
        for i in brightness.values.indices where block.validity.values[i] != 0 {
            sum += Double(brightness.values[i])
            count += 1
        }
        let mean = count > 0 ? Float(sum / Double(count)) : 0
        for i in brightness.values.indices where block.validity.values[i] == 0 { brightness.values[i] = mean }
        var fine = brightness.filtered(symmetric: FloatPlane.gaussianKernel(sigma: 0.8))
        let coarse = brightness.filtered(symmetric: FloatPlane.gaussianKernel(sigma: 4))
        for i in fine.values.indices { fine.values[i] -= coarse.values[i] }
        return fine
    }

    /// Values of some usable pixels, enough to tell a spread to one in a hundred.
    func someUsable(of values: [Float]) -> [Float] { Self.some(of: values, where: usable, count: usableCount) }

    private static func some(of values: [Float], where usable: [Float], count: Int) -> [Float] {
        // Odd, so that it does not stay in some of the columns.
        let step = max(1, count / 8192) | 1
        return stride(from: 0, to: values.count, by: step).compactMap { usable[$0] != 0 ? values[$0] : nil }
    }

    /// Correlation of the clipped images, the later one read at the shift; over one row in `rowStep`.
    func correlation(dx: Int, dy: Int, rowStep: Int) -> Int {
        let margin = ShiftEstimator.margin
        return KernelSet.best.correlation(
            levels.before, levels.after, width: width, columns: margin..<(width - margin), rows: margin..<(height - margin),
            rowStep: rowStep, dx: dx, dy: dy)
    }
}

extension RegistrationSample {
    /// The later image read at x + displacement.
    func moved(by displacement: Displacement) -> FloatPlane {
        let window = PixelWindow(x: origin.x, y: origin.y, width: width, height: height)
        let block = SceneBlock(window: window, planes: [after], validity: BytePlane(width: width, height: height, repeating: 255))
        guard displacement.slope == nil else { return block.resampled(by: displacement.map, to: window).planes[0] }
        return block.shifted(x: displacement.x, y: displacement.y, halo: 0).planes[0]
    }
}

extension BytePlane {
    /// Zero wherever a zero lies within `radius` pixels in both axes.
    ///
    /// - Precondition: `radius` is below 255.
    func eroded(by radius: Int) -> BytePlane {
        precondition((0..<255).contains(radius), "the radius has to fit a byte")
        var result = [UInt8](repeating: 255, count: values.count)
        // Each row by itself, of those that have a zero at all.
        var rows = result
        let (width, within) = (width, UInt8(radius + 1))
        let withZeros = values.withUnsafeBufferPointer { values in
            rows.withUnsafeMutableBufferPointer { rows in
                (0..<height).filter { y in
                    let row = (y * width)..<((y + 1) * width)
                    guard row.reduce(UInt8.max, { min($0, values[$1]) }) == 0 else { return false }
                    // So many pixels on, a zero that was passed still lies within the radius.
                    func pass(_ i: Int, _ left: inout UInt8) {
                        left = values[i] == 0 ? within : left > 0 ? left - 1 : 0
                        rows[i] = left > 0 ? 0 : rows[i]
                    }
                    var left: UInt8 = 0
                    for i in row { pass(i, &left) }
                    left = 0
                    for i in row.reversed() { pass(i, &left) }
                    return true
                }
            }
        }
        rows.withUnsafeBufferPointer { rows in
            result.withUnsafeMutableBufferPointer { result in
                guard let rows = rows.baseAddress, let result = result.baseAddress else { return }
                for source in withZeros {
                    for y in max(0, source - radius)...min(height - 1, source + radius) {
                        let (out, row) = (result + y * width, rows + source * width)
                        for x in 0..<width { out[x] &= row[x] }
                    }
                }
            }
        }
        return BytePlane(width: width, height: height, values: result)
    }
}
