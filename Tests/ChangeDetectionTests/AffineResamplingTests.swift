import Geodesy
import Raster
import Testing

@testable import ChangeDetection

@Suite("Resampling of turned grids")
struct AffineResamplingTests {
    private static let window = PixelWindow(x: 30, y: 50, width: 120, height: 100)
    private static let inner = PixelWindow(x: 44, y: 64, width: 90, height: 70)

    private static func map(_ xx: Double, _ xy: Double, _ yx: Double, _ yy: Double, shift: (Double, Double) = (0, 0)) -> GridMapping.Affine
    {
        Displacement(
            x: shift.0, y: shift.1,
            slope: .init(xPerColumn: xx, xPerRow: xy, yPerColumn: yx, yPerRow: yy, middleColumn: 90, middleRow: 100)
        ).map
    }

    private static func block(noise: Float = 0.5) -> SceneBlock {
        TestScene.block(TestScene.Ground(seed: 4), window: window, gains: [1, 2], offsets: [0, 1], noise: noise, seed: 5)
    }

    private static let maps = [
        map(0, -0.003, 0.003, 0, shift: (0.3, -0.7)), map(0.004, 0, 0, -0.002), map(0.001, 0.002, -0.004, 0.003, shift: (-1.6, 2.2)),
    ]

    @Test("the image comes out where the map says", arguments: maps)
    func place(map: GridMapping.Affine) {
        let ground = TestScene.Ground(seed: 4)
        let result = Self.block(noise: 0).resampled(by: map, to: Self.inner)
        for y in 0..<Self.inner.height {
            for x in 0..<Self.inner.width {
                let p = map.map(column: Double(Self.inner.x + x) + 0.5, row: Double(Self.inner.y + y) + 0.5)
                let truth = Float(ground.height(p.column - 0.5, p.row - 0.5))
                #expect(abs(result.planes[0][x, y] - truth) < 0.05)
            }
        }
    }

    @Test("it is nearly what 36 taps a pixel give, in noise too", arguments: maps)
    func asFreePositions(map: GridMapping.Affine) {
        var columns: [Double] = []
        var rows: [Double] = []
        for y in Self.inner.y..<Self.inner.maxY {
            for x in Self.inner.x..<Self.inner.maxX {
                let p = map.map(column: Double(x) + 0.5, row: Double(y) + 0.5)
                columns.append(p.column)
                rows.append(p.row)
            }
        }
        let free = Self.block().resampled(columnPositions: columns, rowPositions: rows, to: Self.inner)
        let fast = Self.block().resampled(by: map, to: Self.inner)
        #expect(fast.validity == free.validity)
        for band in 0..<2 {
            for i in free.planes[band].values.indices { #expect(abs(free.planes[band].values[i] - fast.planes[band].values[i]) < 0.05) }
        }
    }

    @Test("a map that turns nothing shifts", arguments: [(0.0, 0.0), (0.3, -0.7), (2, -1)])
    func plainShift(shift: (Double, Double)) {
        let block = Self.block()
        let turned = block.resampled(by: Self.map(0, 0, 0, 0, shift: shift), to: Self.inner)
        let shifted = block.shifted(x: shift.0, y: shift.1, halo: 14)
        for y in 0..<Self.inner.height {
            for x in 0..<Self.inner.width { #expect(abs(turned.planes[1][x, y] - shifted.planes[1][x, y]) < 2e-3) }
        }
        #expect(turned.validity.values.allSatisfy { $0 == 255 })
    }

    @Test("turned and turned back the image is the same")
    func inverse() {
        let forth = Self.map(0, -0.004, 0.004, 0, shift: (0.4, 0.2))
        let turned = Self.block(noise: 0).resampled(by: forth, to: PixelWindow(x: 34, y: 54, width: 110, height: 90))
        let home = turned.resampled(by: forth.inverse, to: Self.inner)
        let block = Self.block(noise: 0)
        for y in 0..<Self.inner.height {
            for x in 0..<Self.inner.width { #expect(abs(home.planes[0][x, y] - block.planes[0][x + 14, y + 14]) < 0.08) }
        }
    }

    @Test("an unusable pixel spoils what it enters, and the outside is no data")
    func validity() {
        var block = Self.block()
        block.validity[60, 50] = 0
        let result = block.resampled(by: Self.map(0, -0.003, 0.003, 0, shift: (0.3, -0.7)), to: Self.window)
        #expect(result.validity[60, 50] == 0 && result.planes[0][60, 50] == 0)
        #expect(result.validity[52, 50] == 255 && result.validity[68, 50] == 255)
        #expect(result.validity[0, 50] == 0 && result.validity[60, 99] == 0)
    }

    @Test("a part read alone has the pixels it has within the whole")
    func parts() {
        let map = Self.maps[2]
        let block = Self.block()
        let whole = block.resampled(by: map, to: Self.inner)
        let part = PixelWindow(x: 60, y: 81, width: 33, height: 29)
        let source = map.sourceWindow(for: part, halo: InterpolationTaps.reach)
        #expect(Self.window.x <= source.x && source.maxX <= Self.window.maxX)
        var cut = SceneBlock(
            window: source, planes: [FloatPlane(width: source.width, height: source.height)],
            validity: BytePlane(width: source.width, height: source.height, repeating: 255))
        for y in 0..<source.height {
            for x in 0..<source.width { cut.planes[0][x, y] = block.planes[0][source.x + x - Self.window.x, source.y + y - Self.window.y] }
        }
        let alone = cut.resampled(by: map, to: part)
        for y in 0..<part.height {
            for x in 0..<part.width {
                #expect(alone.planes[0][x, y] == whole.planes[0][part.x + x - Self.inner.x, part.y + y - Self.inner.y])
            }
        }
    }
}
