import ChangeDetection
import Geodesy
import Raster

/// A scene with earthworks implanted into it as it is read.
struct InjectionSource: SceneSource {
    private let scene: any SceneSource
    private let imprints: [ImplantImprint]

    init(_ scene: any SceneSource, imprints: [ImplantImprint]) {
        self.scene = scene
        self.imprints = imprints
    }

    var grid: RasterGrid { scene.grid }

    func read(_ window: PixelWindow) throws -> SceneBlock {
        var block = try scene.read(window)
        for imprint in imprints { imprint.blend(into: &block) }
        return block
    }
}

/// A window of a scene as a scene of its own. The pixels beyond its edge are there to be read.
struct InjectionWindow: SceneSource {
    private let scene: any SceneSource
    private let part: PixelWindow

    init(_ scene: any SceneSource, part: PixelWindow) {
        self.scene = scene
        self.part = part
    }

    var grid: RasterGrid {
        RasterGrid(
            size: part.size, transform: scene.grid.transform.translated(column: Double(part.x), row: Double(part.y)), crs: scene.grid.crs)
    }

    func read(_ window: PixelWindow) throws -> SceneBlock {
        let block = try scene.read(PixelWindow(x: window.x + part.x, y: window.y + part.y, width: window.width, height: window.height))
        return SceneBlock(window: window, planes: block.planes, validity: block.validity)
    }
}
