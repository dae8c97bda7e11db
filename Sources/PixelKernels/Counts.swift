import PixelKernelsAVX2
import PixelKernelsBaseline

extension KernelSet {
    /// How many of the bytes are `value`.
    public func count(of value: UInt8, in bytes: [UInt8]) -> Int {
        let kernel = usesAVX2 ? PixelKernelsAVX2.countOfByte : PixelKernelsBaseline.countOfByte
        return bytes.withUnsafeBufferPointer { bytes in bytes.baseAddress.map { kernel($0, value, bytes.count) } ?? 0 }
    }

    /// How many of the levels are `value`.
    public func count(of value: Int8, in levels: [Int8]) -> Int {
        let kernel = usesAVX2 ? PixelKernelsAVX2.countOfByte : PixelKernelsBaseline.countOfByte
        return levels.withUnsafeBytes { bytes in
            bytes.baseAddress.map { kernel($0.assumingMemoryBound(to: UInt8.self), UInt8(bitPattern: value), bytes.count) } ?? 0
        }
    }

    /// Of a cell of 32 × 32 levels, −128 where not observed: how many were observed, and how many of those are beyond ±`limit`.
    ///
    /// - Parameters:
    ///   - corner: the cell's first level; its rows begin `pitch` apart.
    ///   - limit: not negative.
    public func countsOfCell(_ corner: UnsafePointer<Int8>, pitch: Int, limit: Int8) -> (observed: Int, beyond: Int) {
        let kernel = usesAVX2 ? PixelKernelsAVX2.countsOfCell : PixelKernelsBaseline.countsOfCell
        var (observed, beyond) = (0, 0)
        kernel(corner, pitch, limit, &observed, &beyond)
        return (observed, beyond)
    }
}
