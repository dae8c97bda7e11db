import Raster

extension SiteSearch {
    /// What chance gives at each scale, by the strength of old structure: a histogram of responses that passes add up.
    public struct ResponseLaw: Sendable {
        static let classes = 16
        static let bins = 400
        static let binWidth: Float = 0.02
        /// Responses at scale 1 are nearly independent on the lattice: so many give the spread to within 10 %.
        private static let leastCount = 50.0
        /// By level, scale, class and bin.
        var counts: [UInt32] = [UInt32](repeating: 0, count: 3 * SiteSearch.scales.count * classes * bins)

        public init() {}

        public mutating func add(_ other: ResponseLaw) {
            for i in counts.indices { counts[i] += other.counts[i] }
        }

        /// Class of old structure by its squared strength (σ²): half octaves of it, class 0 below 3/16 σ. From the bits of the float: no logarithm.
        static func classIndex(square: Float) -> Int {
            let exponent = Int((square * (256 / 9)).bitPattern >> 23) - 127
            return min(classes - 1, max(0, (exponent >> 1) + 1))
        }

        static func base(level: Int, scale: Int, strengthClass: Int) -> Int {
            ((level * SiteSearch.scales.count + scale) * classes + strengthClass) * bins
        }

        /// Trimmed root mean square of each level, scale and class, never falling with structure.
        public var spreads: ResponseSpreads {
            var values: [Float] = []
            for level in 0..<ResponseSpreads.levels {
                for scale in SiteSearch.scales.indices { values += spreads(level: level, scale: scale) }
            }
            return ResponseSpreads(values: values)
        }

        private func spreads(level: Int, scale: Int) -> [Float] {
            var highest: Float = 0
            let rows = (0..<Self.classes).map { k -> Float? in
                let base = Self.base(level: level, scale: scale, strengthClass: k)
                let row = counts[base..<(base + Self.bins)]
                let total = row.reduce(0.0) { $0 + Double($1) }
                guard total >= Self.leastCount else { return nil }
                var (seen, squares) = (0.0, 0.0)
                for (bin, count) in row.enumerated() {
                    let take = min(Double(count), max(0, total * 0.99 - seen))
                    let value = (Double(bin) + 0.5) * Double(Self.binWidth)
                    squares += take * value * value
                    seen += take
                }
                // 1.049: what cutting the largest hundredth takes from a normal sample's deviation.
                return Float((squares / max(1, seen)).squareRoot() * 1.049)
            }
            let first = rows.compactMap { $0 }.first ?? 1
            return rows.map { value in
                highest = max(highest, value ?? max(highest, first))
                return max(highest, 1e-3)
            }
        }
    }

    /// First pass, one block: responses on the lattice. The second pass wants the first one's of all blocks, whether or not it judges by their law.
    public func law(in block: Block) -> ResponseLaw {
        let planes = levels[block.level]
        let lattice = lattices[block.level]
        let scales = Self.scaleIndices(block.level)
        var law = ResponseLaw()
        fields.withField { field in
            field.load(planes, block: block.window, scales: scales)
            let toBin = BlobField.filters.map { $0.sigmaPerStep / ResponseLaw.binWidth }
            planes.signed.withUnsafeBufferPointer { signed in
                law.counts.withUnsafeMutableBufferPointer { counts in
                    for y in stride(from: BlobField.latticeOffset, to: block.window.height, by: BlobField.latticeStep) {
                        let count = field.width - 2 * BlobField.rim
                        field.respond(y: BlobField.rim + y, x: BlobField.rim, count: count)
                        field.measureStructure(y: BlobField.rim + y, x: BlobField.rim, count: count)
                        let row = (block.window.y + y) * planes.width + block.window.x
                        let latticeRow = ResponseLattice.index(from: block.window.y + y)
                        let classes = lattice.classes(row: latticeRow)
                        let kept = scales.map { lattice.steps(scale: $0, row: latticeRow) }
                        for x in stride(from: BlobField.latticeOffset, to: block.window.width, by: BlobField.latticeStep)
                        where signed[row + x] != -128 {
                            let place = ResponseLattice.index(from: block.window.x + x)
                            let strengthClass = ResponseLaw.classIndex(square: field.squaredStrength[x])
                            classes[place] = UInt8(truncatingIfNeeded: strengthClass)
                            for scale in scales {
                                let steps = field.responses[scale * BlobField.responsePitch + x]
                                let isKnown = steps != 0 || !field.hasHoles
                                kept[scale - scales.lowerBound][place] = isKnown ? steps : ResponseLattice.unknown
                                guard isKnown else { continue }
                                let bin = min(ResponseLaw.bins - 1, Int(truncatingIfNeeded: Int32(abs(Float(steps)) * toBin[scale])))
                                counts[ResponseLaw.base(level: block.level, scale: scale, strengthClass: strengthClass) + bin] += 1
                            }
                        }
                    }
                }
            }
        }
        return law
    }
}
