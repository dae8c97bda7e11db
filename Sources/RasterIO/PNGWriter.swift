import CRasterShims
import CZlib
import Raster

/// Writes a PNG of 8 bits band by band of rows; the file appears whole at `commit()` or not at all.
///
/// Not safe to use from two threads at once; its `encoder` is, so that bands can be compressed side by side.
public final class PNGWriter {
    public struct RGB: Hashable, Sendable {
        public var red: UInt8
        public var green: UInt8
        public var blue: UInt8

        public init(_ red: UInt8, _ green: UInt8, _ blue: UInt8) {
            self.red = red
            self.green = green
            self.blue = blue
        }
    }

    /// What a row's bytes are.
    public enum Colour: Sendable {
        /// One byte a pixel.
        case grey
        /// Three bytes a pixel.
        case rgb
        /// One byte a pixel, an index into at most 256 colours; `opacity` is that of the first ones, the others are opaque.
        case palette([RGB], opacity: [UInt8] = [])

        var bytesPerPixel: Int {
            if case .rgb = self { 3 } else { 1 }
        }
    }

    /// A key word (1 to 79 Latin-1 characters) and its text. Text beyond Latin-1 is written as UTF-8.
    public struct Text: Sendable, Hashable {
        public var keyword: String
        public var text: String

        public init(_ keyword: String, _ text: String) {
            self.keyword = keyword
            self.text = text
        }
    }

    /// How zlib looks for repeats.
    public enum Strategy: Sendable, Hashable, CaseIterable {
        case thorough, runLength, huffmanOnly
    }

    public struct Compression: Sendable, Hashable {
        /// 1 (fast) to 9.
        public var level: Int
        public var strategy: Strategy
        /// Each byte less its left neighbour.
        public var filtersDifferences: Bool

        public init(level: Int = 1, strategy: Strategy = .runLength, filtersDifferences: Bool = true) {
            self.level = level
            self.strategy = strategy
            self.filtersDifferences = filtersDifferences
        }

        /// For imagery as it comes from a satellite, paletted too: of the settings measured, a level's search for repeats took three to
        /// ten times as long and gained nothing, since noise does not repeat.
        public static let fast = Compression()
    }

    public let size: RasterSize
    private let file: AtomicFile
    private let sink: PNGSink
    private let handle: OpaquePointer
    /// Makes bands of rows.
    public let encoder: PNGBandEncoder
    private var rowsWritten = 0
    /// Of all bytes so far before compression.
    private var checksum = uLong(1)

    /// - Throws: `OutputError` where the file cannot be made, or a size, palette or key word is none that a PNG can have.
    public init(path: String, size: RasterSize, colour: Colour, texts: [Text] = [], compression: Compression = .fast) throws {
        let sides = 1...0x7FFF_FFFF
        guard sides.contains(size.width), sides.contains(size.height) else {
            throw OutputError(path: path, problem: "a PNG cannot have \(size) pixels")
        }
        var palette: [UInt8] = []
        var opacity: [UInt8] = []
        if case .palette(let colours, let alphas) = colour {
            guard (1...256).contains(colours.count), alphas.count <= colours.count else {
                throw OutputError(
                    path: path,
                    problem: "a PNG palette has 1 to 256 colours and no more opacities; this one \(colours.count) and \(alphas.count)")
            }
            palette = colours.flatMap { [$0.red, $0.green, $0.blue] }
            opacity = alphas
        }
        for text in texts where !text.hasValidKeyword {
            throw OutputError(path: path, problem: "'\(text.keyword)' cannot be a PNG key word")
        }
        let file = try AtomicFile(path: path)
        let sink = PNGSink(file: file)
        let callback: tw_png_write_callback = { context, bytes, count in
            guard let context, let bytes else { return 0 }
            return Unmanaged<PNGSink>.fromOpaque(context).takeUnretainedValue().write(UnsafeRawBufferPointer(start: bytes, count: count))
        }
        guard let handle = tw_png_writer_create(callback, Unmanaged.passUnretained(sink).toOpaque()) else {
            throw OutputError(path: path, problem: "no memory is left to write it with")
        }
        let isWritten = Self.writeHeader(
            handle, size: size, colour: colour, palette: palette, opacity: opacity, texts: texts)
        guard isWritten else {
            let error = sink.error ?? OutputError(path: path, problem: String(cString: tw_png_writer_message(handle)))
            tw_png_writer_destroy(handle)
            throw error
        }
        self.size = size
        self.file = file
        self.sink = sink
        self.handle = handle
        encoder = PNGBandEncoder(width: size.width, bytesPerPixel: colour.bytesPerPixel, compression: compression)
    }

    deinit { tw_png_writer_destroy(handle) }

    /// Writes the next rows, as a band of their own.
    ///
    /// - Precondition: `bytes` are whole rows, and no more than are left.
    public func write(rows bytes: [UInt8]) throws {
        guard !bytes.isEmpty else { return }
        try append(bytes.withUnsafeBufferPointer { try encoder.encode($0) })
    }

