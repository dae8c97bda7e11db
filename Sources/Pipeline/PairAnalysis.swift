import ChangeDetection
import Geodesy
import Raster

/// What to accept as an earthwork.
struct DetectionSettings: Sendable, Equatable {
    var falseAlarmsPer1000SquareKilometres = 1.0
    var minimumLengthMetres = 200.0
}

/// Everything that is found between two dates, in the earlier date's pixels.
struct PairAnalysis: Sendable {
    let pair: AlignedPair
    let model: ChangeModel
    let planes: SearchPlanes
    /// The later date's brightness, stretched to 1…255; 0 no data. On the earlier date's grid.
    let luminance: [UInt8]
    let lines: [DetectedLine]
    let sites: [DetectedSite]
    let lineNull: NullTail
    let siteNull: NullTail
    let observedSquareKilometres: Double
    /// Share of the pixels that both dates cover which could be compared: not cloud, shadow or nodata.
    let clearShare: Double
    /// No-change limit of the undirected change, in stored units.
    let thresholdPixel: Double
    let metresPerPixel: (x: Double, y: Double)

    /// Side of the blocks that stream through, in pixels: two of the change raster's.
    static let blockSide = 1024

    /// - Parameters:
    ///   - searches: false where only the change itself is wanted; `lines` and `sites` are then empty.
    ///   - keepsReference: the earlier date stays on its own pixels, so that several later ones share its grid exactly.
    ///   - jobs: worker threads; nothing in the result depends on it.
    ///   - write: gets every block of the change statistic, from any thread.
    init(
        before: any SceneSource, after: any SceneSource, settings: DetectionSettings, searches: Bool = true,
        keepsReference: Bool = false, jobs: Int, progress: @Sendable (Double) -> Void, write: @Sendable (ChangeBlock) throws -> Void
    ) throws {
        let unregistered = try AlignedPair(before: before, after: after)
        let size = unregistered.size
        let centre = try PixelSize.metres(of: before.grid, atColumn: Double(size.width) / 2, row: Double(size.height) / 2)
        metresPerPixel = centre

        let registrationWindows = SampleWindows.spread(over: size, side: 320, atMost: 16)
        let registration = try ShiftEstimator.estimate(Self.read(registrationWindows, from: unregistered, jobs: jobs))
        let pair = unregistered.registered(by: registration, keepsReference: keepsReference)
        self.pair = pair
        progress(0.1)

        let modelWindows = SampleWindows.spread(over: size, side: 512, atMost: 9).map { ChangeModel.readWindow(for: $0, in: size) }
        let samples = try Self.read(modelWindows, from: pair, jobs: jobs)
        guard samples.contains(where: { $0.hasCommonPixels }) else {
            throw InputError(
                problem: "the two dates have no usable pixel in common: they do not overlap, or all is nodata or masked",
                advice: "give two scenes of the same place")
        }
        guard !samples.allSatisfy(\.showsTheSamePixels) else {
            throw InputError(
                problem: "the two dates hold the same pixels, so that there is no noise to tell change from",
                advice: "see whether one scene was given twice")
        }
        guard let model = ChangeModel.fit(samples) else {
            throw InputError(
                problem: "too little is seen on both dates to tell change from noise",
                advice: "give scenes that share at least some thousand clear pixels with texture")
        }
        self.model = model
        let stretch = LuminanceStretch(samples.map(\.after))
        progress(0.25)

        let blocks = PixelWindow(size).blocks(side: Self.blockSide)
        var planes = SearchPlanes(size: size)
        var luminance = [UInt8](repeating: 0, count: size.pixelCount)
        var law = UndirectedLaw()
        var covered = 0
        try WorkerPool.mapInOrder(count: blocks.count, jobs: jobs, window: jobs + 1) { index -> BlockResult in
            let block = blocks[index]
            let window = ChangeModel.readWindow(for: block, in: size)
            let pixels = try pair.read(window)
            let change = model.change(of: pixels, in: block)
            try write(change)
            return BlockResult(change: change, luminance: stretch.luminance(of: pixels.after, in: block))
        } consume: { index, result in
            planes.store(result.change)
            law.add(result.change)
            let block = blocks[index]
            for y in 0..<block.height {
                let target = (block.y + y) * size.width + block.x
                for x in 0..<block.width {
                    let value = result.luminance[y * block.width + x]
                    luminance[target + x] = value
                    if value != 0 { covered += 1 }
                }
            }
            progress(0.25 + 0.4 * Double(index + 1) / Double(blocks.count))
        }
        planes.closeMasks()
        self.planes = planes
        self.luminance = luminance
        thresholdPixel = law.threshold
        let observed = planes.observedCount
        let squareKilometresPerPixel = centre.x * centre.y / 1e6
        observedSquareKilometres = Double(observed) * squareKilometresPerPixel
        clearShare = covered > 0 ? min(1, Double(observed) / Double(covered)) : 0

        guard searches else {
            (lines, sites) = ([], [])
            (lineNull, siteNull) = (.none, .none)
            progress(1)
            return
        }
        (lines, lineNull) = try Self.findLines(
            planes, settings: settings, metresPerPixel: centre, area: observedSquareKilometres, jobs: jobs)
        progress(0.85)
        (sites, siteNull) = try Self.findSites(planes, lines: lines, settings: settings, area: observedSquareKilometres, jobs: jobs)
        progress(1)
    }

