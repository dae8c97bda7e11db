import Raster
import PixelKernels

extension SiteSearch {
    /// A local maximum of the standardised response.
    public struct Peak: Sendable {
        let level: Int
        /// Pixel of the level.
        let x: Int
        let y: Int
        let response: Float
        let scale: Int
        /// Mean change of the work against its surroundings, σ a pixel of the scene.
        let contrast: Float
        var standsOut: Bool { contrast >= SiteSearch.lowestContrast }
        /// Place and radius of the work in pixels of the first level: a Gaussian blob of scale s answers strongest to a disc of radius 1.4 s.
        var centre: (x: Double, y: Double) {
            let size = Double(1 << level)
            return ((Double(x) + 0.5) * size, (Double(y) + 0.5) * size)
        }
        var radius: Double { 1.4 * SiteSearch.scales[scale] * Double(1 << level) }
        var score: Double { Double(response) * Double(response) / 2 }
        /// The score with which it would stand out, were it stronger.
        var neededScore: Double {
            let factor = Double(SiteSearch.lowestContrast / contrast)
            return score * factor * factor
        }
    }

    /// Second pass, one block: its peaks above the counting threshold.
    public func peaks(in block: Block, spreads: ResponseSpreads) -> [Peak] {
        fields.withField { field in
            field.load(levels[block.level], block: block.window, scales: Self.scaleIndices(block.level))
            return PeakFinder(field: field, planes: levels[block.level], lattice: lattices[block.level], block: block, spreads: spreads)
                .peaks()
        }
    }
}

/// Local maxima of the standardised responses of one block.
private struct PeakFinder {
    /// Peaks are the greatest within so many pixels each way.
    private static let reach = 4
    /// Rows are looked through in groups of so many pixels.
    private static let group = 16
    private static let groupsPerCell = BlobField.cell / group

    private let field: BlobField
    private let planes: SearchPlanes
    private let block: SiteSearch.Block
    private let scales: Range<Int>
    private let standardisers: [Standardiser]
    private let spread: LocalSpread

    init(
        field: BlobField, planes: SearchPlanes, lattice: ResponseLattice, block: SiteSearch.Block, spreads: SiteSearch.ResponseSpreads
    ) {
        self.field = field
        self.planes = planes
        self.block = block
        scales = SiteSearch.scaleIndices(block.level)
        standardisers = scales.map { Standardiser(spreads, level: block.level, scale: $0) }
        spread = LocalSpread(field, lattice: lattice, block: block.window, scales: scales, standardisers: standardisers)
    }

    /// A pixel above the threshold at some scale.
    private struct Candidate {
        /// In pixels of the block; beyond it too.
        let x: Int
        var response: Float
        var scale: Int
        /// In steps of the filter.
        var steps: Int
        /// Whether the contrast at this scale is a work's.
        var standsOut: Bool

        /// What is too faint to be a work outdoes no work, at another scale or beside it.
        func isWeaker(than other: Candidate) -> Bool {
            standsOut == other.standsOut ? abs(response) < abs(other.response) : other.standsOut
        }
    }

    /// Of a response in steps of the filter: σ a pixel of the scene.
    private func contrast(_ steps: Int) -> Float {
        Float(abs(steps)) / Float(BlobFilter.stepsPerLevel) * ChangeBlock.searchStep / Float(1 << block.level)
    }

    func peaks() -> [SiteSearch.Peak] {
        var candidates: [Candidate] = []
        var rowStarts = [0]
        let rows = -Self.reach..<(block.window.height + Self.reach)
        var flags = [UInt8](repeating: 0, count: (field.width - 2 * BlobField.rim) / Self.group + 2)
        var thresholds: [Int16] = []
        for y in rows {
            let row = BlobField.rim + y
            if thresholds.isEmpty || row % BlobField.cell == 0 { thresholds = self.thresholds(row: row, groups: flags.count) }
            appendCandidates(row: row, thresholds: thresholds, flags: &flags, to: &candidates)
            rowStarts.append(candidates.count)
        }
        return maxima(of: candidates, rowStarts: rowStarts)
    }

    /// First column of a row's first group, in pixels of the window: a group before the block.
    private static let firstColumn = BlobField.rim - group

