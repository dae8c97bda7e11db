import CPNG
import CRasterShims
import Glibc
import Raster

/// A PNG file: grey, grey and alpha, RGB or RGBA, of 8 or 16 bits.
///
/// Palettes, greys of 1, 2 and 4 bits, and transparent colours are expanded: to RGB or RGBA, to the 8 bits' full range, to an alpha band.
///
/// Cost: PNG rows can only be decoded in order, so the first read decodes the whole picture into memory (width × height × bands × bytes
/// of a sample, refused beyond `ReadLimits.maxPictureBytes`) and keeps it for as long as the reader lives; others wait meanwhile. Opening
/// reads the header alone. A cache spares later readers of the same file the decoding, as long as it keeps the picture.
final class PNGReader: RasterSource {
    let info: RasterInfo
    private let limits: ReadLimits
    private let cache: DecodedBlockCache?
    private let identity: FileIdentity
    /// Interleaved samples in the machine's byte order, or why there are none; nil until the first read.
    private let decoded = Guarded<Result<[UInt8], any Error>?>(nil)

    init(path: String, limits: ReadLimits, cache: DecodedBlockCache? = nil) throws {
        let decoder = try PNGDecoder(path: path, limits: limits)
        info = try Self.info(path: path, decoder: decoder, limits: limits)
        identity = decoder.identity
        self.limits = limits
        self.cache = cache
    }

    func read(_ window: PixelWindow, bands: [Int], overview: Int?) throws -> SampleBlock {
        precondition(overview == nil, "a PNG has no overviews")
        let pixels = try pixels()
        var block = SampleBlock(window: window, bandCount: bands.count, type: info.sampleType)
        if info.sampleType == .uint16 {
            copy(pixels, to: &block.bytes, as: UInt16.self, window: window, bands: bands)
        } else {
            copy(pixels, to: &block.bytes, as: UInt8.self, window: window, bands: bands)
        }
        return block
    }

    private func pixels() throws -> [UInt8] {
        try decoded.withLock { decoded in
            if let decoded { return try decoded.get() }
            let result = Result { try cachedPicture() }
            decoded = result
            return try result.get()
        }
    }

    private func cachedPicture() throws -> [UInt8] {
        guard let cache else { return try decode() }
        // The picture is one block, of a file that has one directory.
        return try cache.block(DecodedBlockKey(file: cache.number(of: identity), directory: 0, block: 0)) {
            let picture = try decode()
            cache.count(decoded: picture)
            return picture
        }
    }

    private func decode() throws(InputError) -> [UInt8] {
        let decoder = try PNGDecoder(path: info.path, limits: limits)
        guard decoder.identity == identity else {
            throw InputError(path: info.path, problem: "the file changed while it was being read", advice: "run again")
        }
        return try decoder.decodeRows()
    }

    private func copy<Sample>(_ pixels: [UInt8], to bytes: inout [UInt8], as: Sample.Type, window: PixelWindow, bands: [Int]) {
        let bandCount = info.bandCount
        let width = info.size.width
        pixels.withUnsafeBytes { raw in
            bytes.withUnsafeMutableBytes { out in
                let source = raw.assumingMemoryBound(to: Sample.self)
                var target = out.assumingMemoryBound(to: Sample.self)[...]
                for band in bands {
                    for row in window.y..<window.maxY {
                        let start = (row * width + window.x) * bandCount + band
                        for column in 0..<window.width { target[target.startIndex + column] = source[start + column * bandCount] }
                        target = target.dropFirst(window.width)
                    }
                }
            }
        }
    }

    private static func info(path: String, decoder: PNGDecoder, limits: ReadLimits) throws -> RasterInfo {
        let colours: [ColourInterpretation] =
            switch decoder.bandCount {
            case 1: [.grey]
            case 2: [.grey, .alpha]
            case 3: [.red, .green, .blue]
            default: [.red, .green, .blue, .alpha]
            }
        let bands = 1...decoder.bandCount
        var info = RasterInfo(
            path: path, format: .png, size: decoder.size, bandCount: decoder.bandCount, sampleType: decoder.sampleType,
            blockSize: RasterSize(width: decoder.size.width, height: 1), isTiled: false, isPlanar: false, compression: "deflate",
            predictor: 1, isBigTIFF: false, isBigEndian: true, overviews: [], hasInternalMask: false,
            alphaBand: colours.firstIndex(of: .alpha), colourInterpretation: colours, noData: nil, scales: nil, offsets: nil,
            bandNames: [String?](repeating: nil, count: decoder.bandCount), metadata: decoder.texts(maxBytes: limits.maxTextBytes),
            dateTime: nil, crs: nil, transform: nil, georeferencing: .none)
        if let sidecar = try PAMSidecar.read(beside: path) {
            info.crs = sidecar.crs
            if let transform = sidecar.transform {
                info.transform = transform
                info.georeferencing = .worldFile(PAMSidecar.path(for: path))
            }
            info.noData = bands.compactMap { sidecar.noData[$0] }.first
            if !sidecar.scales.isEmpty || !sidecar.offsets.isEmpty {
                info.scales = bands.map { sidecar.scales[$0] ?? 1 }
                info.offsets = bands.map { sidecar.offsets[$0] ?? 0 }
            }
            info.bandNames = bands.map { sidecar.bandNames[$0] }
            info.metadata.merge(sidecar.metadata) { _, beside in beside }
        }
        if info.transform == nil, let place = try WorldFile.read(beside: path) {
            info.transform = place.transform
            info.georeferencing = .worldFile(place.path)
        }
        return info
    }
}
