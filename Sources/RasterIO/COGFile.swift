import CTIFF
import Raster

/// The layout of a finished Cloud-Optimized GeoTIFF: header, GDAL's note on the layout, directories from the full resolution down, then the
/// tiles from the smallest overview up. Source: OGC 21-026; the note and the four bytes around each tile are those of GDAL's COG driver.
struct COGFile {
    let description: COGDescription
    let levels: [COGLevel]
    /// A level's tiles row by row, plane after plane, as they stand in the spool.
    let tiles: [[SpoolFile.Extent]]
    let tags: GeoTIFFTags
    /// Larger files become BigTIFF.
    let classicLimit: Int

    private static let note: [UInt8] = {
        // The blank at the end leaves room for a later YES.
        let lines = """
            LAYOUT=IFDS_BEFORE_DATA
            BLOCK_ORDER=ROW_MAJOR
            BLOCK_LEADER=SIZE_AS_UINT4
            BLOCK_TRAILER=LAST_4_BYTES_REPEATED
            KNOWN_INCOMPATIBLE_EDITION=NO
            \u{20}
            """
        let count = String(lines.utf8.count)
        return Array("GDAL_STRUCTURAL_METADATA_SIZE=\(String(repeating: "0", count: 6 - count.count))\(count) bytes\n\(lines)".utf8)
    }()

    /// Bytes that a tile takes beyond its own.
    private static let tileFrame = 8

    func write(to file: AtomicFile, from spool: SpoolFile) throws {
        let total = head(isBigTIFF: true).dataStart + tiles.joined().reduce(0) { $0 + $1.count + Self.tileFrame }
        try file.write(head(isBigTIFF: total > classicLimit).bytes)
        var buffer: [UInt8] = []
        for level in tiles.reversed() {
            for extent in level {
                let tile = try spool.read(extent)
                withUnsafeBytes(of: UInt32(truncatingIfNeeded: tile.count).littleEndian) { buffer += $0 }
                buffer += tile
                buffer += Array(repeating: 0, count: max(0, 4 - tile.count)) + tile.suffix(4)
                if buffer.count > 1 << 20 {
                    try file.write(buffer)
                    buffer.removeAll(keepingCapacity: true)
                }
            }
        }
        try file.write(buffer)
    }

    /// Everything before the first tile.
    private func head(isBigTIFF: Bool) -> (bytes: [UInt8], dataStart: Int) {
        let headerSize = isBigTIFF ? 16 : 8
        // GDAL's note is of files whose pixels have their bands together.
        let note = description.isPlanar ? [] : Self.note
        let firstDirectory = (headerSize + note.count).roundedUpTo8
        // A directory's size does not depend on the offsets in it, so that they can be filled in once all sizes are known.
        let sizes = levels.indices.map { directory($0, offsets: tiles[$0].map { _ in 0 }, isBigTIFF).byteCount }
        let dataStart = firstDirectory + sizes.reduce(0, +)

        var offsets: [[Int]] = tiles.map { _ in [] }
        var place = dataStart
        for level in levels.indices.reversed() {
            offsets[level] = tiles[level].map { extent in
                defer { place += extent.count + Self.tileFrame }
                return place + 4
            }
        }

        var bytes: [UInt8] =
            isBigTIFF
            ? [0x49, 0x49, 43, 0, 8, 0, 0, 0] + withUnsafeBytes(of: UInt64(firstDirectory).littleEndian) { Array($0) }
            : [0x49, 0x49, 42, 0] + withUnsafeBytes(of: UInt32(firstDirectory).littleEndian) { Array($0) }
        bytes += note
        bytes += [UInt8](repeating: 0, count: firstDirectory - bytes.count)
        for level in levels.indices {
            let next = level == levels.count - 1 ? 0 : bytes.count + sizes[level]
            bytes += directory(level, offsets: offsets[level], isBigTIFF).bytes(at: bytes.count, next: next)
        }
        return (bytes, dataStart)
    }

    private func directory(_ index: Int, offsets: [Int], _ isBigTIFF: Bool) -> TIFFDirectoryBytes {
        let level = levels[index]
        let bands = description.bandNames.count
        let type = description.sampleType
        let format =
            type.isFloatingPoint ? SAMPLEFORMAT_IEEEFP : [.int8, .int16, .int32].contains(type) ? SAMPLEFORMAT_INT : SAMPLEFORMAT_UINT
        var directory = TIFFDirectoryBytes(isBigTIFF: isBigTIFF)
        if index > 0 { directory.set(TIFFTAG_SUBFILETYPE, longs: [Int(FILETYPE_REDUCEDIMAGE)]) }
        directory.set(TIFFTAG_IMAGEWIDTH, longs: [level.size.width])
        directory.set(TIFFTAG_IMAGELENGTH, longs: [level.size.height])
        directory.set(TIFFTAG_BITSPERSAMPLE, shorts: [Int](repeating: 8 * type.byteCount, count: bands))
        directory.set(TIFFTAG_COMPRESSION, shorts: [Int(COMPRESSION_ADOBE_DEFLATE)])
        directory.set(TIFFTAG_PHOTOMETRIC, shorts: [Int(PHOTOMETRIC_MINISBLACK)])
        directory.set(TIFFTAG_SAMPLESPERPIXEL, shorts: [bands])
        directory.set(TIFFTAG_PLANARCONFIG, shorts: [Int(description.isPlanar ? PLANARCONFIG_SEPARATE : PLANARCONFIG_CONTIG)])
        if description.usedPredictor != 1 { directory.set(TIFFTAG_PREDICTOR, shorts: [description.usedPredictor]) }
        directory.set(TIFFTAG_TILEWIDTH, longs: [level.tile.width])
        directory.set(TIFFTAG_TILELENGTH, longs: [level.tile.height])
        directory.set(TIFFTAG_TILEOFFSETS, offsets: offsets)
        directory.set(TIFFTAG_TILEBYTECOUNTS, longs: tiles[index].map(\.count))
        if bands > 1 { directory.set(TIFFTAG_EXTRASAMPLES, shorts: [Int](repeating: Int(EXTRASAMPLE_UNSPECIFIED), count: bands - 1)) }
        directory.set(TIFFTAG_SAMPLEFORMAT, shorts: [Int](repeating: Int(format), count: bands))
        if let noData = description.noData { directory.set(TIFFTAG_GDAL_NODATA, text: Self.text(of: noData)) }
        guard index == 0 else { return directory }
        if let dateTime = description.dateTime { directory.set(TIFFTAG_DATETIME, text: dateTime) }
        tags.add(to: &directory)
        let metadata = GDALMetadata.xml(
            items: description.metadata, bandNames: description.bandNames, scale: description.scale, offset: description.offset)
        if let metadata { directory.set(TIFFTAG_GDAL_METADATA, text: metadata) }
        return directory
    }

    /// Whole numbers without a fraction, as GDAL writes them.
    private static func text(of number: Double) -> String {
        Int(exactly: number).map(String.init) ?? "\(number)"
    }
}
