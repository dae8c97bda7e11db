import Raster

/// The decoder of one tall strip. It only goes forward, so that all threads share it: each goes on where the last one stopped, and what is
/// passed on the way is kept for the others.
final class TIFFRowStream: Sendable {
    /// Which strip of a file.
    struct Place: Hashable, Sendable {
        let directory: UInt64
        let index: UInt32
    }

    /// Only the thread that holds the lock uses the handle in it.
    private struct Decoder: @unchecked Sendable {
        let blocks: TIFFBlocks
        var nextBand = 0
    }

    private let decoder = Guarded<Decoder?>(nil)

    /// The rows of one band.
    ///
    /// - Parameters:
    ///   - bandCount: of the strip; behind the last one the decoder's memory is given back.
    ///   - open: a decoder on a handle of its own.
    ///   - kept: a band that another thread decoded meanwhile.
    ///   - decode: a band's rows, which follow those of the band before.
    ///   - passed: takes each band that is decoded, in order.
    func band(
        _ wanted: Int, of bandCount: Int, open: () throws -> TIFFBlocks, kept: (Int) -> [UInt8]?,
        decode: (TIFFBlocks, Int) throws -> [UInt8], passed: (Int, [UInt8]) -> Void
    ) throws -> [UInt8] {
        try decoder.withLock { decoder in
            if let bytes = kept(wanted) { return bytes }
            // After an error a decoder may stand anywhere: only one that came through is put back.
            var current = try decoder.take() ?? Decoder(blocks: open())
            if current.nextBand > wanted { current.nextBand = 0 }
            var bytes: [UInt8] = []
            for band in current.nextBand...wanted {
                bytes = try decode(current.blocks, band)
                passed(band, bytes)
            }
            current.nextBand = wanted + 1
            if current.nextBand < bandCount { decoder = current }
            return bytes
        }
    }
}
