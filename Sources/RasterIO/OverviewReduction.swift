import Raster

/// Halves a block of samples for the next overview.
struct OverviewReduction: Sendable {
    let resampling: OverviewResampling
    let noData: Double?

    /// The block at half resolution. Its window must start at even coordinates; at the raster's odd edge, fewer than four pixels make one.
    func halved(_ block: SampleBlock) -> SampleBlock {
        let window = PixelWindow(
            x: block.window.x / 2, y: block.window.y / 2, width: (block.window.width + 1) / 2, height: (block.window.height + 1) / 2)
        let count = window.pixelCount * block.bandCount * block.type.byteCount
        let bytes = [UInt8](unsafeUninitializedCapacity: count) { out, written in
            block.bytes.withUnsafeBytes { input in
                guard let input = input.baseAddress, let base = out.baseAddress else { return }
                let out = UnsafeMutableRawPointer(base)
                switch block.type {
                case .uint8 where resampling == .nearest && noData == nil: takeFirst(input, block, out, window)
                case .uint8: reduce(input, block, out, window, as: UInt8.self)
                case .int8: reduce(input, block, out, window, as: Int8.self)
                case .uint16: reduce(input, block, out, window, as: UInt16.self)
                case .int16 where resampling == .maximumMagnitude: takeStrongest(input, block, out, window)
                case .int16: reduce(input, block, out, window, as: Int16.self)
                case .uint32: reduce(input, block, out, window, as: UInt32.self)
                case .int32: reduce(input, block, out, window, as: Int32.self)
                case .float32: reduce(input, block, out, window, as: Float.self)
                case .float64: reduce(input, block, out, window, as: Double.self)
                }
            }
            written = count
        }
        return SampleBlock(window: window, bandCount: block.bandCount, type: block.type, bytes: bytes)
    }

    private func reduce<Sample: OverviewSample>(
        _ input: UnsafeRawPointer, _ block: SampleBlock, _ output: UnsafeMutableRawPointer, _ window: PixelWindow, as: Sample.Type
    ) {
        let width = block.window.width
        let height = block.window.height
        let missing = noData.flatMap(Sample.init(stored:))
        for band in 0..<block.bandCount {
            let source = input.assumingMemoryBound(to: Sample.self) + band * block.window.pixelCount
            let target = output.assumingMemoryBound(to: Sample.self) + band * window.pixelCount
            for y in 0..<window.height {
                let upper = source + 2 * y * width
                let lower = 2 * y + 1 < height ? upper + width : nil
                for x in 0..<window.width {
                    let hasRight = 2 * x + 1 < width
                    var fold = Fold<Sample>(resampling, missing)
                    fold.add(upper[2 * x])
                    if hasRight { fold.add(upper[2 * x + 1]) }
                    if let lower {
                        fold.add(lower[2 * x])
                        if hasRight { fold.add(lower[2 * x + 1]) }
                    }
                    target[y * window.width + x] = fold.result(orElse: upper[2 * x])
                }
            }
        }
    }

    /// `reduce` for classes of a byte without nodata.
    private func takeFirst(_ input: UnsafeRawPointer, _ block: SampleBlock, _ output: UnsafeMutableRawPointer, _ window: PixelWindow) {
        let (width, height) = (block.window.width, block.window.height)
        for band in 0..<block.bandCount {
            for y in 0..<window.height {
                let source = input.assumingMemoryBound(to: UInt8.self) + (band * height + 2 * y) * width
                let target = output.assumingMemoryBound(to: UInt8.self) + (band * window.height + y) * window.width
                for x in 0..<window.width { target[x] = source[2 &* x] }
            }
        }
    }

    /// `reduce` for the greatest magnitude of 16-bit integers, without branches.
    private func takeStrongest(_ input: UnsafeRawPointer, _ block: SampleBlock, _ output: UnsafeMutableRawPointer, _ window: PixelWindow) {
        let (width, height) = (block.window.width, block.window.height)
        let stored = noData.flatMap(Int16.init(exactly:))
        let missing = stored ?? 0
        // Without a nodata value nothing ranks as missing.
        let leastRank: UInt16 = stored == nil ? 1 : 0
        // What is missing ranks lowest, the others by magnitude; of equal ranks the first is taken.
        func rank(_ sample: Int16) -> UInt16 { sample == missing ? leastRank : sample.magnitude &+ 1 }
        func stronger(_ a: Int16, _ b: Int16) -> Int16 { rank(b) > rank(a) ? b : a }
        for band in 0..<block.bandCount {
            for y in 0..<window.height {
                let upper = input.assumingMemoryBound(to: Int16.self) + (band * height + 2 * y) * width
                // Beyond an odd edge stands what is there already.
                let lower = 2 * y + 1 < height ? upper + width : upper
                let target = output.assumingMemoryBound(to: Int16.self) + (band * window.height + y) * window.width
                for x in 0..<(width / 2) {
                    let above = stronger(upper[2 &* x], upper[2 &* x &+ 1])
                    target[x] = stronger(above, stronger(lower[2 &* x], lower[2 &* x &+ 1]))
                }
                if !width.isMultiple(of: 2) { target[width / 2] = stronger(upper[width - 1], lower[width - 1]) }
            }
        }
    }

    /// Up to four samples made into one.
    private struct Fold<Sample: OverviewSample> {
        let resampling: OverviewResampling
        let missing: Sample?
        var sum = 0.0
        var count = 0
        var chosen: Sample?

        init(_ resampling: OverviewResampling, _ missing: Sample?) {
            self.resampling = resampling
            self.missing = missing
        }

        mutating func add(_ sample: Sample) {
            if sample == missing || sample.isNotANumber { return }
            count += 1
            switch resampling {
            case .average: sum += sample.value
            case .nearest: if chosen == nil { chosen = sample }
            case .maximumMagnitude:
                if let best = chosen, sample.value.magnitude <= best.value.magnitude { return }
                chosen = sample
            }
        }

        /// - Parameter first: the upper left sample; where nothing can be used, it is nodata or not a number itself.
        func result(orElse first: Sample) -> Sample {
            guard count > 0 else { return missing ?? first }
            if let chosen { return chosen }
            let mean = Sample(rounding: sum / Double(count))
            // A mean that happens to be the nodata value must not read as a hole.
            return mean == missing ? mean.neighbour : mean
        }
    }
}

/// What the overview kernels need of a sample type; integers of up to 32 bits are exact as doubles.
private protocol OverviewSample: Equatable, BitwiseCopyable {
    var value: Double { get }
    var isNotANumber: Bool { get }
    var neighbour: Self { get }
    init(rounding value: Double)
    /// nil where the type has no such value.
    init?(stored value: Double)
}

extension OverviewSample where Self: FixedWidthInteger {
    var value: Double { Double(self) }
    var isNotANumber: Bool { false }
    var neighbour: Self { self == .max ? self - 1 : self + 1 }
    init(rounding value: Double) { self = Self(value.rounded(.toNearestOrAwayFromZero)) }
    init?(stored value: Double) { self.init(exactly: value) }
}

extension OverviewSample where Self: BinaryFloatingPoint {
    var value: Double { Double(self) }
    var isNotANumber: Bool { isNaN }
    var neighbour: Self { nextUp }
    init(rounding value: Double) { self.init(value) }
    init?(stored value: Double) { self.init(value) }
}

extension UInt8: OverviewSample {}
extension Int8: OverviewSample {}
extension UInt16: OverviewSample {}
extension Int16: OverviewSample {}
extension UInt32: OverviewSample {}
extension Int32: OverviewSample {}
extension Float: OverviewSample {}
extension Double: OverviewSample {}
