import Raster
import RasterIO
import Testing

@testable import Scenes

@Suite struct CachedSceneTests {
    @Test func bandsAndMasksAreDecodedOnceForAllReaders() throws {
        let fixture = try SceneFixture()
        try fixture.tiff("T33RXQ_20200701T093041_B04.tif")
        try fixture.tiff("T33RXQ_20200701T093041_B11.tif", grid: SceneFixture.coarse)
        try fixture.tiff(
            "T33RXQ_20200701T093041_SCL.tif", grid: SceneFixture.coarse, type: .uint8, value: { _, x, _ in x == 3 ? 9 : 5 })
        let scene = try SceneFinder.scene(at: fixture.path).scene
        #expect(scene.mask?.kind == .sceneClassification && scene.bands.count == 2)
        let cache = DecodedBlockCache(budget: 1 << 20)
        let plain = try SceneReader(scene)
        for _ in 0..<2 {
            let cached = try SceneReader(scene, cache: cache)
            for block in PixelWindow(scene.grid.size).blocks(side: 16) {
                let window = block.expanded(by: 5)
                let (expected, found) = (try plain.read(window), try cached.read(window))
                #expect(found.planes == expected.planes && found.validity == expected.validity)
            }
        }
        // One tile in each of three files.
        #expect(cache.statistics.decodedBlocks == 3 && cache.statistics.misses == 3)
    }
}
