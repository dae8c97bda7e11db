import ChangeDetection
import Geodesy
import Raster
import Testing

@testable import Pipeline

/// Speckle that remembers what was read of it and what was said not to be needed any more.
private final class RecordedSpeckle: SceneSource {
    let grid: RasterGrid
    let decodedBytesPerPixel = 1.0
    private let seed: UInt32
    private let record = Guarded<(released: [PixelWindow], readAgain: [PixelWindow])>(([], []))

    init(size: RasterSize, seed: UInt32) {
        grid = RasterGrid(
            size: size, transform: GeoTransform(originX: 600_000, originY: 3_400_000, pixelWidth: 10, pixelHeight: 10), crs: .epsg(32633))
        self.seed = seed
    }

    var released: [PixelWindow] { record.withLock { $0.released } }
    /// Windows that were read after a part of them had been released.
    var readAgain: [PixelWindow] { record.withLock { $0.readAgain } }

    func release(_ window: PixelWindow) {
        let inside = window.intersection(PixelWindow(grid.size))
        if !inside.isEmpty { record.withLock { $0.released.append(inside) } }
    }

    func read(_ window: PixelWindow) throws -> SceneBlock {
        record.withLock { record in
            if record.released.contains(where: { !$0.intersection(window).isEmpty }) { record.readAgain.append(window) }
        }
        var plane = FloatPlane(width: window.width, height: window.height)
        var validity = BytePlane(width: window.width, height: window.height)
        let inside = window.intersection(PixelWindow(grid.size))
        for y in inside.y..<inside.maxY {
            for x in inside.x..<inside.maxX {
                let i = (y - window.y) * window.width + x - window.x
                plane.values[i] = Float((UInt32(truncatingIfNeeded: y &* 10_007 &+ x) ^ seed) &* 0x9E37_79B1 >> 16)
                validity.values[i] = 255
            }
        }
        return SceneBlock(window: window, planes: [plane], validity: validity)
    }
}

@Suite("Change sweep")
struct ChangeSweepTests {
    /// Memory for two columns of blocks together, and for all of them.
    @Test(arguments: [1 << 20, 1 << 30])
    func whatIsGivenBackIsNotReadAgain(decodedBytes: Int) throws {
        let size = RasterSize(width: 2 * ChangeSweep.blockSide + 90, height: ChangeSweep.blockSide + 70)
        let (before, after) = (RecordedSpeckle(size: size, seed: 1), RecordedSpeckle(size: size, seed: 2))
        let fit = try PairFit(before: before, after: after, keepsReference: false, jobs: 2)
        let swept = try ChangeSweep([ChangeSweep.Member(fit: fit)], decodedBytes: decodedBytes).run(jobs: 2) { _ in }
        #expect(try swept[0].get().planes.observedCount > 0)
        for source in [before, after] {
            #expect(source.readAgain.isEmpty)
            // All of the scene but a margin at the seams.
            let covered = source.released.reduce(into: Set<Int>()) { cells, window in
                for y in stride(from: (window.y + 63) / 64 * 64, to: window.maxY, by: 64) {
                    for x in stride(from: (window.x + 63) / 64 * 64, to: window.maxX, by: 64) { cells.insert(y * size.width + x) }
                }
            }
            #expect(covered.count * 64 * 64 > size.pixelCount * 8 / 10)
        }
    }
}
