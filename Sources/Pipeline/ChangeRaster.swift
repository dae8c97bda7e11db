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
                blockSize: Self.blockSide, overviewResampling: .maximumMagnitude))
    }

    func write(_ change: ChangeBlock) throws {
        var block = SampleBlock(window: change.window, bandCount: 2, type: .int16)
        block.bytes.withUnsafeMutableBytes { raw in
            let samples = raw.bindMemory(to: Int16.self)
            let count = change.window.pixelCount
            for i in 0..<count {
                samples[i] = change.signedFine[i]
                samples[count + i] = change.size[i]
            }
        }
        try writer.write(block)
    }

    func finish() throws { try writer.finish() }
}
