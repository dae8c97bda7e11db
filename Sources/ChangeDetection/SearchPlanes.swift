import Raster

/// What waits in memory for the search: one byte a pixel each for the signed change and the old structure.
public struct SearchPlanes: Sendable {
    public let width: Int
    public let height: Int
    /// 0.1 σ a step; −128 not observed.
    public var signed: [Int8]
    /// 1 σ a step.
    public var structure: [Int8]

    public init(size: RasterSize) {
        width = size.width
        height = size.height
        signed = [Int8](repeating: -128, count: size.pixelCount)
        structure = [Int8](repeating: 0, count: size.pixelCount)
    }

    /// Sets one block's pixels. - Precondition: the block lies within the planes.
    public mutating func store(_ block: ChangeBlock) {
        for y in 0..<block.window.height {
            let target = (block.window.y + y) * width + block.window.x
            let source = y * block.window.width
            for x in 0..<block.window.width {
                signed[target + x] = block.signed[source + x]
                structure[target + x] = block.structure[source + x]
            }
        }
    }

    public var observedCount: Int { signed.reduce(0) { $0 + ($1 == -128 ? 0 : 1) } }

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
