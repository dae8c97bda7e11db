import CTIFF
import Raster
import TestSupport
import Testing

@testable import RasterIO

/// Every layout, type, codec, predictor and byte order that libtiff writes comes back as it went in.
@Suite struct TIFFFormatTests {
    struct Codec: Sendable, CustomTestStringConvertible {
        var scheme: Int32
        var name: String
        var testDescription: String { name }

        static let lossless = [
            Codec(scheme: COMPRESSION_NONE, name: "none"), Codec(scheme: COMPRESSION_LZW, name: "lzw"),
            Codec(scheme: COMPRESSION_PACKBITS, name: "packbits"), Codec(scheme: COMPRESSION_ADOBE_DEFLATE, name: "deflate"),
            Codec(scheme: COMPRESSION_DEFLATE, name: "deflate"), Codec(scheme: COMPRESSION_ZSTD, name: "zstd"),
            Codec(scheme: COMPRESSION_LZMA, name: "lzma"), Codec(scheme: COMPRESSION_LERC, name: "lerc"),
        ]
    }

    @Test(arguments: Codec.lossless, SampleType.allCases)
    func samplesComeBackUnchanged(codec: Codec, type: SampleType) throws {
        let folder = try TemporaryFolder()
        let predictors = TIFFCompression.usesPredictor(Int(codec.scheme)) ? (type.isFloatingPoint ? [1, 3] : [1, 2]) : [1]
        for tile in [nil, RasterSize(width: 32, height: 16)] {
            for (bandCount, isPlanar) in [(1, false), (3, false), (3, true)] {
                for predictor in predictors {
                    // libtiff 4.5 itself writes big-endian floats wrongly with predictor 3 and with LERC; reading them is checked on shared files.
                    let writesBigEndian = predictor != 3 && !(codec.scheme == COMPRESSION_LERC && type.isFloatingPoint)
                    for isBigEndian in writesBigEndian ? [false, true] : [false] {
                        let fixture = TIFFFixture(
                            bandCount: bandCount, type: type, tile: tile, isPlanar: isPlanar, compression: codec.scheme,
                            predictor: predictor,
                            isBigEndian: isBigEndian, isBigTIFF: predictor != 1)
                        let path = folder.file("a.tif")
                        let written = try fixture.write(to: path)
                        let reader = try RasterReader(path: path)
                        let info = reader.info
                        #expect(info.compression == codec.name && info.predictor == predictor)
                        #expect(info.isTiled == (tile != nil) && info.isPlanar == isPlanar && info.bandCount == bandCount)
                        #expect(info.isBigEndian == isBigEndian && info.isBigTIFF == (predictor != 1) && info.sampleType == type)
                        #expect(info.blockSize == tile ?? RasterSize(width: 37, height: 11))
                        let read = try reader.read(PixelWindow(info.size))
                        #expect(
                            firstDifference(read.bytes, written.bytes) == nil,
                            "\(tile == nil ? "strips" : "tiles") planar \(isPlanar) predictor \(predictor) big \(isBigEndian)")
                    }
                }
            }
        }
    }

    @Test func losslessWebPComesBackUnchanged() throws {
        let folder = try TemporaryFolder()
        for tile in [nil, RasterSize(width: 32, height: 16)] {
            var fixture = TIFFFixture(bandCount: 3, tile: tile, compression: COMPRESSION_WEBP)
            fixture.more = {
                TIFFFixture.set($0, TIFFTAG_PHOTOMETRIC, Int32(PHOTOMETRIC_RGB))
                TIFFFixture.set($0, 65569, Int32(1))  // TIFFTAG_WEBP_LOSSLESS
            }
            let written = try fixture.write(to: folder.file("a.tif"))
            let reader = try RasterReader(path: folder.file("a.tif"))
            #expect(reader.info.compression == "webp")
            #expect(firstDifference(try reader.read(PixelWindow(reader.info.size)).bytes, written.bytes) == nil)
        }
    }

    /// JPEG loses a little; stored as luminance and chrominance it must come back as red, green and blue.
    @Test(arguments: [PHOTOMETRIC_MINISBLACK, PHOTOMETRIC_RGB, PHOTOMETRIC_YCBCR])
    func jpegComesBackNearly(photometric: Int32) throws {
        let folder = try TemporaryFolder()
        let bands = photometric == PHOTOMETRIC_MINISBLACK ? 1 : 3
        for tile in [nil, RasterSize(width: 32, height: 16)] {
            var fixture = TIFFFixture(bandCount: bands, tile: tile, rowsPerStrip: 16, compression: COMPRESSION_JPEG)
            fixture.more = {
                TIFFFixture.set($0, TIFFTAG_PHOTOMETRIC, photometric)
                TIFFFixture.set($0, TIFFTAG_JPEGQUALITY, Int32(95))
                if photometric == PHOTOMETRIC_YCBCR { TIFFFixture.set($0, TIFFTAG_JPEGCOLORMODE, JPEGCOLORMODE_RGB) }
            }
            let path = folder.file("a.tif")
            guard let tiff = TIFFOpen(path, "w") else { throw TIFFFixture.Failure(what: "open") }
            var block = fixture.samples()
            for band in 0..<bands {
                for y in 0..<29 { for x in 0..<37 { block.bytes[(band * 29 + y) * 37 + x] = UInt8(60 + x + y + 40 * band) } }
            }
            try fixture.writeDirectory(tiff, block)
            TIFFClose(tiff)
            let reader = try RasterReader(path: path)
            #expect(reader.info.compression == "jpeg")
            #expect(reader.info.colourInterpretation.first == (bands == 1 ? .grey : .red))
            let read = try reader.read(PixelWindow(reader.info.size))
            let total = zip(read.bytes, block.bytes).reduce(0) { $0 + abs(Int($1.0) - Int($1.1)) }
            #expect(total <= 3 * block.bytes.count)
        }
    }

    /// One strip above the size that is decoded whole is read row by row.
    @Test(arguments: [COMPRESSION_NONE, COMPRESSION_ADOBE_DEFLATE, COMPRESSION_ZSTD])
    func aTallStripIsReadInWindows(scheme: Int32) throws {
        let folder = try TemporaryFolder()
        for isPlanar in [false, true] {
            let fixture = TIFFFixture(
                size: RasterSize(width: 1024, height: 2100), bandCount: 2, type: .uint16, rowsPerStrip: 2100, isPlanar: isPlanar,
                compression: scheme,
                predictor: scheme == COMPRESSION_NONE ? 1 : 2)
            let written = try fixture.write(to: folder.file("tall.tif"))
            let reader = try RasterReader(path: folder.file("tall.tif"), limits: ReadLimits(maxBlockBytes: 1 << 20))
            for y in [0, 700, 100, 2000] {
                let window = PixelWindow(x: 300, y: y, width: 200, height: 100)
                #expect(firstDifference(try reader.read(window, bands: [1, 0]).bytes, written.part(window, bands: [1, 0])) == nil)
            }
        }
    }

    @Test(arguments: [
        (Int32(4), SAMPLEFORMAT_INT, "4 bits"), (Int32(64), SAMPLEFORMAT_UINT, "64 bits"), (Int32(24), SAMPLEFORMAT_UINT, "24 bits"),
        (Int32(24), SAMPLEFORMAT_IEEEFP, "floating-point"), (Int32(64), SAMPLEFORMAT_COMPLEXIEEEFP, "complex"),
    ])
    func otherSamplesAreRefusedByName(bits: Int32, format: Int32, word: String) throws {
        let folder = try TemporaryFolder()
        guard let tiff = TIFFOpen(folder.file("a.tif"), "w") else { throw TIFFFixture.Failure(what: "open") }
        for (tag, value) in [
            (TIFFTAG_IMAGEWIDTH, 8), (TIFFTAG_IMAGELENGTH, 8), (TIFFTAG_BITSPERSAMPLE, bits), (TIFFTAG_SAMPLEFORMAT, format),
            (TIFFTAG_PHOTOMETRIC, PHOTOMETRIC_MINISBLACK), (TIFFTAG_ROWSPERSTRIP, 8),
        ] { TIFFFixture.set(tiff, tag, value) }
        var bytes = [UInt8](repeating: 0, count: Int(bits) * 8)
        _ = TIFFWriteEncodedStrip(tiff, 0, &bytes, tmsize_t(bytes.count))
        TIFFClose(tiff)
        let error = try #require(throws: InputError.self) { try RasterReader(path: folder.file("a.tif")) }
        #expect(error.problem.contains(word) && error.path == folder.file("a.tif"))
    }

    /// Masks and classes of few values, and cameras of more than 8 bits: each sample becomes the next wider type, unchanged.
    @Test(arguments: [1, 2, 3, 4, 5, 7, 10, 12, 15], [COMPRESSION_NONE, COMPRESSION_LZW, COMPRESSION_ADOBE_DEFLATE])
    func samplesThatFillNoWholeBytesComeBack(bits: Int, scheme: Int32) throws {
        let folder = try TemporaryFolder()
        let size = RasterSize(width: 37, height: 29)
        var generator = SeededGenerator(state: UInt64(bits))
        for (bandCount, isPlanar, isBigEndian) in [(1, false, false), (3, false, true), (2, true, false)] {
            let values = (0..<bandCount).map { _ in
                (0..<size.pixelCount).map { _ in UInt32.random(in: 0..<(1 << UInt32(bits)), using: &generator) }
            }
            guard let tiff = TIFFOpen(folder.file("a.tif"), isBigEndian ? "wb" : "wl") else { throw TIFFFixture.Failure(what: "open") }
            for (tag, value) in [
                (TIFFTAG_IMAGEWIDTH, size.width), (TIFFTAG_IMAGELENGTH, size.height), (TIFFTAG_BITSPERSAMPLE, bits),
                (TIFFTAG_SAMPLESPERPIXEL, bandCount), (TIFFTAG_PHOTOMETRIC, Int(PHOTOMETRIC_MINISBLACK)),
                (TIFFTAG_ROWSPERSTRIP, size.height),
                (TIFFTAG_COMPRESSION, Int(scheme)),
                (TIFFTAG_PLANARCONFIG, Int(isPlanar ? PLANARCONFIG_SEPARATE : PLANARCONFIG_CONTIG)),
            ] { TIFFFixture.set(tiff, tag, Int32(value)) }
            for plane in 0..<(isPlanar ? bandCount : 1) {
                var bytes = (0..<size.height).flatMap { y in
                    packed(
                        (0..<size.width).flatMap { x in
                            (isPlanar ? [plane] : Array(0..<bandCount)).map { values[$0][y * size.width + x] }
                        }, bits: bits)
                }
                guard TIFFWriteEncodedStrip(tiff, UInt32(plane), &bytes, tmsize_t(bytes.count)) >= 0 else {
                    throw TIFFFixture.Failure(what: "strip")
                }
            }
            TIFFClose(tiff)
            let reader = try RasterReader(path: folder.file("a.tif"))
            #expect(reader.info.sampleType == (bits < 8 ? .uint8 : .uint16))
            let window = generator.window(in: size)
            let bands = Array((0..<bandCount).reversed())
            let block = try reader.read(window, bands: bands)
            var validity = [UInt8](repeating: 255, count: window.pixelCount)
            let scaled = try reader.readValues(window, bands.map { SampleScaling(band: $0, scale: 2) }, validity: &validity)
            for (position, band) in bands.enumerated() {
                let expected = (window.y..<window.maxY).flatMap { y in
                    (window.x..<window.maxX).map { x in Double(values[band][y * size.width + x]) }
                }
                #expect(block.doubles(band: position) == expected, "\(bandCount) bands, planar \(isPlanar), \(window)")
                #expect(scaled[position] == expected.map { 2 * Float($0) })
            }
        }
    }

    /// From the most significant bit on, a row beginning on a whole byte.
    private func packed(_ samples: [UInt32], bits: Int) -> [UInt8] {
        var bytes = [UInt8](repeating: 0, count: (samples.count * bits + 7) / 8)
        for (index, sample) in samples.enumerated() {
            for bit in 0..<bits where sample >> UInt32(bits - 1 - bit) & 1 == 1 {
                let place = index * bits + bit
                bytes[place >> 3] |= 0x80 >> UInt8(place & 7)
            }
        }
        return bytes
    }

    @Test func halvesBecomeFloats() {
        let halves: [(UInt16, Float)] = [
            (0x0000, 0), (0x3C00, 1), (0xC000, -2), (0x7BFF, 65504), (0x0001, 0x1p-24), (0x03FF, 0x1p-14 - 0x1p-24),
            (0x3555, 0.333251953125),
            (0x7C00, .infinity), (0xFC00, -.infinity),
        ]
        for (half, value) in halves { #expect(PackedSamples.float(half: half) == value) }
        #expect(PackedSamples.float(half: 0x7E01).isNaN)
        #expect(PackedSamples.float(half: 0x8000).sign == .minus)
    }
}
