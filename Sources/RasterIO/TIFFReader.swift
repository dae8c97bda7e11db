import CRasterShims
import CTIFF
import PixelKernels
import Raster

/// A TIFF or BigTIFF file, with its GeoTIFF and GDAL tags.
final class TIFFReader: RasterSource {
    let info: RasterInfo
    private let file: TIFFFile
    private let cache: DecodedBlockCache?
    private let limits: ReadLimits
    private let main: TIFFLayout
    private let overviews: [TIFFLayout]
    private let mask: TIFFLayout?
    /// What stands for a sample in blocks that a sparse file leaves out: nodata where it is one of the type's values, else zero.
    private let missingSample: [UInt8]

    init(path: String, limits: ReadLimits, cache: DecodedBlockCache? = nil) throws {
        let opened = try TIFFFile(path: path, limits: limits)
        let (main, others, info) = try opened.withHandle { handle in
            let main = try TIFFLayout(handle)
            let info = try Self.describe(main, handle, limits)
            return (main, Self.otherDirectories(handle, limits), info)
        }
        // Only now: handles of a file that others read already may stand at any of its directories.
        file = cache?.shared(opened) ?? opened
        self.cache = cache
        self.limits = limits
        self.main = main
        overviews = Self.overviews(of: main, among: others)
        mask = others.first {
            $0.isMask && !$0.isReducedResolution && $0.size == main.size && $0.bandCount == 1 && [1, 8].contains($0.bitsPerSample)
        }
        var complete = info
        complete.overviews = overviews.map(\.size)
        complete.hasInternalMask = mask != nil
        self.info = complete
        missingSample = info.sampleType.bytes(of: info.noData ?? 0) ?? [UInt8](repeating: 0, count: info.sampleType.byteCount)
    }

    // MARK: Reading

    func read(_ window: PixelWindow, bands: [Int], overview: Int?) throws -> SampleBlock {
        let layout = overview.map { overviews[$0] } ?? main
        let bandBytes = window.pixelCount * info.sampleType.byteCount
        let bytes = try [UInt8](unsafeUninitializedCapacity: bandBytes * bands.count) { out, written in
            let planes = layout.isPlanar ? Array(Set(bands)).sorted() : [0]
            // Where each wanted band stands in a block's pixel, and where it goes.
            let routes = bands.enumerated().map { target, band in
                (
                    plane: layout.isPlanar ? band : 0,
                    route: SampleRoute(
                        from: layout.isPlanar ? 0 : band, to: out.baseAddress.map { UnsafeMutableRawPointer($0 + target * bandBytes) })
                )
            }
            let packedWidth = layout.packedWidth
            try blocks(of: layout).read(window, planes: planes) { samples, plane, held, rowBytes, wanted in
                let piece = SamplePiece(held: held, wanted: wanted, window: window, samplesPerPixel: layout.samplesPerBlockPixel)
                for (of, route) in routes where of == plane {
                    guard let samples else {
                        piece.fill(missingSample, along: route)
                        continue
                    }
                    if let packedWidth {
                        PackedSamples(width: packedWidth, rowBytes: rowBytes).copy(samples, of: piece, along: route)
                    } else {
                        piece.copy(samples, along: route, byteCount: info.sampleType.byteCount)
                    }
                }
            }
            written = bandBytes * bands.count
        }
        return SampleBlock(window: window, bandCount: bands.count, type: info.sampleType, bytes: bytes)
    }