    private struct BlockResult: Sendable {
        let change: ChangeBlock
        let luminance: [UInt8]
    }

    private static func read(_ windows: [PixelWindow], from pair: AlignedPair, jobs: Int) throws -> [PairBlock] {
        var blocks: [PairBlock] = []
        try WorkerPool.mapInOrder(count: windows.count, jobs: jobs, window: jobs + 1) {
            try pair.read(windows[$0])
        } consume: { _, block in
            blocks.append(block)
        }
        return blocks
    }

    static func findLines(
        _ planes: SearchPlanes, settings: DetectionSettings, metresPerPixel: (x: Double, y: Double), area: Double, jobs: Int
    ) throws -> ([DetectedLine], NullTail) {
        let search = LineSearch(planes)
        var traces: [LineTrace] = []
        try WorkerPool.mapInOrder(count: LineSearch.taskCount, jobs: jobs, window: jobs) {
            search.traces(of: $0)
        } consume: { _, found in
            traces += found
        }
        let pixel = (metresPerPixel.x * metresPerPixel.y).squareRoot()
        return LineSelection.lines(
            from: traces, width: planes.width, height: planes.height, minimumLengthPixels: settings.minimumLengthMetres / pixel,
            observedSquareKilometres: area, falseAlarmsPer1000SquareKilometres: settings.falseAlarmsPer1000SquareKilometres)
    }

    static func findSites(
        _ planes: SearchPlanes, lines: [DetectedLine], settings: DetectionSettings, area: Double, jobs: Int
    ) throws -> ([DetectedSite], NullTail) {
        let search = SiteSearch(planes, lines: lines)
        let blocks = search.blocks
        var law = SiteSearch.ResponseLaw()
        try WorkerPool.mapInOrder(count: blocks.count, jobs: jobs, window: jobs + 1) {
            search.law(in: blocks[$0])
        } consume: {
            law.add($1)
        }
        let total = law
        var peaks: [SiteSearch.Peak] = []
        try WorkerPool.mapInOrder(count: blocks.count, jobs: jobs, window: jobs + 1) {
            search.peaks(in: blocks[$0], law: total)
        } consume: {
            peaks += $1
        }
        return search.sites(
            from: peaks, observedSquareKilometres: area,
            falseAlarmsPer1000SquareKilometres: settings.falseAlarmsPer1000SquareKilometres)
    }
}

extension PairBlock {
    /// True where no pixel that is valid on both dates differs.
    fileprivate var showsTheSamePixels: Bool {
        zip(before.planes, after.planes).allSatisfy { first, second in
            first.values.indices.allSatisfy { i in
                before.validity.values[i] & after.validity.values[i] == 0 || first.values[i] == second.values[i]
            }
        }
    }

    /// True where at least one pixel is valid on both dates.
    fileprivate var hasCommonPixels: Bool {
        zip(before.validity.values, after.validity.values).contains { $0 & $1 != 0 }
    }
}

/// Windows spread over a scene, for what a sample of it tells.
enum SampleWindows {
    /// At most `count` windows of `side` pixels on a regular lattice; all of a scene that is small enough.
    static func spread(over size: RasterSize, side: Int, atMost count: Int) -> [PixelWindow] {
        let perAxis = max(1, Int(Double(count).squareRoot()))
        func starts(_ length: Int) -> [(start: Int, length: Int)] {
            let cells = min(perAxis, (length + side - 1) / side)
            guard length > side * cells else {
                // The lattice covers the axis: equal parts of it.
                return (0..<cells).map { (length * $0 / cells, length * ($0 + 1) / cells - length * $0 / cells) }
            }
            return (0..<cells).map { k in
                let middle = (2 * k + 1) * length / (2 * cells)
                return (middle - side / 2, side)
            }
        }
        let columns = starts(size.width)
        return starts(size.height).flatMap { row in
            columns.map { PixelWindow(x: $0.start, y: row.start, width: $0.length, height: row.length) }
        }
    }
}