    /// What no pixel of a group exceeds, in steps, where none is a candidate. Shape: scales × groups.
    private func thresholds(row: Int, groups: Int) -> [Int16] {
        standardisers.indices.flatMap { k in
            (0..<groups).map { group in
                let cell = (Self.firstColumn + group * Self.group) / BlobField.cell
                let steps = SiteSearch.lowestResponse * standardisers[k].leastSpread * spread.factor(scale: k, cell: cell, row: row)
                // One less: rounding must lose no candidate.
                return Int16(max(0, min(32_766, steps) - 1))
            }
        }
    }

    private func appendCandidates(row: Int, thresholds: [Int16], flags: inout [UInt8], to candidates: inout [Candidate]) {
        let x = Self.firstColumn
        field.respond(y: row, x: x, count: flags.count * Self.group)
        let groups = flags.count
        let responses = UnsafePointer(field.responses) + scales.lowerBound * BlobField.responsePitch
        flags.withUnsafeMutableBufferPointer { flags in
            thresholds.withUnsafeBufferPointer { thresholds in
                guard let flags = flags.baseAddress, let thresholds = thresholds.baseAddress else { return }
                KernelSet.best.groupsAbove(
                    responses, pitch: BlobField.responsePitch, rowCount: scales.count, thresholds: thresholds, into: flags,
                    groups: groups)
            }
        }
        for group in flags.indices where flags[group] != 0 {
            let first = group * Self.group
            field.measureStructure(y: row, x: x + first, count: Self.group)
            let cell = (x + first) / BlobField.cell
            for lane in 0..<Self.group {
                var best = Candidate(x: first + lane - Self.group, response: 0, scale: 0, steps: 0, standsOut: false)
                for k in standardisers.indices {
                    let steps = Int(responses[k * BlobField.responsePitch + first + lane])
                    guard abs(steps) > Int(thresholds[k * flags.count + group]) else { continue }
                    let strengthClass = SiteSearch.ResponseLaw.classIndex(square: field.squaredStrength[lane])
                    let factor = spread.factor(scale: k, cell: cell, row: row)
                    let response = Float(steps) * standardisers[k].perStep[strengthClass] / factor
                    guard abs(response) > SiteSearch.lowestResponse else { continue }
                    let candidate = Candidate(
                        x: best.x, response: response, scale: scales.lowerBound + k, steps: steps,
                        standsOut: contrast(steps) >= SiteSearch.lowestContrast)
                    if best.isWeaker(than: candidate) { best = candidate }
                }
                if abs(best.response) > SiteSearch.lowestResponse { candidates.append(best) }
            }
        }
    }

    /// What is below the threshold is no rival of what is above it, and what does not stand out none of what does. Of equals the first in order of rows and columns wins.
    private func maxima(of candidates: [Candidate], rowStarts: [Int]) -> [SiteSearch.Peak] {
        var peaks: [SiteSearch.Peak] = []
        // For each row within reach the first candidate that may be near enough.
        for y in 0..<block.window.height {
            let row = y + Self.reach
            var starts = (0...(2 * Self.reach)).map { rowStarts[y + $0] }
            for i in rowStarts[row]..<rowStarts[row + 1] {
                let candidate = candidates[i]
                guard candidate.x >= 0, candidate.x < block.window.width else { continue }
                // Most are beside a greater one of the same row.
                if i > rowStarts[row], candidates[i - 1].x == candidate.x - 1, !candidates[i - 1].isWeaker(than: candidate) { continue }
                if i + 1 < rowStarts[row + 1], candidates[i + 1].x == candidate.x + 1, candidate.isWeaker(than: candidates[i + 1]) {
                    continue
                }
                var isGreatest = true
                for k in starts.indices {
                    let end = rowStarts[y + k + 1]
                    var j = starts[k]
                    while j < end, candidates[j].x < candidate.x - Self.reach { j += 1 }
                    starts[k] = j
                    while j < end, candidates[j].x <= candidate.x + Self.reach {
                        if candidate.isWeaker(than: candidates[j]) || (j < i && !candidates[j].isWeaker(than: candidate)) {
                            isGreatest = false
                        }
                        j += 1
                    }
                }
                guard isGreatest else { continue }
                let (x, y) = (block.window.x + candidate.x, block.window.y + y)
                guard planes.signed[y * planes.width + x] != -128 else { continue }
                peaks.append(
                    SiteSearch.Peak(
                        level: block.level, x: x, y: y, response: candidate.response, scale: candidate.scale,
                        contrast: contrast(candidate.steps)))
            }
        }
        return peaks
    }
}
