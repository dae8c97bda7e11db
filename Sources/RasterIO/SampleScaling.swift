import PixelKernels
import Raster

/// How one band's stored samples become the values that are worked with: `sample · scale + offset`.
public struct SampleScaling: Sendable, Equatable {
    /// 0-based.
    public var band: Int
    public var scale: Float
    public var offset: Float
    /// The stored sample that stands for none.
    public var noData: Double?

    public init(band: Int, scale: Float = 1, offset: Float = 0, noData: Double? = nil) {
        self.band = band
        self.scale = scale
        self.offset = offset
        self.noData = noData
    }
}

extension SampleBlock {
    /// One band's values; `validity` becomes 0 where a sample stands for none or its value is not finite; the value is then 0.
    func values(at position: Int, scaling: SampleScaling, validity: inout [UInt8]) -> [Float] {
        var values = floats(band: position)
        let noData = scaling.noData
        let marker = noData.map { Float($0) } ?? .nan
        // Close neighbours of the marker must not round to it.
        let exact: [Double]? =
            switch type {
            case .uint32, .int32, .float64: noData == nil ? nil : doubles(band: position)
            default: nil
            }
        let (scale, offset) = (scaling.scale, scaling.offset)
        values.withUnsafeMutableBufferPointer { values in
            validity.withUnsafeMutableBufferPointer { validity in
                for i in values.indices {
                    let isNone = exact.map { $0[i] == noData } ?? (values[i] == marker)
                    let value = values[i] * scale + offset
                    let isUsable = value.isFinite && !isNone
                    values[i] = isUsable ? value : 0
                    validity[i] = isUsable ? validity[i] : 0
                }
            }
        }
        return values
    }
}

/// Planes of floats while they are filled, side by side.
func makePlanes(_ count: Int, of size: Int, _ fill: ([UnsafeMutablePointer<Float>]) throws -> Void) throws -> [[Float]] {
    var planes = [[Float]](repeating: [], count: count)
    func open(_ addresses: [UnsafeMutablePointer<Float>]) throws {
        guard addresses.count < count else { return try fill(addresses) }
        let made = try [Float](unsafeUninitializedCapacity: size) { buffer, written in
            guard let base = buffer.baseAddress else { return }
            try open(addresses + [base])
            written = size
        }
        planes[addresses.count] = made
    }
    try open([])
    return planes
}
