import CRasterShims
import CTIFF
import Raster

/// How one image directory of a TIFF file lays out its samples.
struct TIFFLayout: Sendable {
    var directoryOffset: UInt64
    var size: RasterSize
    var bandCount: Int
    var bitsPerSample: Int
    var sampleFormat: Int
    var photometric: Int
    var compression: Int
    var predictor: Int
    var isTiled: Bool
    var isPlanar: Bool
    /// A tile, or a strip of the raster's width; the last strip may be lower.
    var blockSize: RasterSize
    var subfileType: Int

    var blocksAcross: Int { (size.width + blockSize.width - 1) / blockSize.width }
    var blocksDown: Int { (size.height + blockSize.height - 1) / blockSize.height }
    var samplesPerBlockPixel: Int { isPlanar ? 1 : bandCount }
    var isMask: Bool { subfileType & Int(FILETYPE_MASK) != 0 }
    var isReducedResolution: Bool { subfileType & Int(FILETYPE_REDUCEDIMAGE) != 0 }

    /// Bytes of `rows` decoded rows of one block; whole bytes a row.
    func decodedByteCount(rows: Int) -> Int {
        let bits = blockSize.width.multipliedReportingOverflow(by: samplesPerBlockPixel * bitsPerSample)
        guard !bits.overflow else { return Int.max }
        let bytes = (bits.partialValue / 8 + (bits.partialValue % 8 == 0 ? 0 : 1)).multipliedReportingOverflow(by: rows)
        return bytes.overflow ? Int.max : bytes.partialValue
    }

    /// Index of a block as libtiff counts them.
    func blockIndex(column: Int, row: Int, plane: Int) -> UInt32 {
        UInt32(truncatingIfNeeded: (plane * blocksDown + row) * blocksAcross + column)
    }

    /// Rows of the block that lie in the raster, for strips; tiles always hold all their rows.
    func storedRows(blockRow: Int) -> Int {
        isTiled ? blockSize.height : min(blockSize.height, size.height - blockRow * blockSize.height)
    }

    /// Strips above this are decoded row by row: one strip often holds a whole image, of which a window needs few rows. Tells only by the
    /// layout, since libtiff must not be asked for rows and for whole strips of one image in turn.
    private static let tallStripBytes = 1 << 23

    func isReadByRows(_ limits: ReadLimits) -> Bool {
        !isTiled && decodedByteCount(rows: blockSize.height) > min(Self.tallStripBytes, limits.maxBlockBytes)
            && (TIFFCompression.decodesRowByRow(compression) || compression == Int(COMPRESSION_JPEG))
    }

    /// The blocks of one plane that a window touches, row by row: index as libtiff counts them, and the pixels that are stored.
    func forEachBlock(touching window: PixelWindow, plane: Int, _ body: (_ index: UInt32, _ held: PixelWindow) throws -> Void) rethrows {
        for row in (window.y / blockSize.height)...((window.maxY - 1) / blockSize.height) {
            for column in (window.x / blockSize.width)...((window.maxX - 1) / blockSize.width) {
                let held = PixelWindow(
                    x: column * blockSize.width, y: row * blockSize.height, width: blockSize.width, height: storedRows(blockRow: row))
                try body(blockIndex(column: column, row: row, plane: plane), held)
            }
        }
    }

