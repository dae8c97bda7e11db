import CRasterShims
import CTIFF
import Raster

/// Decoding of the blocks of one image directory.
struct TIFFBlocks {
    let layout: TIFFLayout
    let handle: TIFFHandle
    let fileSize: UInt64
    let limits: ReadLimits

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
        let (piece, pieceBytes) =
            readsRows
            ? ("row", layout.decodedByteCount(rows: 1)) : ("\(layout.isTiled ? "tile" : "strip") of \(layout.blockSize) pixels", bytes)
        guard pieceBytes <= limits.maxBlockBytes else {
            throw fail(
                "a \(piece) decodes to \(pieceBytes) bytes; \(limits.maxBlockBytes) are allowed",
                "rewrite it with smaller tiles: gdal_translate -co TILED=YES")
        }
    }

    private var readsRows: Bool { layout.isReadByRows(limits) }

    /// Decodes what `window` touches of one plane, each block once, and hands over each piece.
    ///
    /// - Parameter body: takes the decoded samples, nil for a block that the file leaves out; the pixels of the raster they hold, a
    ///   row of which starts every `rowBytes`; and the part of them that lies in the window.
    func decode(
        _ window: PixelWindow, plane: Int,
        _ body: (_ samples: UnsafeRawPointer?, _ held: PixelWindow, _ rowBytes: Int, _ wanted: PixelWindow) -> Void
    ) throws {
        let rowBytes = layout.decodedByteCount(rows: 1)
        try layout.forEachBlock(touching: window, plane: plane) { index, held in
            let wanted = held.intersection(window)
            if try isLeftOut(index) {
                body(nil, held, rowBytes, wanted)
            } else if readsRows {
                try decodeRows(held, wanted, plane, index, body)
            } else {
                let rows = decodedRows(wanted: wanted.maxY - held.y, of: held)
                try handle.withScratch(byteCount: rows * rowBytes) { scratch in
                    try decodeBlock(index, into: scratch)
                    body(scratch.baseAddress, held, rowBytes, wanted)
                }
            }
        }
    }

    /// A whole block, as far down as it lies in the raster where the codec can stop there; empty where the file leaves it out.
    func decodeWhole(_ index: UInt32, _ held: PixelWindow) throws -> [UInt8] {
        if try isLeftOut(index) { return [] }
        let stops = TIFFCompression.decodesRowByRow(layout.compression)
        let rows = stops ? min(held.height, layout.size.height - held.y) : held.height
        let decoded = layout.decodedByteCount(rows: decodedRows(wanted: rows, of: held))
        return try [UInt8](unsafeUninitializedCapacity: decoded) { buffer, count in
            try decodeBlock(index, into: UnsafeMutableRawBufferPointer(rebasing: UnsafeMutableRawBufferPointer(buffer)[0..<decoded]))
            count = layout.decodedByteCount(rows: rows)
        }
    }

    /// How far down to decode a block for its upper rows: no farther than that where the codec can stop. libtiff decodes whole tiles of deflate with a library that cannot stop, and
    /// is more than twice as fast.
    private func decodedRows(wanted rows: Int, of held: PixelWindow) -> Int {
        guard TIFFCompression.decodesRowByRow(layout.compression) else { return held.height }
        return layout.isTiled && TIFFCompression.isDeflate(layout.compression) && 2 * rows > held.height ? held.height : rows
    }

    /// The rows `rows` of a tall strip; empty where the file leaves it out. Decoders go forward only: a row above the last one decoded makes
    /// this one start over at the strip's first.
    func decodeRows(_ rows: Range<Int>, plane: Int, index: UInt32) throws -> [UInt8] {
        if try isLeftOut(index) { return [] }
        let rowBytes = try scanlineByteCount(index)
        return try [UInt8](unsafeUninitializedCapacity: rows.count * rowBytes) { buffer, count in
            var target = buffer.baseAddress
            for y in rows {
                guard TIFFReadScanline(handle.tiff, target, UInt32(y), UInt16(plane)) == 1 else { throw damaged(index, nil, of: 0) }
                target = target.map { $0 + rowBytes }
            }
            count = rows.count * rowBytes
        }
    }

    private func decodeBlock(_ index: UInt32, into target: UnsafeMutableRawBufferPointer) throws {
        let size = tmsize_t(target.count)
        let decoded =
            layout.isTiled
            ? TIFFReadEncodedTile(handle.tiff, index, target.baseAddress, size)
            : TIFFReadEncodedStrip(handle.tiff, index, target.baseAddress, size)
        guard decoded == size else { throw damaged(index, decoded < 0 ? nil : Int(decoded), of: target.count) }
    }

    private func scanlineByteCount(_ index: UInt32) throws -> Int {
        let rowBytes = layout.decodedByteCount(rows: 1)
        guard TIFFScanlineSize64(handle.tiff) == UInt64(rowBytes) else { throw fail("strip \(index) has rows of an unexpected size") }
        return rowBytes
    }

    private func decodeRows(
        _ held: PixelWindow, _ wanted: PixelWindow, _ plane: Int, _ index: UInt32,
        _ body: (UnsafeRawPointer?, PixelWindow, Int, PixelWindow) -> Void
    ) throws {
        let rowBytes = try scanlineByteCount(index)
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

    /// Whether a sparse file leaves out all that a window touches, in every plane.
    func areLeftOut(_ window: PixelWindow) throws -> Bool {
        var all = true
        for plane in 0..<(layout.isPlanar ? layout.bandCount : 1) where all {
            try layout.forEachBlock(touching: window, plane: plane) { index, _ in if all { all = try isLeftOut(index) } }
        }
        return all
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
