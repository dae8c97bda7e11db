import PixelKernelsAVX2
import PixelKernelsBaseline

extension KernelSet {
    /// Correlation, not normalised, of a part of one plane with the part of another that lies `dx` to the right and `dy` down.
    ///
    /// - Parameters:
    ///   - a: planes of `width` pixels a row; `b` likewise. - `columns`, `rows`: the part of `a`; moved it lies within `b`.
    ///   - rowStep: every so many rows are taken.
    /// - Precondition: no row's sum of products leaves 32 bits.
    public func correlation(
        _ a: [Int16], _ b: [Int16], width: Int, columns: Range<Int>, rows: Range<Int>, rowStep: Int, dx: Int, dy: Int
    ) -> Int {
        precondition(columns.lowerBound >= 0 && columns.upperBound <= width && rows.lowerBound >= 0, "the part lies outside the planes")
        precondition(rows.upperBound * width <= a.count, "the part lies outside the planes")
        precondition(columns.lowerBound + dx >= 0 && columns.upperBound + dx <= width, "the moved part lies outside the planes")
        precondition(rows.lowerBound + dy >= 0 && (rows.upperBound + dy) * width <= b.count, "the moved part lies outside the planes")
        let kernel = usesAVX2 ? PixelKernelsAVX2.productInt16 : PixelKernelsBaseline.productInt16
        return a.withUnsafeBufferPointer { a in
            b.withUnsafeBufferPointer { b in
                guard let a = a.baseAddress, let b = b.baseAddress else { return 0 }
                let start = rows.lowerBound * width + columns.lowerBound
                return kernel(
                    a + start, b + (start + dy * width + dx), columns.count, rowStep * width, (rows.count + rowStep - 1) / rowStep)
            }
        }
    }
}
