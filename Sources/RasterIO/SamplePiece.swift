import Raster

/// From which sample of a decoded pixel, to which band of the result.
struct SampleRoute {
    let from: Int
    let to: UnsafeMutableRawPointer?
}

/// The part of one decoded block that a window takes.
struct SamplePiece {
    /// What the block holds, in pixels of the raster.
    let held: PixelWindow
    /// What is taken of it.
    let wanted: PixelWindow
    /// What the result holds.
    let window: PixelWindow
    let samplesPerPixel: Int

    func copy(_ samples: UnsafeRawPointer, along route: SampleRoute, byteCount: Int) {
        guard let target = route.to else { return }
        switch byteCount {
        case 1: copy(samples, route.from, target, as: UInt8.self)
        case 2: copy(samples, route.from, target, as: UInt16.self)
        case 4: copy(samples, route.from, target, as: UInt32.self)
        default: copy(samples, route.from, target, as: UInt64.self)
        }
    }

    private func copy<Sample: FixedWidthInteger>(
        _ samples: UnsafeRawPointer, _ from: Int, _ target: UnsafeMutableRawPointer, as: Sample.Type
    ) {
        let source = samples.assumingMemoryBound(to: Sample.self)
        let target = target.assumingMemoryBound(to: Sample.self)
        let step = samplesPerPixel
        for y in wanted.y..<wanted.maxY {
            let input = source + ((y - held.y) * held.width + wanted.x - held.x) * step + from
            let output = target + (y - window.y) * window.width + wanted.x - window.x
            if step == 1 {
                output.update(from: input, count: wanted.width)
            } else {
                for x in 0..<wanted.width { output[x] = input[x * step] }
            }
        }
    }

    func fill(_ sample: [UInt8], along route: SampleRoute) {
        guard let target = route.to, let first = sample.first else { return }
        for y in wanted.y..<wanted.maxY {
            let row = target + ((y - window.y) * window.width + wanted.x - window.x) * sample.count
            if sample.allSatisfy({ $0 == first }) {
                row.initializeMemory(as: UInt8.self, repeating: first, count: wanted.width * sample.count)
            } else {
                for x in 0..<wanted.width { row.advanced(by: x * sample.count).copyMemory(from: sample, byteCount: sample.count) }
            }
        }
    }
}

extension SampleType {
    /// A value as the machine stores it in this type; nil where the type has no such value. Floats are rounded to the nearest.
    func bytes(of value: Double) -> [UInt8]? {
        func stored<T: BitwiseCopyable>(_ value: T?) -> [UInt8]? { value.map { value in withUnsafeBytes(of: value) { Array($0) } } }
        return switch self {
        case .uint8: stored(UInt8(exactly: value))
        case .int8: stored(Int8(exactly: value))
        case .uint16: stored(UInt16(exactly: value))
        case .int16: stored(Int16(exactly: value))
        case .uint32: stored(UInt32(exactly: value))
        case .int32: stored(Int32(exactly: value))
        case .float32: stored(Float(value))
        case .float64: stored(value)
        }
    }
}
