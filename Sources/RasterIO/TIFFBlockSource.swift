import Raster

/// The decoded blocks of one image directory, from the file or from the cache.
struct TIFFBlockSource {
    let layout: TIFFLayout
    let file: TIFFFile
    let limits: ReadLimits
    let cache: DecodedBlockCache?

    /// The decoded samples of a block, nil for one that the file leaves out; its plane; the pixels of the raster it holds, a row of which
    /// starts every `rowBytes`; and the part of them that lies in the window.
    typealias Visit = (
        _ samples: UnsafeRawPointer?, _ plane: Int, _ held: PixelWindow, _ rowBytes: Int, _ wanted: PixelWindow
    ) -> Void

    /// Rows of a tall strip are kept by about this many bytes.
    private static let bandBytes = 1 << 20

    /// Hands over what `window` touches of the planes, each block or band of rows once, in no certain order.
    func read(_ window: PixelWindow, planes: [Int], _ visit: Visit) throws {
        if let cache {
            try read(window, planes: planes, from: cache, visit)
        } else {
            try file.withHandle { handle in
                let blocks = try blocks(handle)
                for plane in planes {
                    try blocks.decode(window, plane: plane) { visit($0, plane, $1, $2, $3) }
                }
            }
        }
    }

    /// Lets the cache drop the blocks that lie wholly in `window`. Rows of tall strips stay until others need their room.
    func release(_ window: PixelWindow) {
        guard let cache, !layout.isReadByRows(limits) else { return }
        let number = cache.number(of: file.identity)
        let raster = PixelWindow(layout.size)
        var keys: [DecodedBlockKey] = []
        for plane in 0..<(layout.isPlanar ? layout.bandCount : 1) {
            layout.forEachBlock(touching: window, plane: plane) { index, held in
                guard window.contains(held.intersection(raster)) else { return }
                keys.append(DecodedBlockKey(file: number, directory: layout.directoryOffset, block: index))
            }
        }
        cache.drop(keys)
    }

    private func blocks(_ handle: TIFFHandle) throws -> TIFFBlocks {
        try TIFFBlocks(layout, handle: handle, fileSize: file.size, limits: limits)
    }

    private func read(_ window: PixelWindow, planes: [Int], from cache: DecodedBlockCache, _ visit: Visit) throws {
        let rowBytes = layout.decodedByteCount(rows: 1)
        func hand(_ bytes: [UInt8], _ plane: Int, _ held: PixelWindow) {
            let wanted = held.intersection(window)
            guard !bytes.isEmpty else { return visit(nil, plane, held, rowBytes, wanted) }
            bytes.withUnsafeBytes { visit($0.baseAddress, plane, held, rowBytes, wanted) }
        }
        let number = cache.number(of: file.identity)
        let isReadByRows = layout.isReadByRows(limits)
        // Blocks that another thread decodes come last: there are others to decode meanwhile.
        var underWay: [(key: DecodedBlockKey, plane: Int, held: PixelWindow)] = []
        for plane in planes {
            try layout.forEachBlock(touching: window, plane: plane) { index, held in
                if isReadByRows {
                    return try readBands(held, plane: plane, index: index, of: number, in: window, from: cache) { hand($0, plane, $1) }
                }
                let key = DecodedBlockKey(file: number, directory: layout.directoryOffset, block: index)
                if let bytes = try cache.blockUnlessUnderWay(key, decode: { try decodeWhole(index, held, for: cache) }) {
                    hand(bytes, plane, held)
                } else {
                    underWay.append((key, plane, held))
                }
            }
        }
        for (key, plane, held) in underWay {
            hand(try cache.block(key) { try decodeWhole(key.block, held, for: cache) }, plane, held)
        }
    }

    private func decodeWhole(_ index: UInt32, _ held: PixelWindow, for cache: DecodedBlockCache) throws -> [UInt8] {
        let bytes = try file.withHandle { try blocks($0).decodeWhole(index, held) }
        cache.count(decoded: bytes)
        return bytes
    }

    private func readBands(
        _ strip: PixelWindow, plane: Int, index: UInt32, of number: Int, in window: PixelWindow, from cache: DecodedBlockCache,
        _ hand: ([UInt8], PixelWindow) -> Void
    ) throws {
        let place = TIFFRowStream.Place(directory: layout.directoryOffset, index: index)
        let bandHeight = max(1, min(Self.bandBytes, limits.maxBlockBytes) / max(1, layout.decodedByteCount(rows: 1)))
        let bandCount = (strip.height + bandHeight - 1) / bandHeight
        let stripCount = layout.blocksDown * (layout.isPlanar ? layout.bandCount : 1)
        func rows(_ band: Int) -> Range<Int> {
            (strip.y + band * bandHeight)..<min(strip.maxY, strip.y + (band + 1) * bandHeight)
        }
        func key(_ band: Int) -> DecodedBlockKey {
            DecodedBlockKey(file: number, directory: place.directory, block: index, rows: rows(band))
        }
        let wanted = strip.intersection(window)
        for band in ((wanted.y - strip.y) / bandHeight)...((wanted.maxY - 1 - strip.y) / bandHeight) {
            let bytes = try cache.block(key(band)) {
                try file.rowStream(place, of: stripCount).band(
                    band, of: bandCount,
                    open: { try blocks(file.makeHandle()) },
                    kept: { cache.kept(key($0)) },
                    decode: { try $0.decodeRows(rows($1), plane: plane, index: index) },
                    passed: {
                        cache.count(decoded: $1)
                        cache.keep($1, as: key($0))
                    })
            }
            let held = rows(band)
            hand(bytes, PixelWindow(x: strip.x, y: held.lowerBound, width: strip.width, height: held.count))
        }
    }
}
