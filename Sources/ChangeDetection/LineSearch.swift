import PixelKernels
import Raster

/// A line found in the planes, in continuous pixel coordinates.
public struct DetectedLine: Sendable, Equatable {
    public struct Point: Sendable, Equatable {
        public var x: Double
        public var y: Double

        public init(x: Double, y: Double) {
            self.x = x
            self.y = y
        }
    }

    public var points: [Point]
    public var sign: Earthwork.Sign
    /// Sum of the standardised beamlet sums over the root of their number.
    public var snr: Double
    /// Score less what old structure under the line could make of itself.
    public var score: Double
    public var significance: Significance
    /// Change along the line, σ a pixel.
    public var amplitude: Double
    /// Full width at half maximum across the line, pixels, the sensor's blur included.
    public var widthPixels: Double
    /// Lines with the same number are pieces of one.
    public var group: Int

    /// The vertices with one more at each end, `pixels` ahead of it.
    func pointsWithExtendedEnds(by pixels: Double) -> [Point] {
        func ahead(_ end: Point, from before: Point) -> Point {
            let (dx, dy) = (end.x - before.x, end.y - before.y)
            let scale = pixels / max((dx * dx + dy * dy).squareRoot(), .leastNormalMagnitude)
            return Point(x: end.x + dx * scale, y: end.y + dy * scale)
        }
        guard points.count > 1 else { return points }
        return [ahead(points[0], from: points[1])] + points + [ahead(points[points.count - 1], from: points[points.count - 2])]
    }
}

/// Finds lines in a signed change plane: chains of beamlets in two families (roughly down the rows and, transposed, roughly along them), two
/// profiles and two signs; then trims, weighs against old structure, and keeps what chance would not make.
public struct LineSearch: Sendable {
    /// One independent piece of the work.
    struct Task: Sendable {
        let transposed: Bool
        let profile: LineProfile
    }

    private let planes: SearchPlanes
    private let turned = TurnedChange(pieces: tasks.count { $0.transposed })

    public init(_ planes: SearchPlanes) { self.planes = planes }

    /// The signed change with its rows as columns, made when the first piece needs it and given up when all that do are done.
    private final class TurnedChange: Sendable {
        private struct State {
            var plane: [Int8]?
            var done = 0
        }

        private let state = Guarded(State())
        private let pieces: Int

        init(pieces: Int) { self.pieces = pieces }

        func plane(of planes: SearchPlanes) -> [Int8] {
            state.withLock { state in
                if let plane = state.plane { return plane }
                let plane = LineSearch.turned(planes)
                state.plane = plane
                return plane
            }
        }

        func finish() {
            state.withLock { state in
                state.done += 1
                if state.done % pieces == 0 { state.plane = nil }
            }
        }
    }

    private static func turned(_ planes: SearchPlanes) -> [Int8] {
        let (width, height) = (planes.width, planes.height)
        return [Int8](unsafeUninitializedCapacity: width * height) { turned, count in
            planes.signed.withUnsafeBufferPointer { signed in
                guard let source = signed.baseAddress, let target = turned.baseAddress else { return }
                // A plane's row begins a page of memory of its own; some hundred of them are within the processor's reach at once.
                for y in stride(from: 0, to: height, by: 512) {
                    for x in stride(from: 0, to: width, by: 64) {
                        KernelSet.best.transposeColumns(
                            source + (y * width + x), pitch: width, rows: min(512, height - y), columns: min(64, width - x),
                            into: target + (x * height + y), outPitch: height)
                    }
                }
            }
            count = width * height
        }
    }

    /// The first two do not both wait for the turned plane.
    private static let tasks: [Task] = LineProfile.allCases.flatMap { profile in
        [true, false].map { Task(transposed: $0, profile: profile) }
    }

    /// Number of independent pieces of the search, for `traces(of:)`.
    public static var taskCount: Int { tasks.count }