    /// Reads the directory that `handle` stands at.
    init(_ handle: TIFFHandle) throws {
        func fail(_ problem: String) -> InputError { InputError(path: handle.path, problem: problem) }
        guard let width = handle.uint32(TIFFTAG_IMAGEWIDTH), let height = handle.uint32(TIFFTAG_IMAGELENGTH), width > 0, height > 0 else {
            throw fail("has no width or height")
        }
        guard width <= Int32.max, height <= Int32.max else { throw fail("\(width) × \(height) pixels are too many") }
        directoryOffset = handle.directoryOffset
        size = RasterSize(width: width, height: height)
        bandCount = handle.uint16(TIFFTAG_SAMPLESPERPIXEL) ?? 1
        bitsPerSample = handle.uint16(TIFFTAG_BITSPERSAMPLE) ?? 1
        sampleFormat = handle.uint16(TIFFTAG_SAMPLEFORMAT) ?? Int(SAMPLEFORMAT_UINT)
        photometric = handle.uint16(TIFFTAG_PHOTOMETRIC) ?? Int(PHOTOMETRIC_MINISBLACK)
        compression = handle.uint16(TIFFTAG_COMPRESSION) ?? Int(COMPRESSION_NONE)
        predictor = TIFFCompression.usesPredictor(compression) ? handle.uint16(TIFFTAG_PREDICTOR) ?? 1 : 1
        isPlanar = bandCount > 1 && handle.uint16(TIFFTAG_PLANARCONFIG) == Int(PLANARCONFIG_SEPARATE)
        isTiled = TIFFIsTiled(handle.tiff) != 0
        subfileType = handle.uint32(TIFFTAG_SUBFILETYPE) ?? 0
        guard bandCount > 0, bitsPerSample > 0 else { throw fail("has no samples") }
        if isTiled {
            guard let tileWidth = handle.uint32(TIFFTAG_TILEWIDTH), let tileHeight = handle.uint32(TIFFTAG_TILELENGTH),
                tileWidth > 0, tileHeight > 0, tileWidth <= Int32.max, tileHeight <= Int32.max
            else { throw fail("has tiles without a size") }
            blockSize = RasterSize(width: tileWidth, height: tileHeight)
        } else {
            let rows = handle.uint32(TIFFTAG_ROWSPERSTRIP) ?? height
            blockSize = RasterSize(width: width, height: rows == 0 ? height : min(rows, height))
        }
        let blocks = blocksAcross * blocksDown * (isPlanar ? bandCount : 1)
        guard blocks <= Int(UInt32.max) else { throw fail("\(blocks) blocks are too many") }
    }
}

/// TIFF's compression schemes, by the names that GDAL's users know.
enum TIFFCompression {
    static func name(_ scheme: Int) -> String {
        switch Int32(scheme) {
        case COMPRESSION_NONE: "none"
        case COMPRESSION_LZW: "lzw"
        case COMPRESSION_JPEG: "jpeg"
        case COMPRESSION_OJPEG: "old-style jpeg"
        case COMPRESSION_ADOBE_DEFLATE, COMPRESSION_DEFLATE: "deflate"
        case COMPRESSION_PACKBITS: "packbits"
        case COMPRESSION_LERC: "lerc"
        case COMPRESSION_LZMA: "lzma"
        case COMPRESSION_ZSTD: "zstd"
        case COMPRESSION_WEBP: "webp"
        case COMPRESSION_JXL: "jpeg xl"
        case COMPRESSION_JP2000, 34712: "jpeg 2000"
        case COMPRESSION_CCITTRLE, COMPRESSION_CCITTRLEW: "ccitt rle"
        case COMPRESSION_CCITTFAX3: "ccitt fax 3"
        case COMPRESSION_CCITTFAX4: "ccitt fax 4"
        default: "scheme \(scheme)"
        }
    }

    static func usesPredictor(_ scheme: Int) -> Bool {
        [COMPRESSION_LZW, COMPRESSION_ADOBE_DEFLATE, COMPRESSION_DEFLATE, COMPRESSION_LZMA, COMPRESSION_ZSTD].contains(Int32(scheme))
    }

    /// Whether a scheme packs bytes whatever samples they hold. JPEG, LERC and the like have widths of their own.
    static func holdsPackedSamples(_ scheme: Int) -> Bool {
        usesPredictor(scheme)
            || [
                COMPRESSION_NONE, COMPRESSION_PACKBITS, COMPRESSION_CCITTRLE, COMPRESSION_CCITTRLEW, COMPRESSION_CCITTFAX3,
                COMPRESSION_CCITTFAX4,
            ].contains(Int32(scheme))
    }

    static func isDeflate(_ scheme: Int) -> Bool { [COMPRESSION_ADOBE_DEFLATE, COMPRESSION_DEFLATE].contains(Int32(scheme)) }

    /// The decoders that stop where the buffer ends, so that the upper rows of a block can be had without the rest.
    static func decodesRowByRow(_ scheme: Int) -> Bool {
        usesPredictor(scheme) || [COMPRESSION_NONE, COMPRESSION_PACKBITS].contains(Int32(scheme))
    }
}
