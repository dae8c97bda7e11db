import PixelKernelsAVX2
import PixelKernelsBaseline

/// One blur while rows come in: as many rows as its taps need are kept, filtered along x. Rows are pushed from the first to the last, and each blurred row is
/// pulled as soon as it can be.
final class RowBlur {
    private let filter: (UnsafePointer<UnsafePointer<Float>>, UnsafePointer<Float>, Int, UnsafeMutablePointer<Float>, Int) -> Void
    private let taps: [Float]
    private let radius: Int
    private let width: Int
    private let height: Int
    private let ring: UnsafeMutablePointer<Float>
    private let padded: UnsafeMutablePointer<Float>
    private let rows: UnsafeMutablePointer<UnsafePointer<Float>>
    private var pushed = 0
    private var pulled = 0

    /// - Parameter taps: an odd number, the same along x and y; pixels beyond the edge repeat the edge.
    init(_ kernels: KernelSet, taps: [Float], width: Int, height: Int) {
        let filter = kernels.usesAVX2 ? PixelKernelsAVX2.weightedRows : PixelKernelsBaseline.weightedRows
        self.filter = filter
        self.taps = taps
        radius = taps.count / 2
        self.width = width
        self.height = height
        ring = .allocate(capacity: max(1, taps.count * width))
        padded = .allocate(capacity: width + 2 * radius)
        rows = .allocate(capacity: taps.count)
    }

    deinit {
        ring.deallocate()
        padded.deallocate()
        rows.deallocate()
    }

    func push(_ line: UnsafePointer<Float>) {
        padded.update(repeating: line[0], count: radius)
        (padded + radius).update(from: line, count: width)
        (padded + radius + width).update(repeating: line[width - 1], count: radius)
        for k in taps.indices { (rows + k).initialize(to: UnsafePointer(padded + k)) }
        filter(rows, taps, taps.count, ring + pushed % taps.count * width, width)
        pushed += 1
    }

    /// Whether all that the next row needs was pushed.
    var isReady: Bool { pulled < height && pushed > min(pulled + radius, height - 1) }

    /// The row that `pull` makes next.
    var next: Int { pulled }

    func pull(into out: UnsafeMutablePointer<Float>) {
        for k in taps.indices {
            (rows + k).initialize(to: UnsafePointer(ring + min(max(pulled + k - radius, 0), height - 1) % taps.count * width))
        }
        filter(rows, taps, taps.count, out, width)
        pulled += 1
    }
}

extension KernelSet {
    /// Most taps that `gaussianBlur` takes.
    public static let maximumBlurTaps = 63

    /// Correlates the plane with the same taps along x and then along y; pixels beyond the edge repeat the edge. Every sum runs from the first tap
    /// to the last. NaN and infinities spread to all pixels in reach.
    ///
    /// - Parameters:
    ///   - source: Shape: `height` × `width`; `out` likewise.
    ///   - taps: an odd number, 1 to 63.
    public func gaussianBlur(_ source: Span<Float>, width: Int, height: Int, taps: [Float], into out: consuming MutableSpan<Float>) {
        precondition(taps.count % 2 == 1 && taps.count <= Self.maximumBlurTaps, "an odd number of taps, at most \(Self.maximumBlurTaps)")
        precondition(width >= 0 && height >= 0 && source.count == width * height, "the source does not fit its shape")
        precondition(out.count == source.count, "the planes differ in size")
        let blur = RowBlur(self, taps: taps, width: width, height: height)
        out.withPointer { out, _ in
            source.withPointer { source in
                for row in 0..<height {
                    blur.push(source + row * width)
                    while blur.isReady { blur.pull(into: out + blur.next * width) }
                }
            }
        }
    }

    /// High-frequency content of a part of a plane: the root of the blurred square of what a fine blur takes away.
    ///
    /// - Parameters:
    ///   - source: Shape: `height` × `width`. What lies beyond the part counts as far as both blurs reach; beyond the edge the edge repeats.
    ///   - columns, rows: the part.
    ///   - fine, around: odd numbers of taps.
    ///   - out: receives the part, row by row.
    public func sharpness(
        of source: Span<Float>, width: Int, height: Int, columns: Range<Int>, rows: Range<Int>, fine: [Float], around: [Float],
        into out: consuming MutableSpan<Float>
    ) {
        precondition(source.count == width * height && out.count == columns.count * rows.count, "the planes do not fit their shapes")
        precondition(columns.clamped(to: 0..<width) == columns && rows.clamped(to: 0..<height) == rows, "the part lies outside the plane")
        let reach = fine.count / 2 + around.count / 2
        let (left, top) = (max(0, columns.lowerBound - reach), max(0, rows.lowerBound - reach))
        let (right, bottom) = (min(width, columns.upperBound + reach), min(height, rows.upperBound + reach))
        let stream = SharpnessStream(self, width: right - left, height: bottom - top, fine: fine, around: around)
        out.withPointer { out, _ in
            source.withPointer { source in
                for y in top..<bottom {
                    stream.push(source + (y * width + left))
                    while let (row, line) = stream.pull() {
                        let row = top + row
                        guard rows.contains(row) else { continue }
                        let target = out + (row - rows.lowerBound) * columns.count
                        target.update(from: line + (columns.lowerBound - left), count: columns.count)
                        roots(target, count: columns.count)
                    }
                }
            }
        }
    }

    /// The square root of each value, in place.
    public func roots(_ values: UnsafeMutablePointer<Float>, count: Int) {
        let root = usesAVX2 ? PixelKernelsAVX2.roots : PixelKernelsBaseline.roots
        root(values, count)
    }
}

/// The square of the high-frequency content of a plane while its rows come in: the blurred square of what a fine blur takes away. Beyond the edge the edge
/// repeats.
public final class SharpnessStream {
    private let kernels: KernelSet
    private let width: Int
    private let fine, around: RowBlur
    /// As many rows as the fine blur needs at a time, then one blurred row, then what differs from it.
    private let rows: UnsafeMutablePointer<Float>
    private let rowsKept: Int
    private var pushed = 0

    /// - Parameter fine, around: odd numbers of taps.
    public init(_ kernels: KernelSet, width: Int, height: Int, fine: [Float], around: [Float]) {
        self.kernels = kernels
        self.width = width
        self.fine = RowBlur(kernels, taps: fine, width: width, height: height)
        self.around = RowBlur(kernels, taps: around, width: width, height: height)
        rowsKept = fine.count
        rows = .allocate(capacity: (fine.count + 2) * width)
    }

    deinit { rows.deallocate() }

    /// Takes the next row. - Precondition: all that could be pulled was.
    public func push(_ line: UnsafePointer<Float>) {
        (rows + pushed % rowsKept * width).update(from: line, count: width)
        pushed += 1
        fine.push(line)
    }

    /// The next row, as far as what was pushed makes one; readable until the next is pushed or pulled.
    public func pull() -> (row: Int, line: UnsafePointer<Float>)? {
        let square = kernels.usesAVX2 ? PixelKernelsAVX2.squaredDifference : PixelKernelsBaseline.squaredDifference
        let (blurred, squares) = (rows + rowsKept * width, rows + (rowsKept + 1) * width)
        while !around.isReady {
            guard fine.isReady else { return nil }
            let row = rows + fine.next % rowsKept * width
            fine.pull(into: blurred)
            square(row, blurred, squares, width)
            around.push(squares)
        }
        let row = around.next
        around.pull(into: blurred)
        return (row, UnsafePointer(blurred))
    }
}