    /// How large the beamlet sums of one piece of the search are where nothing changed.
    public struct Spreads: Sendable, Equatable, Codable {
        /// Standard deviation, by slope.
        fileprivate let sigmaOfSlope: [Float]
        /// `StructureCoherence.share`.
        fileprivate let structureShare: Float

        fileprivate init(_ noise: BeamletNoise, _ coherence: StructureCoherence) {
            sigmaOfSlope = noise.sigmaOfSlope
            structureShare = coherence.share
        }

        private enum CodingKeys: CodingKey { case sigmaOfSlope, structureShare }

        public init(from decoder: any Decoder) throws {
            let container = try decoder.container(keyedBy: CodingKeys.self)
            sigmaOfSlope = try container.decode([Float].self, forKey: .sigmaOfSlope)
            structureShare = try container.decode(Float.self, forKey: .structureShare)
            guard sigmaOfSlope.count == BeamletSums.slopeCount, sigmaOfSlope.allSatisfy({ $0 > 0 && $0.isFinite }) else {
                throw DecodingError.dataCorruptedError(
                    forKey: .sigmaOfSlope, in: container,
                    debugDescription: "\(BeamletSums.slopeCount) spreads above zero were expected, not \(sigmaOfSlope.count) figures")
            }
            guard structureShare >= 0, structureShare.isFinite else {
                throw DecodingError.dataCorruptedError(
                    forKey: .structureShare, in: container, debugDescription: "\(structureShare) is no share")
            }
        }
    }

    /// The chains of one piece of the search; pieces may run at the same time.
    ///
    /// - Parameter known: the piece's spreads, where they are not to be taken from the planes.
    /// - Returns: the chains, and the spreads by which they were weighed.
    public func traces(of index: Int, spreads known: Spreads? = nil) -> (traces: [LineTrace], spreads: Spreads) {
        let task = Self.tasks[index]
        defer { if task.transposed { turned.finish() } }
        let change = BeamletSums(
            source: task.transposed ? turned.plane(of: planes) : planes.signed, width: task.transposed ? planes.height : planes.width,
            height: task.transposed ? planes.width : planes.height, transposed: false, step: ChangeBlock.searchStep,
            limit: Int8(BeamletSums.clip / ChangeBlock.searchStep), profile: task.profile)
        let noise = BeamletNoise(change, sigmaOfSlope: known?.sigmaOfSlope)
        let coherence = StructureCoherence(
            planes: planes, transposed: task.transposed, change: change, noise: noise, share: known?.structureShare)
        let search = ChainSearch(beamlets: change, noise: noise)
        var chains = ChainList()
        for sign in ChainSearch.Sign.allCases { Self.collect(sign, of: search, in: change, into: &chains) }
        var measuring = ChainMeasuring(
            beamlets: change, noise: noise, coherence: coherence, profile: task.profile, transposed: task.transposed)
        return (measuring.traces(of: chains), Spreads(noise, coherence))
    }

    /// The chains of one sign, the best first, each as far as no better one has taken its place.
    private static func collect(
        _ sign: ChainSearch.Sign, of search: ChainSearch, in beamlets: BeamletSums, into chains: inout ChainList
    ) {
        // Nodes that a chain has taken already, and those beside them.
        var used = PixelBits(width: beamlets.width, height: beamlets.stripCount + 1)
        for candidate in search.candidates(sign) where !used.contains(x: Int(candidate.column), y: Int(candidate.strip) + 1) {
            let isKept = search.trace(candidate, sign: sign, into: &chains) { used.contains(x: $0.column, y: $0.strip) }
            guard isKept, let chain = chains.chains.last else { continue }
            chains.forEachNode(of: chain) { node in
                let columns = (node.column - ChainSearch.reach)..<(node.column + ChainSearch.reach + 1)
                used.insert(row: node.strip, columns: columns.clamped(to: 0..<beamlets.width))
            }
        }
    }
}
