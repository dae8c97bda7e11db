/// Blob responses on the lattice of one level, and how strong old structure is there: what the first pass over the blocks sees, for the second.
///
/// Written by several threads, each pixel by one, and read when all are done.
final class ResponseLattice: @unchecked Sendable {
    /// Stands for no response: too little is observed about the pixel.
    static let unknown = Int16.min
    /// Stands for the class of what is not observed itself.
    static let unseen: UInt8 = 255

    let columns: Int
    let rows: Int
    private let scales: Range<Int>
    private let steps: UnsafeMutablePointer<Int16>
    private let classes: UnsafeMutablePointer<UInt8>

    init(width: Int, height: Int, scales: Range<Int>) {
        columns = Self.count(width)
        rows = Self.count(height)
        self.scales = scales
        steps = .allocate(capacity: max(1, scales.count * columns * rows))
        classes = .allocate(capacity: max(1, columns * rows))
        classes.initialize(repeating: Self.unseen, count: columns * rows)
    }

    deinit {
        steps.deallocate()
        classes.deallocate()
    }

    /// Places of the lattice below so many pixels.
    static func count(_ pixels: Int) -> Int {
        (pixels - BlobField.latticeOffset + BlobField.latticeStep - 1) / BlobField.latticeStep
    }

    /// The first of them from a pixel on.
    static func index(from pixel: Int) -> Int { BlobField.onLattice(pixel) / BlobField.latticeStep }

    /// In steps of the filter, along a row; `unknown` where there is none.
    func steps(scale: Int, row: Int) -> UnsafeMutablePointer<Int16> { steps + ((scale - scales.lowerBound) * rows + row) * columns }

    /// Classes of old structure along a row; `unseen` where the pixel is not observed.
    func classes(row: Int) -> UnsafeMutablePointer<UInt8> { classes + row * columns }
}
