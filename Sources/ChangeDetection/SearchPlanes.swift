import PixelKernels
import Raster

/// What waits in memory for the search: one byte a pixel each for the signed change and the old structure.
public struct SearchPlanes: Sendable {
    public let width: Int
    public let height: Int
    /// 0.1 σ a step; −128 not observed.
    public var signed: [Int8]
    /// 1 σ a step.
    public var structure: [Int8]
    /// Where the change is not this search's. Only what looks for sites knows of it.
    private(set) var taken: TakenGround?

    public init(size: RasterSize) {
        width = size.width
        height = size.height
        signed = [Int8](repeating: -128, count: size.pixelCount)
        structure = [Int8](repeating: 0, count: size.pixelCount)
    }

    /// Planes of which every pixel is to be stored before any is read: memory that nobody has written to costs nothing until then.
    public init(toBeStored size: RasterSize) {
        func plane() -> [Int8] { [Int8](unsafeUninitializedCapacity: size.pixelCount) { $1 = size.pixelCount } }
        self.init(size: size, signed: plane(), structure: plane())
    }

    /// - Precondition: `signed` fits the size, and `structure` too or is empty, where only the change is wanted.
    public init(size: RasterSize, signed: [Int8], structure: [Int8]) {
        precondition(signed.count == size.pixelCount, "the change does not fit the size")
        precondition(structure.isEmpty || structure.count == size.pixelCount, "the structure does not fit the size")
        width = size.width
        height = size.height
        self.signed = signed
        self.structure = structure
    }

    /// Sets one block's pixels. - Precondition: the block lies within the planes.
    public mutating func store(_ block: ChangeBlock) {
        func copy(_ source: [Int8], into plane: inout [Int8]) {
            source.withUnsafeBufferPointer { source in
                plane.withUnsafeMutableBufferPointer { plane in
                    guard let source = source.baseAddress, let plane = plane.baseAddress else { return }
                    for y in 0..<block.window.height {
                        (plane + ((block.window.y + y) * width + block.window.x)).update(
                            from: source + y * block.window.width, count: block.window.width)
                    }
                }
            }
        }
        copy(block.signed, into: &signed)
        copy(block.structure, into: &structure)
    }

    /// No change at all, wherever any of the others is observed: the reference of a stack against itself.
    ///
    /// - Parameter mapping: by which parts are made at the same time.
    /// - Returns: planes without old structure.
    public static func unchanged(whereAnyOf others: [SearchPlanes], by mapping: Mapping = .serial) -> SearchPlanes {
        let size = RasterSize(width: others.first?.width ?? 0, height: others.first?.height ?? 0)
        let count = size.pixelCount
        let signed = [Int8](unsafeUninitializedCapacity: count) { out, written in
            if let target = out.baseAddress.map(SharedMemory.init) {
                mapping.each((count + pixelsOfPiece - 1) / pixelsOfPiece) { k in
                    let (first, end) = (k * pixelsOfPiece, min(count, (k + 1) * pixelsOfPiece))
                    let signed = target.pointer
                    (signed + first).update(repeating: -128, count: end - first)
                    for other in others {
                        let isObserved = other.signed.withUnsafeBufferPointer { other in
                            var least: Int8 = 0
                            for i in first..<end {
                                // −128 where none is observed, 0 where any is.
                                let level = other[i] == -128 ? signed[i] : 0
                                signed[i] = level
                                least = min(least, level)
                            }
                            return least == 0
                        }
                        if isObserved { break }
                    }
                }
            }
            written = count
        }
        return SearchPlanes(size: size, signed: signed, structure: [])
    }

    /// Pixels that one thread works on at a time, and that stay in its cache.
    private static let pixelsOfPiece = 1 << 16

    /// The change at a place between pixels, σ, bilinear, each pixel clipped as beamlets are; nil outside and where a pixel is not observed.
    func change(x: Double, y: Double) -> Double? {
        let (u, v) = (x - 0.5, y - 0.5)
        let (column, row) = (Int(u.rounded(.down)), Int(v.rounded(.down)))
        guard column >= 0, row >= 0, column + 1 < width, row + 1 < height else { return nil }
        let limit = Int8(BeamletSums.clip / ChangeBlock.searchStep)
        let i = row * width + column
        let corners = (signed[i], signed[i + 1], signed[i + width], signed[i + width + 1])
        guard corners.0 != -128, corners.1 != -128, corners.2 != -128, corners.3 != -128 else { return nil }
        func clipped(_ value: Int8) -> Double { Double(max(-limit, min(limit, value))) * Double(ChangeBlock.searchStep) }
        let (p, q) = (u - Double(column), v - Double(row))
        return (clipped(corners.0) * (1 - p) + clipped(corners.1) * p) * (1 - q) + (clipped(corners.2) * (1 - p) + clipped(corners.3) * p)
            * q
    }

    public var observedCount: Int { signed.count - KernelSet.best.count(of: -128, in: signed) }

    /// Rows that one thread works on at a time.
    private static let rowsOfPiece = 256

    /// The same without the change within `reach` pixels both ways of lines. Marks are kept beside the planes: a plane of its own would be another byte a
    /// pixel.
    ///
    /// - Parameter mapping: by which parts are looked at at the same time.
    func withoutChange(along lines: [[DetectedLine.Point]], reach: Int, by mapping: Mapping = .serial) -> SearchPlanes {
        let size = RasterSize(width: width, height: height)
        var marks = GroundMarks(size: size, radius: reach)
        for line in lines { marks.mark(line) }
        var result = self
        result.taken = TakenGround(marks: marks.marks, of: signed, size: size, by: mapping)
        return result
    }

