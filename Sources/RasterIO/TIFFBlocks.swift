import CRasterShims
import CTIFF
import Raster

/// Decoding of the blocks of one image directory.
struct TIFFBlocks {
    let layout: TIFFLayout
    let handle: TIFFHandle
    let fileSize: UInt64
    let limits: ReadLimits

    /// Strips above this are decoded row by row: one strip often holds a whole image, of which a window needs few rows. Tells only by the
    /// layout, since libtiff must not be asked for rows and for whole strips of one image in turn.
    private static let tallStripBytes = 1 << 23

    init(_ layout: TIFFLayout, handle: TIFFHandle, fileSize: UInt64, limits: ReadLimits) throws {
        self.layout = layout
        self.handle = handle
        self.fileSize = fileSize
        self.limits = limits
        try handle.select(layout.directoryOffset)
        handle.forgetMessage()
        if layout.decodesToRGB, rs_tiff_set_int(handle.tiff, UInt32(TIFFTAG_JPEGCOLORMODE), JPEGCOLORMODE_RGB) == 0 {
            throw fail("its JPEG colours cannot be decoded: \(handle.takeMessage())")
        }
        let bytes = layout.decodedByteCount(rows: layout.blockSize.height)
        let expected = layout.isTiled ? TIFFTileSize64(handle.tiff) : TIFFVStripSize64(handle.tiff, UInt32(layout.blockSize.height))
        guard expected == UInt64(bytes) else {
            throw fail("its samples are laid out in a way that is not supported (subsampled colours)", "convert it with gdal_translate")
        }
        guard bytes <= limits.maxBlockBytes || readsRows else {
            throw fail(
                "a \(layout.isTiled ? "tile" : "strip") of \(layout.blockSize) pixels decodes to \(bytes) bytes; \(limits.maxBlockBytes) are allowed",
                "rewrite it with smaller tiles: gdal_translate -co TILED=YES")
        }
    }

    private var readsRows: Bool {
        !layout.isTiled && layout.decodedByteCount(rows: layout.blockSize.height) > min(Self.tallStripBytes, limits.maxBlockBytes)
            && (TIFFCompression.decodesRowByRow(layout.compression) || layout.compression == Int(COMPRESSION_JPEG))
    }

    /// Decodes what `window` touches of one plane, each block once, and hands over each piece.
    ///
    /// - Parameter body: takes the decoded samples, nil for a block that the file leaves out; the pixels of the raster they hold, a
    ///   row of which starts every `rowBytes`; and the part of them that lies in the window.
    func decode(
        _ window: PixelWindow, plane: Int,
        _ body: (_ samples: UnsafeRawPointer?, _ held: PixelWindow, _ rowBytes: Int, _ wanted: PixelWindow) -> Void
    ) throws {
        let block = layout.blockSize
        let rowBytes = layout.decodedByteCount(rows: 1)
        for row in (window.y / block.height)...((window.maxY - 1) / block.height) {
            for column in (window.x / block.width)...((window.maxX - 1) / block.width) {
                let held = PixelWindow(
                    x: column * block.width, y: row * block.height, width: block.width, height: layout.storedRows(blockRow: row))
                let wanted = held.intersection(window)
                let index = layout.blockIndex(column: column, row: row, plane: plane)
                if try isLeftOut(index) {
                    body(nil, held, rowBytes, wanted)
                } else if readsRows {
                    try decodeRows(held, wanted, plane, index, rowBytes, body)
                } else {
                    // The rows below the window need not be decoded where the codec can stop.
                    let stops = TIFFCompression.decodesRowByRow(layout.compression)
                    let rows = stops ? wanted.maxY - held.y : held.height
                    let byteCount = rows * rowBytes
                    try handle.withScratch(byteCount: byteCount) { scratch in
                        let size = tmsize_t(byteCount)
                        let decoded =
                            layout.isTiled
                            ? TIFFReadEncodedTile(handle.tiff, index, scratch.baseAddress, size)
                            : TIFFReadEncodedStrip(handle.tiff, index, scratch.baseAddress, size)
                        guard decoded == size else { throw damaged(index, decoded < 0 ? nil : Int(decoded), of: byteCount) }
                        body(scratch.baseAddress, held, rowBytes, wanted)
                    }
                }
            }
        }
    }

    private func decodeRows(
        _ held: PixelWindow, _ wanted: PixelWindow, _ plane: Int, _ index: UInt32, _ rowBytes: Int,
        _ body: (UnsafeRawPointer?, PixelWindow, Int, PixelWindow) -> Void
    ) throws {
        guard TIFFScanlineSize64(handle.tiff) == UInt64(rowBytes) else { throw fail("strip \(index) has rows of an unexpected size") }
        // Decoders only go forward: on from the row that the handle stands at, else from the strip's first.
        let current = Int(TIFFCurrentRow(handle.tiff))
        let goesOn = TIFFCurrentStrip(handle.tiff) == index && (held.y...wanted.y).contains(current)
        try handle.withScratch(byteCount: rowBytes) { scratch in
            for y in (goesOn ? current : held.y)..<wanted.maxY {
                guard TIFFReadScanline(handle.tiff, scratch.baseAddress, UInt32(y), UInt16(plane)) == 1 else {
                    throw damaged(index, nil, of: 0)
                }
                guard y >= wanted.y else { continue }
                let line = PixelWindow(x: held.x, y: y, width: held.width, height: 1)
                body(scratch.baseAddress, line, rowBytes, line.intersection(wanted))
            }
        }
    }

    /// Whether a block was left out of a sparse file. One that lies past the file's end is an error.
    private func isLeftOut(_ index: UInt32) throws -> Bool {
        var failed: Int32 = 0
        let offset = TIFFGetStrileOffsetWithErr(handle.tiff, index, &failed)
        guard failed == 0 else { throw fail("\(name(index)) has no place in the file: \(handle.takeMessage())") }
        let count = TIFFGetStrileByteCountWithErr(handle.tiff, index, &failed)
        guard failed == 0 else { throw fail("\(name(index)) has no size: \(handle.takeMessage())") }
        if offset == 0 || count == 0 { return true }
        guard offset <= fileSize, count <= fileSize - offset else {
            throw fail(
                "\(name(index)) should be bytes \(offset) to \(offset.addingReportingOverflow(count).partialValue) of a file of \(fileSize) bytes",
                "the file is cut short; get it again")
        }
        return false
    }

    private func name(_ index: UInt32) -> String { "\(layout.isTiled ? "tile" : "strip") \(index)" }

    private func damaged(_ index: UInt32, _ decoded: Int?, of expected: Int) -> InputError {
        let reason = decoded.map { "it decodes to \($0) of \(expected) bytes" } ?? handle.takeMessage()
        return fail("\(name(index)) (\(TIFFCompression.name(layout.compression))) cannot be decoded: \(reason)", "get the file again")
    }

    private func fail(_ problem: String, _ advice: String? = nil) -> InputError {
        InputError(path: handle.path, problem: problem, advice: advice)
    }
}
