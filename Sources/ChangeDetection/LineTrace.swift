/// A chain cut to where it stands out, with what each beamlet measured.
public struct LineTrace: Sendable {
    struct Beamlet: Sendable {
        /// Standardised sum, positive in the chain's own sign.
        let sum: Float
        /// Old structure along the beamlet, σ a pixel of length.
        let single: Float
        let dipole: Float
        /// Sideways place of the line against the chain, pixels, and how sharply it is seen.
        var offset: Float
    }

    let nodes: [ChainSearch.Node]
    let beamlets: [Beamlet]
    let profile: LineProfile
    let sign: Float
    let transposed: Bool
    let structureShare: Float

    /// Chain score of the beamlets left, less what old structure explains.
    var score: Double { Self.score(of: beamlets, structureShare: structureShare) }

    /// Change along the line, σ a pixel of length.
    var amplitude: Double {
        let rows = Double(BeamletSums.rowsPerStrip)
        return beamlets.isEmpty ? 0 : beamlets.reduce(0) { $0 + Double($1.sum) } / Double(beamlets.count) / rows.squareRoot()
    }

    var snr: Double {
        beamlets.isEmpty ? 0 : beamlets.reduce(0) { $0 + Double($1.sum) } / Double(beamlets.count).squareRoot()
    }

    static func score(of beamlets: [Beamlet], structureShare: Float) -> Double {
        guard !beamlets.isEmpty else { return 0 }
        let plain = beamlets.reduce(0.0) { $0 + Double(ChainSearch.score(of: $1.sum)) }
        let count = Double(beamlets.count)
        let single = beamlets.reduce(0.0) { $0 + Double($1.single) } / count
        let dipole = beamlets.reduce(0.0) { $0 + Double($1.dipole) } / count
        // The mean amplitude's variance is 1/pixels by noise and (share · structure)² by structure that keeps its sign along the line.
        let pixels = count * Double(BeamletSums.rowsPerStrip)
        let coherent = Double(structureShare) * Double(structureShare) * (single * single + dipole * dipole)
        return plain / (1 + pixels * coherent)
    }

    /// The trace with each beamlet's sideways offset: where the sum, over the beamlet and its neighbours, of beamlets moved sideways is largest.
    func centred(slopes: [Int], on plane: BeamletSums) -> LineTrace {
        let shifts = [-2, -1, 0, 1, 2]
        let raw = slopes.indices.map { i in
            shifts.map { sign * plane.sum(strip: nodes[i].strip, column: nodes[i].column + $0, slopeIndex: slopes[i]) }
        }
        var result = beamlets
        for i in raw.indices {
            var response = [Float](repeating: 0, count: shifts.count)
            for k in max(0, i - 2)...min(raw.count - 1, i + 2) {
                for s in shifts.indices { response[s] += raw[k][s] }
            }
            let peak = response.indices.dropFirst().dropLast().max { response[$0] < response[$1] } ?? 2
            let (left, centre, right) = (response[peak - 1], response[peak], response[peak + 1])
            let curvature = left - 2 * centre + right
            let fraction = curvature < 0 ? max(-0.5, min(0.5, 0.5 * (left - right) / curvature)) : 0
            result[i].offset = Float(shifts[peak]) + fraction
        }
        return LineTrace(
            nodes: nodes, beamlets: result, profile: profile, sign: sign, transposed: transposed, structureShare: structureShare)
    }

    /// The part of the trace made of the beamlets in `range`.
    func part(_ range: Range<Int>) -> LineTrace {
        LineTrace(
            nodes: Array(nodes[range.lowerBound...range.upperBound]), beamlets: Array(beamlets[range]), profile: profile, sign: sign,
            transposed: transposed, structureShare: structureShare)
    }

    /// The line's vertices in continuous pixel coordinates, one a strip edge.
    var points: [DetectedLine.Point] {
        let rows = Double(BeamletSums.rowsPerStrip)
        let last = beamlets.count - 1
        return nodes.indices.map { i in
            // Of the beamlets on either side, of which the ends have one.
            let (before, after) = (max(0, i - 1), min(last, i))
            let offset = last < 0 ? 0 : (Double(beamlets[before].offset) + Double(beamlets[after].offset)) / 2
            let across = Double(nodes[i].column) + 0.5 + offset
            let along = Double(nodes[i].strip) * rows
            return transposed ? DetectedLine.Point(x: along, y: across) : DetectedLine.Point(x: across, y: along)
        }
    }
}
