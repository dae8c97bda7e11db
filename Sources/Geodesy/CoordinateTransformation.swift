import CProj
import Raster

/// Map coordinates of one coordinate system to those of another, by PROJ. Always x = easting or longitude, y = northing or latitude
/// (degrees where the system is geographic), whatever order of axes the system itself declares.
///
/// Safe to use from many threads: each call borrows a PROJ object of its own. Those between the same systems are shared, since to look a system up in PROJ's database
/// takes a thousand times as long as to transform a position.
public final class CoordinateTransformation: Sendable {
    public let from: CoordinateSystem
    public let to: CoordinateSystem
    private let operations: Operations

    private struct Systems: Hashable {
        let from: CoordinateSystem
        let to: CoordinateSystem
    }

    private static let known = RecentValues<Systems, Operations>(most: 32)

    /// - Throws: `InputError` where PROJ knows one of the systems not, or no way between them.
    public init(from: CoordinateSystem, to: CoordinateSystem) throws {
        self.from = from
        self.to = to
        operations = try Self.known.value(of: Systems(from: from, to: to)) { Operations(first: try Operation(from: from, to: to)) }
    }

    /// - Throws: `InputError` where the position has no counterpart in the other system.
    public func transform(x: Double, y: Double) throws -> (x: Double, y: Double) {
        let (x1, y1) = try borrow { $0.transform(x: x, y: y) }
        guard x1.isFinite, y1.isFinite else { throw outside(x: x, y: y) }
        return (x1, y1)
    }

    /// Many positions in place; both arrays have the same length.
    ///
    /// - Throws: `InputError` where one of them has no counterpart; the arrays then hold infinities in its place.
    public func transform(x: inout [Double], y: inout [Double]) throws {
        let before = (x, y)
        try transformWhereDefined(x: &x, y: &y)
        if let failed = x.indices.first(where: { !x[$0].isFinite || !y[$0].isFinite }) {
            throw outside(x: before.0[failed], y: before.1[failed])
        }
    }

    /// As `transform`, but positions without a counterpart become infinite instead of throwing.
    func transformWhereDefined(x: inout [Double], y: inout [Double]) throws {
        precondition(x.count == y.count, "as many x as y")
        try borrow { $0.transform(x: &x, y: &y) }
    }

    private func outside(x: Double, y: Double) -> InputError {
        InputError(
            problem: "the position (\(x), \(y)) in \(from.abbreviated) has no counterpart in \(to.abbreviated)",
            advice: "check that the file's coordinate system and geotransform belong together")
    }

    private func borrow<Result>(_ body: (Operation) throws -> Result) throws -> Result {
        let operation = try operations.idle.withLock { $0.popLast() } ?? Operation(from: from, to: to)
        defer { operations.idle.withLock { $0.append(operation) } }
        return try body(operation)
    }

    /// Those between two systems that no thread uses now.
    private final class Operations: Sendable {
        let idle: Guarded<[Operation]>

        init(first: Operation) { idle = Guarded([first]) }
    }

    /// One PROJ operation in a context of its own. Unchecked: the pool hands it to one thread at a time.
    private final class Operation: @unchecked Sendable {
        private let session: ProjSession
        private let projection: OpaquePointer

        init(from: CoordinateSystem, to: CoordinateSystem) throws {
            let session = try ProjSession()
            defer { withExtendedLifetime(session) {} }
            let source = try session.makeSystem(from)
            defer { proj_destroy(source) }
            let target = try session.makeSystem(to)
            defer { proj_destroy(target) }
            guard let raw = proj_create_crs_to_crs_from_pj(session.context, source, target, nil, nil) else {
                throw InputError(
                    problem: "PROJ knows no way from \(from.abbreviated) to \(to.abbreviated) (\(session.lastProblem))",
                    advice: "bring the scenes into one coordinate system first, for example with gdalwarp")
            }
            defer { proj_destroy(raw) }
            guard let ordered = proj_normalize_for_visualization(session.context, raw) else {
                throw InputError(problem: "PROJ cannot order the axes of \(from.abbreviated) and \(to.abbreviated)")
            }
            self.session = session
            projection = ordered
        }

        deinit { proj_destroy(projection) }

        func transform(x: Double, y: Double) -> (Double, Double) {
            proj_errno_reset(projection)
            let result = proj_trans(projection, PJ_FWD, proj_coord(x, y, 0, .infinity))
            return (result.xy.x, result.xy.y)
        }

        func transform(x: inout [Double], y: inout [Double]) {
            let count = x.count
            guard count > 0 else { return }
            proj_errno_reset(projection)
            x.withUnsafeMutableBufferPointer { xs in
                y.withUnsafeMutableBufferPointer { ys in
                    let stride = MemoryLayout<Double>.stride
                    _ = proj_trans_generic(
                        projection, PJ_FWD, xs.baseAddress, stride, count, ys.baseAddress, stride, count, nil, 0, 0, nil, 0, 0)
                }
            }
        }
    }
}