    /// Writes the next band. - Precondition: it has no more rows than are left.
    public func append(_ band: PNGBand) throws {
        precondition(rowsWritten + band.rowCount <= size.height, "more rows than the picture has")
        // RFC 1950: deflate with a window of 32 KiB, quick compression. Then follow the bands' blocks.
        if rowsWritten == 0 { try writeChunk("IDAT", [0x78, 0x01]) }
        try writeChunk("IDAT", band.bytes)
        checksum = adler32_combine(checksum, uLong(band.checksum), band.byteCount)
        rowsWritten += band.rowCount
    }

    /// Ends the file and gives it its name. - Precondition: all rows are written.
    public func commit() throws {
        precondition(rowsWritten == size.height, "rows are missing")
        // A last block of nothing in fixed codes, and the checksum of everything.
        let end: [UInt8] = [0x03, 0x00] + [24, 16, 8, 0].map { UInt8(truncatingIfNeeded: checksum >> $0) }
        try writeChunk("IDAT", end)
        try writeChunk("IEND", [])
        try file.commit()
    }

    private func writeChunk(_ name: String, _ bytes: [UInt8]) throws {
        try check(bytes.withUnsafeBufferPointer { tw_png_writer_write_chunk(handle, name, $0.baseAddress, $0.count) })
    }

    private func check(_ isDone: Bool) throws {
        guard isDone else { throw sink.error ?? OutputError(path: file.path, problem: String(cString: tw_png_writer_message(handle))) }
    }

    private static func writeHeader(
        _ handle: OpaquePointer, size: RasterSize, colour: Colour, palette: [UInt8], opacity: [UInt8], texts: [Text]
    ) -> Bool {
        // The chunks' texts stand one after another in one buffer, so that they share its lifetime.
        var buffer: [UInt8] = []
        let places = texts.map { text in
            let key = buffer.count
            buffer += (text.keyword.latin1 ?? []) + [0]
            let start = buffer.count
            let latin1 = text.text.latin1
            let content = (latin1 ?? Array(text.text.utf8)).filter { $0 != 0 }
            buffer += content + [0]
            return (key: key, start: start, count: content.count, isUTF8: latin1 == nil)
        }
        return buffer.withUnsafeBytes { raw in
            palette.withUnsafeBufferPointer { palette in
                opacity.withUnsafeBufferPointer { opacity in
                    let chunks = places.map { place in
                        tw_png_text(
                            key: raw.assumingMemoryBound(to: CChar.self).baseAddress?.advanced(by: place.key),
                            text: raw.assumingMemoryBound(to: CChar.self).baseAddress?.advanced(by: place.start),
                            length: place.count, is_utf8: place.isUTF8)
                    }
                    return chunks.withUnsafeBufferPointer { chunks in
                        var layout = tw_png_layout()
                        layout.width = UInt32(size.width)
                        layout.height = UInt32(size.height)
                        switch colour {
                        case .grey: layout.colour = TW_PNG_GREY
                        case .rgb: layout.colour = TW_PNG_RGB
                        case .palette: layout.colour = TW_PNG_PALETTE
                        }
                        layout.palette = palette.baseAddress
                        layout.palette_count = Int32(palette.count / 3)
                        layout.opacity = opacity.baseAddress
                        layout.opacity_count = Int32(opacity.count)
                        layout.texts = chunks.baseAddress
                        layout.text_count = Int32(chunks.count)
                        return tw_png_writer_write_header(handle, &layout)
                    }
                }
            }
        }
    }
}

/// Where libpng's bytes go; keeps the error that its callback cannot throw.
private final class PNGSink {
    private let file: AtomicFile
    private(set) var error: (any Error)?

    init(file: AtomicFile) { self.file = file }

    func write(_ bytes: UnsafeRawBufferPointer) -> Int {
        do {
            try file.write(bytes)
            return bytes.count
        } catch {
            self.error = error
            return 0
        }
    }
}

extension PNGWriter.Text {
    fileprivate var hasValidKeyword: Bool {
        guard let bytes = keyword.latin1, (1...79).contains(bytes.count), bytes.first != 0x20, bytes.last != 0x20 else { return false }
        return bytes.allSatisfy { (0x20...0x7E).contains($0) || $0 >= 0xA1 }
    }
}

extension String {
    /// nil where a character is not of Latin-1, or is a control character other than a line break.
    fileprivate var latin1: [UInt8]? {
        var bytes: [UInt8] = []
        for scalar in unicodeScalars {
            guard scalar == "\n" || (0x20...0x7E).contains(scalar.value) || (0xA0...0xFF).contains(scalar.value) else { return nil }
            bytes.append(UInt8(scalar.value))
        }
        return bytes
    }
}
