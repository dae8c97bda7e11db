import CTIFF
import Raster
import RasterIO

/// A TIFF written by libtiff itself, so that the reader is checked against another writer than ours.
struct TIFFFixture: Sendable {
    var size = RasterSize(width: 37, height: 29)
    var bandCount = 1
    var type = SampleType.uint8
    /// nil writes strips.
    var tile: RasterSize?
    var rowsPerStrip = 11
    var isPlanar = false
    var compression = COMPRESSION_NONE
    var predictor = 1
    var isBigEndian = false
    var isBigTIFF = false
    /// Tags of the test's own.
    var more: @Sendable (OpaquePointer) -> Void = { _ in }
    /// Tiles or strips that are left out.
    var leftOut: Set<UInt32> = []

    struct Failure: Error { var what: String }

    static func set(_ tiff: OpaquePointer, _ tag: Int32, _ values: any CVarArg...) {
        _ = withVaList(values) { TIFFVSetField(tiff, UInt32(tag), $0) }
    }

    /// Smooth with some noise, over the type's whole range, the same every time.
    func samples() -> SampleBlock {
        var block = SampleBlock(window: PixelWindow(size), bandCount: bandCount, type: type)
        var state: UInt64 = 0x9E37_79B9_7F4A_7C15
        let size = size
        let type = type
        let bandCount = bandCount
        block.bytes.withUnsafeMutableBytes { raw in
            for index in 0..<(size.pixelCount * bandCount) {
                state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
                let noise = Int64(state >> 56)
                let x = Int64(index % size.width)
                let y = Int64(index / size.width % size.height)
                let value = (x * 37 + y * 91 + noise + Int64(index / size.pixelCount) * 1000) &* 12_345
                switch type {
                case .uint8, .int8: raw.storeBytes(of: UInt8(truncatingIfNeeded: value), toByteOffset: index, as: UInt8.self)
                case .uint16, .int16: raw.storeBytes(of: UInt16(truncatingIfNeeded: value), toByteOffset: 2 * index, as: UInt16.self)
                case .uint32, .int32:
                    raw.storeBytes(of: UInt32(truncatingIfNeeded: value &* 77_777), toByteOffset: 4 * index, as: UInt32.self)
                case .float32: raw.storeBytes(of: Float(value) / 7 - 1e6, toByteOffset: 4 * index, as: Float.self)
                case .float64: raw.storeBytes(of: Double(value) / 7 - 1e6, toByteOffset: 8 * index, as: Double.self)
                }
            }
        }
        return block
    }

    @discardableResult
    func write(to path: String) throws -> SampleBlock {
        let block = samples()
        let mode = "w" + (isBigEndian ? "b" : "l") + (isBigTIFF ? "8" : "")
        guard let tiff = TIFFOpen(path, mode) else { throw Failure(what: "open") }
        defer { TIFFClose(tiff) }
        try writeDirectory(tiff, block)
        return block
    }

