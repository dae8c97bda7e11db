import ChangeDetection
import Raster
import RasterIO

/// The change raster of a pair, written block by block as the blocks come.
struct ChangeRaster: Sendable {
    private static let blockSide = 512
    private let writer: COGWriter

    init(path: String, grid: RasterGrid, metadata: [String: String]) throws {
        writer = try COGWriter(
            path: path,
            description: COGDescription(
                grid: grid, bandNames: ["signed change (brighter soil positive)", "undirected change over all bands"], sampleType: .int16,
                noData: Double(ChangeBlock.notObserved), scale: Double(ChangeBlock.rasterStep), offset: 0, metadata: metadata,
                blockSize: Self.blockSide, compressionLevel: 1, overviewResampling: .maximumMagnitude))
    }

    func write(_ change: ChangeBlock) throws {
        let bytes = [UInt8](unsafeUninitializedCapacity: 4 * change.window.pixelCount) { out, written in
            for plane in [change.signedFine, change.size] {
                plane.withUnsafeBytes { plane in
                    UnsafeMutableRawBufferPointer(rebasing: UnsafeMutableRawBufferPointer(out)[written...]).copyMemory(from: plane)
                    written += plane.count
                }
            }
        }
        try writer.write(SampleBlock(window: change.window, bandCount: 2, type: .int16, bytes: bytes))
    }

    func finish() throws { try writer.finish() }
}