    func readValues(_ window: PixelWindow, rowStep: Int, _ bands: [SampleScaling], validity: inout [UInt8]) throws -> [[Float]] {
        let kind: InterleavedSamples.Kind
        switch info.sampleType {
        case .uint16 where main.packedWidth == nil: kind = .uint16
        case .uint8 where main.packedWidth == nil: kind = .uint8
        default: return try readValuesOfSamples(window, rowStep: rowStep, bands, validity: &validity)
        }
        // No whole number of 16 bits leaves the floats then.
        guard bands.allSatisfy({ (abs($0.scale) * 65_535 + abs($0.offset)).isFinite }) else {
            return try readValuesOfSamples(window, rowStep: rowStep, bands, validity: &validity)
        }
        let layout = main
        let step = layout.samplesPerBlockPixel
        let planes = layout.isPlanar ? Array(Set(bands.map(\.band))).sorted() : [0]
        let routes = bands.enumerated().map {
            (target: $0, scaling: $1, plane: layout.isPlanar ? $1.band : 0, sample: layout.isPlanar ? 0 : $1.band)
        }
        // All four samples of a pixel in the order they stand in.
        let quad = kind == .uint16 && step == 4 ? (0..<4).compactMap { sample in routes.first { $0.sample == sample } } : []
        let isQuad = quad.count == 4 && routes.count == 4
        let missing = kind == .uint16 ? Int(missingSample.withUnsafeBytes { $0.loadUnaligned(as: UInt16.self) }) : Int(missingSample[0])
        let kernels = KernelSet.best
        return try validity.withUnsafeMutableBufferPointer { validity in
            guard let validity = validity.baseAddress else { return [] }
            return try makePlanes(bands.count, of: window.rowCount(every: rowStep) * window.width) { targets in
                try blocks(of: layout).read(window, planes: planes) { samples, plane, held, rowBytes, wanted in
                    let firstRow = (wanted.y - window.y + rowStep - 1) / rowStep
                    for row in firstRow..<max(firstRow, (wanted.maxY - window.y + rowStep - 1) / rowStep) {
                        let y = window.y + row * rowStep
                        let start = row * window.width + wanted.x - window.x
                        guard let samples else {
                            for route in routes where route.plane == plane {
                                let isNone = route.scaling.noData == Double(missing)
                                let value = isNone ? 0 : Float(missing) * route.scaling.scale + route.scaling.offset
                                (targets[route.target] + start).update(repeating: value, count: wanted.width)
                                if isNone { (validity + start).update(repeating: 0, count: wanted.width) }
                            }
                            continue
                        }
                        let pixels = InterleavedSamples(
                            samples + ((y - held.y) * rowBytes + (wanted.x - held.x) * step * info.sampleType.byteCount), kind: kind,
                            step: step)
                        if isQuad {
                            kernels.scaleQuads(
                                pixels, scales: quad.map(\.scaling.scale), offsets: quad.map(\.scaling.offset),
                                into: quad.map { targets[$0.target] + start }, count: wanted.width)
                        }
                        for route in routes where route.plane == plane {
                            if !isQuad {
                                kernels.scale(
                                    pixels, sample: route.sample, scale: route.scaling.scale, offset: route.scaling.offset,
                                    into: targets[route.target] + start, count: wanted.width)
                            }
                            if let marker = route.scaling.noData.flatMap({ UInt16(exactly: $0) }) {
                                kernels.clear(
                                    targets[route.target] + start, validity + start, where: pixels, sample: route.sample, is: marker,
                                    count: wanted.width)
                            }
                        }
                    }
                }
            }
        }
    }

    func readValues(_ window: PixelWindow, rowStep: Int, _ bands: [SampleScaling], mix: BandMix, validity: inout [UInt8]) throws
        -> [[Float]]
    {
        // Four samples of 16 bits a pixel, and the bands are these in any order.
        let quad = (0..<4).compactMap { sample in bands.firstIndex { $0.band == sample } }
        guard info.sampleType == .uint16, main.packedWidth == nil, !main.isPlanar, main.samplesPerBlockPixel == 4, bands.count == 4,
            quad.count == 4, bands.allSatisfy({ (abs($0.scale) * 65_535 + abs($0.offset)).isFinite })
        else { return try readSumsOfValues(window, rowStep: rowStep, bands, mix: mix, validity: &validity) }
        let weights = mix.weights.flatMap { weights in quad.map { weights[$0] * bands[$0].scale } }
        let offsets = zip(mix.weights, mix.offsets).map { weights, offset in
            quad.reduce(offset) { $0 + weights[$1] * bands[$1].offset }
        }
        let markers = quad.map { bands[$0].noData.flatMap { UInt16(exactly: $0) } }
        let hasMarkers = markers.contains { $0 != nil }
        let missing = missingSample.withUnsafeBytes { $0.loadUnaligned(as: UInt16.self) }
        let kernels = KernelSet.best
        return try validity.withUnsafeMutableBufferPointer { validity in
            guard let validity = validity.baseAddress else { return [] }
            return try makePlanes(mix.planeCount, of: window.rowCount(every: rowStep) * window.width) { targets in
                try blocks(of: main).read(window, planes: [0]) { samples, _, held, rowBytes, wanted in
                    let absent = samples == nil ? [UInt16](repeating: missing, count: 4 * wanted.width) : []
                    absent.withUnsafeBytes { absent in
                        let firstRow = (wanted.y - window.y + rowStep - 1) / rowStep
                        for row in firstRow..<max(firstRow, (wanted.maxY - window.y + rowStep - 1) / rowStep) {
                            let y = window.y + row * rowStep
                            let start = row * window.width + wanted.x - window.x
                            guard
                                let first = samples.map({ $0 + ((y - held.y) * rowBytes + (wanted.x - held.x) * 8) }) ?? absent.baseAddress
                            else { return }
                            let pixels = InterleavedSamples(first, kind: .uint16, step: 4)
                            let out = targets.map { $0 + start }
                            kernels.mixQuads(pixels, weights: weights, offsets: offsets, into: out, count: wanted.width)
                            guard hasMarkers else { continue }
                            kernels.hideMarked(pixels, markers: markers, validity: validity + start, clearing: out, count: wanted.width)
                        }
                    }
                }
            }
        }
    }

    func readMask(_ window: PixelWindow) throws -> BytePlane? {
        guard let mask else { return nil }
        var plane = BytePlane(width: window.width, height: window.height)
        try blocks(of: mask).read(window, planes: [0]) { samples, _, held, rowBytes, wanted in
            guard let samples else { return }
            for y in wanted.y..<wanted.maxY {
                let row = samples + (y - held.y) * rowBytes
                for x in wanted.x..<wanted.maxX {
                    let column = x - held.x
                    let isUsable =
                        mask.bitsPerSample == 8
                        ? row.load(fromByteOffset: column, as: UInt8.self) != 0
                        : row.load(fromByteOffset: column >> 3, as: UInt8.self) & (0x80 >> UInt8(column & 7)) != 0
                    if isUsable { plane[x - window.x, y - window.y] = 255 }
                }
            }
        }
        return plane
    }

