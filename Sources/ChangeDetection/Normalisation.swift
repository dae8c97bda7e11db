import Raster

/// Relative radiometric normalisation: the later date brought to the earlier one's level, band by band.
///
///     difference = gain · after + offset − before
public struct Normalisation: Sendable, Equatable, Codable {
    public var gain: [Double]
    public var offset: [Double]

    public init(gain: [Double], offset: [Double]) {
        self.gain = gain
        self.offset = offset
    }

    /// Of dates that lie at one level already.
    static func none(bandCount: Int) -> Normalisation {
        Normalisation(gain: [Double](repeating: 1, count: bandCount), offset: [Double](repeating: 0, count: bandCount))
    }

    /// Orthogonal regression on pixels weighted by how little they changed.
    ///
    /// Sources: Canty & Nielsen, "Automatic radiometric normalization of multitemporal satellite imagery with the iteratively re-weighted MAD
    /// transformation", Remote Sens. Environ. 112 (2008): orthogonal regression, since both dates carry noise, on no-change pixels found by
    /// iteration. Here the weight is 1 / (1 + q/4)² with q the mean squared standardised residual over the bands.
    ///
    /// Dates in different units (reflectance and the numbers of a file whose scale nobody told) are brought to about one unit first, since distances at right
    /// angles to the line mean nothing between units.
    /// - Parameters `before`, `after`: values of the same pixels, band by band; at least a few hundred pixels.
    static func fit(before: [[Float]], after: [[Float]]) -> Normalisation {
        let units = zip(before, after).map { unit(of: $1, in: $0) }
        guard units.contains(where: { $0 != 1 }) else { return fitInOneUnit(before: before, after: after) }
        let scaled = zip(after, units).map { band, unit in band.map { $0 * Float(unit) } }
        var fit = fitInOneUnit(before: before, after: scaled)
        // Where a date of clouds meets bare ground they vary by as much too, but have nothing in common: a gain of 1.
        guard units.indices.contains(where: { units[$0] != 1 && fit.gain[$0] != 1 }) else {
            return fitInOneUnit(before: before, after: after)
        }
        for band in units.indices { fit.gain[band] *= units[band] }
        return fit
    }

    /// No weather or season changes how much a band varies by as much.
    private static let greatestRatioWithinUnit = 20.0

    /// What the values of a band are to be multiplied by to vary about as much as another date's; 1 where they might be in one unit.
    private static func unit(of band: [Float], in reference: [Float]) -> Double {
        func spread(_ values: [Float]) -> Double {
            let some = stride(from: 0, to: values.count, by: max(1, values.count / 8192)).map { values[$0] }
            let middle = RobustStatistics.median(some)
            return Double(RobustStatistics.centredDeviation(some.map { $0 - middle }))
        }
        let ratio = spread(reference) / spread(band)
        guard ratio.isFinite, ratio > 0 else { return 1 }
        return (1 / greatestRatioWithinUnit...greatestRatioWithinUnit).contains(ratio) ? 1 : ratio
    }

    private static func fitInOneUnit(before: [[Float]], after: [[Float]]) -> Normalisation {
        let bandCount = before.count
        let count = before.first?.count ?? 0
        var gain = [Double](repeating: 1, count: bandCount)
        var offset = [Double](repeating: 0, count: bandCount)
        guard count >= 64 else { return Normalisation(gain: gain, offset: offset) }
        for band in 0..<bandCount {
            let differences = (0..<count).map { before[band][$0] - after[band][$0] }
            offset[band] = Double(RobustStatistics.median(differences))
        }
        var weights = [Float](repeating: 1, count: count)
        for _ in 0..<12 {
            let last = (gain: gain, offset: offset)
            var spreads: [Double] = []
            var chiSquare = [Float](repeating: 0, count: count)
            for band in 0..<bandCount {
                let (x, y, g, o) = (after[band], before[band], Float(gain[band]), Float(offset[band]))
                // For the weights a rough figure is enough.
                let some = stride(from: 0, to: count, by: max(1, count / 8192)).map { g * x[$0] + o - y[$0] }
                let spread = max(RobustStatistics.centredDeviation(some), .leastNormalMagnitude)
                spreads.append(Double(spread))
                chiSquare.withUnsafeMutableBufferPointer { chiSquare in
                    x.withUnsafeBufferPointer { x in
                        y.withUnsafeBufferPointer { y in
                            for i in 0..<count {
                                let t = (g * x[i] + o - y[i]) / spread
                                chiSquare[i] += t * t
                            }
                        }
                    }
                }
            }
            for i in 0..<count {
                let q = 1 + chiSquare[i] / Float(bandCount) / 4
                weights[i] = 1 / (q * q)
            }
            for band in 0..<bandCount {
                (gain[band], offset[band]) = orthogonalLine(x: after[band], y: before[band], weights: weights)
            }
            // What is left is far below what a pixel's noise would show.
            let isSettled = (0..<bandCount).allSatisfy {
                abs(gain[$0] - last.gain[$0]) < 1e-5 && abs(offset[$0] - last.offset[$0]) < 1e-3 * spreads[$0]
            }
            if isSettled { break }
        }
        return Normalisation(gain: gain, offset: offset)
    }

    /// The line y = gain · x + offset that is nearest to the weighted points, distance taken at right angles.
    private static func orthogonalLine(x: [Float], y: [Float], weights: [Float]) -> (Double, Double) {
        var (w, meanX, meanY) = (0.0, 0.0, 0.0)
        for i in x.indices {
            w += Double(weights[i])
            meanX += Double(weights[i] * x[i])
            meanY += Double(weights[i] * y[i])
        }
        guard w > 0 else { return (1, 0) }
        meanX /= w
        meanY /= w
        var (sxx, syy, sxy) = (0.0, 0.0, 0.0)
        for i in x.indices {
            let dx = Double(x[i]) - meanX
            let dy = Double(y[i]) - meanY
            sxx += Double(weights[i]) * dx * dx
            syy += Double(weights[i]) * dy * dy
            sxy += Double(weights[i]) * dx * dy
        }
        // Without texture common to both dates the slope is noise's own: only the level is matched then.
        guard sxx > 0, syy > 0, sxy / (sxx * syy).squareRoot() > 0.3 else { return (1, meanY - meanX) }
        let slope = (syy - sxx + ((syy - sxx) * (syy - sxx) + 4 * sxy * sxy).squareRoot()) / (2 * sxy)
        guard slope > 0.2, slope < 5 else { return (1, meanY - meanX) }
        return (slope, meanY - slope * meanX)
    }
}