    func writeDirectory(_ tiff: OpaquePointer, _ block: SampleBlock) throws {
        Self.set(tiff, TIFFTAG_IMAGEWIDTH, UInt32(size.width))
        Self.set(tiff, TIFFTAG_IMAGELENGTH, UInt32(size.height))
        Self.set(tiff, TIFFTAG_SAMPLESPERPIXEL, Int32(bandCount))
        Self.set(tiff, TIFFTAG_BITSPERSAMPLE, Int32(8 * type.byteCount))
        Self.set(tiff, TIFFTAG_PHOTOMETRIC, Int32(PHOTOMETRIC_MINISBLACK))
        Self.set(tiff, TIFFTAG_PLANARCONFIG, Int32(isPlanar ? PLANARCONFIG_SEPARATE : PLANARCONFIG_CONTIG))
        let format = type.isFloatingPoint ? SAMPLEFORMAT_IEEEFP : type.rawValue.hasPrefix("int") ? SAMPLEFORMAT_INT : SAMPLEFORMAT_UINT
        Self.set(tiff, TIFFTAG_SAMPLEFORMAT, Int32(format))
        Self.set(tiff, TIFFTAG_COMPRESSION, Int32(compression))
        if predictor != 1 { Self.set(tiff, TIFFTAG_PREDICTOR, Int32(predictor)) }
        if let tile {
            Self.set(tiff, TIFFTAG_TILEWIDTH, UInt32(tile.width))
            Self.set(tiff, TIFFTAG_TILELENGTH, UInt32(tile.height))
        } else {
            Self.set(tiff, TIFFTAG_ROWSPERSTRIP, UInt32(rowsPerStrip))
        }
        more(tiff)
        let side = tile ?? RasterSize(width: size.width, height: rowsPerStrip)
        let blocks = PixelWindow(size)
        var index: UInt32 = 0
        for plane in 0..<(isPlanar ? bandCount : 1) {
            for y in stride(from: 0, to: size.height, by: side.height) {
                for x in stride(from: 0, to: size.width, by: side.width) {
                    defer { index += 1 }
                    if leftOut.contains(index) { continue }
                    let rows = tile == nil ? min(side.height, size.height - y) : side.height
                    let window = PixelWindow(x: x, y: y, width: side.width, height: rows)
                    var bytes = pack(block, window, bands: isPlanar ? [plane] : Array(0..<bandCount), inside: blocks)
                    let count = tmsize_t(bytes.count)
                    let written =
                        tile == nil ? TIFFWriteEncodedStrip(tiff, index, &bytes, count) : TIFFWriteEncodedTile(tiff, index, &bytes, count)
                    guard written == count else { throw Failure(what: "write block \(index)") }
                }
            }
        }
        guard TIFFWriteDirectory(tiff) != 0 else { throw Failure(what: "write directory") }
    }

    private func pack(_ block: SampleBlock, _ window: PixelWindow, bands: [Int], inside: PixelWindow) -> [UInt8] {
        let bytesEach = type.byteCount
        var out: [UInt8] = []
        out.reserveCapacity(window.pixelCount * bands.count * bytesEach)
        for y in window.y..<window.maxY {
            for x in window.x..<window.maxX {
                for band in bands {
                    let start = ((band * size.height + y) * size.width + x) * bytesEach
                    out +=
                        inside.contains(x: x, y: y) ? block.bytes[start..<(start + bytesEach)] : Array(repeating: 0, count: bytesEach)[...]
                }
            }
        }
        return out
    }
}

/// The first index at which two arrays differ, nil where they are equal. A failed `==` of long arrays inside `#expect` would spend minutes on
/// working out a shortest difference.
func firstDifference(_ a: [UInt8], _ b: [UInt8]) -> Int? {
    if a == b { return nil }
    return zip(a, b).enumerated().first { $1.0 != $1.1 }?.offset ?? min(a.count, b.count)
}

extension SampleBlock {
    /// The part of a block, by the definition of the layout.
    func part(_ part: PixelWindow, bands: [Int]) -> [UInt8] {
        let size = type.byteCount
        return bands.flatMap { band in
            (part.y..<part.maxY).flatMap { y in
                let start = ((band * window.height + y - window.y) * window.width + part.x - window.x) * size
                return bytes[start..<(start + part.width * size)]
            }
        }
    }
}

/// A small generator of repeatable random numbers (SplitMix64).
struct SeededGenerator: RandomNumberGenerator {
    var state: UInt64

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var z = state
        z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
        z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
        return z ^ (z >> 31)
    }

    mutating func window(in size: RasterSize) -> PixelWindow {
        let width = Int.random(in: 1...size.width, using: &self)
        let height = Int.random(in: 1...size.height, using: &self)
        return PixelWindow(
            x: Int.random(in: 0...(size.width - width), using: &self), y: Int.random(in: 0...(size.height - height), using: &self),
            width: width, height: height)
    }
}