    func valueWhereLeftOut(_ window: PixelWindow) throws -> Double? {
        let isLeftOut = try file.withHandle { handle in
            try TIFFBlocks(main, handle: handle, fileSize: file.size, limits: limits).areLeftOut(window)
        }
        guard isLeftOut else { return nil }
        return info.noData.flatMap { info.sampleType.bytes(of: $0) == nil ? nil : $0 } ?? 0
    }

    func release(_ window: PixelWindow) {
        guard cache != nil else { return }
        blocks(of: main).release(window)
        if let mask { blocks(of: mask).release(window) }
    }

    private func blocks(of layout: TIFFLayout) -> TIFFBlockSource {
        TIFFBlockSource(layout: layout, file: file, limits: limits, cache: cache)
    }

    // MARK: Opening

    /// The directories after the first, in the chain and as children of the first, as far as they can be read.
    private static func otherDirectories(_ handle: TIFFHandle, _ limits: ReadLimits) -> [TIFFLayout] {
        let children = handle.directoryOffsets(TIFFTAG_SUBIFD) ?? []
        var layouts: [TIFFLayout] = []
        var seen: Set<UInt64> = [handle.directoryOffset]
        for _ in 1..<max(1, limits.maxDirectories) {
            guard handle.selectNext(), seen.insert(handle.directoryOffset).inserted else { break }
            if let layout = try? TIFFLayout(handle) { layouts.append(layout) }
        }
        for child in children.prefix(limits.maxDirectories) where seen.insert(child).inserted {
            if (try? handle.select(child)) != nil, let layout = try? TIFFLayout(handle) { layouts.append(layout) }
        }
        handle.forgetMessage()
        return layouts
    }

    private static func overviews(of main: TIFFLayout, among others: [TIFFLayout]) -> [TIFFLayout] {
        var sizes: Set<RasterSize> = [main.size]
        return others.filter {
            $0.isReducedResolution && !$0.isMask && $0.bandCount == main.bandCount && $0.bitsPerSample == main.bitsPerSample
                && $0.sampleFormat == main.sampleFormat && $0.size.width <= main.size.width && $0.size.height <= main.size.height
                && sizes.insert($0.size).inserted
        }.sorted { ($0.size.pixelCount, $0.size.width) > ($1.size.pixelCount, $1.size.width) }
    }

    private static func describe(_ layout: TIFFLayout, _ handle: TIFFHandle, _ limits: ReadLimits) throws -> RasterInfo {
        let sampleType = try layout.supportedSampleType(path: handle.path)
        let (samples, overflow) = layout.size.pixelCount.multipliedReportingOverflow(by: layout.bandCount)
        guard !overflow, samples <= limits.maxSamples else {
            let bands = layout.bandCount == 1 ? "" : " of \(layout.bandCount) bands"
            throw InputError(
                path: handle.path, problem: "\(layout.size) pixels\(bands) are more than the allowed \(limits.maxSamples)",
                advice: "its header may be damaged; else cut it into parts")
        }
        let colours = layout.colours(extraSamples: handle.shorts(TIFFTAG_EXTRASAMPLES) ?? [])
        let text = handle.text(TIFFTAG_GDAL_METADATA, maxBytes: limits.maxTextBytes).map {
            GDALMetadata(xml: $0, bandCount: layout.bandCount)
        }
        let place = GeoTIFFPlace(handle)
        let worldFile = place.transform == nil ? try WorldFile.read(beside: handle.path) : nil
        return RasterInfo(
            path: handle.path, format: .tiff, size: layout.size, bandCount: layout.bandCount, sampleType: sampleType,
            blockSize: layout.blockSize, isTiled: layout.isTiled, isPlanar: layout.isPlanar,
            compression: TIFFCompression.name(layout.compression), predictor: layout.predictor,
            isBigTIFF: TIFFIsBigTIFF(handle.tiff) != 0, isBigEndian: TIFFIsBigEndian(handle.tiff) != 0,
            overviews: [], hasInternalMask: false, alphaBand: colours.firstIndex(of: .alpha), colourInterpretation: colours,
            noData: handle.text(TIFFTAG_GDAL_NODATA, maxBytes: 256).flatMap(GDALMetadata.number),
            scales: text?.scales, offsets: text?.offsets, bandNames: text?.bandNames ?? [String?](repeating: nil, count: layout.bandCount),
            metadata: text?.items ?? [:], dateTime: handle.text(TIFFTAG_DATETIME, maxBytes: 256), crs: place.crs,
            transform: place.transform ?? worldFile?.transform,
            georeferencing: place.transform != nil ? .geoTIFFTags : worldFile.map { .worldFile($0.path) } ?? .none)
    }
}
