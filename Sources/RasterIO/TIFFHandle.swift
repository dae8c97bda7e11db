import CRasterShims
import CTIFF
import Raster

/// One libtiff handle. Only one thread at a time may use it; `TIFFFile` sees to that by lending it out.
final class TIFFHandle {
    let path: String
    private let file: OpaquePointer
    private(set) var directoryOffset: UInt64
    /// Grows to the largest block that was decoded through this handle.
    private(set) var scratch = UnsafeMutableRawBufferPointer(start: nil, count: 0)

    init(path: String, descriptor: Int32, fileSize: UInt64, maxAllocation: Int) throws {
        var message = [CChar](repeating: 0, count: 512)
        guard let file = rs_tiff_open(descriptor, fileSize, Int64(maxAllocation), &message, message.count) else {
            let reason = String(decoding: message.prefix { $0 != 0 }.map(UInt8.init(bitPattern:)), as: UTF8.self)
            throw InputError(path: path, problem: "cannot be opened as TIFF: \(reason)", advice: "check that the file is complete")
        }
        self.path = path
        self.file = file
        directoryOffset = TIFFCurrentDirOffset(rs_tiff_handle(file))
    }

    deinit {
        rs_tiff_close(file)
        scratch.deallocate()
    }

    var tiff: OpaquePointer { rs_tiff_handle(file) }

    /// What libtiff said went wrong since the last call; a general word where it said nothing.
    func takeMessage() -> String {
        let text = String(cString: rs_tiff_message(file))
        rs_tiff_forget(file)
        return text.isEmpty ? "its data are damaged" : text
    }

    func forgetMessage() { rs_tiff_forget(file) }

    func select(_ offset: UInt64) throws {
        guard offset != directoryOffset else { return }
        forgetMessage()
        guard TIFFSetSubDirectory(tiff, offset) != 0 else {
            throw InputError(path: path, problem: "the image directory at byte \(offset) is damaged: \(takeMessage())")
        }
        directoryOffset = offset
    }

    /// The next directory in the file's chain; false at its end or where it is damaged.
    func selectNext() -> Bool {
        guard TIFFLastDirectory(tiff) == 0, TIFFReadDirectory(tiff) != 0 else { return false }
        directoryOffset = TIFFCurrentDirOffset(tiff)
        return true
    }

    func withScratch<R>(byteCount: Int, _ body: (UnsafeMutableRawBufferPointer) throws -> R) rethrows -> R {
        if scratch.count < byteCount {
            scratch.deallocate()
            scratch = .allocate(byteCount: byteCount, alignment: 64)
        }
        return try body(UnsafeMutableRawBufferPointer(rebasing: scratch[0..<byteCount]))
    }

    // MARK: Tags

    func uint16(_ tag: Int32) -> Int? {
        var value: UInt16 = 0
        return rs_tiff_uint16(tiff, UInt32(tag), &value) != 0 ? Int(value) : nil
    }

    func uint32(_ tag: Int32) -> Int? {
        var value: UInt32 = 0
        return rs_tiff_uint32(tiff, UInt32(tag), &value) != 0 ? Int(value) : nil
    }

    func shorts(_ tag: Int32) -> [UInt16]? { array(tag, TIFF_SHORT) }
    func doubles(_ tag: Int32) -> [Double]? { array(tag, TIFF_DOUBLE) }
    func directoryOffsets(_ tag: Int32) -> [UInt64]? { array(tag, TIFF_IFD8) }

    /// A text tag up to its first NUL; nil where it is absent or longer than `maxBytes`.
    func text(_ tag: Int32, maxBytes: Int) -> String? {
        guard let bytes: [UInt8] = array(tag, TIFF_ASCII, maxCount: maxBytes) else { return nil }
        return String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
    }

    private func array<Element: BitwiseCopyable>(_ tag: Int32, _ type: TIFFDataType, maxCount: Int = 1 << 20) -> [Element]? {
        var count: UInt64 = 0
        var data: UnsafeRawPointer?
        guard rs_tiff_array(tiff, UInt32(tag), type, &count, &data) != 0, let data, count <= UInt64(maxCount) else { return nil }
        return (0..<Int(count)).map { data.loadUnaligned(fromByteOffset: $0 * MemoryLayout<Element>.stride, as: Element.self) }
    }
}
