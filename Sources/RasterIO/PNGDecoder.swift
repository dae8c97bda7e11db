import CPNG
import CRasterShims
import Glibc
import Raster

/// One pass over one PNG file: its header, then all its rows.
final class PNGDecoder {
    private let path: String
    private let input: PNGInput
    private let handle: OpaquePointer
    private let header: tw_png_header
    let size: RasterSize
    let bandCount: Int
    let sampleType: SampleType
    let identity: FileIdentity
    private let byteCount: Int

    /// Opens the file and reads what stands before its pixels.
    ///
    /// - Throws: `InputError` where the file is no PNG, is damaged, or asks for more than `limits`.
    init(path: String, limits: ReadLimits) throws(InputError) {
        let input = try PNGInput(path: path)
        let callback: tw_png_read_callback = { context, bytes, count in
            guard let context, let bytes else { return 0 }
            return Unmanaged<PNGInput>.fromOpaque(context).takeUnretainedValue().read(into: bytes, count: count)
        }
        // A side beyond 2³¹ − 1 is no PNG at all, so only the product needs limits of ours. A chunk beyond its limit makes libpng refuse the
        // file, and texts may be longer than what is looked at of them.
        guard
            let handle = tw_png_reader_create(
                callback, Unmanaged.passUnretained(input).toOpaque(), 0x7FFF_FFFF, 0x7FFF_FFFF, max(limits.maxTextBytes, 1 << 22))
        else { throw InputError(path: path, problem: "no memory is left to read it with") }
        var header = tw_png_header()
        do throws(InputError) {
            guard tw_png_reader_read_header(handle, &header) else {
                let message = String(cString: tw_png_reader_message(handle))
                throw InputError(path: path, problem: "is no readable PNG: \(message)", advice: "fetch or export it again")
            }
            byteCount = try Self.byteCount(of: header, path: path, fileBytes: input.byteCount, limits: limits)
        } catch {
            tw_png_reader_destroy(handle)
            throw error
        }
        self.path = path
        identity = input.identity
        self.input = input
        self.handle = handle
        self.header = header
        size = RasterSize(width: Int(header.width), height: Int(header.height))
        bandCount = Int(header.channels)
        sampleType = header.sample_bytes == 2 ? .uint16 : .uint8
    }

    deinit { tw_png_reader_destroy(handle) }

    /// Bytes of the expanded picture.
    private static func byteCount(of header: tw_png_header, path: String, fileBytes: Int, limits: ReadLimits) throws(InputError) -> Int {
        let pixels = Int(header.width) * Int(header.height)
        let size = RasterSize(width: Int(header.width), height: Int(header.height))
        guard pixels <= limits.maxSamples else {
            throw InputError(path: path, problem: "\(size) pixels are more than the \(limits.maxSamples) allowed")
        }
        let (bytes, overflow) = pixels.multipliedReportingOverflow(by: Int(header.channels) * Int(header.sample_bytes))
        let most = min(limits.maxReadBytes, limits.maxPictureBytes)
        guard !overflow, bytes <= most else {
            throw InputError(
                path: path, problem: "\(size) pixels need more memory than the \(most) bytes allowed",
                advice: "a PNG is decoded whole: convert it to a tiled GeoTIFF, which is not")
        }
        // Deflate shrinks by 1032 at the very most, so a shorter file is a lie about its size.
        let fileChannels = header.color_type & PNG_COLOR_MASK_PALETTE != 0 ? 1 : channels(ofColourType: header.color_type)
        guard Double(pixels) * Double(fileChannels) * Double(header.bit_depth) / 8 <= 1032 * Double(fileBytes) + 4096 else {
            throw InputError(
                path: path, problem: "\(fileBytes) bytes cannot hold \(size) pixels: the file is cut short or false",
                advice: "fetch or export it again")
        }
        return bytes
    }

    private static func channels(ofColourType type: Int32) -> Int {
        (type & PNG_COLOR_MASK_COLOR != 0 ? 3 : 1) + (type & PNG_COLOR_MASK_ALPHA != 0 ? 1 : 0)
    }

    /// Interleaved samples of all rows, in the machine's byte order. Can be called once.
    ///
    /// - Throws: `InputError` that names the row, where the file is damaged or ends early.
    func decodeRows() throws(InputError) -> [UInt8] {
        var isComplete = false
        let pixels = [UInt8](unsafeUninitializedCapacity: byteCount) { buffer, count in
            guard let base = buffer.baseAddress else { return }
            isComplete = tw_png_reader_read_rows(handle, base, size.width * bandCount * sampleType.byteCount)
            count = isComplete ? byteCount : 0
        }
        guard isComplete else {
            let row = tw_png_reader_row(handle)
            let place = row < 0 ? "after the last row" : "row \(row) of \(size.height)"
            let pass = header.is_interlaced && row >= 0 ? " in pass \(tw_png_reader_pass(handle) + 1) of 7" : ""
            throw InputError(
                path: path, problem: "damaged PNG, \(place)\(pass): \(String(cString: tw_png_reader_message(handle)))",
                advice: "fetch or export it again")
        }
        return pixels
    }

    /// The text chunks before the pixels, by key word; the first of a name counts, and longer ones than `maxBytes` are left out.
    func texts(maxBytes: Int) -> [String: String] {
        var texts: [String: String] = [:]
        for index in 0..<tw_png_reader_text_count(handle) {
            let chunk = tw_png_reader_text(handle, index)
            guard let key = chunk.key, let text = chunk.text, chunk.length <= maxBytes else { continue }
            let bytes = UnsafeRawBufferPointer(start: text, count: chunk.length)
            let name = String(latin1: UnsafeRawBufferPointer(start: key, count: strlen(key)))
            if texts[name] == nil { texts[name] = chunk.is_utf8 ? String(decoding: bytes, as: UTF8.self) : String(latin1: bytes) }
        }
        return texts
    }
}

extension String {
    fileprivate init(latin1 bytes: UnsafeRawBufferPointer) {
        self.init(String.UnicodeScalarView(bytes.map { Unicode.Scalar($0) }))
    }
}

/// The bytes of a file in order.
private final class PNGInput {
    private let file: UnsafeMutablePointer<FILE>
    let byteCount: Int
    let identity: FileIdentity

    init(path: String) throws(InputError) {
        let descriptor = try openRegularFile(path)
        var status = stat()
        guard fstat(descriptor, &status) == 0, let file = fdopen(descriptor, "r") else {
            let reason = systemReason()
            close(descriptor)
            throw InputError(path: path, problem: "cannot be opened: \(reason)")
        }
        self.file = file
        byteCount = Int(status.st_size)
        identity = FileIdentity(path: path, status: status)
    }

    deinit { fclose(file) }

    func read(into bytes: UnsafeMutablePointer<UInt8>, count: Int) -> Int { fread(bytes, 1, count, file) }
}
