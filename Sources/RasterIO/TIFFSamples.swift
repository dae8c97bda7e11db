import CTIFF
import Raster

extension TIFFLayout {
    /// libtiff turns JPEG's luminance and chrominance into red, green and blue by itself.
    var decodesToRGB: Bool { compression == Int(COMPRESSION_JPEG) && photometric == Int(PHOTOMETRIC_YCBCR) && !isPlanar }

    /// The samples' type.
    ///
    /// - Throws: where the file's samples, colours or compression are not among those that are read, by name.
    func supportedSampleType(path: String) throws -> SampleType {
        func refuse(_ what: String) -> InputError {
            InputError(path: path, problem: "\(what) is not supported", advice: "convert it, for example with gdal_translate -ot")
        }
        if compression == Int(COMPRESSION_OJPEG) { throw refuse("old-style JPEG compression") }
        guard TIFFIsCODECConfigured(UInt16(compression)) != 0 else {
            throw InputError(
                path: path, problem: "its compression (\(TIFFCompression.name(compression))) is not one that this system's libtiff decodes",
                advice: "rewrite it with another, for example gdal_translate -co COMPRESS=DEFLATE")
        }
        switch Int32(photometric) {
        case PHOTOMETRIC_YCBCR where !decodesToRGB: throw refuse("YCbCr colour outside JPEG")
        case PHOTOMETRIC_CIELAB, PHOTOMETRIC_ICCLAB, PHOTOMETRIC_ITULAB: throw refuse("L*a*b* colour")
        case PHOTOMETRIC_LOGL, PHOTOMETRIC_LOGLUV: throw refuse("LogLuv colour")
        default: break
        }
        if let width = packedWidth {
            if width == .half { return .float32 }
            guard TIFFCompression.holdsPackedSamples(compression) else {
                throw refuse("\(bitsPerSample) bits a sample with \(TIFFCompression.name(compression)) compression")
            }
            return bitsPerSample < 8 ? .uint8 : .uint16
        }
        switch (Int32(sampleFormat), bitsPerSample) {
        case (SAMPLEFORMAT_UINT, 8), (SAMPLEFORMAT_VOID, 8): return .uint8
        case (SAMPLEFORMAT_UINT, 16), (SAMPLEFORMAT_VOID, 16): return .uint16
        case (SAMPLEFORMAT_UINT, 32), (SAMPLEFORMAT_VOID, 32): return .uint32
        case (SAMPLEFORMAT_INT, 8): return .int8
        case (SAMPLEFORMAT_INT, 16): return .int16
        case (SAMPLEFORMAT_INT, 32): return .int32
        case (SAMPLEFORMAT_IEEEFP, 32): return .float32
        case (SAMPLEFORMAT_IEEEFP, 64): return .float64
        case (SAMPLEFORMAT_COMPLEXINT, _), (SAMPLEFORMAT_COMPLEXIEEEFP, _): throw refuse("a complex sample of \(bitsPerSample) bits")
        case (SAMPLEFORMAT_IEEEFP, _): throw refuse("a floating-point sample of \(bitsPerSample) bits")
        default: throw refuse("an integer sample of \(bitsPerSample) bits")
        }
    }

    /// How samples stand that are of none of the machine's types; nil for those that are.
    var packedWidth: PackedSamples.Width? {
        switch (Int32(sampleFormat), bitsPerSample) {
        case (SAMPLEFORMAT_UINT, 1..<8), (SAMPLEFORMAT_VOID, 1..<8), (SAMPLEFORMAT_UINT, 9..<16), (SAMPLEFORMAT_VOID, 9..<16):
            .bits(bitsPerSample)
        case (SAMPLEFORMAT_IEEEFP, 16): .half
        default: nil
        }
    }

    /// What each band shows. The samples beyond the photometric interpretation's own are the extra ones.
    func colours(extraSamples: [UInt16]) -> [ColourInterpretation] {
        let own: [ColourInterpretation] =
            switch Int32(photometric) {
            case PHOTOMETRIC_RGB, PHOTOMETRIC_YCBCR: [.red, .green, .blue]
            case PHOTOMETRIC_PALETTE: [.palette]
            case PHOTOMETRIC_SEPARATED: [ColourInterpretation](repeating: .undefined, count: min(bandCount, 4))
            default: [.grey]
            }
        guard bandCount >= own.count else { return [ColourInterpretation](repeating: .undefined, count: bandCount) }
        let firstExtra = bandCount - min(extraSamples.count, bandCount - own.count)
        return (0..<bandCount).map { band in
            if own.indices.contains(band) { return own[band] }
            guard band >= firstExtra else { return .undefined }
            let kind = Int32(extraSamples[band - firstExtra])
            return kind == EXTRASAMPLE_ASSOCALPHA || kind == EXTRASAMPLE_UNASSALPHA ? .alpha : .undefined
        }
    }
}
