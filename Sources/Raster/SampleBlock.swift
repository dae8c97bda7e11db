/// A window of samples as they stand in a file: band after band, each row by row, in the machine's byte order.
///
/// Shape: `bandCount` × `window.height` × `window.width`.
public struct SampleBlock: Sendable {
    public let window: PixelWindow
    public let bandCount: Int
    public let type: SampleType
    public var bytes: [UInt8]

    /// A block of zeros.
    public init(window: PixelWindow, bandCount: Int, type: SampleType) {
        self.init(
            window: window, bandCount: bandCount, type: type,
            bytes: [UInt8](repeating: 0, count: window.pixelCount * bandCount * type.byteCount))
    }

    /// - Precondition: `bytes.count` fits the shape.
    public init(window: PixelWindow, bandCount: Int, type: SampleType, bytes: [UInt8]) {
        precondition(bytes.count == window.pixelCount * bandCount * type.byteCount, "the bytes do not fit the block's shape")
        self.window = window
        self.bandCount = bandCount
        self.type = type
        self.bytes = bytes
    }

    public var bytesPerBand: Int { window.pixelCount * type.byteCount }

    /// One band's samples converted to 32-bit floats; 64-bit and 32-bit integers may be rounded.
    public func floats(band: Int) -> [Float] {
        let count = window.pixelCount
        let start = band * bytesPerBand
        return bytes.withUnsafeBytes { raw in
            let band = UnsafeRawBufferPointer(rebasing: raw[start..<(start + bytesPerBand)])
            return [Float](unsafeUninitializedCapacity: count) { out, written in
                switch type {
                case .uint8: for i in 0..<count { out[i] = Float(band[i]) }
                case .int8: for i in 0..<count { out[i] = Float(Int8(bitPattern: band[i])) }
                case .uint16: for i in 0..<count { out[i] = Float(band.loadUnaligned(fromByteOffset: 2 * i, as: UInt16.self)) }
                case .int16: for i in 0..<count { out[i] = Float(band.loadUnaligned(fromByteOffset: 2 * i, as: Int16.self)) }
                case .uint32: for i in 0..<count { out[i] = Float(band.loadUnaligned(fromByteOffset: 4 * i, as: UInt32.self)) }
                case .int32: for i in 0..<count { out[i] = Float(band.loadUnaligned(fromByteOffset: 4 * i, as: Int32.self)) }
                case .float32: for i in 0..<count { out[i] = band.loadUnaligned(fromByteOffset: 4 * i, as: Float.self) }
                case .float64:
                    for i in 0..<count { out[i] = Float(band.loadUnaligned(fromByteOffset: 8 * i, as: Double.self)) }
                }
                written = count
            }
        }
    }

    /// One band's samples as doubles, exact for every type.
    public func doubles(band: Int) -> [Double] {
        let count = window.pixelCount
        let start = band * bytesPerBand
        return bytes.withUnsafeBytes { raw in
            let band = UnsafeRawBufferPointer(rebasing: raw[start..<(start + bytesPerBand)])
            return (0..<count).map { i in
                switch type {
                case .uint8: Double(band[i])
                case .int8: Double(Int8(bitPattern: band[i]))
                case .uint16: Double(band.loadUnaligned(fromByteOffset: 2 * i, as: UInt16.self))
                case .int16: Double(band.loadUnaligned(fromByteOffset: 2 * i, as: Int16.self))
                case .uint32: Double(band.loadUnaligned(fromByteOffset: 4 * i, as: UInt32.self))
                case .int32: Double(band.loadUnaligned(fromByteOffset: 4 * i, as: Int32.self))
                case .float32: Double(band.loadUnaligned(fromByteOffset: 4 * i, as: Float.self))
                case .float64: band.loadUnaligned(fromByteOffset: 8 * i, as: Double.self)
                }
            }
        }
    }
}