    /// The signed change of a pixel, as it counts.
    func level(x: Int, y: Int) -> Int8 {
        let level = signed[y * width + x]
        guard level != -128, let taken else { return level }
        return taken.marks.contains(x: x, y: y) ? taken.level(x: x, y: y) : level
    }

    /// Half the size: sums of 2 × 2 pixels over the root of their number, so that white noise keeps its variance, and the root mean square of old
    /// structure. A pixel is observed where at least two of its four are.
    ///
    /// - Parameter mapping: by which parts are made at the same time.
    func reducedByTwo(by mapping: Mapping = .serial) -> SearchPlanes {
        let size = RasterSize(width: (width + 1) / 2, height: (height + 1) / 2)
        guard width > 0, height > 0 else { return SearchPlanes(size: size) }
        var halfSigned: [Int8] = []
        let halfStructure = [Int8](unsafeUninitializedCapacity: size.pixelCount) { outStructure, count in
            halfSigned = [Int8](unsafeUninitializedCapacity: size.pixelCount) { outSigned, count in
                halve(into: outSigned, outStructure, by: mapping)
                count = size.pixelCount
            }
            count = size.pixelCount
        }
        return SearchPlanes(size: size, signed: halfSigned, structure: halfStructure)
    }

    /// Planes to read, and those to write to, each pixel by one thread.
    private struct Rows: @unchecked Sendable {
        let source: KernelSet.LevelRow
        let levels: UnsafeMutablePointer<Int8>
        let structure: UnsafeMutablePointer<Int8>
    }

    private func halve(
        into outSigned: UnsafeMutableBufferPointer<Int8>, _ outStructure: UnsafeMutableBufferPointer<Int8>, by mapping: Mapping
    ) {
        signed.withUnsafeBufferPointer { signed in
            structure.withUnsafeBufferPointer { structure in
                guard let signed = signed.baseAddress, let structure = structure.baseAddress, let outSigned = outSigned.baseAddress,
                    let outStructure = outStructure.baseAddress
                else { return }
                let rows = Rows(
                    source: KernelSet.LevelRow(levels: signed, structure: structure), levels: outSigned, structure: outStructure)
                let halfHeight = (height + 1) / 2
                mapping.each((halfHeight + Self.rowsOfPiece - 1) / Self.rowsOfPiece) { k in
                    halve(rows, k * Self.rowsOfPiece..<min(halfHeight, (k + 1) * Self.rowsOfPiece))
                }
            }
        }
    }

    /// Some rows of the half's.
    private func halve(_ rows: Rows, _ range: Range<Int>) {
        let kernels = KernelSet.best
        func row(_ y: Int) -> KernelSet.LevelRow {
            KernelSet.LevelRow(levels: rows.source.levels + y * width, structure: rows.source.structure + y * width)
        }
        // What lies below the scene was not observed, nor what lies right of it.
        let missing = [Int8](repeating: -128, count: max(2, width))
        let own = UnsafeMutablePointer<Int8>.allocate(capacity: 2 * width)
        defer { own.deallocate() }
        // With what stands in the place of change that is not this search's, where there is any.
        func counted(_ y: Int, in own: UnsafeMutablePointer<Int8>) -> KernelSet.LevelRow {
            let row = row(y)
            guard let taken, taken.marks.containsAny(row: y) else { return row }
            own.update(from: row.levels, count: width)
            taken.marks.forEach(row: y, columns: 0..<width) { x in if own[x] != -128 { own[x] = taken.level(x: x, y: y) } }
            return KernelSet.LevelRow(levels: own, structure: row.structure)
        }
        missing.withUnsafeBufferPointer { missing in
            guard let missing = missing.baseAddress else { return }
            for y in range {
                let upper = counted(2 * y, in: own)
                let lower =
                    2 * y + 1 < height ? counted(2 * y + 1, in: own + width) : KernelSet.LevelRow(levels: missing, structure: missing)
                let target = y * ((width + 1) / 2)
                kernels.halve(upper, lower, levels: rows.levels + target, structure: rows.structure + target, count: width / 2)
                guard width % 2 == 1 else { continue }
                let x = width - 1
                let last: [Int8] = [upper.levels[x], -128, lower.levels[x], -128, upper.structure[x], 0, lower.structure[x], 0]
                last.withUnsafeBufferPointer { last in
                    guard let last = last.baseAddress else { return }
                    kernels.halve(
                        KernelSet.LevelRow(levels: last, structure: last + 4),
                        KernelSet.LevelRow(levels: last + 2, structure: last + 6), levels: rows.levels + target + x / 2,
                        structure: rows.structure + target + x / 2, count: 1)
                }
            }
        }
    }

    /// Rows become columns.
    func transposed() -> SearchPlanes {
        var result = SearchPlanes(size: RasterSize(width: height, height: width))
        let side = 64
        for top in stride(from: 0, to: height, by: side) {
            for left in stride(from: 0, to: width, by: side) {
                for y in top..<min(height, top + side) {
                    for x in left..<min(width, left + side) {
                        result.signed[x * height + y] = signed[y * width + x]
                        result.structure[x * height + y] = structure[y * width + x]
                    }
                }
            }
        }
        return result
    }
}
